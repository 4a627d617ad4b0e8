"""What the generator draws is what it says it draws: stock pdfplumber reads it back."""

from __future__ import annotations

import io
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain, pairwise

import pdfplumber
import pypdfium2
import pytest

from tests.generator.disclosure import Disclosure, seed
from tests.generator.pdf import draw_pdf, rows_inside
from tests.generator.style import Style, random_style
from tests.generator.table import Table

STYLES = {
    "plain": Style(),
    "word": Style(borders="thin_rectangles", wide="rotated", latin_runs=True, labels_again=True, size=9),
    "fills": Style(borders="fills", numbers="thousands", wide="portrait", row_height=2.0),
    "boxes on A3": Style(borders="boxes", paper="A3", order="shuffled", repeat_header=False),
    "title inside": Style(title="inside", contents="none", decimal_blank=True, spacing="spaced"),
    "title on the page before": Style(
        title="page_before", captions_apart=False, page_numbers=True, order="columns"
    ),
    "captions inside on one line": Style(title="inside", captions_apart=False),
    "several a page": Style(flow=True, shaded=True, paper="A3", contents="none", spacing="removed"),
}


def grids(data: bytes, style: Style) -> list[list[list[str]]]:
    """Every table on every page as stock pdfplumber finds it, blanks removed."""
    # the sides of row-wide backgrounds would cut the cells that are merged downwards
    backgrounds = style.borders == "fills" or style.shaded
    strategy = "lines_strict" if backgrounds else "lines"
    settings = {"vertical_strategy": strategy, "horizontal_strategy": strategy}
    found = []
    with pdfplumber.open(io.BytesIO(data)) as pdf:
        for page in pdf.pages:
            found += [
                [["".join((text or "").split()) for text in row] for row in table]
                for table in page.extract_tables(settings)
            ]
            page.close()
    return found


def rows_of(table: Table, style: Style) -> list[list[str]]:
    """The drawn rows of a table, blanks removed, with what stands inside the frame above it."""
    half = table.n_cols // 2
    lead = []
    for texts in rows_inside(table, style):
        row = [""] * table.n_cols
        for place, text in zip((0, half), texts, strict=False):
            row[place] = text
        lead.append(row)
    return [["".join(text.split()) for text in row] for row in lead + table.grid()]


def joined(pieces: list[list[list[str]]], printed: Disclosure, style: Style) -> list[list[list[str]]]:
    """Pieces over pages put together: pieces go on with a table until it has all its rows."""
    pieces = list(pieces)
    tables = []
    for table in printed.tables:
        wanted = rows_of(table, style)
        rows = pieces.pop(0)
        head = wanted[: len(wanted) - len(table.rows)]
        while len(rows) < len(wanted):
            piece = pieces.pop(0)
            rows = rows + (piece[len(head) :] if style.repeat_header else piece)
        tables.append(rows)
    assert not pieces
    return tables


def some(disclosure: Disclosure) -> Disclosure:
    """Six tables of the disclosure: lists, matrices narrow and wide, an empty form, forms of labels."""
    return replace(disclosure, tables=tuple(disclosure.tables[place] for place in (0, 3, 6, 10, 18, 20)))


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_stock_pdfplumber_reads_the_drawn_tables_back(style: Style) -> None:
    disclosure = seed() if style == Style() else some(seed())
    printed = style.printed_all(disclosure)
    found = joined(grids(draw_pdf(disclosure, style), style), printed, style)
    for table, rows in zip(printed.tables, found, strict=True):
        assert rows == rows_of(table, style), table.title


def test_the_same_disclosure_and_style_give_the_same_bytes() -> None:
    style = random_style(random.Random(7))
    assert draw_pdf(seed(), style) == draw_pdf(seed(), style)


def test_a_row_that_a_page_end_cuts_shows_its_lines_on_both_pages() -> None:
    style = Style(cut_rows=True, closed_end=False, closed_start=False, repeat_header=False, row_height=2.0)
    with pdfplumber.open(io.BytesIO(draw_pdf(some(seed()), style))) as pdf:
        lines = [page.extract_text_lines() for page in pdf.pages]
    # （二十）住房保障支出 is at the foot of one page, its last character at the head of the next
    assert any(
        "（二十）住房保障支" in page[-1]["text"] and "出" in after[0]["text"]
        for page, after in pairwise(lines)
    )


@pytest.mark.parametrize("number", range(12))
def test_every_style_prints_every_digit_once(number: int) -> None:
    style = random_style(random.Random(number), fake_bold=False, labels_again=False, repeat_header=False)
    style = replace(style, contents="none", page_numbers=False)
    printed = style.printed_all(seed())
    wanted = [*printed.cover]
    for table in printed.tables:
        wanted += [table.title, *table.captions, table.note or "", *chain(*table.grid())]
    with pypdfium2.PdfDocument(draw_pdf(seed(), style)) as pdf:
        found = [page.get_textpage().get_text_range() for page in pdf]
    assert digits(found) == digits(wanted)


def digits(texts: Iterable[str]) -> Counter[str]:
    return Counter(char for text in texts for char in text if char in "0123456789")
