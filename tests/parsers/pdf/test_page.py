"""pdfplumber's public interface on pages that pdfium reads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from parsers.pdf.document import FastPDF
from parsers.pdf.page import FastPage
from tests.parsers.pdf.drawing import Sheet, fill_cells
from tests.parsers.pdf.test_geometry import ROWS, XS, YS


@pytest.fixture(params=[0, 1])
def page(request: pytest.FixtureRequest) -> Iterator[FastPage]:
    sheet = Sheet(turns=request.param)
    sheet.text(50, 90, "收入预算总表")
    sheet.fill(60, 102, 100, 118, grey=0.9)
    sheet.grid(XS, YS)
    fill_cells(sheet, XS, YS, ROWS)
    with FastPDF(sheet.pdf()) as pdf:
        yield pdf.pages[0]  # type: ignore[misc]


def test_words_are_extracted(page: FastPage) -> None:
    assert [word["text"] for word in page.extract_words()][:4] == ["收入预算总表", "科目", "合计", "基本支出"]


def test_tables_are_found_with_and_without_settings(page: FastPage) -> None:
    ours = page.extract_tables()
    theirs = page.filter(lambda o: o["object_type"] != "rect").extract_tables({"snap_tolerance": 3})
    assert ours == theirs == [ROWS]


def test_a_crop_has_its_own_objects(page: FastPage) -> None:
    assert page.crop((0, 95, page.width, 125)).extract_text() == "科目 合计 基本支出"


def test_pictures_show_the_page_and_the_tables_found(page: FastPage) -> None:
    picture = page.to_image(resolution=72).debug_tablefinder()
    assert picture.original.size == (600, 400)
    assert page.debug_tablefinder().cells == [tuple(box) for box in page.tables[0].cell_boxes().tolist()]


def test_a_search_gives_places(page: FastPage) -> None:
    (found,) = page.search("教育支出")
    assert found["x0"] == pytest.approx(53, abs=1)
    assert found["bottom"] == pytest.approx(167, abs=2)


def test_metadata_and_annotations_come_when_asked_for(page: FastPage) -> None:
    assert "Producer" in page.pdf.metadata
    assert page.annots == []
