"""List forms: lines of revenue and expenditure side by side, groups, totals, three-public as a list."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.generator.table import Span
from tests.parsers.blocks import Head, lines
from tests.parsers.test_interpret import FINAL, Row, amounts, rows

LISTS: list[Head] = [("收入", ["项目", "决算数"]), ("支出", ["项目", "决算数"])]


def final_list(label: str, side: int = 0, title: str = "收入支出决算总表") -> Row:
    line = [label, "9.00", "", ""] if side == 0 else ["", "", label, "9.00"]
    (row,) = rows(title, LISTS, [line], cover=FINAL)
    return row


@pytest.mark.parametrize(
    ("label", "measure", "fund"),
    [
        ("一、一般公共预算财政拨款收入", "revenue", "general_public_budget"),
        ("五、事业收入", "revenue", "institution_revenue"),
        ("使用非财政拨款结余（含专用结余）", "non_fiscal_balance_used", None),
        ("用事业基金弥补收支差额", "non_fiscal_balance_used", None),
        ("年初结转和结余", "opening_balance", None),
        ("其中：项目支出结转和结余", "opening_balance", None),
        ("本年收入合计", "revenue_total", None),
        ("总计", "revenue_total", None),
    ],
)
def test_a_revenue_line_says_its_measure_and_fund(label: str, measure: str, fund: str | None) -> None:
    row = final_list(label)
    assert (row["measure_code"], row["fund_type"], row["direction"]) == (measure, fund, "revenue")
    assert (row["row_kind"], row["line_label"]) == ("list_row", label)


@pytest.mark.parametrize(
    ("label", "code", "measure"),
    [
        ("一、一般公共服务支出", "201", "expenditure"),
        ("八、社会保障和就业支出", "208", "expenditure"),
        ("九、医疗卫生与计划生育支出", "210", "expenditure"),
        ("七、文化体育与传媒支出", "207", "expenditure"),
        ("二十二、灾害防治和应急管理支出", "224", "expenditure"),
        ("本年支出合计", None, "expenditure_total"),
        ("结余分配", None, "surplus_distribution"),
        ("年末结转和结余", None, "closing_balance"),
        ("总计", None, "expenditure_total"),
    ],
)
def test_an_expenditure_line_says_its_class_whatever_the_year_s_name(
    label: str, code: str | None, measure: str
) -> None:
    row = final_list(label, side=1)
    assert (row["function_code"], row["measure_code"], row["direction"]) == (code, measure, "expenditure")


def test_an_unknown_line_keeps_its_amount_and_belongs_to_no_additive_set() -> None:
    row = final_list("十、某种新收入")
    assert (row["amount_wan"], row["measure_code"], row["additive_set"]) == (Decimal("9.00"), "revenue", None)


def test_a_label_that_stands_twice_is_told_apart_by_its_order() -> None:
    heads: list[Head] = [
        ("收入", ["项目", "决算数"]),
        ("支出", ["项目", "合计", "一般公共预算财政拨款", "政府性基金预算财政拨款"]),
    ]
    labels = ("一、一般公共预算财政拨款", "年初财政拨款结转和结余", "一、一般公共预算财政拨款")
    body = [[label, f"{place}.00", "", "", "", ""] for place, label in enumerate(labels, start=1)]
    found = rows("财政拨款收入支出决算总表", heads, body, cover=FINAL)
    assert amounts(found, "measure_code", "fund_type") == [
        ("revenue", "general_public_budget"),
        ("opening_balance", "fiscal_appropriation"),
        ("opening_balance", "general_public_budget"),
    ]


def test_a_total_of_expenditure_stands_by_its_amount_over_two_lists_whether_merged_or_not() -> None:
    heads: list[Head] = [
        ("收入", ["项目名称", "金额"]),
        ("支出", [("功能分类", ["功能科目名称", "金额"]), ("支出用途", ["项目名称", "金额"])]),
    ]
    body = [
        ["一、财政拨款", "9.00", "一、一般公共服务支出", "9.00", "一、基本支出", "9.00"],
        ["当年收入小计", "9.00", "当年支出小计", "", "", "9.00"],
        ["上年结转资金", "", "结转下年资金", "", "", "1.00"],
    ]
    found = [row for row in rows("收支预算总表", heads, body) if row["col_no"] == 6]
    assert amounts(found, "line_label", "measure_code") == [
        ("一、基本支出", "expenditure"),
        ("当年支出小计", "expenditure_total"),
        ("结转下年资金", "closing_balance"),
    ]


def test_the_lines_under_a_group_are_told_apart_by_the_group() -> None:
    heads: list[Head] = ["项目名称", "", "金额"]
    body = [
        ["一般公共预算资金", "小计", "9.00"],
        ["", "公共财政拨款(补助)资金", "9.00"],
        ["其他资金", "小计", "1.00"],
        ["", "事业收入", "1.00"],
    ]
    spans = (Span(0, 0, 2, 1), Span(2, 0, 2, 1))
    found = rows("收入预算总表", heads, body, spans=spans, cover=lines("江苏省样例局2018年度部门预算"))
    assert amounts(found, "line_label", "fund_type", "additive_set") == [
        ("小计", "general_public_budget", None),
        ("公共财政拨款(补助)资金", "general_public_budget", "REV_FUNC_SOURCE"),
        ("小计", "other", None),
        ("事业收入", "institution_revenue", "REV_FUNC_SOURCE"),
    ]


def test_lists_side_by_side_of_different_length_invent_no_rows() -> None:
    found = rows("收入支出决算总表", LISTS, [["一、事业收入", "9.00", "", ""], ["", "", "", ""]], cover=FINAL)
    assert len(found) == 1


def test_three_public_as_a_list_has_the_measures_of_the_matrix() -> None:
    body = [
        ["合计", "1", "6.00", "5.00"],
        ["1.因公出国（境）费", "2", "", "0.00"],
        ["2.公务用车购置及运行维护费", "3", "5.00", "4.00"],
        ["（1）公务用车购置费", "4", "2.00", "2.00"],
        ["（2）公务用车运行维护费", "5", "3.00", "2.00"],
        ["3.公务接待费", "6", "1.00", "1.00"],
    ]
    heads: list[Head] = ["项目", "行次", "预算数", "决算数"]
    found = rows("财政拨款“三公”经费支出决算表", heads, body, cover=FINAL)
    actual = [row for row in found if row["budget_phase"] == "actual"]
    assert amounts(actual, "measure_code", "additive_set") == [
        ("three_public_total", None),
        ("three_public_abroad", "THREE_PUBLIC"),
        ("three_public_vehicle", None),
        ("three_public_vehicle_purchase", "THREE_PUBLIC"),
        ("three_public_vehicle_running", "THREE_PUBLIC"),
        ("three_public_reception", "THREE_PUBLIC"),
    ]
    assert {row["additive_set"] for row in found if row["budget_phase"] == "approved"} == {None}
