"""A money unit said once for all tables holds where its words reach, and nowhere else."""

from __future__ import annotations

import pytest

from parsers.declared_unit import declared_units
from parsers.grid import Line
from schemas.errors import NotUnderstood
from tests.parsers.blocks import grid, lines, recognised, understood
from tests.parsers.test_recognise import EXPENDITURE, ROW, TOTAL

TABLE = grid(EXPENDITURE, [ROW, TOTAL], page=2)
NEXT = grid(EXPENDITURE, [ROW, TOTAL], page=3)


@pytest.mark.parametrize(
    ("text", "unit", "after"),
    [
        ("以下各表单位:万元", "万元", True),
        ("单位：万元（下同）", "万元", True),
        ("金额单位：元，下同", "元", True),
        ("本部门公开表格金额单位均为万元。", "万元", False),
        ("各表金额单位均为人民币元", "元", False),
        ("下列报表金额单位统一为万元，保留两位小数", "万元", True),
        ("除特别注明外，各表金额单位为万元", "万元", False),
        ("附后12张表金额单位：万元", "万元", True),
    ],
)
def test_what_speaks_for_several_tables_is_found(text: str, unit: str, after: bool) -> None:
    (found,) = declared_units([Line(text, 1)])
    assert (found.unit, found.after) == (unit, after)


@pytest.mark.parametrize(
    "text",
    [
        "单位：万元",
        "本表单位：万元",
        "公开01表 单位：万元",
        "2018年度部门预算公开表 单位：万元",
        "除“三公”经费表外，各表单位均为元",
        "上述各表单位：元",
        "以下各单位预算表，单位：个",
        "以下报表单位元素",
    ],
)
def test_what_speaks_for_one_table_or_in_doubt_is_not(text: str) -> None:
    assert not list(declared_units([Line(text, 1)]))


def test_a_sentence_broken_over_two_lines_is_one() -> None:
    found = list(declared_units(lines("本部门公开表格金额单位均", "为万元。")))
    assert [(each.unit, each.at) for each in found] == [("万元", 1)]


def test_the_unit_of_all_tables_holds_for_those_that_say_none_and_is_their_evidence() -> None:
    first, second = recognised(
        lines("样例局2024年部门预算", "以下各表单位：万元"),
        lines("支出预算总表", page=2),
        TABLE,
        lines("收入预算总表", "单位：元", page=3),
        NEXT,
    ).statements
    assert (first.money_unit, first.money_unit_from) == ("万元", "document")
    assert first.captions[-1].text == "以下各表单位：万元"
    assert (second.money_unit, second.money_unit_from) == ("元", "caption")


def test_what_follows_is_not_what_came_before() -> None:
    first, second = recognised(
        lines("支出预算总表", page=2), TABLE, lines("一般公共预算支出表", "以下各表单位：万元", page=3), NEXT
    ).statements
    assert (first.money_unit, second.money_unit) == (None, "万元")


def test_two_units_for_all_tables_contradict_each_other() -> None:
    with pytest.raises(NotUnderstood) as caught:
        understood(
            lines("上海市样例局2024年部门预算", "以下各表单位：元", "各表金额单位均为万元"),
            lines("支出预算总表", page=2),
            TABLE,
        )
    assert caught.value.reason == "money_unit_conflict"
