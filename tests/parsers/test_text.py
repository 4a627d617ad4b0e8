"""The tab-separated text form."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.grid import Grid, Line
from parsers.limits import Limits
from parsers.text import read_text
from schemas.errors import Unreadable
from tests.shared import shared

SEED = "株洲市荷塘区行政审批服务局_2024年部门预算公开表.txt"
TEXT = "收支总表\n\n单位：052001_某局\n项目\t预算数\n一、收入\t525. 41\n\n续\t\n尾\t85"


def lines_and_grids(data: bytes) -> list[str | list[list[str]]]:
    return [b.text if isinstance(b, Line) else b.texts() for b in read_text(data).blocks]


EXPECTED = [
    "收支总表",
    "单位：052001_某局",
    [["项目", "预算数"], ["一、收入", "525. 41"]],
    [["续", ""], ["尾", "85"]],
]


def test_lines_with_tabs_are_grids_that_end_at_an_empty_line():
    assert lines_and_grids(TEXT.encode()) == EXPECTED


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encoding_and_line_ends_change_nothing(encoding: str, end: str):
    assert lines_and_grids(TEXT.replace("\n", end).encode(encoding)) == EXPECTED


def test_text_right_after_a_table_ends_it():
    assert lines_and_grids("a\tb\n注：无\nc\td".encode()) == [[["a", "b"]], "注：无", [["c", "d"]]]


def test_ragged_rows_are_padded_at_the_right():
    assert lines_and_grids(b"a\tb\tc\nd\t\n\t") == [[["a", "b", "c"], ["d", "", ""], ["", "", ""]]]


def test_places_are_counted_from_one():
    line, grid = read_text("标题\n\na\tb\nc\td".encode()).blocks
    assert isinstance(grid, Grid)
    assert line.locator == "line 1"
    assert grid.locator == "lines 3-4"
    assert grid.cells[3].locator == "line 4, field 2"


def test_blanks_stay_as_printed():
    assert lines_and_grids("　 收 入 　\n 总 计 \t 1. 00 ".encode()) == [
        "　 收 入 　",
        [[" 总 计 ", " 1. 00 "]],
    ]


def test_a_row_wider_than_the_rest_cannot_blow_the_grid_up():
    data = b"\t" * 5_000 + b"\n" + b"\t\n" * 5_000
    with pytest.raises(Unreadable) as error:
        read_text(data, Limits(max_cells=1_000_000))
    assert error.value.reason == "too_large"


@pytest.mark.parametrize("data", [b"\x00\x01\x02\tabc", b"\xff\xff\xff\t\x80"])
def test_bytes_that_are_no_text_are_refused(data: bytes):
    with pytest.raises(Unreadable) as error:
        read_text(data)
    assert error.value.reason == "broken_file"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\f\ufeff")))
def test_no_character_is_lost_or_invented(text: str):
    kept = "".join(
        block.text if isinstance(block, Line) else "".join(cell.text for cell in block.cells)
        for block in read_text(text.encode()).blocks
    )
    ignored = {"\t", "\n"}
    printed = "".join(line for line in text.split("\n") if "\t" in line or line.strip())
    assert kept == "".join(char for char in printed if char not in ignored)


def test_the_seed_has_every_table_and_its_last_line():
    tables = json.loads(shared("seed", "rendered", "gt.json").read_text("utf-8"))
    blocks = read_text(shared("seed", SEED).read_bytes()).blocks
    grids = [block.texts() for block in blocks if isinstance(block, Grid)]
    # The renderings repeat rows of three tables to make them run over pages; the text has them once.
    assert grids == [table["grid"][: len(grid)] for grid, table in zip(grids, tables, strict=True)]
    assert sum(map(len, grids)) == sum(len(table["grid"]) for table in tables) - 116
    assert grids[-1][-1][2:4] == ["使用人员满意度", "85"]
