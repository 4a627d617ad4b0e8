"""Text that pdfium would leave out, and the two ways to have it all the same.

pdfium skips a text object whose box has no width. Chinese text in a font that is neither in the file nor
on the machine (the rule on a server) has glyphs without size, so sideways text and characters drawn one by
one have no width, and vanish without a word. Sideways text is turned upright before it is read. Where
objects without width remain, the page's characters are read by pdfminer, which knows no machine fonts.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from parsers.pdf import pdfium
from parsers.pdf.characters import Characters
from parsers.pdf.drawn import Drawn
from parsers.pdf.frame import Frame
from schemas.fold import replace_radicals


def loses_text(drawn: Drawn) -> bool:
    """Whether pdfium has left out a text object that may print something."""
    lacking = {font for font in set(drawn.fonts) if font and pdfium.lacks_chinese(font)}
    if not lacking:  # true of nearly every file: they bring their fonts
        return False
    boxes = pdfium.bounds(
        [text for text, font in zip(drawn.texts, drawn.fonts, strict=True) if font in lacking]
    )
    return bool((boxes[:, 2] - boxes[:, 0] < 0.01).any())


def characters_by_pdfminer(
    chars: list[dict[str, Any]], frame: Frame, crop: tuple[float, float]
) -> Characters:
    """pdfplumber's characters as ours; ``crop``: where the visible box begins on pdfplumber's page."""
    codes, boxes = [], []
    for char in chars:
        text = replace_radicals(char["text"])
        # A ligature is one glyph and several characters: they share its width.
        width = (char["x1"] - char["x0"]) / max(len(text), 1)
        for i, letter in enumerate(text):
            codes.append(ord(letter))
            x0 = char["x0"] + i * width - crop[0]
            boxes.append((x0, char["top"] - crop[1], x0 + width, char["bottom"] - crop[1]))
    array = np.array(boxes).reshape(-1, 4)
    # Descents are about a fifth of the size in all Chinese fonts; only differences within a line matter.
    baseline = array[:, 3] - 0.2 * (array[:, 3] - array[:, 1])
    found = Characters(np.array(codes, np.int64), array, baseline, np.arange(len(codes)))
    middle = (array[:, :2] + array[:, 2:]) / 2
    return found.take(np.all((middle > -1) & (middle < (frame.width + 1, frame.height + 1)), axis=1))
