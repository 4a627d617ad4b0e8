"""Which cell each character belongs to.

A character belongs to the cell that the middle of its box is in. A number wider than its column would be
cut in two by that rule, and both halves would look like numbers: such a number goes whole to the cell that
holds most of it, and is reported. Words that spill over a rule are ``parsers.pdf.overflow``'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from parsers.pdf.characters import Characters, CodeSet
from parsers.pdf.lattice import Table
from parsers.pdf.overflow import keep_texts_whole
from parsers.pdf.pdfium import Bools, Ints
from parsers.pdf.text import OUTSIDE

_NUMERIC = CodeSet(map(ord, "0123456789.,-%"))
#: Characters of one number are not further apart than this share of their width.
_CLOSE = 0.15


@dataclass(slots=True)
class Placement:
    """``group``: per character the running number of its cell over all tables of the page, -1 outside.

    ``first``: the number of the first cell of each table. ``moved``: positions of the first characters
    of numbers that a rule runs through.
    """

    group: Ints
    first: list[int]
    moved: list[int]


def place_characters(characters: Characters, tables: list[Table]) -> Placement:
    """Every character in one cell or outside all tables; of nested tables the inner one has it."""
    middle = (characters.boxes[:, :2] + characters.boxes[:, 2:]) / 2
    group = np.full(len(characters), OUTSIDE)
    first = list(accumulate((len(table.cells) for table in tables), initial=0))[:-1]
    for table, start in sorted(zip(tables, first, strict=True), key=lambda pair: -_area(pair[0])):
        cell = table.cell_at(middle[:, 0], middle[:, 1])
        group = np.where(cell >= 0, cell + start, group)
    moved = _keep_numbers_whole(characters, group)
    keep_texts_whole(characters, group, tables)
    return Placement(group, first, moved)


def _area(table: Table) -> float:
    x0, top, x1, bottom = table.box
    return (x1 - x0) * (bottom - top)


def numbers(characters: Characters) -> Ints:
    """A running number for each unbroken run of digits and their signs; -1 for other characters."""
    numeric = _NUMERIC.of(characters.codes)
    token = np.cumsum(np.concatenate(([True], ~_linked(characters, numeric)))) if len(characters) else numeric
    return np.where(numeric, token, -1)


def _linked(characters: Characters, numeric: Bools) -> Bools:
    """Which characters but the last belong to one number with the next one."""
    return numeric[1:] & numeric[:-1] & _close(characters, np.arange(len(characters) - 1))


def _close(characters: Characters, at: Ints) -> Bools:
    """Which of the characters at these positions are as near to the next one as two digits of a number."""
    one, other = characters.boxes.take(at, axis=0), characters.boxes.take(at + 1, axis=0)
    step = characters.baselines.take(at + 1) - characters.baselines.take(at)
    gap = other[:, 0] - one[:, 2]
    width = np.maximum(other[:, 2] - other[:, 0], one[:, 2] - one[:, 0])
    close: Bools = (np.abs(step) < 1) & (gap < _CLOSE * width) & (gap > -width)
    return close


def _keep_numbers_whole(characters: Characters, group: Ints) -> list[int]:
    numeric = _NUMERIC.of(characters.codes)
    moved: list[int] = []
    cuts = (numeric[1:] & numeric[:-1] & (group[1:] != group[:-1])).nonzero()[0]
    # Neighbours in two cells are seldom one number: only then is it asked of all characters.
    if not len(cuts) or not _close(characters, cuts).any():
        return moved
    linked = _linked(characters, numeric)
    for cut in cuts[linked[cuts]]:
        start, end = int(cut), int(cut) + 1
        while start > 0 and linked[start - 1]:
            start -= 1
        while end < len(linked) and linked[end]:
            end += 1
        held = group[start : end + 1]
        inside = held[held != OUTSIDE]
        group[start : end + 1] = np.bincount(inside).argmax()
        if start not in moved:
            moved.append(start)
    return moved
