"""What parts our reading of a page from stock pdfplumber's, cell by cell, and why.

Two cells are the same place where all four sides agree within ``SAME_SIDE``. They are equal if their texts are the
same strings, blanks and line ends included: nothing is normalised. Every other cell of either side is a
``Difference``. It has a cause if stock pdfplumber, repeated with that one thing changed (at most two of them),
gives our cell, or gives its own no more; and only as long as no figure of it is missing from ours. What has no
cause is unexplained.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import NamedTuple

from bench.stock_page import FILLS, OPEN_SIDES, STRUCTURE, TEXT, StockPage
from parsers.grid import Box, Grid

#: Sides of one cell differ by less (points; both readings take rulings this near for one).
SAME_SIDE = 3.0
#: Amounts as these documents print them: with decimals, or in groups of three digits.
_FIGURE = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+")

# What the fills do to stock, by where the cell stands.
CUT, AROUND, NO_TABLE, OFF_PAGE = "cells cut", "around a table", "no table", "off the page"


class Difference(NamedTuple):
    """A cell on which the readings do not agree: ``kind`` is ``text``, ``only ours`` or ``only stock``.

    ``cause``: which of the classes explains it, '' for none.
    """

    page: int
    kind: str
    box: Box
    ours: str | None
    stock: str | None
    cause: str


@dataclass(slots=True)
class Compared:
    """A page compared: ``equal`` cells, tables of each side and how many found another, and all differences."""

    equal: int = 0
    ours: int = 0
    stock: int = 0
    paired: int = 0
    differences: list[Difference] = field(default_factory=list)


def compare(number: int, grids: Sequence[Grid], stock: StockPage) -> Compared:
    """Our grids of a page beside stock's tables."""
    ours = {cell.box: cell.text for grid in grids for cell in grid.cells if cell.box is not None}
    theirs = stock.cells()
    pairs = pair(ours, theirs)
    tables = [grid.box for grid in grids if grid.box is not None]
    found = stock.tables()
    result = Compared(
        ours=len(tables),
        stock=len(found),
        paired=len(match(tables, found)),
        equal=sum(ours[box] == theirs[other] for box, other in pairs.items()),
    )
    add = result.differences.append
    for box, text in ours.items():
        if box not in pairs:
            cause = _why_missing(box, text, stock)
            add(Difference(number, "only ours", box, text, None, cause))
        elif text != (other := theirs[pairs[box]]):
            add(Difference(number, "text", box, text, other, _why_other_text(box, text, stock)))
    taken = set(pairs.values())
    for box, text in theirs.items():
        if box not in taken:
            cause = _why_too_many(box, text, ours, tables, stock)
            add(Difference(number, "only stock", box, None, text, cause))
    return result


def pair(ours: Iterable[Box], theirs: Iterable[Box]) -> dict[Box, Box]:
    """Each of our boxes with the nearest of stock's at the same place, none used twice."""
    free = list(theirs)
    pairs = {}
    for box in ours:
        nearest = min(free, key=lambda other: _apart(box, other), default=None)
        if nearest is not None and _apart(box, nearest) <= SAME_SIDE:
            pairs[box] = nearest
            free.remove(nearest)
    return pairs


def match(tables: Sequence[Box], others: Sequence[Box]) -> list[tuple[Box, Box]]:
    """Tables with the one of the others that they share the largest area with, each used once."""
    shared = [(_shared(one, other), one, other) for one in tables for other in others]
    matched: list[tuple[Box, Box]] = []
    for area, one, other in sorted(shared, key=lambda each: -each[0]):
        if area > 0 and all(one != a and other != b for a, b in matched):
            matched.append((one, other))
    return matched


def figures(text: str) -> Counter[str]:
    """The amounts in a text, line ends and blanks within them aside."""
    return Counter(_FIGURE.findall(text))


def _why_missing(box: Box, text: str, stock: StockPage) -> str:
    """Why stock lacks a cell of ours: the change that brings it, with our text."""
    for changes in _subsets(STRUCTURE):
        cells = stock.cells(frozenset(changes))
        same = pair([box], cells)
        if same and (cells[same[box]] == text or _why_other_text(box, text, stock, changes)):
            return CUT if changes == (FILLS,) else OPEN_SIDES if OPEN_SIDES in changes else ""
    return ""


def _why_other_text(box: Box, text: str, stock: StockPage, always: tuple[str, ...] = ()) -> str:
    """Why stock has another text in a cell: the change that gives ours."""
    for changes in _subsets(TEXT):
        cells = stock.cells(frozenset((*always, *changes)))
        same = pair([box], cells)
        if same and cells[same[box]] == text:
            return " and ".join(changes)
    return ""


def _why_too_many(box: Box, text: str, ours: dict[Box, str], tables: Sequence[Box], stock: StockPage) -> str:
    """Why stock has a cell that we have not: fills make it, and none of its figures is missing from ours."""
    if pair([box], stock.cells(frozenset((FILLS,)))):
        return ""
    width, height = stock.size
    middle = (box.x0 + box.x1) / 2, (box.top + box.bottom) / 2
    if not (0 <= middle[0] <= width and 0 <= middle[1] <= height):
        return OFF_PAGE
    there = " ".join(held for cell, held in ours.items() if _shared(cell, box) > 0)
    if figures(text) - figures(there):
        return ""
    if not tables:
        return NO_TABLE
    return CUT if any(_shared(_within(box), table) > 0 for table in tables) else AROUND


def _subsets(changes: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    """One change, or two together."""
    yield from ((each,) for each in changes)
    yield from combinations(changes, 2)


def _apart(one: Box, other: Box) -> float:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def _shared(one: Box, other: Box) -> float:
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    return max(width, 0.0) * max(height, 0.0)


def _within(box: Box) -> Box:
    """A box without its rim, which it may share with a table beside it."""
    rim = min(SAME_SIDE, (box.x1 - box.x0) / 3, (box.bottom - box.top) / 3)
    return Box(box.x0 + rim, box.top + rim, box.x1 - rim, box.bottom - rim)
