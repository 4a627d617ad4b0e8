"""Grid columns brought to one footing: phantom columns dropped, pieces of a table aligned by geometry.

A header drawn over the wrong columns leaves a sliver that no cell has for itself; a continued page whose
last row is one merged cell shows fewer columns than the page before. Nothing is lost in either case: a
cell covers more or fewer positions, its text stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from parsers.grid import Cell

Matrix = list[list[Cell]]

#: Column rules of two pages that are this close (points) are the same rule.
_SAME_RULE = 4.0
#: Two parts of a form of labels and values share so many rules between their outer sides.
_SHARED_RULES = 2


def drop_phantoms(matrix: Matrix) -> Matrix:
    """The matrix without columns that no cell has for itself (every cell there covers a neighbour too)."""
    n_cols = len(matrix[0]) if matrix else 0
    while n_cols > 1:
        alone = {cell.col for row in matrix for cell in row if cell.col_span == 1}
        phantom = next((col for col in range(n_cols) if col not in alone), None)
        if phantom is None:
            break
        matrix = remap(matrix, _without(phantom, n_cols), n_cols - 1)
        n_cols -= 1
    return matrix


def _without(dropped: int, n_cols: int) -> list[tuple[int, int]]:
    """For each old column its range of new columns; the dropped one's is empty."""
    return [
        (col, col + 1) if col < dropped else (col, col) if col == dropped else (col - 1, col)
        for col in range(n_cols)
    ]


def remap(matrix: Matrix, ranges: Sequence[tuple[int, int]], n_cols: int) -> Matrix:
    """The same cells over other columns: old column ``i`` becomes the new columns ``range(*ranges[i])``."""
    moved: dict[int, Cell] = {}
    result: Matrix = []
    for row in matrix:
        new_row: list[Cell | None] = [None] * n_cols
        for col, cell in enumerate(row):
            start, end = ranges[col]
            if id(cell) not in moved:
                first = ranges[cell.col][0]
                last = ranges[min(cell.col + cell.col_span, len(ranges)) - 1][1]
                moved[id(cell)] = cell._replace(col=first, col_span=max(last - first, 1))
            for position in range(start, end):
                new_row[position] = moved[id(cell)]
        result.append([cell for cell in new_row if cell is not None])
    return result


def column_edges(matrix: Matrix) -> list[float] | None:
    """The x positions of the column rules in points, ``n_cols + 1`` of them; ``None`` without geometry."""
    n_cols = len(matrix[0]) if matrix else 0
    edges: list[float | None] = [None] * (n_cols + 1)
    for row in matrix:
        for cell in row:
            if cell.box is None:
                return None
            edges[cell.col] = cell.box.x0
            edges[cell.col + cell.col_span] = cell.box.x1
    found = [edge for edge in edges if edge is not None]
    return found if len(found) == len(edges) else None


def align(
    first: list[float], second: list[float], *, form: bool = False
) -> tuple[list[tuple[int, int]], list[tuple[int, int]], int] | None:
    """Column ranges that bring two pieces with other rules to the union of their rules.

    ``form``: a form of labels and values has rules of its own in each part; some of them must be shared. ``None``
    where the two do not have the same outer sides, or rules that cross: not one table.
    """
    shift = first[0] - second[0]
    moved = [edge + shift for edge in second]
    if abs(first[-1] - moved[-1]) > 2 * _SAME_RULE:
        return None
    union: list[float] = []
    for edge in sorted([*first, *moved]):
        if not union or edge - union[-1] > _SAME_RULE:
            union.append(edge)
    shared = len(first) + len(second) - len(union) - 2
    if len(union) > max(len(first), len(second)) and not (form and shared >= _SHARED_RULES):
        return None  # rules that cross: two tables of one width
    return _ranges(first, union), _ranges(moved, union), len(union) - 1


def _ranges(edges: list[float], union: list[float]) -> list[tuple[int, int]]:
    at = [_nearest(edge, union) for edge in edges]
    return list(pairwise(at))


def _nearest(edge: float, union: list[float]) -> int:
    return min(range(len(union)), key=lambda n: abs(union[n] - edge))
