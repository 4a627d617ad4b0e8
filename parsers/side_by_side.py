"""Two grids whose rows stand at the same heights as one grid: the parts of a sheet that is wider than its page.

Codes and names that the right part prints again, the same in every row (print titles), are kept once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from parsers.grid import Cell, Grid
from parsers.header import clean

#: Rules of two pages at heights that differ by less (points) are the same rule of the sheet.
SAME_HEIGHT = 1.5
#: So many rows at the head may be divided on one page alone (类 款 项 under a merged label).
_HEADER_ROWS = 5
#: So many of the rules below them both parts have: a merged cell (采购品目) may reach over several rows of the other.
_KNOWN = 0.75
#: So many codes and names printed again are print titles.
_AGAIN = 3


def side_by_side(left: Grid, right: Grid) -> Grid | None:
    """Two grids as one, the second to the right of the first; ``None`` where their rows are not the same."""
    ours, theirs = _heights(left), _heights(right)
    union: list[float] = []
    for height in sorted([*ours, *theirs]):
        if not union or height - union[-1] > SAME_HEIGHT:
            union.append(height)
    if len(union) != max(len(ours), len(theirs)):
        return None
    for heights in (ours, theirs):
        known = {_nearest(height, union) for height in heights}
        body = range(_HEADER_ROWS, len(union))
        if len(known) != len(heights) or sum(row in known for row in body) < _KNOWN * len(body):
            return None
        if 0 not in known or len(union) - 1 not in known:
            return None
    ours_moved, theirs_moved = (list(_moved(grid.cells, union)) for grid in (left, right))
    again = _repeated(ours_moved, theirs_moved)
    shift = left.n_cols - again
    cells = [
        *ours_moved,
        *(cell._replace(col=cell.col + shift) for cell in theirs_moved if cell.col >= again),
    ]
    cells.sort(key=lambda cell: (cell.row, cell.col))
    return Grid(
        len(union) - 1,
        shift + right.n_cols,
        tuple(cells),
        left.page,
        left.box,
        left.locator,
        left.open_top and right.open_top,
        left.open_bottom and right.open_bottom,
        page_to=right.page,
    )


def _moved(cells: Sequence[Cell], heights: Sequence[float]) -> Iterator[Cell]:
    """The cells over the rows that some heights part."""
    for cell in cells:
        if cell.box is None:
            continue  # no cell of a page is without: its grid would not have been taken
        row = _nearest(cell.box.top, heights)
        row_span = max(_nearest(cell.box.bottom, heights) - row, 1)
        yield cell._replace(row=row, row_span=row_span)


def _repeated(left: Sequence[Cell], right: Sequence[Cell]) -> int:
    """How many of the left part's first columns the right part prints again, cell by cell (print titles)."""
    ours = {(cell.row, cell.col): _said(cell) for cell in left}
    again = 0
    for cols in range(1, max((cell.col for cell in right), default=0) + 1):
        theirs = [cell for cell in right if cell.col < cols]
        if any(cell.col + cell.col_span > cols for cell in theirs):
            continue  # a merged label goes on: its last column decides
        if any(ours.get((cell.row, cell.col)) != _said(cell) for cell in theirs):
            break
        if sum(bool(clean(cell.text)) for cell in theirs) >= _AGAIN:
            again = cols
    return again


def _said(cell: Cell) -> tuple[int, int, str]:
    return cell.row_span, cell.col_span, clean(cell.text)


def _heights(grid: Grid) -> list[float]:
    """Where the rules between a grid's rows stand, from the first to the last."""
    found: list[float] = []
    edges = {edge for cell in grid.cells if cell.box for edge in (cell.box.top, cell.box.bottom)}
    for edge in sorted(edges):
        if not found or edge - found[-1] > SAME_HEIGHT:
            found.append(edge)
    return found


def _nearest(height: float, heights: Sequence[float]) -> int:
    return min(range(len(heights)), key=lambda place: abs(heights[place] - height))
