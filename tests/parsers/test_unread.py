"""Rows of a table that stand outside every table are seen, and prose is not taken for them."""

from __future__ import annotations

import pytest

from parsers.grid import Box, Line
from parsers.recognise import recognise
from parsers.unread import require_tables_read
from schemas.errors import NotUnderstood
from tests.parsers.blocks import reading

ROWS = {
    "amounts": ["一、一般公共服务支出 185,014,928 170,544,723", "二、社会保障支出 9,105,780 9,105,780"] * 2,
    "amounts and zeros": [
        "一、一般公共服务支出 185,014,928 185,014,928 0 0",
        "收入总计 9,105,780 9,105,780 — 0",
    ]
    * 2,
    "codes alone and no label": ["224 45.71 4.29", "224200 45.71 4.29", "45.71 4.29 0.54 1.50 0.64"],
    "one row under a title": ["财政拨款支出预算表", "单位：万元", "合计 13,649.07 7,666.68"],
    "one amount a row under a title": [
        "财政拨款支出预算表",
        "单位：万元",
        "201 一般公共服务支出 13,649.07",
        "20101 人大事务 13,649.07",
        "合计 13,649.07",
    ],
}
PROSE = [
    "2024年收入预算13,649.07万元，比上年增加844.15万元，增长6.59%。",
    "一般公共服务支出10,528.33万元，主要用于在职人员工资福利支出。",
    "2024年部门预算收支总表 12",
]


def placed(texts: list[str]) -> list[Line]:
    return [Line(text, 1, Box(50, 100 + 20 * at, 550, 112 + 20 * at)) for at, text in enumerate(texts)]


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
def test_rows_of_amounts_outside_every_table_are_refused(rows: list[str]) -> None:
    with pytest.raises(NotUnderstood) as error:
        require_tables_read(recognise(reading(placed(rows))), "a.pdf")
    assert error.value.reason == "table_unread"


def test_prose_with_amounts_is_no_table() -> None:
    require_tables_read(recognise(reading(placed(PROSE * 3))), "a.pdf")
