"""A page by stock pdfplumber, with its defaults or with single things changed.

Why two readings differ is found out by repeating one of them: what a change of one thing makes equal was caused
by it. The changes are those that our reading was built for; each is made to pdfplumber's own objects, settings or
text, and its table finder and text rules do the rest.
"""

from __future__ import annotations

from functools import cache

from pdfplumber.page import Page

from parsers.grid import Box
from parsers.pdf.again import is_no_background, with_closed_sides
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

STRUCTURE = (FILLS, OPEN_SIDES)
TEXT = (RADICALS, DOUBLES, WIDE_SET)


class StockPage:
    """Tables and cells of a page by pdfplumber, boxes in points from the top left of the visible page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.cells = cache(self._cells)
        self._found = page.find_tables()

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the visible page."""
        x0, top, x1, bottom = self._page.cropbox
        return x1 - x0, bottom - top

    def tables(self) -> list[Box]:
        """The boxes of the tables found with the defaults."""
        return [self._box(table.bbox) for table in self._found]

    def _cells(self, changes: frozenset[str] = frozenset()) -> dict[Box, str]:
        """Text by the box of its cell, with ``changes`` made; without any it is what stock gives."""
        page = self._page
        if FILLS in changes:
            page = page.filter(is_no_background)
        if DOUBLES in changes:
            page = page.dedupe_chars()
        settings = with_closed_sides(page) if OPEN_SIDES in changes else None
        options = {"x_tolerance": self.size[0]} if WIDE_SET in changes else {}
        found = {}
        for table in page.find_tables(settings) if changes else self._found:
            for row, texts in zip(table.rows, table.extract(**options), strict=True):
                for box, text in zip(row.cells, texts, strict=True):
                    if box is not None:
                        words = text or ""
                        found[self._box(box)] = replace_radicals(words) if RADICALS in changes else words
        return found

    def _box(self, box: tuple[float, float, float, float]) -> Box:
        left, above = self._page.cropbox[:2]
        return Box(box[0] - left, box[1] - above, box[2] - left, box[3] - above)
