"""A statement: one statutory table, its pieces over pages joined, with what the page says about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from parsers.grid import Box, Cell, Line
from parsers.header import Path
from schemas.form import UNRECOGNISED, Column, Layout


@dataclass(frozen=True, slots=True)
class BodyRow:
    """A body row: ``cells`` has the covering cell of each column, ``texts`` its cleaned text; ``number`` from 1.

    ``owned``: whether the column's cell begins in this row, and has not been counted for another one.
    """

    number: int
    cells: tuple[Cell, ...]
    owned: tuple[bool, ...]
    texts: tuple[str, ...]

    def text(self, col: int) -> str:
        """The cleaned text of a column, '' where a merged cell from another position covers it."""
        return self.texts[col] if self.owned[col] else ""

    def covered(self, col: int) -> str:
        """The cleaned text of the cell that covers a column, wherever it begins."""
        return self.texts[col]


@dataclass(slots=True)
class Statement:
    """A recognised table. ``columns`` gives each grid column its layout column, ``None`` where unknown.

    ``other_unit``: a money unit that the header, or another line that speaks for all tables, states against
    ``money_unit``.
    """

    form: str
    table_no: int
    title: str | None
    header: list[Path]
    header_rows: int
    rows: list[BodyRow]
    layout: Layout | None
    columns: list[Column | None]
    score: float
    money_unit: str | None = None
    money_unit_from: str | None = None
    other_unit: str | None = None
    captions: list[Line] = field(default_factory=list)
    notes: list[Line] = field(default_factory=list)
    title_line: Line | None = None
    title_form: str | None = None
    page_from: int | None = None
    page_to: int | None = None
    box: Box | None = None
    locator: str | None = None

    @property
    def recognised(self) -> bool:
        """Whether a statutory form fits."""
        return self.form != UNRECOGNISED

    def place(self) -> str:
        """Where the table stands, in words."""
        name = self.title or "table without a title"
        if self.page_from is not None:
            pages = f"page {self.page_from}"
            if self.page_to != self.page_from:
                pages = f"pages {self.page_from}-{self.page_to}"
            return f"table {self.table_no} ({name}), {pages}"
        return f"table {self.table_no} ({name}), {self.locator}"
