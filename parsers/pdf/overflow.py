"""Texts that spill over the rules of their cell.

Spreadsheets let a long name run on over an empty cell, and print all lines of a wrapped name where the row is too
low to show them. Cut at the rules, the pieces would stand in cells of their own or run into other names. A text
is known as one by its characters that touch, or by lines drawn one after the other, and by a rule that cuts it.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from parsers.pdf.characters import Characters, CodeSet
from parsers.pdf.lattice import Table
from parsers.pdf.pdfium import Bools, Floats, Ints
from parsers.pdf.text import OUTSIDE

_DIGITS = CodeSet(map(ord, "0123456789.,-%"))
#: A text spills over a rule where its characters touch each other and the rule cuts off so much of one of them.
#: Texts of two cells have the cells' padding between them (least seen: 0.35 of a character).
_TOUCHING = 0.06
_CUT_OFF = 0.06
_MOST_OVERLAP = -0.25
#: A line is cut by a level rule that so much of its height lies beyond.
_CUT_LEVEL = 0.25
#: A text stands in the middle of its cell, give or take so much of its height.
_OFF_MIDDLE = 0.25
#: A name is wrapped over so many lines at most, this far apart (heights).
_LINES = 4
_LEAST_STEP, _MOST_STEP = 0.6, 2.0


def keep_texts_whole(characters: Characters, group: Ints, tables: list[Table]) -> None:
    """Changes ``group``, each character's cell on the page (``OUTSIDE`` for none), where texts spill over rules."""
    _keep_lines_whole(characters, group, tables)
    _keep_cells_whole(characters, group, tables)


def _keep_lines_whole(characters: Characters, group: Ints, tables: list[Table]) -> None:
    """A line that spills over an upright rule goes to the cell that it is aligned in."""
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
    if _DIGITS.of(characters.codes[at : at + 2]).any():
        return False
    here, there = group[at], group[at + 1]
    beyond = characters.boxes[at, 2] - cells[here, 2] if here != OUTSIDE else 0.0
    before = cells[there, 0] - characters.boxes[at + 1, 0] if there != OUTSIDE else 0.0
    return bool(max(beyond, before) > _CUT_OFF * _width(characters, at))


def _width(characters: Characters, at: int) -> float:
    return float(characters.boxes[at, 2] - characters.boxes[at, 0])


def _touch(characters: Characters, at: Ints) -> Bools:
    """Which of the characters at these positions touch the next one of their line; blanks touch nothing."""
    one, other = characters.take(at), characters.take(at + 1)
    gap = other.boxes[:, 0] - one.boxes[:, 2]
    width = np.maximum(other.boxes[:, 2] - other.boxes[:, 0], one.boxes[:, 2] - one.boxes[:, 0])
    touching: Bools = (
        (np.abs(other.baselines - one.baselines) < 1)
        & (gap < _TOUCHING * width)
        & (gap > _MOST_OVERLAP * width)
        & ~(other.blanks() | one.blanks())
    )
    return touching


def _keep_cells_whole(characters: Characters, group: Ints, tables: list[Table]) -> None:
    """The lines of a wrapped text that spills over the rules above and below go to the cell it belongs in."""
    cells = np.concatenate([table.cell_boxes() for table in tables])
    top, bottom = characters.boxes[:, 1], characters.boxes[:, 3]
    height = bottom - top
    beyond = np.maximum(cells[:, 1].take(group) - top, bottom - cells[:, 3].take(group))
    cut = (beyond > _CUT_LEVEL * height) & (group != OUTSIDE) & ~characters.blanks()
    if not cut.any():
        return
    ends = np.flatnonzero(~_touch(characters, np.arange(len(group) - 1))) + 1
    lines = [(int(run[0]), int(run[-1])) for run in np.split(np.arange(len(group)), ends)]
    chain = lines[:1]
    for one, other in pairwise(lines):
        if not _goes_on(characters, one, other):
            if cut[chain[0][0] : chain[-1][1] + 1].any():
                _settle(characters, group, cells, chain)
            chain = []
        chain.append(other)
    if cut[chain[0][0] : chain[-1][1] + 1].any():
        _settle(characters, group, cells, chain)


def _goes_on(characters: Characters, one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether a line is the next one of a text: drawn after it, under it, begun at its left or set in its middle."""
    boxes = characters.boxes
    height = float(boxes[one[0], 3] - boxes[one[0], 1])
    step = float(characters.baselines[other[0]] - characters.baselines[one[0]])
    lefts = boxes[other[0], 0] - boxes[one[0], 0]
    middles = (lefts + boxes[other[1], 2] - boxes[one[1], 2]) / 2
    return bool(
        _LEAST_STEP * height < step < _MOST_STEP * height
        and abs(boxes[other[0], 3] - boxes[other[0], 1] - height) < 1
        and min(abs(lefts), abs(middles)) < 1
    )


def _settle(characters: Characters, group: Ints, cells: Floats, chain: list[tuple[int, int]]) -> None:
    """Parts lines under each other into texts that each stand in the middle of a cell, as many as can be.

    Lines that do so one by one, which is the rule, stay as they are; so do lines that fit no cells.
    """
    held = [int(group[start]) for start, _ in chain]
    column = [cell for cell in dict.fromkeys(held) if cell != OUTSIDE]
    if len(chain) < 2 or not column:
        return
    if any(len(set(group[start : end + 1].tolist())) > 1 for start, end in chain):
        return
    boxes = characters.boxes[[start for start, _ in chain]]
    ends = characters.boxes[[end for _, end in chain]]
    around = np.array((boxes[:, 0].min(), boxes[:, 1].min(), ends[:, 2].max(), boxes[:, 3].max()))
    height = float(boxes[0, 3] - boxes[0, 1])
    over = (cells[:, 0] < around[0] + 1) & (cells[:, 2] > around[2] - 1)
    over &= (cells[:, 1] < around[3] + height) & (cells[:, 3] > around[1] - height)
    # A line may stand in a merged cell above or below its own: a heading in its group's, or over 合计.
    for places in (np.array(column), np.flatnonzero(over)):
        if not len(places):
            continue
        x0, _, x1, _ = cells[places[(cells[places, 2] - cells[places, 0]).argmin()]]
        if any(cells[cell, 0] > x0 + 1 or cells[cell, 2] < x1 - 1 for cell in column):
            continue
        beside = np.flatnonzero((np.abs(cells[:, 0] - x0) < 1) & (np.abs(cells[:, 2] - x1) < 1))
        if _stand_in(group, cells, chain, boxes, beside):
            return


def _stand_in(group: Ints, cells: Floats, chain: list[tuple[int, int]], boxes: Floats, beside: Ints) -> bool:
    """Puts the lines of a chain into cells under each other where every text is in the middle of one."""
    middles = (cells[beside, 1] + cells[beside, 3]) / 2
    slack = _OFF_MIDDLE * float(boxes[0, 3] - boxes[0, 1])
    # best[n]: how many texts the lines from n on make at most, the lines of the first of them, and its cell
    best: list[tuple[int, int, int] | None] = [None] * len(chain) + [(0, 0, OUTSIDE)]
    for first in range(len(chain) - 1, -1, -1):
        for n in range(1, min(_LINES, len(chain) - first) + 1):
            off = np.abs(middles - (boxes[first, 1] + boxes[first + n - 1, 3]) / 2)
            after = best[first + n]
            cell = int(beside[off.argmin()])
            if after is None or off.min() > slack or cell == after[2]:
                continue
            now = best[first]
            if now is None or after[0] + 1 > now[0]:
                best[first] = (after[0] + 1, n, cell)
    if best[0] is None:
        return False
    at = 0
    while (found := best[at]) is not None and found[1]:
        for start, end in chain[at : at + found[1]]:
            group[start : end + 1] = found[2]
        at += found[1]
    return True
