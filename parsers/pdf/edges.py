"""Ruling edges joined to long lines, and the lines that are missing.

Lines closer than ``TOLERANCE`` are one; edges on one line that nearly touch are one edge, so that a line
drawn in dashes or cell by cell is whole again. Where several edges stop together and no line runs along
their ends, the table is open there: a page end has cut it, or it has no outer border.
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
#: Of a page's last row alone two rules end together; then so many rulings must run from one to the other.
_ONE_ROW = 2
#: A page with more edges in one direction is a drawing, in which no sides are closed (most seen: 210).
MOST_EDGES = 3_000


@dataclass(slots=True)
class Edges:
    """Edges of one direction, joined: ``at`` positions of the lines; per edge its line and its two ends."""

    at: Floats
    line: Ints
    start: Floats
    end: Floats


def closing_rulings(horizontal: Floats, vertical: Floats) -> tuple[Floats, Floats]:
    """The rulings missing at open sides of tables, horizontal and vertical, like those given.

    A table that goes on over a page end often has no rule there, and some tables have no outer border.
    """
    h, v = join(horizontal), join(vertical)
    added_h = _end_rulings(v, h)
    if len(added_h):
        h = join(np.concatenate((horizontal, added_h)))
    return added_h, _end_rulings(h, v, _ONE_ROW)


def _clusters(positions: Floats, weights: Floats) -> tuple[Floats, Ints]:
    """Groups of positions with gaps up to the tolerance: their weighted means, and each one's group."""
    order = positions.argsort(kind="stable")
    in_order = positions.take(order)
    apart = np.zeros(len(positions), np.bool_)
    apart[1:] = in_order[1:] - in_order[:-1] > TOLERANCE
    group = np.empty(len(positions), np.int64)
    group[order] = apart.cumsum()
    total = np.bincount(group, weights)
    return np.bincount(group, positions * weights) / total, group


def join(edges: Floats) -> Edges:
    """Edges on nearly the same line that nearly touch made one; what stays a stub is dropped."""
    if not len(edges):
        return Edges(np.zeros(0), np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
    length = edges[:, 2] - edges[:, 1]
    at, line = _clusters(edges[:, 0], length + 0.01)
    order = np.lexsort((edges[:, 1], line))
    line, start, end = line.take(order), edges[:, 1].take(order), edges[:, 2].take(order)
    # Lines are far apart in `shifted`, so one running maximum serves all of them.
    shift = line * 1e6
    reach = np.maximum.accumulate(end + shift)
    first = np.ones(len(line), np.bool_)
    first[1:] = (start + shift)[1:] > reach[:-1] + TOLERANCE
    starts = first.nonzero()[0]
    line, start, end = line[starts], start[starts], np.maximum.reduceat(end, starts)
    kept = end - start > TOLERANCE
    if kept.all():
        return Edges(at, line, start, end)
    return _compact(at, line[kept], start[kept], end[kept])


def _compact(at: Floats, line: Ints, start: Floats, end: Floats) -> Edges:
    used, line = number_anew(line, len(at))
    return Edges(at[used], line, start, end)


def number_anew(numbers: Ints, limit: int) -> tuple[Ints, Ints]:
    """The numbers below ``limit`` that occur, ascending, and each one's rank: ``np.unique``, much faster."""
    occurs = np.zeros(limit, np.bool_)
    occurs[numbers] = True
    return occurs.nonzero()[0], (occurs.cumsum() - 1)[numbers]


def covered(edges: Edges, cuts: Floats) -> Bools:
    """Which units between ``cuts`` each line covers, shape lines x (cuts - 1)."""
    low = cuts.searchsorted(edges.start - TOLERANCE)
    high = cuts.searchsorted(edges.end + TOLERANCE, side="right") - 1
    n_lines, n_cuts = len(edges.at), len(cuts) + 1
    row = edges.line * n_cuts
    useful = high > low
    if not useful.all():
        row, low, high = row[useful], low[useful], high[useful]
    change = np.bincount(row + low, minlength=n_lines * n_cuts) - np.bincount(
        row + high, minlength=n_lines * n_cuts
    )
    return change.reshape(n_lines, n_cuts).cumsum(axis=1)[:, : len(cuts) - 1] > 0


def is_framed(h: Edges, v: Edges) -> bool:
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


def _end_rulings(ending: Edges, crossing: Edges, least: int = ENDS_TOGETHER) -> Floats:
    """Rulings that close a side where several of ``ending`` stop together and none of ``crossing`` runs.

    n x 3 like the rulings of the crossing direction: position, start, end.
    """
    added: list[tuple[float, float, float]] = []
    if least <= len(ending.line) <= MOST_EDGES:
        place = ending.at[ending.line]
        for ends in (ending.start, ending.end):
            middle, group = _clusters(ends, np.ones(len(ends)))
            for g in np.flatnonzero(np.bincount(group) >= least):
                members = np.flatnonzero(group == g)
                members = members[np.argsort(place[members])]
                if len(members) < ENDS_TOGETHER and not _is_one_row(ending, crossing, members):
                    continue
                side = float(middle[g])
                added += [(side, *span) for span in _open_spans(ending, crossing, members, side)]
    return np.array(added).reshape(-1, 3)


def _is_one_row(ending: Edges, crossing: Edges, pair: Ints) -> bool:
    """Whether two edges of one extent are the rules of a row: rulings between them run from one to the other."""
    one, two = pair.tolist()
    extents = np.abs((ending.start[one] - ending.start[two], ending.end[one] - ending.end[two]))
    low, high = ending.at[ending.line[pair]].tolist()
    if extents.max() > TOLERANCE:
        return False
    between = (
        (np.abs(crossing.start - low) <= TOLERANCE)
        & (np.abs(crossing.end - high) <= TOLERANCE)
        & (crossing.at[crossing.line] > ending.start[one] - TOLERANCE)
        & (crossing.at[crossing.line] < ending.end[one] + TOLERANCE)
    )
    return int(between.sum()) >= _ONE_ROW


def _open_spans(ending: Edges, crossing: Edges, members: Ints, side: float) -> list[tuple[float, float]]:
    """Where a side lacks its rule, between neighbours of ``members``, the edges that end there."""
    place, crossing_at = ending.at[ending.line], crossing.at[crossing.line]
    near = np.abs(crossing_at - side) <= 2 * TOLERANCE
    begins, stops = crossing.start[near] - TOLERANCE, crossing.end[near] + TOLERANCE
    if ((begins <= place[members[0]]) & (stops >= place[members[-1]])).any():
        return []  # the usual case: a border runs along all of them
    goes_on = (ending.start < side - TOLERANCE) & (ending.end > side + TOLERANCE)
    spans: list[tuple[float, float]] = []
    for one, two in itertools.pairwise(members):
        low, high = float(place[one]), float(place[two])
        if high - low <= TOLERANCE or ((begins <= low) & (stops >= high)).any():
            continue
        if (goes_on & (place > low + TOLERANCE) & (place < high - TOLERANCE)).any():
            continue  # an edge between them runs on past the common end: no border was meant here
        crosses = (
            (crossing_at > ending.start[one] - TOLERANCE)
            & (crossing_at < ending.end[one] + TOLERANCE)
            & (crossing.end > low + TOLERANCE)
            & (crossing.start < high - TOLERANCE)
        )
        if crosses.any():  # else underlines, or a list of rules without columns
            spans.append((low, high))
    if spans:
        # Where the outer columns are open too, the rules next to this side say how far they reach.
        start, _ = _nearest_rule(ending, crossing, members, side, spans[0][0])
        spans[0] = (min(start, spans[0][0]), spans[0][1])
        _, end = _nearest_rule(ending, crossing, members, side, spans[-1][1])
        spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
    return spans


def _nearest_rule(
    ending: Edges, crossing: Edges, members: Ints, side: float, at: float
) -> tuple[float, float]:
    """Start and end of the rule nearest to an open side that meets ``at`` and the edges ending there."""
    crossing_at = crossing.at[crossing.line]
    meets = (
        (crossing.start <= at + TOLERANCE)
        & (crossing.end >= at - TOLERANCE)
        & (crossing_at >= ending.start[members].min() - TOLERANCE)
        & (crossing_at <= ending.end[members].max() + TOLERANCE)
    ).nonzero()[0]
    if not len(meets):
        return at, at
    nearest = meets[np.abs(crossing_at[meets] - side).argmin()]
    return float(crossing.start[nearest]), float(crossing.end[nearest])
