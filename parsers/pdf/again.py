"""The second reading: stock pdfplumber on pdfminer's objects, for what the fast reading leaves in doubt.

It shares nothing with the fast reading but the grid model: another parser of the file, another finder of
tables, another rule for text (open sides are closed
by the same rule). So where both agree, the figures are what the publisher printed. Two settings
differ from pdfplumber's defaults: characters drawn twice are dropped, and filled background is no ruling.
It costs some thirty times as much, so ask for the pages in doubt only.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from importlib.metadata import version
from io import BytesIO
from typing import Any

import numpy as np
import pdfplumber
from pdfplumber.page import Page
from pdfplumber.utils.text import dedupe_chars, extract_text

from parsers.grid import Box, Grid, Line, Reading
from parsers.limits import Limits
from parsers.pdf.edges import closing_rulings
from parsers.pdf.grids import grid_of
from parsers.pdf.lattice import table_of_boxes
from parsers.pdf.opening import open_document
from parsers.pdf.reading import MEDIA_TYPE
from parsers.pdf.rulings import THIN
from schemas.errors import Unreadable
from schemas.fold import replace_radicals

ENGINE = "pdfplumber"

# It warns of every glyph of a Type3 font without a box, hundreds of times a page; pdfplumber copes.
logging.getLogger("pdfminer").setLevel(logging.ERROR)


def read_pdf_again(data: bytes, limits: Limits | None = None, pages: Iterable[int] | None = None) -> Reading:
    """Lines and grids of a PDF, or of some of its ``pages`` (1-based), read by stock pdfplumber.

    Raises ``Unreadable`` as ``read_pdf`` does, and ``broken_file`` where only pdfminer finds damage.
    """
    limits = limits or Limits()
    deadline = time.monotonic() + limits.max_seconds
    with open_document(data, limits) as document:
        n_pages = len(document)
    wanted = sorted(set(pages)) if pages is not None else list(range(1, n_pages + 1))
    blocks: list[Line | Grid] = []
    try:
        with pdfplumber.open(BytesIO(data), pages=wanted) as pdf:
            for page in pdf.pages:
                if time.monotonic() > deadline:
                    raise Unreadable(
                        "too_slow",
                        f"Reading again took more than {limits.max_seconds:g} seconds.",
                        place=f"page {page.page_number}",
                    )
                blocks += _read_page(page)
                page.close()
    except Unreadable:
        raise
    except Exception as error:  # on damaged bytes pdfminer raises whatever comes: IndexError, KeyError, …
        raise Unreadable(
            "broken_file", "The file is damaged: pdfplumber cannot read it; transfer it again."
        ) from error
    return Reading(tuple(blocks), MEDIA_TYPE, ENGINE, version("pdfplumber"), page_count=n_pages)


def _read_page(page: Page) -> list[Line | Grid]:
    shown = page.filter(is_no_background)
    shown.objects["char"] = chars = dedupe_chars(_Numbered(shown.chars))
    inside = _Inside(chars)
    placed: list[tuple[float, float, Line | Grid]] = []
    tables = shown.find_tables(with_closed_sides(shown))
    for found in tables:
        table = table_of_boxes(np.array(found.cells, np.float64))
        text_at = {(cell[0], cell[1]): extract_text(inside.box(cell)) for cell in found.cells}
        words = [
            replace_radicals(text_at.get((x0, top), "")) for x0, top, _, _ in table.cell_boxes().tolist()
        ]
        grid = grid_of(table, words, page.page_number)
        if grid is not None:
            placed.append((found.bbox[1], found.bbox[0], grid))
    in_tables = {id(char) for found in tables for char in inside.box(found.bbox)}
    around = shown.filter(lambda o: o["object_type"] == "char" and id(o) not in in_tables)
    for line in around.extract_text_lines(return_chars=False):
        box = Box(line["x0"], line["top"], line["x1"], line["bottom"])
        middle = (box.top + box.bottom) / 2
        placed.append((middle, box.x0, Line(replace_radicals(line["text"]), page.page_number, box)))
    return [block for _, _, block in sorted(placed, key=lambda p: p[:2])]


class _Numbered(list[dict[str, Any]]):
    """Objects that know their places: pdfplumber asks for each one's, and a list compares it with all before it."""

    def __init__(self, objects: Iterable[dict[str, Any]]) -> None:
        super().__init__(objects)
        self._places = {id(each): place for place, each in enumerate(self)}

    def index(self, each: Any, *_: Any) -> int:
        return self._places[id(each)]


class _Inside:
    """Which characters have their middle in a box, as ``Table.extract`` says; it asks all of them for every row."""

    def __init__(self, chars: list[dict[str, Any]]) -> None:
        self._chars = chars
        boxes = np.array([(c["x0"], c["top"], c["x1"], c["bottom"]) for c in chars], np.float64).reshape(
            -1, 4
        )
        self._x, self._y = ((boxes[:, :2] + boxes[:, 2:]) / 2).T

    def box(self, box: tuple[float, float, float, float]) -> list[dict[str, Any]]:
        """The characters in a box of x0, top, x1, bottom."""
        x0, top, x1, bottom = box
        within = (self._x >= x0) & (self._x < x1) & (self._y >= top) & (self._y < bottom)
        return [self._chars[place] for place in within.nonzero()[0].tolist()]


def with_closed_sides(page: Page) -> dict[str, Any]:
    """Settings that add the rulings missing at a page end: the finder would lose the rows cut there."""
    h = np.array([(e["top"], e["x0"], e["x1"]) for e in page.horizontal_edges]).reshape(-1, 3)
    v = np.array([(e["x0"], e["top"], e["bottom"]) for e in page.vertical_edges]).reshape(-1, 3)
    added_h, added_v = closing_rulings(h, v)
    return {
        "explicit_horizontal_lines": [_line(x0, y, x1, y) for y, x0, x1 in added_h.tolist()],
        "explicit_vertical_lines": [_line(x, top, x, bottom) for x, top, bottom in added_v.tolist()],
    }


def _line(x0: float, top: float, x1: float, bottom: float) -> dict[str, Any]:
    return {
        "object_type": "line",
        "x0": x0,
        "x1": x1,
        "top": top,
        "bottom": bottom,
        "width": x1 - x0,
        "height": bottom - top,
    }


def is_no_background(obj: dict[str, Any]) -> bool:
    """Whether one of pdfplumber's objects is anything but a filled area without an outline."""
    if obj["object_type"] not in ("rect", "curve") or obj["stroke"] or not obj["fill"]:
        return True
    return bool(min(obj["width"], obj["height"]) < THIN)
