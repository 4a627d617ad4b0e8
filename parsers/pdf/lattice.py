"""From ruling lines to tables of cells, with arrays instead of loops over pairs of edges.

The lines cut the page into units; a side of a unit is a wall
where a ruling covers it. Units that no wall divides are one region: a cell. Regions that leak to the
page's margin are no cells, which is why open sides are closed before. Lines that belong to another table
only divide units, not regions, so several tables on a page do not disturb each other, and a merged cell
is a region of several units.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from parsers.pdf.edges import TOLERANCE, closing_rulings, covered, is_framed, join, number_anew
from parsers.pdf.pdfium import Bools, Floats, Ints

#: More lines across times lines down than this are a drawing, not tables (most seen: 3,400).
MOST_UNITS = 100_000


@dataclass(frozen=True, slots=True)
class Table:
    """A table's cells by position in its own grid.

    ``xs``, ``ys``: rulings of this table, ascending. ``cells``: n x 4 of row, column, row span, column
    span, row-major, covering the grid; cells that no ruling makes fill the gaps of a ragged outline.
    ``at``: the index of the cell at each grid position. ``open_top``, ``open_bottom``: that side was closed
    by us.
    """

    xs: Floats
    ys: Floats
    cells: Ints
    at: Ints
    open_top: bool = False
    open_bottom: bool = False

    @property
    def box(self) -> tuple[float, float, float, float]:
        """x0, top, x1, bottom."""
        return float(self.xs[0]), float(self.ys[0]), float(self.xs[-1]), float(self.ys[-1])

    def cell_boxes(self) -> Floats:
        """x0, top, x1, bottom of every cell, n x 4."""
        first, last = self.cells[:, :2], self.cells[:, :2] + self.cells[:, 2:]
        boxes = np.empty((len(self.cells), 4))
        boxes[:, 0], boxes[:, 1] = self.xs[first[:, 1]], self.ys[first[:, 0]]
        boxes[:, 2], boxes[:, 3] = self.xs[last[:, 1]], self.ys[last[:, 0]]
        return boxes

    def cell_at(self, x: Floats, y: Floats) -> Ints:
        """The index of the cell that each point lies in, -1 outside the table."""
        i = self.ys.searchsorted(y, side="right") - 1
        j = self.xs.searchsorted(x, side="right") - 1
        inside = (i >= 0) & (i < self.at.shape[0]) & (j >= 0) & (j < self.at.shape[1])
        found = np.full(len(x), -1)
        found[inside] = self.at[i[inside], j[inside]]
        return found


def find_tables(horizontal: Floats, vertical: Floats) -> list[Table]:
    """The tables that rulings make, from top to bottom, then from left to right; two cells at least.

    ``horizontal``: n x 3 of y, x0, x1. ``vertical``: n x 3 of x, top, bottom.
    """
    if not len(horizontal) or not len(vertical):
        return []
    h, v = join(horizontal), join(vertical)
    closed = np.zeros(0)
    if not is_framed(h, v):
        added_h, added_v = closing_rulings(horizontal, vertical)
        if len(added_h):
            h = join(np.concatenate((horizontal, added_h)))
        if len(added_v):
            v = join(np.concatenate((vertical, added_v)))
        closed = added_h[:, 0]
    if len(h.at) < 2 or len(v.at) < 2 or len(h.at) * len(v.at) > MOST_UNITS:
        return []
    across, down = covered(h, v.at), covered(v, h.at).T
    rectangles, table_of = _rectangles(_regions(across, down))
    tables = [_table(rectangles[table_of == t], h.at, v.at, closed) for t in set(table_of.tolist())]
    return sorted((t for t in tables if len(t.cells) > 1), key=lambda t: (t.box[1], t.box[0]))


def table_of_boxes(boxes: Floats) -> Table:
    """A table from the boxes of its cells, n x 4 of x0, top, x1, bottom, whose sides agree exactly."""
    xs, ys = np.unique(boxes[:, [0, 2]]), np.unique(boxes[:, [1, 3]])
    left, right = np.searchsorted(xs, boxes[:, 0]), np.searchsorted(xs, boxes[:, 2])
    top, bottom = np.searchsorted(ys, boxes[:, 1]), np.searchsorted(ys, boxes[:, 3])
    return _table(np.column_stack((top, left, bottom, right)), ys, xs, np.zeros(0))


class _Runs:
    """Runs of connected units along the rows of an array, which end where ``cut`` is set after a unit."""

    def __init__(self, cut: Bools) -> None:
        rows, cols = cut.shape
        begins = np.ones((rows, cols + 1), np.bool_)
        begins[:, 1:] = cut
        self.shape = begins.shape
        self.starts = begins.ravel().nonzero()[0]
        self.lengths = np.empty_like(self.starts)
        self.lengths[:-1] = self.starts[1:] - self.starts[:-1]
        self.lengths[-1] = begins.size - self.starts[-1]

    def smallest(self, labels: Ints) -> Ints:
        """Every unit with the smallest label of its run."""
        return np.minimum.reduceat(labels.ravel(), self.starts).repeat(self.lengths).reshape(self.shape)


def _spread(cut_right: Bools, cut_below: Bools, has_margin: bool = False) -> Ints:
    """A label for every unit, equal for all that are connected: rows and columns in turn until stable.

    ``has_margin``: all units at the sides are connected. That spares a turn, mostly the second of two.
    """
    rows, columns = _Runs(cut_right), _Runs(cut_below.T)
    labels = np.arange(cut_right.shape[0] * cut_below.shape[1]).reshape(rows.shape)
    if has_margin:
        labels[[0, -1]] = labels[:, [0, -1]] = 0
    while True:
        labels = columns.smallest(rows.smallest(labels).T).T
        if not ((labels[:, 1:] != labels[:, :-1]) & ~cut_right).any():
            return labels  # the last step made columns equal; rows agree too


def _regions(across: Bools, down: Bools) -> Ints:
    """A number for every unit, equal within a cell, 0 for everything open to the margin.

    ``across``: rulings over units, lines x columns. ``down``: rows x lines.
    """
    n_rows, n_cols = down.shape[0], across.shape[1]
    cut_below = np.zeros((n_rows + 1, n_cols + 2), np.bool_)
    cut_below[:, 1:-1] = across
    cut_right = np.zeros((n_rows + 2, n_cols + 1), np.bool_)
    cut_right[1:-1] = down
    return _spread(cut_right, cut_below, has_margin=True)[1:-1, 1:-1]


def _rectangles(regions: Ints) -> tuple[Ints, Ints]:
    """Top, left, bottom, right of all cells in units, n x 4, and the table that each belongs to.

    Cells that share a side belong together. L-shaped regions are cut into rows.
    """
    i, j = regions.nonzero()
    if not len(i):
        return np.zeros((0, 4), np.int64), np.zeros(0, np.int64)
    labels, index = number_anew(regions[i, j], (regions.shape[0] + 2) * (regions.shape[1] + 2))
    n = len(labels)
    top, left = np.full(n, 1 << 30), np.full(n, 1 << 30)
    bottom, right = np.zeros(n, np.int64), np.zeros(n, np.int64)
    np.minimum.at(top, index, i)
    np.minimum.at(left, index, j)
    np.maximum.at(bottom, index, i + 1)
    np.maximum.at(right, index, j + 1)
    whole = np.bincount(index) == (bottom - top) * (right - left)
    inside = regions > 0
    found = np.empty((n, 4), np.int64)
    found[:, 0], found[:, 1], found[:, 2], found[:, 3] = top, left, bottom, right
    rectangles = [found[whole]]
    for k in (~whole).nonzero()[0]:
        window = (slice(top[k], bottom[k]), slice(left[k], right[k]))
        mask = regions[window] == labels[k]
        if _is_ring(mask):
            inside[window] &= ~mask  # a frame drawn round a table or a page is no cell
            continue
        runs = _row_runs(mask) + np.array((top[k], left[k], 0, 0))
        rectangles.append(np.column_stack((runs[:, :2], runs[:, :2] + runs[:, 2:])))
    if len(rectangles) > 1 or not whole.all():
        found = np.concatenate(rectangles)
    if inside.all():
        return found, np.zeros(len(found), np.int64)
    parts = _spread(~(inside[:, 1:] & inside[:, :-1]), ~(inside[1:] & inside[:-1]))
    return found, parts[found[:, 0], found[:, 1]]


def _table(rectangles: Ints, ys: Floats, xs: Floats, closed: Floats) -> Table:
    rows, ends_y = number_anew(rectangles[:, [0, 2]].T, len(ys))
    cols, ends_x = number_anew(rectangles[:, [1, 3]].T, len(xs))
    cells = np.empty((len(rectangles), 4), np.int64)
    cells[:, 0], cells[:, 1] = ends_y[0], ends_x[0]
    cells[:, 2], cells[:, 3] = ends_y[1] - ends_y[0], ends_x[1] - ends_x[0]
    cells, at = _laid_out(cells, len(rows) - 1, len(cols) - 1)
    if (at < 0).any():
        cells, at = _laid_out(np.concatenate((cells, _row_runs(at < 0))), *at.shape)
    heights = ys[rows]
    return Table(
        xs=xs[cols],
        ys=heights,
        cells=cells,
        at=at,
        open_top=len(closed) > 0 and bool((np.abs(closed - heights[0]) <= TOLERANCE).any()),
        open_bottom=len(closed) > 0 and bool((np.abs(closed - heights[-1]) <= TOLERANCE).any()),
    )


def _laid_out(cells: Ints, n_rows: int, n_cols: int) -> tuple[Ints, Ints]:
    """Cells in row-major order, and the index of the cell at each position, -1 where there is none."""
    cells = cells[np.lexsort((cells[:, 1], cells[:, 0]))]
    at = np.full((n_rows, n_cols), -1)
    at[cells[:, 0], cells[:, 1]] = np.arange(len(cells))
    for index in ((cells[:, 2] > 1) | (cells[:, 3] > 1)).nonzero()[0].tolist():
        row, col, height, width = cells[index].tolist()
        at[row : row + height, col : col + width] = index
    return cells, at


def _is_ring(mask: Bools) -> bool:
    return bool(mask[0].all() and mask[-1].all() and mask[:, 0].all() and mask[:, -1].all())


def _row_runs(mask: Bools) -> Ints:
    """Rectangles (row, column, row span, column span) that cover a mask: runs in rows, equal ones stacked."""
    found: list[list[int]] = []
    standing: dict[tuple[int, int], list[int]] = {}
    for row in range(mask.shape[0]):
        change = np.flatnonzero(np.diff(np.concatenate(([0], mask[row].astype(np.int8), [0]))))
        current: dict[tuple[int, int], list[int]] = {}
        for start, end in zip(change[::2].tolist(), change[1::2].tolist(), strict=True):
            rectangle = standing.get((start, end))
            if rectangle is None:
                rectangle = [row, start, 0, end - start]
                found.append(rectangle)
            rectangle[2] += 1
            current[start, end] = rectangle
        standing = current
    return np.array(found, np.int64).reshape(-1, 4)
