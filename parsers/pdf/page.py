"""pdfplumber's ``Page`` with pdfium underneath: the same public interface, objects on demand.

``rulings``, ``characters`` and ``tables`` are arrays, which the fast reading uses; they cost two or three
milliseconds a page. pdfplumber's dicts of objects, and pdfminer's page, are made only when something
asks for them: ``chars``, ``extract_words``, ``crop``, ``to_image``, ``debug_tablefinder`` all work.
``find_tables`` without settings gives the tables of our lattice; with settings pdfplumber's own finder
works on pdfium's objects.

Coordinates are those of the page as displayed (CropBox, after /Rotate), which is also what ``to_image``
draws.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from pdfplumber.page import Page
from pdfplumber.table import Table as PlumberTable
from pdfplumber.table import TableFinder, TableSettings

from parsers.pdf import pdfium
from parsers.pdf.characters import Characters, collect_characters, without_doubles
from parsers.pdf.drawn import Drawn, collect_drawn
from parsers.pdf.frame import Frame
from parsers.pdf.lattice import Table, find_tables
from parsers.pdf.lost_text import characters_by_pdfminer, loses_text
from parsers.pdf.open_columns import find_open_tables
from parsers.pdf.pdfium import Floats
from parsers.pdf.rulings import Rulings, collect_rulings
from schemas.errors import Unreadable

if TYPE_CHECKING:
    from parsers.pdf.document import FastPDF


class FastPage(Page):
    """A page whose objects come from pdfium. Close it after use: its handles are pdfium's memory."""

    pdf: FastPDF

    def __init__(self, pdf: FastPDF, page_number: int) -> None:
        self.pdf = pdf
        self.root_page = self
        self.page_number = page_number
        self._handle = pdfium.load_page(pdf.document.raw, page_number - 1)
        self._text: int | None = None
        if not self._handle:
            raise Unreadable(
                "broken_file",
                f"Page {page_number} is damaged; transfer the file again.",
                place=f"page {page_number}",
            )
        turns = pdfium.page_rotation(self._handle)
        self.frame = Frame(*pdfium.page_box(self._handle), turns)
        #: Text is turned upright before it is read, so it has a frame of its own.
        self.text_frame = self.frame.turned()
        self.rotation = 90 * turns
        self.mediabox = self.cropbox = self.bbox = (0, 0, self.frame.width, self.frame.height)

    @cached_property
    def get_textmap(self) -> Any:  # type: ignore[override]
        """pdfplumber's cache of the page's text maps, made when first asked for."""
        return lru_cache()(self._get_textmap)

    @cached_property
    def initial_doctop(self) -> float:  # type: ignore[override]
        """Where this page begins if all pages are laid below each other, in points."""
        return float(self.pdf.doctops[self.page_number - 1])

    def close(self) -> None:
        """Frees pdfium's page and everything read from it."""
        self.flush_cache()
        for name in ("drawn", "rulings", "characters", "tables", "page_obj", "get_textmap"):
            self.__dict__.pop(name, None)
        if self._text:
            pdfium.close_text(self._text)
            self._text = None
        if self._handle:
            pdfium.close_page(self._handle)
            self._handle = 0

    @cached_property
    def drawn(self) -> Drawn:
        """Handles of everything drawn."""
        return collect_drawn(self._handle, self.pdf.limits.max_page_objects)

    @property
    def text_handle(self) -> int:
        """pdfium's text page, loaded when first asked for; sideways text turned upright before."""
        if not self._text:
            if self.frame.turns:
                _ = self.rulings  # forms turn with their text: their rulings are read before
                pdfium.turn_objects(self.drawn.movable, self.frame.turns)
            self._text = pdfium.load_text(self._handle)
        return self._text or 0

    def text_boxes(self) -> Floats:
        """The boxes of the text objects drawn on the page, n x 4, in display coordinates."""
        _ = self.text_handle  # sideways text is turned before
        return self.text_frame.boxes(pdfium.bounds(self.drawn.texts))

    @cached_property
    def loses_text(self) -> bool:
        """Whether pdfium leaves text out, so that pdfminer must read this page's characters."""
        _ = self.text_handle
        return loses_text(self.drawn)

    @cached_property
    def rulings(self) -> Rulings:
        """Ruling lines, fills and pictures."""
        return collect_rulings(self.drawn, self.frame, self.pdf.limits.max_page_objects)

    @cached_property
    def characters(self) -> Characters:
        """Printed characters, none twice."""
        if self.loses_text:
            return without_doubles(self._characters_by_pdfminer())
        limit = self.pdf.limits.max_page_objects
        return without_doubles(collect_characters(self.text_handle, self.text_frame, limit))

    def _characters_by_pdfminer(self) -> Characters:
        try:
            stock = Page(self.pdf, self.page_obj, self.page_number)
            crop = (stock.cropbox[0], stock.cropbox[1])
            return characters_by_pdfminer(stock.chars, self.frame, crop)
        except Exception as error:  # on damaged bytes pdfminer raises whatever comes: IndexError, KeyError, …
            raise Unreadable(
                "broken_file",
                f"Page {self.page_number} uses a font that is not in the file, and the file is damaged.",
                place=f"page {self.page_number}",
            ) from error

    @cached_property
    def tables(self) -> list[Table]:
        """Tables found by their rulings, and by their texts where rules run between rows only."""
        h, v = self.rulings.horizontal, self.rulings.vertical
        before = self.pdf.open_columns.pop(self.page_number - 1, [])
        if not len(h):  # true of prose
            return []
        tables, columns = find_open_tables(h, v, find_tables(h, v), lambda: self.characters, before)
        if columns:
            self.pdf.open_columns[self.page_number] = columns
        return tables

    @cached_property
    def page_obj(self) -> Any:  # type: ignore[override]
        """pdfminer's page, for annotations and the structure tree."""
        return self.pdf.pdfminer_pages[self.page_number - 1]

    def parse_objects(self) -> dict[str, list[dict[str, Any]]]:
        """pdfplumber's dicts of characters, rulings as lines, backgrounds as rectangles, and images."""
        rulings = self.rulings
        objects = {
            "char": self._character_dicts(),
            "line": [
                self._dict("line", (x0, y, x1, y), stroke=True, fill=False, linewidth=0)
                for y, x0, x1 in rulings.horizontal.tolist()
            ]
            + [
                self._dict("line", (x, top, x, bottom), stroke=True, fill=False, linewidth=0)
                for x, top, bottom in rulings.vertical.tolist()
            ],
            "rect": [
                self._dict("rect", box, stroke=False, fill=True, linewidth=0)
                for box in rulings.fills.tolist()
            ],
            "image": [self._dict("image", box) for box in rulings.pictures.tolist()],
        }
        return {kind: found for kind, found in objects.items() if found}

    def _dict(self, kind: str, box: Any, **more: Any) -> dict[str, Any]:
        x0, top, x1, bottom = box
        height = self.frame.height
        return {
            "object_type": kind,
            "page_number": self.page_number,
            "x0": x0,
            "x1": x1,
            "top": top,
            "bottom": bottom,
            "y0": height - bottom,
            "y1": height - top,
            "doctop": self.initial_doctop + top,
            "width": x1 - x0,
            "height": bottom - top,
            "pts": [(x0, top), (x1, bottom)],
            **more,
        }

    def _character_dicts(self) -> list[dict[str, Any]]:
        characters = self.characters
        dicts = []
        for letter, box, index in zip(
            characters.text(), characters.boxes.tolist(), characters.index.tolist(), strict=True
        ):
            font = "" if self.loses_text else pdfium.font_of_character(self.text_handle, index)
            size = box[3] - box[1]  # as pdfplumber: the height as drawn, whatever the font's matrix
            dicts.append(self._dict("char", box, text=letter, fontname=font, size=size, upright=True))
        return dicts

    def debug_tablefinder(self, table_settings: Any = None) -> TableFinder:
        """pdfplumber's finder; without settings it shows the tables of our lattice."""
        settings = TableSettings.resolve(table_settings)
        return LatticeFinder(self) if settings == TableSettings() else TableFinder(self, settings)

    def find_tables(self, table_settings: Any = None) -> list[PlumberTable]:
        """Tables as pdfplumber's objects; without settings those of our lattice."""
        return self.debug_tablefinder(table_settings).tables


class LatticeFinder(TableFinder):
    """A ``TableFinder`` whose edges, cells and tables are those of our lattice, to be drawn and asked."""

    def __init__(self, page: FastPage) -> None:
        self.page = page
        self.settings = TableSettings.resolve(None)
        self.edges = [edge for edge in page.edges if edge["object_type"] == "line"]
        boxes = [list(map(tuple, table.cell_boxes().tolist())) for table in page.tables]
        self.tables = [PlumberTable(page, cells) for cells in boxes]
        self.cells = [cell for cells in boxes for cell in cells]
        corners = {(x, y) for x0, top, x1, bottom in self.cells for x in (x0, x1) for y in (top, bottom)}
        self.intersections: dict[Any, Any] = {corner: {"v": [], "h": []} for corner in corners}
