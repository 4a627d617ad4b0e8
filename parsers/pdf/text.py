"""Characters at places put together as text: one string a cell, one line a printed line.

Text runs come out of order (an office program draws the digits of a page first and then the Chinese), so
order is taken from the places alone: lines by baseline, characters of a line by x. Blanks are the printed
ones, and one for a gap that the eye sees as a blank; between Chinese characters a gap says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from parsers.pdf.characters import BEYOND, BLANKS, Characters, CodeSet
from parsers.pdf.pdfium import Floats, Ints

#: The group of characters that are in no cell.
OUTSIDE = -1
#: Baselines closer than this share of the character height are one line.
SAME_LINE = 0.3
#: A gap over this share of the wider neighbour reads as a blank.
BLANK = 0.27
#: A gap over this many character heights parts two texts of one printed line (captions left and right).
APART = 2.0

#: Ideographs, their punctuation and full-width forms are set without blanks; beside a blank there needs no other.
SET_CLOSE = CodeSet(
    (*BLANKS, *range(0x2E80, 0xA000), *range(0xF900, 0xFB00), *range(0xFF00, 0xFFF0), *BEYOND)
)
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
    codes, boxes = characters.codes.take(order), characters.boxes.take(order, axis=0)
    line, group = line.take(order), group.take(order)
    new_line = line[1:] != line[:-1]
    gap = boxes[1:, 0] - boxes[:-1, 2]
    width = boxes[:, 2] - boxes[:, 0]
    height = np.maximum(boxes[:, 3] - boxes[:, 1], 1.0)
    apart = new_line | (gap > APART * np.maximum(height[1:], height[:-1]))
    ends = (group[1:] != group[:-1]) | (apart & (group[1:] == OUTSIDE))
    new_line = new_line & ~ends
    spaced = ~ends & ~new_line & (gap > BLANK * np.maximum(width[1:], width[:-1]))
    set_close = SET_CLOSE.of(codes)
    spaced &= ~(set_close[1:] | set_close[:-1])
    separator = np.zeros(len(ends), np.uint32)
    for which, code in ((spaced, _SPACE), (new_line, _LINE_END), (ends, _CELL_END)):
        separator[which] = code
    strings = [_stripped(text) for text in _separated(codes, separator).split(chr(_CELL_END))]
    starts = np.concatenate(([0], ends.nonzero()[0] + 1))
    around = np.empty((len(starts), 4))
    np.minimum.reduceat(boxes[:, :2], starts, out=around[:, :2])
    np.maximum.reduceat(boxes[:, 2:], starts, out=around[:, 2:])
    return Texts(strings, group[starts], around)


def _separated(codes: Ints, separator: npt.NDArray[np.uint32]) -> str:
    """The characters with what stands between two of them, 0 for nothing."""
    between = separator != 0
    place = np.arange(len(codes))
    place[1:] += between.cumsum()
    text = np.empty(place[-1] + 1, np.uint32)
    text[place] = codes
    text[place[:-1][between] + 1] = separator[between]
    return text.tobytes().decode("utf-32-le", "replace")


def _stripped(text: str) -> str:
    if "\n" not in text:
        return text.strip()
    return "\n".join(filter(None, map(str.strip, text.split("\n"))))


def _lines(characters: Characters, group: Ints) -> Ints:
    """A line number for every character, ascending by group and then downwards."""
    baseline = characters.baselines
    order = np.lexsort((baseline, group))
    height = np.maximum(characters.boxes[:, 3] - characters.boxes[:, 1], 1.0).take(order)
    level, group = baseline.take(order), group.take(order)
    new = np.zeros(len(order), np.bool_)
    new[1:] = level[1:] - level[:-1] > SAME_LINE * np.minimum(height[1:], height[:-1])
    new[1:] |= group[1:] != group[:-1]
    line = np.empty(len(order), np.int64)
    line[order] = new.cumsum()
    return line
