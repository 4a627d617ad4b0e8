"""Draws a disclosure as PDF in a style: cover, contents, and every table on as many pages as it needs.

The bytes depend on the disclosure and the style alone (no date, no random identifier), so that a drawing
can be named by its hash.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import replace

from reportlab.lib.pagesizes import A3, A4
from reportlab.pdfgen.canvas import Canvas

from tests.generator.disclosure import Disclosure
from tests.generator.face import Face
from tests.generator.ink import Word, draw_piece, draw_words
from tests.generator.layout import LEADING, Layout, cut_pieces, set_table
from tests.generator.style import Style, Turn
from tests.generator.table import Table

MARGIN = 40.0
GAP = 6.0


class Press:
    """The page under the pen: its size, how it is turned, and how far down it is used."""

    def __init__(self, style: Style, title: str) -> None:
        self.style = style
        self.face = Face(style.embedded_font, style.latin_runs)
        self.file = io.BytesIO()
        self.canvas = Canvas(self.file, invariant=1, pageCompression=1)
        self.canvas.setTitle(title)
        self.turn: Turn | None = None
        self.number = 0
        self.y = 0.0

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the page as displayed."""
        short, long = A3 if self.style.paper == "A3" else A4
        return (short, long) if self.turn == "portrait" else (long, short)

    @property
    def room(self) -> float:
        """Points left above the bottom margin."""
        return self.y - MARGIN

    def new_page(self, turn: Turn) -> None:
        """Ends the page, if there is one, and starts another."""
        self.end_page()
        self.turn = turn
        self.number += 1
        width, height = self.size
        self.canvas.setPageSize((width, height))  # as displayed: the canvas turns the media box itself
        if turn == "rotated":
            self.canvas.setPageRotation(90)
            self.canvas.transform(0, 1, -1, 0, height, 0)
        else:
            self.canvas.setPageRotation(0)
        self.y = height - MARGIN

    def end_page(self) -> None:
        """Prints the page number, where wanted, and ends the page."""
        if self.turn is None:
            return
        if self.style.page_numbers:
            text = f"— {self.number} —"
            x = (self.size[0] - self.face.width(text, 9)) / 2
            self.face.draw(self.canvas, x, MARGIN / 2, text, 9)
        self.canvas.showPage()
        self.turn = None

    def print_lines(self, lines: Iterable[str], size: float, centred: bool = False) -> None:
        """Prints lines of text downwards."""
        for line in lines:
            self.y -= size * LEADING
            x = (self.size[0] - self.face.width(line, size)) / 2 if centred else MARGIN
            words = [Word(x, self.y + size * 0.25, line, bold=centred)]
            draw_words(self.canvas, words, self.style, self.face, size)

    def print_ends(self, left: str, right: str, size: float) -> None:
        """Prints one line with a text at each end."""
        self.y -= size * LEADING
        x = self.size[0] - MARGIN - self.face.width(right, size)
        words = [Word(MARGIN, self.y + size * 0.25, left), Word(x, self.y + size * 0.25, right)]
        draw_words(self.canvas, words, self.style, self.face, size)

    def finish(self) -> bytes:
        """The whole file."""
        self.end_page()
        self.canvas.save()
        return self.file.getvalue()


def draw_pdf(disclosure: Disclosure, style: Style | None = None, *others: Disclosure) -> bytes:
    """The disclosure as a PDF; read back exactly, it gives ``style.printed_all(disclosure)``.

    ``others`` follow it in the same file, each a chapter with a cover, contents and tables of its own.
    """
    press = Press(style or Style(), disclosure.file_name)
    for chapter in (disclosure, *others):
        _print_chapter(press, chapter)
    return press.finish()


def _print_chapter(press: Press, disclosure: Disclosure) -> None:
    if disclosure.cover:
        press.new_page("portrait")
        press.y -= press.size[1] / 4
        press.print_lines(disclosure.cover[:1], 20, centred=True)
        press.y -= 20
        press.print_lines(disclosure.cover[1:], 12, centred=True)
    if disclosure.contents and press.style.contents != "none":
        press.new_page("portrait")
        _print_contents(press, disclosure)
    for table in disclosure.tables:
        _print_table(press, press.style.printed(table))


def _print_contents(press: Press, disclosure: Disclosure) -> None:
    if press.style.contents == "lines":
        press.print_lines([disclosure.contents_heading], 12)
        press.print_lines((f"{number}  {title}" for number, title in disclosure.contents), 10)
        return
    rows = (
        (disclosure.contents_heading, ""),
        *((str(number), title) for number, title in disclosure.contents),
    )
    _print_grid(press, Table("contents", "", (), rows), [])


def _print_table(press: Press, table: Table) -> None:
    style = press.style
    turn = style.wide if table.n_cols > style.wide_from else "portrait"
    above = rows_inside(table, style)
    if style.title == "page_before":
        if press.turn is None or press.room < 100:
            press.new_page(turn)
        _print_title(press, table)
        press.new_page(turn)
    elif press.turn != turn or not style.flow or press.room < press.size[1] / 3:
        press.new_page(turn)
    else:
        press.y -= 3 * GAP
    if style.title == "above":
        _print_title(press, table)
    _print_grid(press, table, above)
    if table.note:
        if press.room < 20:
            press.new_page(turn)
        press.print_lines([table.note], 9)


def _style_of(style: Style, table: Table) -> Style:
    """Forms of labels and values are ruled both ways whatever the tables of columns are."""
    if style.borders in ("rows_only", "three_lines") and (not table.header or table.spans):
        return replace(style, borders="lines")
    return style


def rows_inside(table: Table, style: Style) -> list[list[str]]:
    """Title and captions where the style draws them inside the frame: rows of one cell, or of two."""
    if style.title != "inside":
        return []
    if style.captions_apart or len(table.captions) != 2:
        return [[table.title], *([caption] for caption in table.captions)]
    return [[table.title], list(table.captions)]


def _print_title(press: Press, table: Table) -> None:
    press.print_lines([table.title], 14 if len(table.title) < 30 else 11, centred=True)
    if press.style.captions_apart or len(table.captions) != 2:
        press.print_lines(table.captions, 9)
    else:
        press.print_ends(*table.captions, size=9)
    press.y -= GAP


def _print_grid(press: Press, table: Table, above: list[list[str]]) -> None:
    style, face = _style_of(press.style, table), press.face
    turn = press.turn or "portrait"
    width, height = press.size
    layout: Layout = set_table(table, style, face, width - 2 * MARGIN, above)
    breaks = {layout.n_head + row for row in table.breaks} if style.honour_breaks else set()
    if press.room < sum(layout.heights[: layout.n_head + 1]):
        press.new_page(turn)
    pieces = cut_pieces(layout, style, breaks, press.room, height - 2 * MARGIN)
    for piece in pieces:
        if piece.continued:
            press.new_page(turn)
        words = draw_piece(press.canvas, layout, piece, style, face, MARGIN, press.y)
        draw_words(press.canvas, words, style, face, layout.size)
        press.y -= piece.height + GAP
