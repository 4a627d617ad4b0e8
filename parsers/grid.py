"""The one model of every file format: grids of cells, and the lines of text around them.

A reader gives a ``Reading``: lines and grids in reading order. It has no knowledge of budgets, never
invents a character and never drops one. Positions are 0-based here; what people see is 1-based.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle on a page in points, origin at the top left of the page as displayed (after /Rotate)."""

    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text outside any grid, blanks as printed."""

    text: str
    page: int | None = None
    box: Box | None = None
    locator: str | None = None


class Cell(NamedTuple):
    """A cell: its top-left grid position, spans, text as printed (lines joined by ``\\n``), and place.

    ``page`` is 1-based. ``locator`` names the place where there is no geometry: ``line 44, field 2``,
    ``Sheet1!B7``, ``paragraph 12``. A tuple, since it is made in a third of the time of a frozen class and cells
    are most of what a reading makes.
    """

    row: int
    col: int
    text: str
    row_span: int = 1
    col_span: int = 1
    page: int | None = None
    box: Box | None = None
    locator: str | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as drawn: cells in row-major order that cover ``n_rows`` x ``n_cols`` without overlap.

    ``open_top`` and ``open_bottom`` say that the first or last row has no rule at that side: a page
    end may have cut it. ``page_to`` is the page of its last columns where they stand on another one than ``page``.
    """

    n_rows: int
    n_cols: int
    cells: tuple[Cell, ...]
    page: int | None = None
    box: Box | None = None
    locator: str | None = None
    open_top: bool = False
    open_bottom: bool = False
    page_to: int | None = None

    def texts(self) -> list[list[str]]:
        """Cell texts, shape ``n_rows`` x ``n_cols``; a merged cell's text at its first position, '' elsewhere."""
        rows = [[""] * self.n_cols for _ in range(self.n_rows)]
        for cell in self.cells:
            rows[cell.row][cell.col] = cell.text
        return rows


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something a reader saw that nobody may lose: a stray number, text drawn twice, a page without text.

    ``kind`` is a finding rule's id (``stray_number``, ``conservation``, …).
    """

    kind: str
    message: str
    page: int | None = None
    box: Box | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a reader found in one file: ``blocks`` in reading order, and what made it."""

    blocks: tuple[Line | Grid, ...]
    media_type: str
    engine: str
    engine_version: str
    page_count: int | None = None
    text_layer: str = "native"
    oddities: tuple[Oddity, ...] = field(default=())
