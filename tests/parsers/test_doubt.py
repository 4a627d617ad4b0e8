"""What recognition leaves in doubt is said: unknown columns, a form printed twice, two bodies in one file."""

from __future__ import annotations

import pytest

from parsers.grid import Grid
from schemas.errors import NotUnderstood
from tests.parsers.blocks import Head, grid, lines, understood

COVER = lines("上海市财政局2024年部门预算", page=1)
HEADS: list[Head] = [
    ("项目", ["功能分类科目编码", "功能分类科目名称"]),
    ("支出预算", ["合计", "基本支出", "项目支出"]),
]
ROW = ["201", "一般公共服务支出", "3", "1", "2"]


def table(page: int, heads: list[Head] | None = None, row: list[str] | None = None) -> Grid:
    return grid(heads or HEADS, [row or ROW], page=page)


def test_a_number_in_a_column_that_the_form_does_not_know_is_an_oddity() -> None:
    heads = [*HEADS[:1], ("支出预算", ["合计", "基本支出", "项目支出"]), "上年执行数"]
    parsed = understood(COVER, lines("支出预算总表", "单位：元", page=2), table(2, heads, [*ROW, "77"]))
    (oddity,) = parsed.oddities
    assert (oddity.kind, oddity.text, oddity.page) == ("unknown_column", "77", 2)
    assert "上年执行数" in oddity.message


def test_an_unknown_column_without_numbers_is_no_oddity() -> None:
    heads = [*HEADS[:1], ("支出预算", ["合计", "基本支出", "项目支出"]), "备注"]
    assert (
        understood(COVER, lines("支出预算总表", "单位：元", page=2), table(2, heads, [*ROW, ""])).oddities
        == ()
    )


LISTS: list[Head] = [("收入", ["项目", "预算数"]), ("支出", ["项目", "预算数"])]


def test_a_line_that_a_list_form_does_not_know_is_kept_and_said() -> None:
    rows = [
        ["一、一般公共预算拨款收入", "9.00", "一、外交支出", "9.00"],
        ["二、彩票收入", "1.00", "二、航天支出", ""],
    ]
    parsed = understood(COVER, lines("部门收支总表", "单位：万元", page=2), grid(LISTS, rows, page=2))
    assert [(oddity.kind, oddity.text) for oddity in parsed.oddities] == [("unknown_line", "二、彩票收入")]
    kept = [row for row in parsed.tables["budget_line"] if row["line_label"] == "二、彩票收入"]
    assert [str(row["amount_wan"]) for row in kept] == ["1.00"]


def test_a_column_of_numbers_of_rows_or_remarks_may_stand_beside_any_form() -> None:
    heads: list[Head] = ["序号", "科目编码", "科目名称", "金额", "备注"]
    parsed = understood(
        COVER,
        lines("一般公共预算支出预算表", "单位：万元", page=2),
        grid(heads, [["1", "201", "一般公共服务支出", "8.00", "12个项目"]], page=2),
    )
    assert [str(line["amount_wan"]) for line in parsed.tables["budget_line"]] == ["8.00"]
    assert parsed.oddities == ()


def test_another_year_s_column_is_not_read_as_this_year_s() -> None:
    heads: list[Head] = ["科目编码", "科目名称", "2023年预算数", "2024年预算数"]
    parsed = understood(
        COVER,
        lines("一般公共预算支出预算表", "单位：万元", page=2),
        grid(heads, [["201", "一般公共服务支出", "5.00", "8.00"]], page=2),
    )
    assert [str(line["amount_wan"]) for line in parsed.tables["budget_line"]] == ["8.00"]
    assert [oddity.text for oddity in parsed.oddities] == ["5.00"]


def test_a_form_that_is_printed_twice_is_an_oddity() -> None:
    parsed = understood(
        COVER,
        lines("支出预算总表", "单位：元", page=2),
        table(2),
        lines("支出预算总表", "注：另一次", "支出预算总表", "单位：元", page=4),
        table(4),
    )
    assert [oddity.kind for oddity in parsed.oddities] == ["form_printed_twice"]


def test_a_caption_and_a_header_that_state_two_money_units_are_refused() -> None:
    heads: list[Head] = ["科目编码", "科目名称", "金额（万元）"]
    with pytest.raises(NotUnderstood) as caught:
        understood(
            COVER,
            lines("一般公共预算支出预算表", "单位：元", page=2),
            grid(heads, [["201", "一般公共服务支出", "8.00"]], page=2),
        )
    assert caught.value.reason == "money_unit_conflict"


def test_two_tables_of_one_file_may_have_two_money_units() -> None:
    three: list[Head] = [
        (
            "“三公”经费预算数",
            ["合计", "因公出国(境)费", "公务接待费", ("公务用车购置及运行费", ["小计", "购置费", "运行费"])],
        ),
        "机关运行经费预算数",
    ]
    parsed = understood(
        COVER,
        lines("支出预算总表", "单位：元", page=2),
        table(2),
        lines("“三公”经费和机关运行经费预算表", "单位：万元", page=3),
        grid(three, [["6.4", "0", "0", "6.4", "", "6.4", "0"]], page=3),
    )
    units = {row["form_code"]: row["amount_unit"] for row in parsed.tables["statement"]}
    assert units == {"expenditure_summary": "元", "three_public_expenditure": "万元"}
