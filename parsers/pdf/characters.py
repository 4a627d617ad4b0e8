"""The characters of a page as arrays: code point, box and baseline in display coordinates.

What is left out here is what nobody printed: blanks and line ends that pdfium adds between text runs, and
characters off the page. What is drawn twice (fake bold) is dropped where positions agree within a point;
pdfium drops most of it itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from parsers.pdf import pdfium
from parsers.pdf.frame import Frame
from parsers.pdf.pdfium import Bools, Floats, Handle, Ints
from schemas.errors import Unreadable
from schemas.fold import replace_radicals

#: Two equal characters nearer than this to each other are one, drawn twice (points).
DRAWN_TWICE = 1.0
#: Parts of a point that places are told apart by, and the last of them.
_PER_POINT, _WIDEST = 1024, (1 << 23) - 1
REPLACEMENT = 0xFFFD  # stands for a character whose font does not say what it is
_SPACE, _HYPHEN_AT_LINE_END, _LAST_CONTROL = 0x20, 0x02, 0x1F
#: Ideographs beyond the basic plane.
BEYOND = range(0x20000, 0x30001)
BLANKS = frozenset((0x20, 0xA0, 0x3000, *range(0x2000, 0x200C)))


class CodeSet:
    """A set of code points below U+30000 to be asked for whole arrays at once, as a table of flags.

    All beyond are in it or are not, as U+30000 (the last of ``BEYOND``) is.
    """

    def __init__(self, codes: Iterable[int]) -> None:
        self._flags = np.zeros(BEYOND.stop, np.bool_)
        self._flags[list(codes)] = True

    def of(self, codes: npt.NDArray[np.integer[Any]]) -> Bools:
        """Which of ``codes`` are in the set."""
        return self._flags.take(codes, mode="clip")


_BLANK_SET = CodeSet(BLANKS)
#: What pdfium gives for other characters or for none, and radicals (see ``_mended``).
_TO_MEND = CodeSet(
    (
        0,
        _HYPHEN_AT_LINE_END,
        *range(0xD800, 0xE000),
        *range(0x2E80, 0x3000),
        *range(0x31C0, 0x31F0),
        BEYOND[-1],
    )
)


@dataclass(slots=True)
class Characters:
    """``codes``: n; ``boxes``: n x 4 of x0, top, x1, bottom; ``baselines``: n of y; ``index``: in pdfium's text.

    In pdfium's reading order. ``n_doubled``: characters dropped because they were drawn twice.
    """

    codes: Ints
    boxes: Floats
    baselines: Floats
    index: Ints
    n_doubled: int = 0

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, which: Bools | Ints) -> Characters:
        """The characters that a mask or an index array names, in its order."""
        # numpy's take gathers rows ten times as fast as its indexing does.
        places = which.nonzero()[0] if which.dtype == np.bool_ else which
        return Characters(
            self.codes.take(places),
            self.boxes.take(places, axis=0),
            self.baselines.take(places),
            self.index.take(places),
            self.n_doubled,
        )

    def blanks(self) -> Bools:
        """Which characters print nothing."""
        return _BLANK_SET.of(self.codes)

    def text(self) -> str:
        """All characters in order, without any separation."""
        return self.codes.astype(np.uint32).tobytes().decode("utf-32-le", "replace")


def collect_characters(text: Handle, frame: Frame, max_characters: int) -> Characters:
    """All printed characters of a page, compatibility radicals as the characters they stand for.

    Raises ``Unreadable`` (``too_large``) for a page with more than ``max_characters``.
    """
    n = pdfium.count_characters(text)
    if n > max_characters:
        raise Unreadable("too_large", f"A page has more than {max_characters:,} characters.")
    codes = pdfium.code_points(text, max(n, 0))
    for place in _TO_MEND.of(codes).nonzero()[0].tolist():
        codes[place] = _mended(int(codes[place]))
    printed = codes > _LAST_CONTROL
    spaces = (codes == _SPACE).nonzero()[0]
    if len(spaces):
        printed[spaces[pdfium.are_generated(text, spaces.tolist())]] = False
    index = printed.nonzero()[0]
    boxes = pdfium.character_boxes(text, index.tolist())
    baselines = _baselines(text, frame, index, boxes)
    boxes = frame.boxes(boxes)
    characters = Characters(codes.take(index), boxes, baselines, index)
    if not len(index):
        return characters
    right, bottom = frame.width + 1, frame.height + 1
    if boxes.min() > -1 and boxes[:, 0::2].max() < right and boxes[:, 1::2].max() < bottom:
        return characters
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    shown: Bools = np.all((middle > -1) & (middle < (right, bottom)), axis=1)
    return characters.take(shown)


def _mended(code: int) -> int:
    """The character that is printed: fonts give ⽀ for 支, pdfium its own codes for a hyphen at the end of a line.

    0 and private codes that it uses for "unknown" still are something printed: never drop a character.
    """
    if code == _HYPHEN_AT_LINE_END:
        return ord("-")
    if code == 0 or code >= 0x110000 or 0xD800 <= code < 0xE000:
        return REPLACEMENT
    return ord(replace_radicals(chr(code)))


def _baselines(text: Handle, frame: Frame, index: Ints, boxes: Floats) -> Floats:
    """The baseline of every character, asked for once for neighbours of one height at one level.

    A box is as high as its font says, so its bottom and top tell the baseline: characters of a run agree.
    """
    if not len(index):
        return np.zeros(0)
    first = np.empty(len(index), np.bool_)
    first[0] = True
    bottom, top = boxes[:, 1], boxes[:, 3]
    np.logical_or(bottom[1:] != bottom[:-1], top[1:] != top[:-1], out=first[1:])
    asked = frame.points(pdfium.character_origins(text, index[first].tolist()))[:, 1]
    baselines: Floats = asked.take(first.cumsum() - 1)
    return baselines


def without_doubles(characters: Characters) -> Characters:
    """The characters without those that repeat one at the same place."""
    if len(characters) < 2:
        return characters
    if not _may_have_doubles(characters):
        return characters
    # Equal characters side by side in order of code, then in rows of a point, then by x.
    x, y = characters.boxes[:, 0], characters.baselines
    double = np.zeros(len(characters), np.bool_)
    for shift in (0.0, 0.5):  # twice, for neighbours that a rounding parts
        order = np.lexsort((x, np.floor(y / 2 + shift), characters.codes))
        a, b = order[:-1], order[1:]
        width = np.minimum(characters.boxes[a, 2] - x[a], characters.boxes[b, 2] - x[b])
        near = np.minimum(DRAWN_TWICE, 0.45 * width + 0.01)
        same = (
            (characters.codes[a] == characters.codes[b])
            & (np.abs(x[a] - x[b]) < near)
            & (np.abs(y[a] - y[b]) < DRAWN_TWICE)
        )
        double[np.maximum(a[same], b[same])] = True
    if not double.any():
        return characters
    kept = characters.take(~double)
    kept.n_doubled = int((double & ~characters.blanks()).sum())
    return kept


def _may_have_doubles(characters: Characters) -> bool:
    """Whether any two equal characters are near: code, band of two points and x as one number, sorted.

    It may say so of characters far apart on a page higher than 4,000 points, never the reverse.
    """
    with np.errstate(invalid="ignore"):  # a damaged file has places that are no numbers
        x = np.minimum(np.maximum(characters.boxes[:, 0] * _PER_POINT, 0), _WIDEST).astype(np.int64)
        half = np.minimum(np.maximum(characters.baselines, 0), _WIDEST >> 11).astype(np.int64)
    x += characters.codes << 42
    for shift in (0, 1):
        placed = x + ((half + shift) // 2 << 24)
        placed.sort()
        if (placed[1:] - placed[:-1] <= _PER_POINT * DRAWN_TWICE + 1).any():
            return True
    return False
