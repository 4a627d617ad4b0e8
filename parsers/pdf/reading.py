"""The fast reading: lines and grids of every page, from pdfium's objects and the lattice.

A page is looked at for rulings first. Without tables, which is true of half of all pages, one call gives
its text; only pages with tables, and short pages such as covers, pay for single characters.
"""

from __future__ import annotations

import time

import numpy as np

from parsers.grid import Box, Grid, Line, Oddity, Reading
from parsers.limits import Limits
from parsers.pdf import pdfium
from parsers.pdf.cells import place_characters
from parsers.pdf.conservation import check_page
from parsers.pdf.document import FastPDF
from parsers.pdf.edges import MOST_EDGES
from parsers.pdf.grids import grid_of
from parsers.pdf.lattice import Table
from parsers.pdf.lone_blanks import with_lone_blanks
from parsers.pdf.page import FastPage
from parsers.pdf.text import OUTSIDE, Texts, compose
from schemas.errors import Unreadable
from schemas.fold import replace_radicals

MEDIA_TYPE = "application/pdf"
ENGINE = "pdfium lattice"
#: Pages without tables and with fewer characters are read character by character: covers and title pages
#: have captions left and right that must stay apart.
SHORT_PAGE = 400
_ONE_LINE = 3.0  # points between baselines


def read_pdf(data: bytes, limits: Limits | None = None, file_name: str | None = None) -> Reading:
    """All lines and grids of a PDF in reading order, boxes in points from the top left as displayed.

    A table over several pages comes as one grid a page. Raises ``Unreadable`` as ``open_document`` does,
    ``scanned`` where no page has text, ``too_large`` and ``too_slow`` beyond ``limits``; ``file_name``
    stands in the messages.
    """
    limits = limits or Limits()
    try:
        return _read(data, limits)
    except Unreadable as error:
        if file_name is None:
            raise
        raise Unreadable(error.reason, f"{file_name}: {error.message}", error.place) from error


def _read(data: bytes, limits: Limits) -> Reading:
    deadline = time.monotonic() + limits.max_seconds
    blocks: list[Line | Grid] = []
    oddities: list[Oddity] = []
    empty_pages: list[int] = []
    n_cells, recognised_pages = 0, 0
    with FastPDF(data, limits) as pdf:
        n_pages = len(pdf)
        for number in range(1, n_pages + 1):
            if time.monotonic() > deadline:
                raise Unreadable(
                    "too_slow",
                    f"Reading took more than {limits.max_seconds:g} seconds and stopped at page {number}.",
                    place=f"page {number}",
                )
            page = pdf.page(number)
            try:
                found, seen = read_page(page)
                if _has_text(found):
                    recognised_pages += _has_recognised_text(page)
                else:
                    empty_pages.append(number)
                    seen = _why_empty(page, found)
            finally:
                page.close()
            blocks += found
            oddities += seen
            n_cells += sum(len(block.cells) for block in found if isinstance(block, Grid))
            if n_cells > limits.max_cells:
                raise Unreadable(
                    "too_large",
                    f"The tables up to page {number} have more than {limits.max_cells:,} cells.",
                    place=f"page {number}",
                )
    if len(empty_pages) == n_pages:
        raise Unreadable(
            "scanned", "No page has text: the pages are pictures; look for the disclosure as text."
        )
    return Reading(
        tuple(blocks),
        MEDIA_TYPE,
        ENGINE,
        pdfium.VERSION,
        page_count=n_pages,
        text_layer=_text_layer(recognised_pages, n_pages - len(empty_pages)),
        oddities=tuple(oddities),
    )


def read_page(page: FastPage) -> tuple[list[Line | Grid], list[Oddity]]:
    """Lines and grids of one page in reading order, and what is odd about it."""
    if not page.tables:
        n = pdfium.count_characters(page.text_handle)
        lines = _lines_at_once(page, n) if n > SHORT_PAGE and not page.loses_text else None
        return [*(lines if lines is not None else _lines_of(page))], _too_dense(page)
    characters = page.characters
    placement = place_characters(characters, page.tables)
    texts = compose(*with_lone_blanks(characters, placement.group, page.text_boxes))
    grids = [
        _grid(page.page_number, table, first, texts)
        for table, first in zip(page.tables, placement.first, strict=True)
    ]
    blocks = _merge(_lines(page.page_number, texts), [grid for grid in grids if grid is not None])
    return blocks, check_page(page.page_number, blocks, characters, placement)


def _too_dense(page: FastPage) -> list[Oddity]:
    """A note where a page without tables has so many lines that they were not all looked at."""
    n = len(page.rulings.horizontal) + len(page.rulings.vertical)
    if n <= MOST_EDGES:
        return []
    message = f"The page draws {n:,} lines, as a map does; no tables were found among them."
    return [Oddity("dense_drawing", message, page.page_number)]


def _text_layer(recognised: int, with_text: int) -> str:
    if not recognised:
        return "native"
    return "ocr" if recognised == with_text else "mixed"


def _has_text(blocks: list[Line | Grid]) -> bool:
    return any(isinstance(block, Line) or any(cell.text for cell in block.cells) for block in blocks)


def _why_empty(page: FastPage, blocks: list[Line | Grid]) -> list[Oddity]:
    """A note for a page without text that shows something all the same; blank ruled tables are no secret."""
    if not len(page.rulings.pictures) and (blocks or not page.rulings.n_paths):
        return []
    message = "The page is a picture or drawn shapes and has no text."
    return [Oddity("page_without_text", message, page.page_number)]


def _grid(page: int, table: Table, first: int, texts: Texts) -> Grid | None:
    start, end = texts.groups.searchsorted((first, first + len(table.cells)))
    words = [""] * len(table.cells)
    for cell, text in zip((texts.groups[start:end] - first).tolist(), texts.strings[start:end], strict=True):
        words[cell] = text
    return grid_of(table, words, page)


def _lines(page: int, texts: Texts) -> list[Line]:
    n = int(texts.groups.searchsorted(OUTSIDE, side="right"))
    return [
        Line(text, page, Box(*box))
        for text, box in zip(texts.strings[:n], texts.boxes[:n].tolist(), strict=True)
        if text
    ]


def _lines_of(page: FastPage) -> list[Line]:
    characters = page.characters
    group = np.full(len(characters), OUTSIDE)
    return _lines(page.page_number, compose(*with_lone_blanks(characters, group, page.text_boxes)))


def _lines_at_once(page: FastPage, n: int) -> list[Line] | None:
    """The lines of a page of prose from one call; ``None`` where its runs are out of order."""
    text = replace_radicals(pdfium.page_text(page.text_handle, n)).replace("\x02", "-")
    if len(text) != n:
        return None  # characters outside the basic plane or without a code: places cannot be told
    spans, position = [], 0
    for piece in text.split("\r\n"):
        stripped = piece.strip()
        if stripped:
            start = position + piece.index(stripped)
            spans.append((stripped, start, start + len(stripped) - 1))
        position += len(piece) + 2
    ends = [place for _, start, last in spans for place in (start, last)]
    baseline = page.text_frame.points(pdfium.character_origins(page.text_handle, ends))[:, 1].reshape(-1, 2)
    boxes = page.text_frame.boxes(pdfium.character_boxes(page.text_handle, ends)).reshape(-1, 2, 4)
    around = np.empty((len(boxes), 4))
    np.minimum(boxes[:, 0, :2], boxes[:, 1, :2], out=around[:, :2])
    np.maximum(boxes[:, 0, 2:], boxes[:, 1, 2:], out=around[:, 2:])
    order = np.lexsort((around[:, 0], np.round(baseline[:, 0])))
    one, two = order[:-1], order[1:]
    same = np.abs(baseline[one, 0] - baseline[two, 0]) < _ONE_LINE
    touching = around[two, 0] - around[one, 2] < around[two, 3] - around[two, 1]
    if (np.abs(baseline[:, 0] - baseline[:, 1]) > _ONE_LINE).any() or (same & touching).any():
        return None  # digits and words of a line were drawn apart, or a line is not level
    placed = around.tolist()
    return [Line(spans[i][0], page.page_number, Box(*placed[i])) for i in order.tolist()]


def _merge(lines: list[Line], grids: list[Grid]) -> list[Line | Grid]:
    """Lines and grids from top to bottom; a line beside a table comes after it."""
    blocks: list[Line | Grid] = []
    waiting = list(grids)
    for line in lines:
        assert line.box is not None  # noqa: S101 (narrows the type)
        middle = (line.box.top + line.box.bottom) / 2
        while waiting and waiting[0].box is not None and waiting[0].box.top < middle:
            blocks.append(waiting.pop(0))
        blocks.append(line)
    return [*blocks, *waiting]


def _has_recognised_text(page: FastPage) -> bool:
    """Whether the page is a picture with invisible text behind it, put there by text recognition."""
    pictures = page.rulings.pictures
    if not len(pictures):
        return False
    area = ((pictures[:, 2] - pictures[:, 0]) * (pictures[:, 3] - pictures[:, 1])).max()
    if area < 0.5 * page.frame.width * page.frame.height:
        return False
    return pdfium.is_invisible(page.text_handle, 0)
