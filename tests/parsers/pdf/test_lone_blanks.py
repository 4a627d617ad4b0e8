"""Blanks that are text objects of their own, which pdfium's text page leaves out."""

from __future__ import annotations

import numpy as np
import pytest

from parsers.pdf import read_pdf
from parsers.pdf.characters import Characters
from parsers.pdf.lone_blanks import with_lone_blanks
from parsers.pdf.text import compose
from tests.parsers.pdf.test_geometry import grids
from tests.shared import shared


def text_of(words: str, x: list[float], blank: tuple[float, float], width: float = 0.0) -> str:
    """The text of characters ten points wide that pdfium parts by blanks of its own, and a text object."""
    left = np.array(x)
    base = np.full(len(words), 20.0)
    boxes = np.column_stack((left, base - 8, left + 10, base + 2))
    characters = Characters(np.array([ord(c) for c in words]), boxes, base, 2 * np.arange(len(words)))
    at, baseline = blank
    group = np.zeros(len(words), np.int64)
    drawn = with_lone_blanks(characters, group, lambda: np.array([(at, baseline, at + width, baseline)]))
    return compose(*drawn).strings[0]


@pytest.mark.parametrize(
    ("words", "x", "blank", "text"),
    [
        ("总计", [0.0, 14.0], (10.0, 20.0), "总 计"),
        ("总计", [0.0, 11.0], (10.2, 20.0), "总 计"),
        ("1.一", [0.0, 6.0, 20.0], (16.0, 20.0), "1. 一"),
        ("总计数", [0.0, 14.0, 28.0], (24.0, 20.0), "总计 数"),
    ],
)
def test_a_blank_printed_by_itself_beside_an_ideograph_is_kept(
    words: str, x: list[float], blank: tuple[float, float], text: str
) -> None:
    assert text_of(words, x, blank) == text


@pytest.mark.parametrize(
    ("x", "blank", "width"),
    [
        ([0.0, 14.0], (10.0, 34.0), 0.0),  # on another line
        ([0.0, 14.0], (40.0, 20.0), 0.0),  # after both
        ([0.0, 14.0], (10.0, 20.0), 3.0),  # something that is printed
    ],
)
def test_characters_set_apart_get_no_blank_that_is_not_printed(
    x: list[float], blank: tuple[float, float], width: float
) -> None:
    assert text_of("总计", x, blank, width) == "总计"


@pytest.mark.parametrize(
    ("parts", "page", "texts"),
    [
        (("seed", "rendered", "C_html.pdf"), 3, {"本 年 收 入 合 计", "收 入 总 计"}),
        (("seed", "rendered", "D_word.pdf"), 2, {"本 年 收 入 合 计"}),
        (
            ("corpus", "上海市普陀区人民政府万里街道办事处23年预算.pdf"),
            10,
            {"1. 一般公共预算", "2. 政府性基金"},
        ),
    ],
)
def test_labels_of_real_files_have_their_printed_blanks(
    parts: tuple[str, ...], page: int, texts: set[str]
) -> None:
    reading = read_pdf(shared(*parts).read_bytes())
    assert texts <= {cell.text for grid in grids(reading) if grid.page == page for cell in grid.cells}
