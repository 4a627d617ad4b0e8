"""From ruling lines to tables of cells, with arrays instead of loops over pairs of edges.

Lines closer than ``TOLERANCE`` are one. The lines cut the page into units; a side of a unit is a wall
where a ruling covers it. Units that no wall divides are one region: a cell. Regions that leak to the
page's margin are no cells, which is why open sides are closed before. Lines that belong to another table
only divide units, not regions, so several tables on a page do not disturb each other, and a merged cell
is a region of several units.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from parsers.pdf.pdfium import Bools, Floats, Ints

#: Rulings closer than this are one, ends nearer than this meet (points; pdfplumber's snap tolerance).
TOLERANCE = 3.0
#: A side is closed where at least so many rulings end together.
ENDS_TOGETHER = 3


@dataclass(frozen=True, slots=True)
class Table:
    """A table's cells by position in its own grid.

    ``xs``, ``ys``: rulings of this table, ascending. ``cells``: n x 4 of row, column, row span, column
    span, row-major, covering the grid. ``drawn``: which cells have rulings on all sides; the others fill
    gaps of a ragged outline. ``open_top``, ``open_bottom``: that side was closed by us.
    """

    xs: Floats
    ys: Floats
    cells: Ints
    drawn: Bools
    open_top: bool = False
    open_bottom: bool = False

    @property
    def box(self) -> tuple[float, float, float, float]:
        """x0, top, x1, bottom."""
        return float(self.xs[0]), float(self.ys[0]), float(self.xs[-1]), float(self.ys[-1])

    def cell_boxes(self) -> Floats:
        """x0, top, x1, bottom of every cell, n x 4."""
        row, col, rows, cols = self.cells.T
        return np.column_stack((self.xs[col], self.ys[row], self.xs[col + cols], self.ys[row + rows]))

    def cell_at(self, x: Floats, y: Floats) -> Ints:
        """The index of the cell that each point lies in, -1 outside the table."""
        position = np.full((len(self.ys) - 1, len(self.xs) - 1), -1)
        for index, (row, col, rows, cols) in enumerate(self.cells.tolist()):
            position[row : row + rows, col : col + cols] = index
        i = np.searchsorted(self.ys, y, side="right") - 1
        j = np.searchsorted(self.xs, x, side="right") - 1
        inside = (i >= 0) & (i < position.shape[0]) & (j >= 0) & (j < position.shape[1])
        found = np.full(len(x), -1)
        found[inside] = position[i[inside], j[inside]]
        return found


@dataclass(slots=True)
class _Edges:
    """Edges of one direction, joined: ``at`` positions of the lines; per edge its line and its two ends."""

    at: Floats
    line: Ints
    start: Floats
    end: Floats


def find_tables(horizontal: Floats, vertical: Floats) -> list[Table]:
    """The tables that rulings make, from top to bottom, then from left to right; two cells at least.

    ``horizontal``: n x 3 of y, x0, x1. ``vertical``: n x 3 of x, top, bottom.
    """
    if not len(horizontal) or not len(vertical):
        return []
    h, v, closed = _close_sides(_join(horizontal), _join(vertical))
    if len(h.at) < 2 or len(v.at) < 2:
        return []
    across, down = _covered(h, v.at), _covered(v, h.at).T
    rectangles, table_of = _rectangles(_regions(across, down))
    tables = [_table(rectangles[table_of == t], h.at, v.at, closed) for t in np.unique(table_of)]
    return sorted((t for t in tables if len(t.cells) > 1), key=lambda t: (t.box[1], t.box[0]))


def _clusters(positions: Floats, weights: Floats) -> tuple[Floats, Ints]:
    """Groups of positions with gaps up to the tolerance: their weighted means, and each one's group."""
    order = np.argsort(positions, kind="stable")
    group_sorted = np.concatenate(([0], np.cumsum(np.diff(positions[order]) > TOLERANCE)))
    group = np.empty(len(positions), np.int64)
    group[order] = group_sorted
    total = np.bincount(group, weights)
    return np.bincount(group, positions * weights) / total, group


def _join(edges: Floats) -> _Edges:
    """Edges on nearly the same line that nearly touch made one; what stays a stub is dropped."""
    if not len(edges):
        return _Edges(np.zeros(0), np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
    length = edges[:, 2] - edges[:, 1]
    at, line = _clusters(edges[:, 0], length + 0.01)
    order = np.lexsort((edges[:, 1], line))
    line, start, end = line[order], edges[order, 1], edges[order, 2]
    # Lines are far apart in `shifted`, so one running maximum serves all of them.
    shift = line * 1e6
    reach = np.maximum.accumulate(end + shift)
    first = np.concatenate(([True], (start + shift)[1:] > reach[:-1] + TOLERANCE))
    starts = np.flatnonzero(first)
    line, start, end = line[starts], start[starts], np.maximum.reduceat(end, starts)
    kept = end - start > TOLERANCE
    return _compact(at, line[kept], start[kept], end[kept])


def _compact(at: Floats, line: Ints, start: Floats, end: Floats) -> _Edges:
    used, line = np.unique(line, return_inverse=True)
    return _Edges(at[used], line, start, end)


def _covered(edges: _Edges, cuts: Floats) -> Bools:
    """Which units between ``cuts`` each line covers, shape lines x (cuts - 1)."""
    low = np.searchsorted(cuts, edges.start - TOLERANCE)
    high = np.searchsorted(cuts, edges.end + TOLERANCE, side="right") - 1
    change = np.zeros((len(edges.at), len(cuts) + 1), np.int32)
    useful = high > low
    np.add.at(change, (edges.line[useful], low[useful]), 1)
    np.add.at(change, (edges.line[useful], high[useful]), -1)
    return np.cumsum(change, axis=1)[:, : len(cuts) - 1] > 0


def _close_sides(h: _Edges, v: _Edges) -> tuple[_Edges, _Edges, Floats]:
    """Rulings added where a table has no border, and the heights of those added at top and bottom."""
    if _is_framed(h, v):
        return h, v, np.zeros(0)
    added_h = _end_rulings(v, h)
    if len(added_h):
        h = _join(np.concatenate((_edges(h), added_h)))
    added_v = _end_rulings(h, v)
    if len(added_v):
        v = _join(np.concatenate((_edges(v), added_v)))
    return h, v, added_h[:, 0]


def _is_framed(h: _Edges, v: _Edges) -> bool:
    """Whether one border runs round everything, so that no side can be open: true of most pages."""
    if not len(h.at) or not len(v.at):
        return False
    top, bottom, left, right = h.at[0], h.at[-1], v.at[0], v.at[-1]
    whole_h = h.line[(h.start <= left + TOLERANCE) & (h.end >= right - TOLERANCE)]
    whole_v = v.line[(v.start <= top + TOLERANCE) & (v.end >= bottom - TOLERANCE)]
    return bool(
        {0, len(h.at) - 1} <= set(whole_h.tolist())
        and {0, len(v.at) - 1} <= set(whole_v.tolist())
        and h.start.min() > left - TOLERANCE
        and h.end.max() < right + TOLERANCE
        and v.start.min() > top - TOLERANCE
        and v.end.max() < bottom + TOLERANCE
    )


def _edges(edges: _Edges) -> Floats:
    return np.column_stack((edges.at[edges.line], edges.start, edges.end))


def _end_rulings(ending: _Edges, crossing: _Edges) -> Floats:
    """Rulings that close a side where several of ``ending`` stop together and none of ``crossing`` runs.

    n x 3 like the rulings of the crossing direction: position, start, end.
    """
    if len(ending.line) < ENDS_TOGETHER:
        return np.zeros((0, 3))
    place = ending.at[ending.line]
    crossing_at = crossing.at[crossing.line]
    added: list[tuple[float, float, float]] = []
    for ends, others in ((ending.start, ending.end), (ending.end, ending.start)):
        middle, group = _clusters(ends, np.ones(len(ends)))
        for g in np.flatnonzero(np.bincount(group) >= ENDS_TOGETHER):
            members = np.flatnonzero(group == g)
            members = members[np.argsort(place[members])]
            near = np.abs(crossing_at - middle[g]) <= 2 * TOLERANCE
            begins, stops = crossing.start[near] - TOLERANCE, crossing.end[near] + TOLERANCE
            if ((begins <= place[members[0]]) & (stops >= place[members[-1]])).any():
                continue  # the usual case: a border runs along all of them
            for one, two in itertools.pairwise(members):
                low, high = place[one], place[two]
                if high - low <= TOLERANCE or ((begins <= low) & (stops >= high)).any():
                    continue
                # An edge between them that runs on past the common end: no border was meant here.
                between = (place > low + TOLERANCE) & (place < high - TOLERANCE)
                before, after = ending.start < middle[g] - TOLERANCE, ending.end > middle[g] + TOLERANCE
                if (between & before & after).any():
                    continue
                inner = (min(ends[one], others[one]), max(ends[one], others[one]))
                crosses = (
                    (crossing_at > inner[0] - TOLERANCE)
                    & (crossing_at < inner[1] + TOLERANCE)
                    & (crossing.end > low + TOLERANCE)
                    & (crossing.start < high - TOLERANCE)
                )
                if crosses.any():  # else underlines or a list of rules without columns
                    added.append((float(middle[g]), float(low), float(high)))
    return np.array(added).reshape(-1, 3)


class _Runs:
    """Runs of connected units along the rows of an array, which end where ``cut`` is set after a unit."""

    def __init__(self, cut: Bools) -> None:
        rows, cols = cut.shape
        begins = np.ones((rows, cols + 1), np.bool_)
        begins[:, 1:] = cut
        self.shape = begins.shape
        self.starts = begins.ravel().nonzero()[0]
        self.lengths = np.diff(self.starts, append=begins.size)

    def smallest(self, labels: Ints) -> Ints:
        """Every unit with the smallest label of its run."""
        return np.repeat(np.minimum.reduceat(labels.ravel(), self.starts), self.lengths).reshape(self.shape)


def _spread(cut_right: Bools, cut_below: Bools) -> Ints:
    """A label for every unit, equal for all that are connected: rows and columns in turn until stable."""
    rows, columns = _Runs(cut_right), _Runs(cut_below.T)
    labels = np.arange(cut_right.shape[0] * cut_below.shape[1]).reshape(rows.shape)
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
    return _spread(cut_right, cut_below)[1:-1, 1:-1]


def _rectangles(regions: Ints) -> tuple[Ints, Ints]:
    """Top, left, bottom, right of all cells in units, n x 4, and the table that each belongs to.

    Cells that share a side belong together. L-shaped regions are cut into rows.
    """
    i, j = np.nonzero(regions)
    if not len(i):
        return np.zeros((0, 4), np.int64), np.zeros(0, np.int64)
    _, index = np.unique(regions[i, j], return_inverse=True)
    n = int(index.max()) + 1
    top, left = np.full(n, 1 << 30), np.full(n, 1 << 30)
    bottom, right = np.zeros(n, np.int64), np.zeros(n, np.int64)
    np.minimum.at(top, index, i)
    np.minimum.at(left, index, j)
    np.maximum.at(bottom, index, i + 1)
    np.maximum.at(right, index, j + 1)
    whole = np.bincount(index) == (bottom - top) * (right - left)
    inside = regions > 0
    rectangles = [np.column_stack((top, left, bottom, right))[whole]]
    for k in np.flatnonzero(~whole):
        mask = np.zeros(regions.shape, np.bool_)
        mask[i[index == k], j[index == k]] = True
        if _is_ring(mask[top[k] : bottom[k], left[k] : right[k]]):
            inside &= ~mask  # a frame drawn round a table or a page is no cell
            continue
        runs = _row_runs(mask)
        rectangles.append(np.column_stack((runs[:, :2], runs[:, :2] + runs[:, 2:])))
    found = np.concatenate(rectangles)
    if inside.all():
        return found, np.zeros(len(found), np.int64)
    parts = _spread(~(inside[:, 1:] & inside[:, :-1]), ~(inside[1:] & inside[:-1]))
    return found, parts[found[:, 0], found[:, 1]]


def _table(rectangles: Ints, ys: Floats, xs: Floats, closed: Floats) -> Table:
    top, left, bottom, right = rectangles.T
    rows, cols = np.union1d(top, bottom), np.union1d(left, right)
    row, col = np.searchsorted(rows, top), np.searchsorted(cols, left)
    cells = np.column_stack(
        (row, col, np.searchsorted(rows, bottom) - row, np.searchsorted(cols, right) - col)
    )
    free = np.ones((len(rows) - 1, len(cols) - 1), np.bool_)
    for r, c, height, width in cells.tolist():
        free[r : r + height, c : c + width] = False
    gaps = _row_runs(free) if free.any() else np.zeros((0, 4), np.int64)
    drawn = np.repeat([True, False], [len(cells), len(gaps)])
    cells = np.concatenate((cells, gaps))
    order = np.lexsort((cells[:, 1], cells[:, 0]))
    heights = ys[rows]
    return Table(
        xs=xs[cols],
        ys=heights,
        cells=cells[order],
        drawn=drawn[order],
        open_top=bool(np.any(np.abs(closed - heights[0]) <= TOLERANCE)),
        open_bottom=bool(np.any(np.abs(closed - heights[-1]) <= TOLERANCE)),
    )


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
