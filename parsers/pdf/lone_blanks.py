"""Blanks that are printed by themselves beside an ideograph, which pdfium's text page does not have.

pdfium leaves out text without width, and a blank that is a piece of text of its own has none. Between words the
gap tells it all the same; but ideographs are often set apart without a blank between them, so there a gap says
nothing (``parsers.pdf.text``). The page's text objects do: one without width in the gap is the blank.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from parsers.pdf.characters import Characters
from parsers.pdf.pdfium import Floats, Ints
from parsers.pdf.text import APART, OUTSIDE, SET_CLOSE

_SPACE = 0x20
#: Text of less width prints nothing (points; pdfium's own limit).
_NO_WIDTH = 0.01
#: A blank is on the line of the characters beside it (points).
_SAME_LINE = 1.0


def with_lone_blanks(
    characters: Characters, group: Ints, text_boxes: Callable[[], Floats]
) -> tuple[Characters, Ints]:
    """Characters and their groups with a blank in each gap that has one, after the character before it.

    ``text_boxes``: the boxes of the page's text objects, n x 4, asked for only where a gap may have a blank: on a
    fifth of the pages read by characters.
    """
    at = _gaps(characters, group)
    if not len(at):
        return characters, group
    boxes = text_boxes()
    places = boxes[boxes[:, 2] - boxes[:, 0] < _NO_WIDTH]
    if not len(places):
        return characters, group
    before, after = characters.boxes[at], characters.boxes[at + 1]
    x, y = places[:, 0], places[:, 3]
    in_gap = (
        (x > (before[:, :1] + before[:, 2:3]) / 2)
        & (x < (after[:, :1] + after[:, 2:3]) / 2)
        & (np.abs(y - characters.baselines[at, None]) < _SAME_LINE)
    )
    at = at[in_gap.any(axis=1)]
    if not len(at):
        return characters, group
    blanks = characters.boxes[at]
    blanks[:, 2] = characters.boxes[at + 1, 0]
    blanks[:, 0] = np.minimum(characters.boxes[at, 2], blanks[:, 2])
    whole = Characters(
        np.insert(characters.codes, at + 1, _SPACE),
        np.insert(characters.boxes, at + 1, blanks, axis=0),
        np.insert(characters.baselines, at + 1, characters.baselines[at]),
        np.insert(characters.index, at + 1, characters.index[at] + 1),
        characters.n_doubled,
    )
    return whole, np.insert(group, at + 1, group[at])


def _gaps(characters: Characters, group: Ints) -> Ints:
    """Characters after which pdfium put a blank of its own, in one cell or text, with an ideograph beside it."""
    index, boxes, codes = characters.index, characters.boxes, characters.codes
    at: Ints = ((index[1:] - index[:-1] == 2) & (group[1:] == group[:-1])).nonzero()[0]
    if not len(at):
        return at
    gap = boxes[at + 1, 0] - boxes[at, 2]
    height = np.maximum(boxes[at, 3] - boxes[at, 1], 1.0)
    blank = characters.blanks()
    kept = (
        (boxes[at + 1, 0] > boxes[at, 0])
        & (gap < np.where(group[at] == OUTSIDE, APART, np.inf) * height)
        & (np.abs(characters.baselines[at + 1] - characters.baselines[at]) < _SAME_LINE)
        & (SET_CLOSE.of(codes[at]) | SET_CLOSE.of(codes[at + 1]))
        & ~(blank[at] | blank[at + 1])
    )
    gaps: Ints = at[kept]
    return gaps
