"""Header trees: from the header rows of a grid to one leaf path a column.

Merged cells name the columns they span. Where a format has no merges (tab-separated text) or a printer
drew the borders through, a blank header cell is a right-span of its left neighbour only when both stand
under the same parent; otherwise it is the lower half of a vertical merge (``domain`` rule of the forms).
"""

from __future__ import annotations

from collections.abc import Sequence

from parsers.grid import Cell, Grid

Path = tuple[str, ...]


def cell_matrix(grid: Grid) -> list[list[Cell]]:
    """The cell that covers each grid position, shape ``n_rows`` x ``n_cols``."""
    empty = Cell(-1, -1, "")
    matrix = [[empty] * grid.n_cols for _ in range(grid.n_rows)]
    for cell in grid.cells:
        for row in range(cell.row, min(cell.row + cell.row_span, grid.n_rows)):
            for col in range(cell.col, min(cell.col + cell.col_span, grid.n_cols)):
                matrix[row][col] = cell
    return matrix


def clean(text: str) -> str:
    """A cell's text without blanks and line breaks: in these tables they are layout, never meaning."""
    return "".join(text.split())


def leaf_paths(matrix: Sequence[Sequence[Cell]], n_header: int, n_cols: int) -> list[Path]:
    """The path of printed header labels over each column, outermost first, repeats of one cell left out.

    ``matrix`` is ``cell_matrix`` of the table; the first ``n_header`` rows are the header.
    """
    paths: list[list[str]] = [[] for _ in range(n_cols)]
    owners: list[Cell | None] = [None] * n_cols
    for row in range(n_header):
        above = list(owners)
        resolved: list[Cell | None] = [None] * n_cols
        for col in range(n_cols):
            cell = matrix[row][col]
            if clean(cell.text):
                resolved[col] = cell
            elif col and above[col - 1] is above[col] and resolved[col - 1] is not above[col - 1]:
                resolved[col] = resolved[col - 1]
            else:
                resolved[col] = above[col]
        for col in range(n_cols):
            owner = resolved[col]
            if owner is not None and owner is not above[col]:
                paths[col].append(clean(owner.text))
        owners = resolved
    return [tuple(path) for path in paths]
