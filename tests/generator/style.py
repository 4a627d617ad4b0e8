"""How a disclosure looks on paper: everything that may vary while the figures stay the same."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args

from tests.generator.disclosure import Disclosure
from tests.generator.table import Heading, Table

Borders = Literal["lines", "boxes", "thin_rectangles", "fills", "open_outer", "rows_only", "three_lines"]
BORDERS: tuple[Borders, ...] = get_args(Borders)
#: Borders that say where every cell ends; of the others a reader may have to give up.
CERTAIN_BORDERS = BORDERS[:5]
Turn = Literal["portrait", "landscape", "rotated"]
Title = Literal["above", "inside", "page_before"]
Contents = Literal["lines", "table", "none"]
Numbers = Literal["plain", "thousands"]
Spacing = Literal["as_given", "removed", "spaced"]
Order = Literal["rows", "columns", "shuffled"]
Paper = Literal["A4", "A3"]

_AMOUNT = re.compile(r"-?\d+(\.\d+)?")
_DECIMAL = re.compile(r"(?<=\d)\.(?=\d)")
_SHORT_LABEL = re.compile(r"[合总小]\s*计")


@dataclass(frozen=True, slots=True)
class Style:
    """One way to draw. The defaults are a plain, well-behaved document.

    ``wide`` is how tables of more than ``wide_from`` columns lie: on upright pages, on landscape pages or on
    upright media turned by /Rotate 90. ``cut_rows`` lets a page end run through a row; ``closed_end`` and
    ``closed_start`` draw the rules at a page end and at the top of the page after it. ``labels_again``
    prints a merged cell's text again where a page end cuts it. Without ``captions_apart`` the unit and the
    money unit share a line, one at each end. ``flow`` puts several tables on a page.
    ``honour_breaks`` starts a page where the source's text shows a page end. Borders ``rows_only`` have no upright
    rules, ``three_lines`` has rules round the header, under group headings and at the end of a page alone.
    """

    borders: Borders = "lines"
    paper: Paper = "A4"
    wide: Turn = "landscape"
    wide_from: int = 9
    embedded_font: bool = False
    latin_runs: bool = False
    fake_bold: bool = False
    shaded: bool = False
    size: float = 10.0
    row_height: float = 1.0
    cut_rows: bool = False
    closed_end: bool = True
    closed_start: bool = True
    repeat_header: bool = True
    labels_again: bool = False
    honour_breaks: bool = True
    flow: bool = False
    title: Title = "above"
    captions_apart: bool = True
    contents: Contents = "lines"
    numbers: Numbers = "plain"
    spacing: Spacing = "as_given"
    decimal_blank: bool = False
    order: Order = "rows"
    page_numbers: bool = False

    def printed(self, table: Table) -> Table:
        """The table with its texts as this style prints them: the truth for whoever reads the drawing."""

        def show(row: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(self._show(text, table, col) for col, text in enumerate(row))

        return replace(
            table,
            header=tuple(self._show_heading(heading) for heading in table.header),
            rows=tuple(show(row) for row in table.rows),
        )

    def printed_all(self, disclosure: Disclosure) -> Disclosure:
        """The disclosure with all tables as printed."""
        return replace(disclosure, tables=tuple(self.printed(table) for table in disclosure.tables))

    def _show(self, text: str, table: Table, col: int) -> str:
        if not _AMOUNT.fullmatch(text):
            return self._space(text)
        if self.numbers == "thousands" and col in table.amounts:
            whole, point, rest = text.partition(".")
            text = f"{int(whole):,}{point}{rest}"
            text = "-" + text if whole == "-0" else text
        if col in table.amounts and (table.decimal_blank or self.decimal_blank):
            text = _DECIMAL.sub(". ", text)
        return text

    def _show_heading(self, heading: Heading) -> Heading:
        children = tuple(self._show_heading(child) for child in heading.children)
        return replace(heading, label=self._space(heading.label), children=children)

    def _space(self, text: str) -> str:
        if self.spacing == "removed":
            return "".join(text.split())
        if self.spacing == "spaced" and _SHORT_LABEL.fullmatch(text):
            return "  ".join("".join(text.split()))
        return text


def random_style(rng: random.Random, **fixed: Any) -> Style:
    """A style at random; the named settings stay as given.

    Rules at a page end may only be missing where the sides of the table are drawn: with neither there is
    nothing on the page that says where a row ends.
    """
    choices: dict[str, Any] = {
        "borders": rng.choice(CERTAIN_BORDERS),
        "paper": rng.choice(get_args(Paper)),
        "wide": rng.choice(get_args(Turn)),
        "size": rng.choice([8.0, 9.0, 10.0, 10.5]),
        "row_height": rng.choice([0.9, 1.0, 1.3, 2.0]),
        "title": rng.choice(get_args(Title)),
        "contents": rng.choice(get_args(Contents)),
        "numbers": rng.choice(get_args(Numbers)),
        "spacing": rng.choice(get_args(Spacing)),
        "order": rng.choice(get_args(Order)),
    }
    flags = [each.name for each in fields(Style) if each.type == "bool" and each.name != "embedded_font"]
    choices |= {name: rng.random() < 0.5 for name in flags} | fixed
    if choices["borders"] in ("open_outer", "rows_only", "three_lines"):
        choices |= {"closed_end": True, "closed_start": True}
    return Style(**choices)
