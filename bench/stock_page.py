"""A page by stock pdfplumber, with its defaults or with single things changed.

Why two readings differ is found out by repeating one of them: what a change of one thing makes equal was caused
by it. The changes are those that our reading was built for; each is made to pdfplumber's own objects, settings or
text, and its table finder and text rules do the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from pdfplumber.page import Page

from parsers.grid import Box
from parsers.pdf.again import is_no_background, with_closed_sides
from parsers.pdf.page import FastPage
from schemas.fold import replace_radicals

#: Filled areas without an outline are no rulings.
FILLS = "fills"
#: Sides on which several rulings end together are closed, by the rule of our own reading.
OPEN_SIDES = "open sides"
#: Characters drawn twice at one place are one (``Page.dedupe_chars``).
DOUBLES = "doubles"
#: A wide gap between two characters is no blank; only a blank that is printed is one.
WIDE_SET = "wide-set"
#: A radical's code stands for the ideograph it shows.
RADICALS = "radicals"
#: Blanks that pdfium's text page does not have are taken out, and their gaps make none.
LONE_BLANKS = "lone blanks"

STRUCTURE = (FILLS, OPEN_SIDES)
TEXT = (RADICALS, DOUBLES, WIDE_SET, LONE_BLANKS)
#: Two blanks this near are one and the same (points).
_SAME_PLACE = 1.0


class StockPage:
    """Cells of a page by pdfplumber; ``fast`` gives our page of the same, which is asked for blanks only."""

    def __init__(self, page: Page, fast: Callable[[], FastPage]) -> None:
        self._page, self._fast = page, fast
        self.cells = cache(self._cells)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the visible page."""
        x0, top, x1, bottom = self._page.cropbox
        return x1 - x0, bottom - top

    def tables(self) -> list[Box]:
        """The boxes of the tables found with the defaults."""
        return [self._box(table.bbox) for table in self._page.find_tables()]

    def _cells(self, changes: frozenset[str] = frozenset()) -> dict[Box, str]:
        """Text by the box of its cell, with ``changes`` made; without any it is what stock gives."""
        page = self._page
        if FILLS in changes:
            page = page.filter(is_no_background)
        if LONE_BLANKS in changes:
            page = page.filter(self._is_known)
        if DOUBLES in changes:
            page = page.dedupe_chars()
        settings = with_closed_sides(page) if OPEN_SIDES in changes else None
        options = {"x_tolerance": self.size[0]} if {WIDE_SET, LONE_BLANKS} & changes else {}
        found = {}
        for table in page.find_tables(settings):
            for row, texts in zip(table.rows, table.extract(**options), strict=True):
                for box, text in zip(row.cells, texts, strict=True):
                    if box is not None:
                        found[self._box(box)] = replace_radicals(text) if RADICALS in changes else text
        return found

    def _box(self, box: tuple[float, float, float, float]) -> Box:
        left, above = self._page.cropbox[:2]
        return Box(box[0] - left, box[1] - above, box[2] - left, box[3] - above)

    def _is_known(self, each: dict[str, Any]) -> bool:
        """Whether an object is anything but a blank that pdfium does not have at its place."""
        if each["object_type"] != "char" or not each["text"].isspace():
            return True
        characters = self._fast().characters
        boxes = characters.boxes[characters.blanks()]
        left, above = self._page.cropbox[:2]
        near = np.abs(boxes[:, 0] - (each["x0"] - left)) < _SAME_PLACE
        middle = (each["top"] + each["bottom"]) / 2 - above
        return bool((near & (boxes[:, 1] < middle) & (boxes[:, 3] > middle)).any())
