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

from parsers.grid import Box, Grid, Line, Reading
from parsers.limits import Limits
from parsers.pdf.edges import closing_rulings
from parsers.pdf.lattice import table_of_boxes
from parsers.pdf.opening import open_document
from parsers.pdf.reading import MEDIA_TYPE, grid_of
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
    shown = page.filter(_is_no_background).dedupe_chars()
    placed: list[tuple[float, float, Line | Grid]] = []
    tables = shown.find_tables(_with_closed_sides(shown))
    for found in tables:
        cells = np.array(found.cells, np.float64)
        table = table_of_boxes(cells)
        texts = found.extract()
        rows = sorted({cell[1] for cell in found.cells})
        columns = sorted({cell[0] for cell in found.cells})
        text_at = {
            (cell[0], cell[1]): texts[rows.index(cell[1])][columns.index(cell[0])] for cell in found.cells
        }
        words = [
            replace_radicals(text_at.get((x0, top)) or "") for x0, top, _, _ in table.cell_boxes().tolist()
        ]
        grid = grid_of(table, words, page.page_number)
        if grid is not None:
            placed.append((found.bbox[1], found.bbox[0], grid))
    around = shown.filter(lambda o: o["object_type"] == "char" and not _is_inside(o, tables))
    for line in around.extract_text_lines(return_chars=False):
        box = Box(line["x0"], line["top"], line["x1"], line["bottom"])
        middle = (box.top + box.bottom) / 2
        placed.append((middle, box.x0, Line(replace_radicals(line["text"]), page.page_number, box)))
    return [block for _, _, block in sorted(placed, key=lambda p: p[:2])]


def _with_closed_sides(page: Page) -> dict[str, Any]:
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


def _is_no_background(obj: dict[str, Any]) -> bool:
    if obj["object_type"] not in ("rect", "curve") or obj["stroke"] or not obj["fill"]:
        return True
    return bool(min(obj["width"], obj["height"]) < THIN)


def _is_inside(char: dict[str, Any], tables: list[Any]) -> bool:
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return any(t.bbox[0] <= x < t.bbox[2] and t.bbox[1] <= y < t.bbox[3] for t in tables)
