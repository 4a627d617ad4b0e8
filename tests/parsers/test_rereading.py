"""The second reading: other engine, same rows; only where there is another way to read."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from parsers.document import parse_document
from parsers.limits import Limits
from parsers.rereading import parse_again, read_again
from tests.generator.disclosure import seed
from tests.generator.office import write_docx, write_html, write_xlsx
from tests.generator.pdf import draw_pdf
from tests.generator.text import write_text

NAME = seed().file_name


def rows_of(tables: dict[str, list[dict[str, Any]]]) -> list[tuple[Any, ...]]:
    """What a reading says, without where on the page it says it."""
    asked = (
        "table_no",
        "row_no",
        "col_no",
        "form_code",
        "row_kind",
        "function_code",
        "econ_code",
        "amount_yuan",
    )
    return [tuple(row.get(name) for name in asked) for row in tables["budget_line"]]


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return draw_pdf(seed())


@pytest.mark.parametrize("pages", [{2}, {3, 5}, ()], ids=["a page", "two pages", "all"])
def test_both_ways_give_the_same_rows(pdf: bytes, pages: set[int]) -> None:
    again = parse_again(pdf, f"{NAME}.pdf", pages)
    assert again is not None
    assert rows_of(again.tables) == rows_of(parse_document(pdf, f"{NAME}.pdf").tables)
    assert again.tables["document"][0]["engine"] == "pdfplumber"


def test_only_the_pages_in_doubt_are_read_again(pdf: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def listen(data: bytes, limits: Limits, pages: set[int]) -> Any:
        asked.append(set(pages))
        return real(data, limits, pages)

    from parsers import pdf as package

    real = package.read_pdf_again
    monkeypatch.setattr(package, "read_pdf_again", listen)
    parse_again(pdf, f"{NAME}.pdf", {4, 9_999})
    assert asked == [{4}]


def test_the_pdfs_of_an_archive_are_read_again(pdf: bytes) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"{NAME}.pdf", pdf)
    again = parse_again(packed.getvalue(), f"{NAME}.zip", {2})
    assert again is not None
    assert rows_of(again.tables) == rows_of(parse_document(packed.getvalue(), f"{NAME}.zip").tables)
    assert "pdfplumber" in again.tables["document"][0]["engine"]


@pytest.mark.parametrize("draw", [write_text, write_docx, write_html, write_xlsx])
def test_formats_that_state_their_cells_have_no_other_way(draw: Any) -> None:
    assert read_again(draw(seed()), None, {1}, Limits()) is None
