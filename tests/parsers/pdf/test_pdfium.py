"""Calls for all characters and objects of a page at once, held against pypdfium2's own helpers, one by one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from parsers.pdf import pdfium
from parsers.pdf.document import FastPDF
from parsers.pdf.page import FastPage
from tests.parsers.pdf.drawing import Sheet


@pytest.fixture(scope="module")
def page() -> Iterator[FastPage]:
    """A page of more characters and more lines than are asked for in one batch."""
    sheet = Sheet(width=1200, height=900)
    for row in range(60):
        sheet.text(20, 10 + 14 * row, "0123456789" * 5, font="Helvetica")
        for column in range(20):
            sheet.line(500 + 10 * column, 10 + 14 * row, 505 + 10 * column, 10 + 14 * row)
    with FastPDF(sheet.pdf()) as pdf:
        yield pdf.page(1)


def test_boxes_of_characters_are_those_asked_for_one_by_one(page: FastPage) -> None:
    text = page.pdf.document[0].get_textpage()
    count = text.count_chars()
    assert count > 2 * pdfium._Rows.BATCH
    asked = [text.get_charbox(index, loose=True) for index in range(count)]
    np.testing.assert_allclose(pdfium.character_boxes(page.text_handle, range(count)), asked, atol=1e-4)


def test_boxes_of_objects_are_those_asked_for_one_by_one(page: FastPage) -> None:
    objects = list(page.pdf.document[0].get_objects())
    assert len(objects) > pdfium._Rows.BATCH
    asked = [each.get_bounds() for each in objects]
    np.testing.assert_allclose(pdfium.bounds(pdfium.objects(page._handle)), asked, atol=1e-4)


def test_a_call_that_fails_gives_zeros_and_not_what_the_call_before_gave(page: FastPage) -> None:
    boxes = pdfium.character_boxes(page.text_handle, [0, 1_000_000])
    assert boxes[0].any()
    assert not boxes[1].any()
