"""The count that runs on every page: what was printed is what was returned, no more and no less.

It compares the finished strings with the characters that pdfium gave, by code point, and knows nothing of
the steps between: a character lost, doubled or invented on the way shows here whatever the cause.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from parsers.grid import Box, Grid, Line, Oddity
from parsers.pdf.cells import Placement, numbers
from parsers.pdf.characters import BLANKS, REPLACEMENT, Characters, CodeSet
from parsers.pdf.pdfium import Ints
from parsers.pdf.text import OUTSIDE, compose

_UNPRINTED = CodeSet((*BLANKS, ord("\n")))


def check_page(
    page: int, blocks: list[Line | Grid], characters: Characters, placement: Placement
) -> list[Oddity]:
    """Oddities of one page with tables: characters not conserved, numbers cut or in no cell."""
    return [
        *_lost_or_invented(page, blocks, characters, placement),
        *_without_code(page, characters),
        *_cut_numbers(page, characters, placement),
        *_stray_numbers(page, blocks, characters, placement),
    ]


def _lost_or_invented(
    page: int, blocks: list[Line | Grid], characters: Characters, placement: Placement
) -> list[Oddity]:
    grids = [block for block in blocks if isinstance(block, Grid)]
    lines = [block.text for block in blocks if isinstance(block, Line)]
    printed = ~characters.blanks()
    inside = placement.group != OUTSIDE
    found = []
    for where, texts, mask in (
        ("cells", [cell.text for grid in grids for cell in grid.cells], inside & printed),
        ("lines", lines, ~inside & printed),
    ):
        returned = np.frombuffer("".join(texts).encode("utf-32-le", "replace"), np.uint32)
        have, want = returned[~_UNPRINTED.of(returned)], characters.codes[mask].astype(np.uint32)
        have.sort()
        want.sort()
        if np.array_equal(have, want):
            continue
        lost, extra = _difference(want, have), _difference(have, want)
        found.append(
            Oddity(
                "conservation",
                f"The {where} of the page lost {lost!r} and gained {extra!r} against what is printed.",
                page,
                text=lost or extra,
            )
        )
    return found


def _without_code(page: int, characters: Characters) -> list[Oddity]:
    unknown = (characters.codes == REPLACEMENT).nonzero()[0]
    if not len(unknown):
        return []
    message = f"{len(unknown)} characters are printed in a font that does not say what they are."
    return [Oddity("conservation", message, page, _box_of(characters, unknown), chr(REPLACEMENT))]


def _difference(one: npt.NDArray[np.uint32], other: npt.NDArray[np.uint32]) -> str:
    codes, counts = np.unique(one, return_counts=True)
    codes_other, counts_other = np.unique(other, return_counts=True)
    rest = dict(zip(codes_other.tolist(), counts_other.tolist(), strict=True))
    missing = [
        chr(code) * (count - rest.get(code, 0))
        for code, count in zip(codes.tolist(), counts.tolist(), strict=True)
        if count > rest.get(code, 0)
    ]
    return "".join(missing)


def _cut_numbers(page: int, characters: Characters, placement: Placement) -> list[Oddity]:
    token = numbers(characters) if placement.moved else np.zeros(0, np.int64)
    found = []
    for start in placement.moved:
        which = np.flatnonzero(token == token[start])
        text, box = characters.take(which).text(), _box_of(characters, which)
        found.append(
            Oddity(
                "conservation",
                f"A rule runs through the number {text}; it was kept whole in the cell that holds most of it.",
                page,
                box,
                text,
            )
        )
    return found


def _stray_numbers(
    page: int, blocks: list[Line | Grid], characters: Characters, placement: Placement
) -> list[Oddity]:
    outside = (placement.group == OUTSIDE).nonzero()[0]
    digit = (characters.codes[outside] >= 0x30) & (characters.codes[outside] <= 0x39)
    if not digit.any():
        return []
    middle = (characters.boxes[outside, 1] + characters.boxes[outside, 3]) / 2
    beside = np.zeros(len(outside), np.bool_)
    for grid in (block for block in blocks if isinstance(block, Grid) and block.box is not None):
        assert grid.box is not None  # noqa: S101 (narrows the type)
        beside |= (middle > grid.box.top) & (middle < grid.box.bottom)
    if not (digit & beside).any():
        return []
    stray = characters.take(outside[beside])
    texts = compose(stray, np.full(len(stray), OUTSIDE))
    return [
        Oddity(
            "stray_number", f"The number {text} is printed beside a table, in no cell.", page, Box(*box), text
        )
        for text, box in zip(texts.strings, texts.boxes.tolist(), strict=True)
        if any(c.isdigit() for c in text)
    ]


def _box_of(characters: Characters, which: Ints) -> Box:
    boxes = characters.boxes[which]
    return Box(*map(float, (*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))))
