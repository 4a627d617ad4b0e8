"""Titles, captions, notes and pieces: from lines and grids to statements."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from parsers.grid import Grid, Line
from parsers.recognise import recognise
from parsers.statement import Statement
from tests.generator.table import Span
from tests.parsers.blocks import Head, grid, lines, plain_grid, reading, recognised

JIANGSU: list[Head] = ["科目编码", "科目名称", "金额"]


EXPENDITURE: list[Head] = [
    ("项目", [("功能分类科目编码", ["类", "款", "项"]), "功能分类科目名称"]),
    ("支出预算", ["合计", "基本支出", "项目支出"]),
]


ROW = ["201", "", "", "一般公共服务支出", "3", "1", "2"]


TOTAL = ["", "", "", "合计", "3", "1", "2"]


def only(*blocks: Line | Grid | Sequence[Line]) -> Statement:
    (statement,) = recognised(*blocks).statements
    return statement


def texts(statement: Statement) -> list[list[str]]:
    return [[row.text(col) for col in range(len(row.cells))] for row in statement.rows]


def test_a_title_decides_what_a_common_header_means() -> None:
    for title, form in (
        ("财政拨款支出预算表（功能科目）", "appropriation_expenditure"),
        ("一般公共预算支出预算表", "general_budget_expenditure"),
        ("政府性基金支出预算表", "government_fund_expenditure"),
        ("一般公共预算基本支出预算表", "general_budget_basic_expenditure"),
    ):
        assert only(lines(title, "单位：万元"), grid(JIANGSU, [["201", "支出", "8.00"]])).form == form


def test_a_common_header_without_a_title_is_not_recognised() -> None:
    assert not only(lines("单位：万元"), grid(JIANGSU, [["201", "支出", "8.00"]])).recognised


def test_a_form_s_own_header_needs_no_title() -> None:
    assert only(lines("单位：元"), grid(EXPENDITURE, [ROW])).form == "expenditure_summary"


def test_a_form_s_own_header_speaks_against_a_wrong_title() -> None:
    statement = only(lines("2024年部门收入预算总表", "单位：元"), grid(EXPENDITURE, [ROW]))
    assert (statement.form, statement.title_form) == ("expenditure_summary", "revenue_summary")


def test_a_common_header_never_forces_another_form_than_the_title_s() -> None:
    heads: list[Head] = ["科目编码", "科目名称", "金额"]
    assert not only(lines("“三公”经费支出表", "单位：元"), grid(heads, [["1", "2", "3.00"]])).recognised


def test_a_table_that_no_form_fits_keeps_its_grid() -> None:
    statement = only(lines("国有资产占用情况表"), grid(["项目", "数量"], [["汽车", "3"]]))
    assert (statement.form, statement.layout) == ("unrecognised", None)
    assert texts(statement) == [["项目", "数量"], ["汽车", "3"]]


def test_a_title_broken_over_lines_is_one_title() -> None:
    statement = only(
        lines("“三公”经费、会议费、培训费支出预算", "表", "单位：万元"),
        grid(["科目编码", "科目名称", "金额"], [["301", "工资福利支出", "8.00"]]),
    )
    assert statement.title == "“三公”经费、会议费、培训费支出预算表"


def test_the_form_s_number_beside_a_title_is_no_part_of_it() -> None:
    for order in (("公开03表", "2024年部门支出预算总表"), ("2024年部门支出预算总表", "公开03表")):
        assert only(lines(*order, "单位：元"), grid(EXPENDITURE, [ROW])).title == "2024年部门支出预算总表"


def test_a_title_on_the_page_before_counts() -> None:
    statement = only(lines("2024年部门支出预算总表", "单位：元", page=3), grid(EXPENDITURE, [ROW], page=4))
    assert (statement.title, statement.money_unit) == ("2024年部门支出预算总表", "元")
    assert (statement.page_from, statement.page_to) == (4, 4)


def test_title_and_captions_inside_the_frame_are_no_rows() -> None:
    rows = [
        ["2024年部门支出预算总表", "", "", "", "", "", ""],
        ["编制部门：上海市财政局", "", "", "单位：元", "", "", ""],
        ["项目", "", "", "", "支出预算", "", ""],
        ["功能分类科目编码", "", "", "功能分类科目名称", "合计", "基本支出", "项目支出"],
        ["类", "款", "项", "", "", "", ""],
        ROW,
    ]
    statement = only(plain_grid(rows))
    assert (statement.form, statement.money_unit) == ("expenditure_summary", "元")
    assert texts(statement) == [ROW]
    assert statement.title == "2024年部门支出预算总表"


@pytest.mark.parametrize(
    "numbering",
    [
        ["栏次", "", "", "", "1", "2", "3"],
        ["", "", "", "栏次", "1", "2=3+4", "3"],
        ["甲", "", "", "乙", "1", "2", "3"],
    ],
)
def test_the_row_that_numbers_the_columns_is_header(numbering: list[str]) -> None:
    statement = only(lines("支出预算总表", "单位：元"), grid(EXPENDITURE, [numbering, ROW]))
    assert texts(statement) == [ROW]
    assert statement.header_rows == 4
    assert statement.header[4] == ("支出预算", "合计")


def test_blank_ruled_rows_are_no_rows() -> None:
    blank = [""] * 7
    statement = only(lines("支出预算总表", "单位：元"), grid(EXPENDITURE, [blank, ROW, blank, TOTAL, blank]))
    assert texts(statement) == [ROW, TOTAL]


def test_an_empty_ruled_page_is_no_page_of_the_table() -> None:
    statement = only(
        lines("支出预算总表", "单位：元"), grid(EXPENDITURE, [TOTAL]), plain_grid([[""] * 7], page=2)
    )
    assert (statement.page_to, len(statement.rows)) == (1, 1)


def test_the_text_of_a_merged_cell_stands_at_its_first_position_only() -> None:
    merged = ["合计", "", "", "", "3", "1", "2"]
    statement = only(lines("支出预算总表", "单位：元"), grid(EXPENDITURE, [ROW, merged], [Span(1, 0, 1, 4)]))
    assert texts(statement) == [ROW, merged]
    assert statement.rows[1].covered(3) == "合计"


@pytest.mark.parametrize(
    ("captions", "unit", "source"),
    [
        (["单位：元"], "元", "caption"),
        (["编制部门：上海市财政局　单位：元"], "元", "caption"),
        (["金额单位：人民币万元"], "万元", "caption"),
        (["单位：", "万元"], "万元", "caption"),
        ([], None, None),
    ],
)
def test_the_money_unit_comes_from_the_captions(
    captions: list[str], unit: str | None, source: str | None
) -> None:
    statement = only(lines("支出预算总表", *captions), grid(EXPENDITURE, [ROW]))
    assert (statement.money_unit, statement.money_unit_from) == (unit, source)


def test_the_money_unit_may_stand_in_the_title_or_in_the_header() -> None:
    in_title = only(lines("支出预算总表（单位：元）"), grid(EXPENDITURE, [ROW]))
    heads: list[Head] = ["科目编码", "科目名称", "金额（万元）"]
    in_header = only(lines("一般公共预算支出预算表"), grid(heads, [["201", "支出", "8.00"]]))
    assert (in_title.money_unit, in_title.money_unit_from) == ("元", "title")
    assert (in_header.money_unit, in_header.money_unit_from) == ("万元", "header")


def test_a_second_table_on_a_page_shares_the_caption_of_the_page() -> None:
    found = recognised(
        lines("支出预算总表", "单位：元"),
        grid(EXPENDITURE, [ROW]),
        lines("2024年部门收入预算总表"),
        grid(EXPENDITURE, [ROW]),
    )
    assert [(each.money_unit, each.money_unit_from) for each in found.statements] == [
        ("元", "caption"),
        ("元", "page"),
    ]


def notes(*between: str, page: int = 1) -> list[str]:
    found = recognised(
        lines("支出预算总表", "单位：元"), grid(EXPENDITURE, [TOTAL]), lines(*between, page=page)
    )
    return [line.text for line in found.statements[0].notes]


def test_a_note_under_a_table_is_its_note_over_all_its_lines() -> None:
    assert notes("注：本部门2024年无此项", "预算安排，故本表为空表。", "第三部分 说明") == [
        "注：本部门2024年无此项",
        "预算安排，故本表为空表。",
    ]
    assert notes("（无政府性基金支出）") == ["（无政府性基金支出）"]
    assert notes("说明：本表无数据。", page=2) == ["说明：本表无数据。"]


def test_prose_after_a_table_is_no_note() -> None:
    prose = "本表反映部门年度总体收支预算情况。"
    assert notes("第三部分 2024年度部门预算情况说明", "一、收支预算总表情况说明", prose) == []
    assert notes("一、收支预算总体情况", prose) == []


def test_the_contents_are_read_and_no_table() -> None:
    found = recognised(
        lines("目录", "1 收支总表", "2 收入总表", "3 支出预算总表"),
        lines("支出预算总表", "单位：元", page=2),
        grid(EXPENDITURE, [TOTAL], page=2),
    )
    assert [entry.number for entry in found.contents] == [1, 2, 3]
    assert len(found.statements) == 1


def test_a_reading_without_grids_has_no_statements() -> None:
    assert recognise(reading(lines("部门职能", "收入10万元"))).statements == []


def test_one_unknown_amount_column_does_not_cost_a_titled_table_its_form() -> None:
    heads: list[Head] = [EXPENDITURE[0], ("支出预算", ["合计", "基本支出", "特定目标类支出"])]
    titled = only(lines("支出预算总表", "单位：元"), grid(heads, [ROW]))
    assert titled.form == "expenditure_summary"
    assert [column is None for column in titled.columns] == [*[False] * 6, True]
    assert not only(lines("单位：元"), grid(heads, [ROW])).recognised


def test_an_unknown_code_column_costs_a_table_its_form() -> None:
    heads: list[Head] = [("事项", ["编号", "功能分类科目名称"]), EXPENDITURE[1]]
    statement = only(lines("支出预算总表", "单位：元"), grid(heads, [["1", "某事", "3", "1", "2"]]))
    assert not statement.recognised


def test_the_header_of_another_form_is_not_bent_to_the_title() -> None:
    heads: list[Head] = [EXPENDITURE[0], ("收入预算", ["合计", "财政拨款收入", "其他收入"])]
    statement = only(lines("支出预算总表", "单位：元"), grid(heads, [ROW]))
    # The header's own form, never the title's; the title's stays beside it for the rules.
    assert (statement.form, statement.title_form) == ("revenue_summary", "expenditure_summary")
