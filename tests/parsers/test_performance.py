"""Target forms: goals, tasks, the split of the budget, and indicators with their levels filled down."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from parsers.document import Parsed
from schemas.errors import NotUnderstood
from tests.parsers.blocks import lines, plain_grid, recognised, understood

COVER = lines("单位编码：052001", "单位名称：株洲市荷塘区样例局", "2024年部门预算公开表", page=1)
KPI = ["一级指标", "二级指标", "三级指标", "指标值", "指标值内容", "度量单位", "指标值类型", "备注"]
NONE = [""] * 7


def project(*indicators: list[str], unit: str = "金额单位：万元") -> Parsed:
    rows = [
        ["项目名称", "政府雇员经费", *[""] * 6],
        ["项目类别", "特定目标类", "年度本级预算金额", "265.82", *[""] * 4],
        ["项目支出实施期", "2024年1－12月", *[""] * 6],
        ["本年度绩效目标", "按时办结各项事项。", *[""] * 6],
        KPI,
        *indicators,
    ]
    return understood(COVER, lines("专项资金支出方向绩效目标表", unit, page=2), plain_grid(rows, page=2))


def overall(split: list[str], *indicators: list[str]) -> Parsed:
    rows = [
        ["单位名称", "株洲市荷塘区样例局", *[""] * 6],
        ["年履职目标", "深入推进改革。", *[""] * 6],
        ["年度主要任务", "任务名称", "", "", "主要内容", "", "", ""],
        ["", "推进改革", "", "", "优化流程", "", "", ""],
        ["", "完善平台", "", "", "提质升级", "", "", ""],
        ["预算情况（万元）", "资金总额", "按收入性质分", "", "", "", "按支出性质分", ""],
        ["", "", "一般公共预算", "政府性基金拨款", "财政专户管理资金", "其他资金", "基本支出", "项目支出"],
        split,
        KPI,
        *indicators,
    ]
    return understood(COVER, lines("部门整体支出绩效目标表", page=2), plain_grid(rows, page=2))


INDICATOR = ["产出指标", "数量指标", "办件数量", "2500", "", "件", "≥", ""]


def test_a_project_form_gives_its_budget_its_goal_and_its_period() -> None:
    parsed = project(INDICATOR)
    (line,) = parsed.tables["budget_line"]
    assert (line["measure_code"], line["amount_yuan"], line["project_name"]) == (
        "project_annual_budget",
        Decimal("2658200.00"),
        "政府雇员经费",
    )
    (goal,) = parsed.tables["performance_goal"]
    assert (goal["period_start"], goal["period_end"]) == (date(2024, 1, 1), date(2024, 12, 31))
    assert (goal["project_category"], goal["goal_text"]) == ("特定目标类", "按时办结各项事项。")
    assert goal["annual_budget_wan"] == Decimal("265.82")


@pytest.mark.parametrize(
    ("printed", "kind", "number", "day"),
    [
        ("2500", "number", Decimal(2500), None),
        ("95.5%", "number", Decimal("95.5"), None),
        ("2024年12月", "date", None, date(2024, 12, 1)),
        ("不断提升", "text", None, None),
        ("", "empty", None, None),
    ],
)
def test_a_target_is_a_number_a_date_a_text_or_missing(
    printed: str, kind: str, number: Decimal | None, day: date | None
) -> None:
    (row,) = project(["产出指标", "数量指标", "办件数量", printed, "", "", "=", ""]).tables[
        "performance_indicator"
    ]
    assert (row["target_kind"], row["target_number"], row["target_date"]) == (kind, number, day)


@pytest.mark.parametrize("name", ["", "无"])
def test_an_indicator_without_a_name_is_not_applicable(name: str) -> None:
    (row,) = project(["效益指标", "经济效益", name, name, "", "", "", ""]).tables["performance_indicator"]
    assert row["target_kind"] == "not_applicable"


@pytest.mark.parametrize(
    ("printed", "operator"), [("≥", "≥"), (">=", "≥"), ("＞", ">"), ("=", "="), ("定性", "定性"), ("", None)]
)
def test_an_operator_is_said_one_way(printed: str, operator: str | None) -> None:
    (row,) = project(["产出指标", "数量指标", "办件数量", "1", "", "件", printed, ""]).tables[
        "performance_indicator"
    ]
    assert row["target_operator"] == operator


def test_operator_number_and_unit_in_one_cell_are_told_apart() -> None:
    rows = [
        ["项目名称", "新建中心", "项目类别", "特定目标类", "", "年度资金申请总额", "4,100,000.00"],
        ["", "一级指标", "二级指标", "三级指标", "", "年度(/项目)指标值", ""],
        ["绩效指标", "产出指标", "数量指标", "规划建筑面积", "", "≥13459.00(平方米)", ""],
    ]
    parsed = understood(
        COVER, lines("财政项目支出绩效目标填报表", "单位：元", page=2), plain_grid(rows, page=2)
    )
    (row,) = parsed.tables["performance_indicator"]
    assert (row["target_operator"], row["target_number"], row["target_unit"]) == (
        "≥",
        Decimal("13459.00"),
        "平方米",
    )
    assert row["target_raw"] == "≥13459.00(平方米)"


def test_levels_one_and_two_are_filled_down_and_level_three_never() -> None:
    found = overall(
        ["", "9.00", "9.00", "", "", "", "5.00", "4.00"],
        INDICATOR,
        ["", "", "培训次数", "6", "", "次", "=", ""],
        ["", "质量指标", "合格率", "100", "", "%", "=", ""],
        ["效益指标", "经济效益", "", "", "", "", "", ""],
    ).tables["performance_indicator"]
    assert [(row["level1_name"], row["level2_name"], row["level3_name"]) for row in found] == [
        ("产出指标", "数量指标", "办件数量"),
        ("产出指标", "数量指标", "培训次数"),
        ("产出指标", "质量指标", "合格率"),
        ("效益指标", "经济效益", None),
    ]


def test_a_level_that_a_page_end_repeats_is_no_new_group() -> None:
    found = project(INDICATOR, ["产出指标", "", "培训次数", "6", "", "次", "=", ""])
    assert [row["level2_name"] for row in found.tables["performance_indicator"]] == ["数量指标", "数量指标"]


def test_satisfaction_under_the_wrong_level_is_put_right_and_says_so() -> None:
    found = project(
        ["效益指标", "经济效益", "增收", "1", "", "", "=", ""],
        ["", "服务对象满意度", "满意率", "95", "", "%", "≥", ""],
    ).tables["performance_indicator"]
    row: dict[str, Any] = found[1]
    assert (row["level1_name"], row["level1_printed"], row["level1_inferred"]) == (
        "满意度指标",
        "效益指标",
        True,
    )


def test_the_split_of_the_whole_budget_has_seven_amounts() -> None:
    found = overall(["", "9.00", "9.00", "", "", "", "5.00", "4.00"], INDICATOR).tables["budget_line"]
    assert [(row["measure_code"], row["fund_type"], row["expenditure_type"]) for row in found] == [
        ("overall_total", None, None),
        ("overall_by_source", "general_public_budget", None),
        ("overall_by_source", "government_fund", None),
        ("overall_by_source", "fiscal_special_account", None),
        ("overall_by_source", "other", None),
        ("overall_by_type", None, "basic"),
        ("overall_by_type", None, "project"),
    ]
    assert {row["row_no"] for row in found} == {8}


def test_a_blank_split_takes_nothing_from_the_indicators_below_it() -> None:
    found = overall([""] * 8, INDICATOR).tables["budget_line"]
    assert {row["cell_state"] for row in found} <= {"blank"}
    assert all(row["amount_yuan"] is None for row in found)


def test_the_whole_department_s_goal_and_tasks_are_told() -> None:
    goals = overall(["", "9.00", "9.00", "", "", "", "5.00", "4.00"], INDICATOR).tables["performance_goal"]
    assert [(goal["item_kind"], goal.get("goal_text"), goal.get("task_name")) for goal in goals] == [
        ("overall_goal", "深入推进改革。", None),
        ("task", None, "推进改革"),
        ("task", None, "完善平台"),
    ]


def test_a_project_s_amount_without_a_money_unit_is_refused() -> None:
    with pytest.raises(NotUnderstood) as caught:
        project(INDICATOR, unit="填报单位：株洲市荷塘区样例局")
    assert caught.value.reason == "money_unit_missing"


def test_a_form_over_two_pages_with_its_title_on_both_is_one() -> None:
    title = "部门整体支出绩效目标表"
    first = [["单位名称", "样例局", *[""] * 6], ["年履职目标", "深入推进改革。", *[""] * 6], KPI, INDICATOR]
    rest = [["产出指标", "质量指标", "合格率", "100", "", "%", "=", ""]]
    parsed = understood(
        COVER,
        lines(title, page=2),
        plain_grid(first, page=2),
        lines(title, page=3),
        plain_grid(rest, page=3),
    )
    (row,) = parsed.tables["statement"]
    assert (row["form_code"], row["page_from"], row["page_to"]) == ("overall_performance", 2, 3)
    assert len(parsed.tables["performance_indicator"]) == 2


def test_the_next_project_s_form_is_another_one() -> None:
    title = "专项资金支出方向绩效目标表"
    forms = [[["项目名称", name, *[""] * 6], KPI, INDICATOR] for name in ("甲经费", "乙经费")]
    parsed = understood(
        COVER,
        lines(title, "金额单位：万元", page=2),
        plain_grid(forms[0], page=2),
        lines(title, "金额单位：万元", page=3),
        plain_grid(forms[1], page=3),
    )
    assert [row["project_name"] for row in parsed.tables["performance_goal"]] == ["甲经费", "乙经费"]
    assert [row["instance_no"] for row in parsed.tables["statement"]] == [1, 2]


def test_a_text_that_a_page_end_cuts_is_one_text() -> None:
    title = "部门整体支出绩效目标表"
    first = [["单位名称", "样例局", *[""] * 6], ["年履职目标", "深入推进", *[""] * 6]]
    rest = [["", "改革工作。", *[""] * 6], KPI, INDICATOR]
    parsed = understood(COVER, lines(title, page=2), plain_grid(first, page=2), plain_grid(rest, page=3))
    assert parsed.tables["performance_goal"][0]["goal_text"] == "深入推进改革工作。"


def test_two_indicators_at_a_page_end_stay_two() -> None:
    title = "部门整体支出绩效目标表"
    first = [["单位名称", "样例局", *[""] * 6], ["年履职目标", "改革。", *[""] * 6], KPI, INDICATOR]
    rest = [
        ["", "", "管理水平", "不断提升", "", "无", "定性", ""],
        ["", "生态效益", "", "", "", "", "", ""],
    ]
    parsed = understood(COVER, lines(title, page=2), plain_grid(first, page=2), plain_grid(rest, page=3))
    assert [row["level3_name"] for row in parsed.tables["performance_indicator"]] == [
        "办件数量",
        "管理水平",
        None,
    ]


@pytest.mark.parametrize("label", ["年度资金总额：", "年度资金总额:", "年度资金总额"])
def test_a_label_may_end_with_a_colon(label: str) -> None:
    rows = [
        ["项目名称：", "甲经费", "项目类别：", "特定目标类"],
        [label, "12.00", "其中：财政拨款", "12.00"],
        KPI[:4],
    ]
    rows.append(["产出指标", "数量指标", "办件数量", "2500"])
    parsed = understood(COVER, lines("项目支出绩效目标表", "单位：万元", page=2), plain_grid(rows, page=2))
    assert [line["amount_wan"] for line in parsed.tables["budget_line"]] == [Decimal("12.00")]
    assert parsed.tables["performance_goal"][0]["project_name"] == "甲经费"


def test_another_label_beside_a_label_is_no_amount() -> None:
    rows = [
        ["项目名称", "甲经费"],
        ["年度资金总额", "其中财政拨款"],
        ["一级指标", "三级指标"],
        ["产出指标", "办件"],
    ]
    parsed = understood(COVER, lines("项目支出绩效目标表", "单位：万元", page=2), plain_grid(rows, page=2))
    assert parsed.tables["budget_line"] == []


def test_a_goal_under_the_heads_of_its_terms_is_that_of_the_year() -> None:
    rows = [
        ["项目名称", "甲经费", ""],
        ["总体目标", "实施期目标", "年度目标"],
        ["", "三年建成。", "完成一期。"],
        ["一级指标", "二级指标", "三级指标"],
        ["产出指标", "数量指标", "办件"],
    ]
    parsed = understood(COVER, lines("项目绩效目标表", "单位：万元", page=2), plain_grid(rows, page=2))
    assert [goal["goal_text"] for goal in parsed.tables["performance_goal"]] == ["完成一期。"]


def test_a_report_on_targets_is_no_target_form() -> None:
    rows = [
        ["项目名称", "甲经费", "", "主管部门", "样例局"],
        ["年度资金总额", "9.00", "", "全年执行数", "8.00"],
        ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值"],
        ["产出指标", "数量指标", "办件数量", "2500", "2600"],
    ]
    (report,) = recognised(lines("项目支出绩效自评表", "单位：万元"), plain_grid(rows)).statements
    assert not report.recognised
