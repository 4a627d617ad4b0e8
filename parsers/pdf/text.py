"""Characters at places put together as text: one string a cell, one line a printed line.

Text runs come out of order (an office program draws the digits of a page first and then the Chinese), so
order is taken from the places alone: lines by baseline, characters of a line by x. Blanks are the printed
ones, and one for a gap that the eye sees as a blank; between Chinese characters a gap says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from parsers.pdf.characters import Characters
from parsers.pdf.pdfium import Bools, Floats, Ints

#: The group of characters that are in no cell.
OUTSIDE = -1
#: Baselines closer than this share of the character height are one line.
SAME_LINE = 0.3
#: A gap over this share of the wider neighbour reads as a blank.
BLANK = 0.27
#: A gap over this many character heights parts two texts of one printed line (captions left and right).
APART = 2.0

_CELL_END, _LINE_END, _SPACE = 0x1E, 0x0A, 0x20


@dataclass(slots=True)
class Texts:
    """Strings, the group each belongs to, and their boxes (n x 4)."""

    strings: list[str]
    groups: Ints
    boxes: Floats


def compose(characters: Characters, group: Ints) -> Texts:
    """The text of every group, lines joined by ``\\n``, in order of groups.

    Group ``OUTSIDE`` is no cell but the rest of the page: it gives one text for each line and wide gap.
    """
    if not len(characters):
        return Texts([], np.zeros(0, np.int64), np.zeros((0, 4)))
    line = _lines(characters, group)
    order = np.lexsort((characters.boxes[:, 0], line))
    shown, line, group = characters.take(order), line[order], group[order]
    new_line = line[1:] != line[:-1]
    gap = shown.boxes[1:, 0] - shown.boxes[:-1, 2]
    width = shown.boxes[:, 2] - shown.boxes[:, 0]
    height = _heights(shown)
    apart = new_line | (gap > APART * np.maximum(height[1:], height[:-1]))
    ends = (group[1:] != group[:-1]) | (apart & (group[1:] == OUTSIDE))
    new_line = new_line & ~ends
    chinese, blank = _is_chinese(shown.codes), shown.blanks()
    spaced = ~ends & ~new_line & (gap > BLANK * np.maximum(width[1:], width[:-1]))
    spaced &= ~(chinese[1:] | chinese[:-1] | blank[1:] | blank[:-1])
    separator = np.zeros(len(ends), np.uint32)
    for which, code in ((spaced, _SPACE), (new_line, _LINE_END), (ends, _CELL_END)):
        separator[which] = code
    strings = [_stripped(text) for text in _separated(shown.codes, separator).split(chr(_CELL_END))]
    starts = np.concatenate(([0], ends.nonzero()[0] + 1))
    boxes = np.empty((len(starts), 4))
    np.minimum.reduceat(shown.boxes[:, :2], starts, out=boxes[:, :2])
    np.maximum.reduceat(shown.boxes[:, 2:], starts, out=boxes[:, 2:])
    return Texts(strings, group[starts], boxes)


def _separated(codes: Ints, separator: npt.NDArray[np.uint32]) -> str:
    """The characters with what stands between two of them, 0 for nothing."""
    between = separator != 0
    place = np.arange(len(codes))
    place[1:] += np.cumsum(between)
    text = np.empty(place[-1] + 1, np.uint32)
    text[place] = codes
    text[place[:-1][between] + 1] = separator[between]
    return text.tobytes().decode("utf-32-le", "replace")


def _stripped(text: str) -> str:
    if "\n" not in text:
        return text.strip()
    return "\n".join(filter(None, map(str.strip, text.split("\n"))))


def _heights(characters: Characters) -> Floats:
    return np.maximum(characters.boxes[:, 3] - characters.boxes[:, 1], 1.0)


def _lines(characters: Characters, group: Ints) -> Ints:
    """A line number for every character, ascending by group and then downwards."""
    baseline = characters.baselines
    order = np.lexsort((baseline, group))
    level, height, group = baseline[order], _heights(characters)[order], group[order]
    new = np.zeros(len(order), np.bool_)
    new[1:] = level[1:] - level[:-1] > SAME_LINE * np.minimum(height[1:], height[:-1])
    new[1:] |= group[1:] != group[:-1]
    line = np.empty(len(order), np.int64)
    line[order] = np.cumsum(new)
    return line


def _is_chinese(codes: Ints) -> Bools:
    """Ideographs, their punctuation and full-width forms: characters that are set without blanks."""
    return (
        ((codes >= 0x2E80) & (codes <= 0x9FFF))
        | ((codes >= 0xF900) & (codes <= 0xFAFF))
        | ((codes >= 0xFF00) & (codes <= 0xFFEF))
        | (codes >= 0x20000)
    )
