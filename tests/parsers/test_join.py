"""Pieces of a table over pages: what is one table, one row, one label, one header, and what is not."""

from __future__ import annotations

import pytest

from parsers.grid import Box, Cell, Grid
from tests.parsers.blocks import Head, grid, lines, plain_grid, recognised
from tests.parsers.test_recognise import EXPENDITURE, ROW, TOTAL, only, texts

UNKNOWN_TITLE = "2024年部门债务付息支出表"


@pytest.mark.parametrize("repeated", [True, False])
def test_pieces_over_pages_are_one_table_with_the_header_repeated_or_not(repeated: bool) -> None:
    second = grid(EXPENDITURE, [TOTAL], page=2) if repeated else plain_grid([TOTAL], page=2)
    statement = only(lines("支出预算总表", "单位：元"), grid(EXPENDITURE, [ROW]), second)
    assert texts(statement) == [ROW, TOTAL]
    assert (statement.page_from, statement.page_to) == (1, 2)


def test_a_page_number_between_two_pieces_does_not_part_them() -> None:
    statement = only(
        lines("支出预算总表", "单位：元"),
        grid(EXPENDITURE, [ROW]),
        lines("— 1 —", "第 2 页 共 5 页"),
        plain_grid([TOTAL], page=2),
    )
    assert len(statement.rows) == 2


def test_the_own_title_on_a_second_page_does_not_part_the_table() -> None:
    title = "2024年部门支出预算总表"
    statement = only(
        lines(title, "单位：元"),
        grid(EXPENDITURE, [ROW]),
        lines(title, "单位：元", page=2),
        grid(EXPENDITURE, [TOTAL], page=2),
    )
    assert texts(statement) == [ROW, TOTAL]


@pytest.mark.parametrize("between", ["2024年部门收入预算总表", "注：本表反映支出。"])
def test_another_title_or_a_note_ends_a_table(between: str) -> None:
    found = recognised(
        lines("支出预算总表", "单位：元"),
        grid(EXPENDITURE, [ROW]),
        lines(between),
        plain_grid([TOTAL], page=2),
    )
    assert len(found.statements) == 2


@pytest.mark.parametrize(
    "between",
    [
        [UNKNOWN_TITLE],
        ["公开04表"],
        ["单位：万元"],
        ["编制部门：上海市另一局"],
        ["一般公共预算财政拨款", "支出决算表"],
    ],
)
def test_a_title_number_unit_or_body_of_its_own_begins_a_table(between: list[str]) -> None:
    found = recognised(
        lines("公开03表", "支出预算总表", "编制部门：上海市样例局", "单位：元"),
        grid(EXPENDITURE, [ROW]),
        lines(*between, page=2),
        grid(EXPENDITURE, [TOTAL], page=2),
    )
    assert [len(each.rows) for each in found.statements] == [1, 1]


@pytest.mark.parametrize(
    "between", [["公开03表"], ["单位：元"], ["编制部门：上海市样例局"], ["2024年部门预算公开报表"]]
)
def test_what_the_table_s_own_page_has_too_does_not_part_it(between: list[str]) -> None:
    found = recognised(
        lines("2024年部门预算公开报表", "公开03表", "支出预算总表", "编制部门：上海市样例局", "单位：元"),
        grid(EXPENDITURE, [ROW]),
        lines(*between, page=2),
        grid(EXPENDITURE, [TOTAL], page=2),
    )
    assert [len(each.rows) for each in found.statements] == [2]


@pytest.mark.parametrize(
    ("title", "form"),
    [
        (["一般公共预算财政拨款", "支出决算表"], "general_budget_expenditure"),
        (["2024年度国有资本经营预算", "财政拨款收入", "支出决算表"], "state_capital_expenditure"),
        (["上海市样例局2024年度", "支出预算总表"], "expenditure_summary"),
    ],
)
def test_the_most_lines_that_are_one_title_count(title: list[str], form: str) -> None:
    heads: list[Head] = [("项目", ["功能分类科目编码", "科目名称"]), "合计", "基本支出", "项目支出"]
    statement = only(lines(*title, "单位：万元"), grid(heads, [["201", "支出", "3.00", "1.00", "2.00"]]))
    assert statement.title_form == form


def test_a_table_two_pages_further_is_another_table() -> None:
    found = recognised(
        lines("支出预算总表", "单位：元"), grid(EXPENDITURE, [ROW]), plain_grid([TOTAL], page=3)
    )
    assert len(found.statements) == 2


def test_a_row_that_a_page_end_cuts_is_one_row() -> None:
    upper = ["201", "03", "01", "机关事业单位基本养老", "3", "1", "2"]
    lower = ["", "", "", "保险缴费支出", "", "", ""]
    statement = only(
        lines("支出预算总表", "单位：元"), grid(EXPENDITURE, [upper]), plain_grid([lower, TOTAL], page=2)
    )
    assert texts(statement)[0] == ["201", "03", "01", "机关事业单位基本养老保险缴费支出", "3", "1", "2"]
    assert len(statement.rows) == 2


def test_two_rows_at_a_page_end_with_amounts_of_their_own_stay_two() -> None:
    first, second = [["", "", "", name, "3", "1", "2"] for name in ("行政运行", "行政运行")]
    statement = only(
        lines("支出预算总表", "单位：元"), grid(EXPENDITURE, [first]), plain_grid([second], page=2)
    )
    assert texts(statement) == [first, second]


def test_a_list_label_that_a_page_end_cuts_is_one_label() -> None:
    heads: list[Head] = [("本年收入", ["项目", "预算数"]), ("本年支出", ["项目", "预算数"])]
    statement = only(
        lines("财务收支预算总表", "单位：元"),
        grid(heads, [["", "", "八、社会保障和就", "1,608"]]),
        plain_grid([["", "", "业支出", ""], ["收入总计", "9", "支出总计", "9"]], page=2),
    )
    assert texts(statement)[0] == ["", "", "八、社会保障和就业支出", "1,608"]


def test_a_header_that_a_page_end_cuts_is_one_header() -> None:
    heads: list[Head] = [("收入", ["项目", "预算数"]), ("支出", ["项目", "预算数"])]
    whole = grid(heads, [["一、一般公共预算拨款收入", "9.00", "一、外交支出", "9.00"]])
    rows = whole.texts()
    statement = only(
        lines("部门收支总表", "单位：万元"), plain_grid(rows[:1], page=1), plain_grid(rows[1:], page=2)
    )
    assert statement.form == "revenue_expenditure_summary"
    assert texts(statement) == rows[2:]


PROCUREMENT: list[Head] = ["采购品目大类", "专项名称", "经济科目", "采购物品名称", "采购组织形式", "总计"]


def test_a_procurement_row_that_a_page_end_cuts_is_one_row() -> None:
    rows = [
        ["一、货物A", "", "", "", "", "9.00"],
        ["", "会议费", "会议费", "", "", "9.00"],
        ["", "", "", "会议服务", "分散自行组", "9.00"],
    ]
    statement = only(
        lines("政府采购预算表", "单位：万元"),
        grid(PROCUREMENT, rows),
        plain_grid([["", "", "", "", "织", ""], ["三、服务C", "", "", "", "", "1.00"]], page=2),
    )
    assert texts(statement)[2] == ["", "", "", "会议服务", "分散自行组织", "9.00"]
    assert len(statement.rows) == 4


def test_a_target_whose_line_had_room_for_more_is_not_joined_with_the_next_page_s() -> None:
    rows = [
        ["项目名称", "样例项目", "", ""],
        ["一级指标", "二级指标", "三级指标", "指标值"],
        ["产出指标", "数量指标", "开展统战各界人士交流活动次数", "加强引导业委会工作制度、履职行为"],
        ["", "", "夯实思想政治基础的各界人士力量", "提升"],
    ]
    statement = only(
        lines("项目支出绩效目标表", "单位：万元"),
        plain_grid(rows, page=1),
        plain_grid([["", "", "提升住宅小区业委会规范化水平", "加强"]], page=2),
    )
    assert texts(statement)[-1] == ["", "", "提升住宅小区业委会规范化水平", "加强"]


def ruled(xs: list[float], rows: list[list[str]], page: int) -> Grid:
    """A grid whose columns lie between the places ``xs``."""
    cells = tuple(
        Cell(r, c, text, 1, 1, page, Box(xs[c], 20.0 * r, xs[c + 1], 20.0 * r + 20), None)
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    )
    return Grid(len(rows), len(xs) - 1, cells, page, Box(xs[0], 0, xs[-1], 20.0 * len(rows)))


def test_targets_over_three_pages_are_one_form_though_each_part_has_rules_of_its_own() -> None:
    head, body = [40.0, 160, 330, 400, 460, 560], [40.0, 105, 160, 330, 460, 560]
    statement = only(
        lines("项目支出绩效目标表", "单位：万元"),
        ruled(head, [["项目名称", "样例项目", "", "预算金额", "9.00"]], 1),
        ruled(
            body,
            [
                ["绩效指标", "一级指标", "二级指标", "三级指标", "指标值"],
                ["", "产出指标", "数量指标", "人次", "9"],
            ],
            2,
        ),
        ruled(body, [["", "效益指标", "社会效益指标", "满意", "9"]], 3),
    )
    assert (statement.form, statement.page_to, len(statement.rows)) == ("project_performance", 3, 4)


def test_the_last_row_of_a_header_on_the_next_page_is_header() -> None:
    heads: list[Head] = [
        ("项目", [("功能分类科目编码", ["类", "款", "项"]), "功能分类科目名称"]),
        ("支出预算", ["合计", "基本支出", "项目支出"]),
    ]
    whole = grid(heads, [["合计", "", "", "", "", "", ""]])
    rows = whole.texts()
    statement = only(
        lines("支出预算总表", "单位：元"), plain_grid(rows[:2], page=1), plain_grid(rows[2:], page=2)
    )
    assert texts(statement) == [["合计", "", "", "", "", "", ""]]
    assert statement.header_rows == 3


def test_a_long_title_with_the_body_s_name_may_be_broken_before_words_that_are_a_title_too() -> None:
    found = only(
        lines("九、2018年江苏省样例法院“三公”经费、会议费、培训费", "支出预算表", "单位：万元"),
        grid(["合计", "会议费", "培训费"], [["3.00", "1.00", "2.00"]]),
    )
    assert found.title == "九、2018年江苏省样例法院“三公”经费、会议费、培训费支出预算表"
    assert found.title_form == "three_public_expenditure"


def test_a_header_whose_first_row_stands_alone_at_the_foot_of_a_page_is_one_header() -> None:
    wide = [40.0, 100, 160, 220, 300, 380, 460]
    below = [["功能科目编码", "功能科目名称", "合计", "财政拨款收入", "事业收入", "其他收入"]]
    rows = [["2010301", "行政运行", "3.00", "1.00", "1.00", "1.00"]]
    statement = only(
        lines("收入预算总表", "单位：元"),
        ruled([40.0, 160, 460], [["项目", "收入预算"]], 1),
        ruled(wide, [*below, *rows], 2),
    )
    assert (statement.form, statement.money_unit, statement.page_from) == ("revenue_summary", "元", 1)
    assert texts(statement) == rows
    assert statement.header[2] == ("收入预算", "合计")
