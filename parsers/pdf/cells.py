"""Which cell each character belongs to.

A character belongs to the cell that the middle of its box is in. A number wider than its column would be
cut in two by that rule, and both halves would look like numbers: such a number goes whole to the cell that
holds most of it, and is reported. So does a text that runs on into its neighbour: spreadsheets let a long
name spill over an empty cell, and print all of it where they only show what fits.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from parsers.pdf.characters import Characters, CodeSet
from parsers.pdf.lattice import Table
from parsers.pdf.pdfium import Bools, Floats, Ints
from parsers.pdf.text import OUTSIDE

_NUMERIC = CodeSet(map(ord, "0123456789.,-%"))
#: Characters of one number are not further apart than this share of their width.
_CLOSE = 0.15
#: A text spills over a rule where its characters touch each other and the rule cuts off so much of one of them.
#: Texts of two cells have the cells' padding between them (least seen: 0.35 of a character).
_TOUCHING = 0.06
_CUT_OFF = 0.06
_MOST_OVERLAP = -0.25


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
    _keep_texts_whole(characters, group, tables)
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
    boxes, baseline = characters.boxes, characters.baselines
    gap = boxes[1:, 0] - boxes[:-1, 2]
    width = np.maximum(boxes[1:, 2] - boxes[1:, 0], boxes[:-1, 2] - boxes[:-1, 0])
    return (
        numeric[1:] & numeric[:-1] & (np.abs(np.diff(baseline)) < 1) & (gap < _CLOSE * width) & (gap > -width)
    )


def _keep_numbers_whole(characters: Characters, group: Ints) -> list[int]:
    numeric = _NUMERIC.of(characters.codes)
    linked = _linked(characters, numeric)
    moved: list[int] = []
    for cut in np.flatnonzero(linked & (group[1:] != group[:-1])):
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


def _keep_texts_whole(characters: Characters, group: Ints, tables: list[Table]) -> None:
    """Texts that spill over a rule go to the cell that they are aligned in."""
    apart = np.flatnonzero(group[1:] != group[:-1])
    apart = apart[_touch(characters, apart)]
    if not len(apart):
        return
    cells = np.concatenate([table.cell_boxes() for table in tables])
    for cut in apart.tolist():
        if group[cut] == group[cut + 1] or not _is_cut_off(characters, group, cells, cut):
            continue
        start, end = cut, cut + 1
        while start > 0 and _touch(characters, np.array([start - 1]))[0]:
            start -= 1
        while end < len(group) - 1 and _touch(characters, np.array([end]))[0]:
            end += 1
        held = [cell for cell in dict.fromkeys(group[start : end + 1].tolist()) if cell != OUTSIDE]
        x0, x1 = characters.boxes[start, 0], characters.boxes[end, 2]
        off_centre = np.abs(cells[held, 0] + cells[held, 2] - x0 - x1) / 2
        if len(held) > 2 and off_centre.min() < _width(characters, end):
            group[start : end + 1] = held[int(off_centre.argmin())]
        else:
            from_left, from_right = abs(x0 - cells[held[0], 0]), abs(cells[held[-1], 2] - x1)
            group[start : end + 1] = held[0] if from_left <= from_right else held[-1]


def _is_cut_off(characters: Characters, group: Ints, cells: Floats, at: int) -> bool:
    """Whether the rule between a character's cell and the next one's runs through either; a number is never cut."""
    if _NUMERIC.of(characters.codes[at : at + 2]).any():
        return False
    here, there = group[at], group[at + 1]
    beyond = characters.boxes[at, 2] - cells[here, 2] if here != OUTSIDE else 0.0
    before = cells[there, 0] - characters.boxes[at + 1, 0] if there != OUTSIDE else 0.0
    return bool(max(beyond, before) > _CUT_OFF * _width(characters, at))


def _width(characters: Characters, at: int) -> float:
    return float(characters.boxes[at, 2] - characters.boxes[at, 0])


def _touch(characters: Characters, at: Ints) -> Bools:
    """Which of the characters at these positions touch the next one of their line; blanks touch nothing."""
    boxes, baseline, blank = characters.boxes, characters.baselines, characters.blanks()
    gap = boxes[at + 1, 0] - boxes[at, 2]
    width = np.maximum(boxes[at + 1, 2] - boxes[at + 1, 0], boxes[at, 2] - boxes[at, 0])
    touching: Bools = (
        (np.abs(baseline[at + 1] - baseline[at]) < 1)
        & (gap < _TOUCHING * width)
        & (gap > _MOST_OVERLAP * width)
        & ~(blank[at + 1] | blank[at])
    )
    return touching
