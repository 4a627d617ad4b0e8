# ruff: noqa: E501 (one case a line)
from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from schemas.rules import evaluate, rules
from tests.schemas.rules.documents import Frames, family_frames, seed_frames

Change = Callable[[Frames], Frames]


def put(table: str, where: pl.Expr, **values: object) -> Change:
    """Other values in the rows of a table that meet a condition."""

    def change(frames: Frames) -> Frames:
        frame = frames[table]
        dtypes = {name: frame.schema[name] for name in values}
        new = {
            name: pl.when(where)
            .then(value if isinstance(value, pl.Expr) else pl.lit(value, dtypes[name]))
            .otherwise(pl.col(name))
            .cast(dtypes[name])
            for name, value in values.items()
        }
        assert frame.filter(where).height, f"nothing to change in {table}"
        return {**frames, table: frame.with_columns(**new)}

    return change


def drop(table: str, where: pl.Expr) -> Change:
    """The table without the rows that meet a condition."""
    return lambda frames: {**frames, table: frames[table].filter(~where)}


def double(table: str, where: pl.Expr) -> Change:
    """The rows that meet a condition once more, below all others."""

    def change(frames: Frames) -> Frames:
        again = frames[table].filter(where).with_columns(row_no=pl.lit(99, pl.Int16))
        return {**frames, table: pl.concat([frames[table], again])}

    return change


def seed() -> Frames:
    return seed_frames()


FORM, CODE, KIND = pl.col("form_code"), pl.col("function_code"), pl.col("row_kind")
T1, T3, T7, T8, T9 = (
    "revenue_expenditure_summary",
    "expenditure_summary",
    "general_budget_expenditure",
    "general_budget_basic_expenditure",
    "basic_wages_government_economic",
)
FIRST = pl.col("project_name") == "政府雇员经费"
NAMED = pl.col("level3_name") == "聘用人数"

#: Rule, what breaks it, what mends it where the seed itself breaks it.
CASES: list[tuple[str, Change, Change | None]] = [
    ("S01", put("row_head", pl.col("code") == "2010301", parts=pl.lit(["201", "03", "02"])), None),
    ("S02", put("budget_line", (FORM == T3) & (CODE == "2080506"), function_code="2080505"), None),
    ("S03", put("budget_line", (FORM == T3) & (CODE == "20805"), function_code="20807"), None),
    ("S04", put("budget_line", (FORM == T7) & (CODE == "208"), function_name="社会保障"), None),
    ("S05", put("row_head", (pl.col("table_no") == 4) & (pl.col("code") == "052"), name="另一单位"), put("row_head", pl.col("name") == "052", name="株洲市荷塘区行政审批服务局")),
    ("S06", put("row_head", (pl.col("table_no") == 4) & (pl.col("code") == "052001"), code="052002"), None),
    ("S07", put("budget_line", (FORM == T3) & (KIND == "department"), department_code="053"), None),
    ("S08", put("budget_line", (FORM == T3) & (KIND == "unit"), row_kind="unit"), put("budget_line", (FORM == "special_funds_summary") & (KIND == "department"), row_kind="unit")),
    ("S09", put("statement", FORM == T3, table_no=None, status="missing_in_body"), drop("statement", pl.col("table_no").is_null())),
    ("S10", put("statement", FORM == T3, title_printed="支出总体情况表"), put("statement", pl.col("title_printed").is_not_null(), title_printed=pl.col("title_toc"))),
    ("S11", put("statement", FORM == T3, unit_caption="单位：052001_某局"), put("statement", FORM.is_in([T8, "overall_performance"]), unit_caption="金额单位：万元")),
    ("S12", put("budget_line", (FORM == T8) & (pl.col("row_no") == 2), econ_code="30199"), drop("budget_line", (FORM == T8) & ~pl.col("econ_code").is_in(["30103", "30107"]))),
    ("X02a", drop("budget_line", (FORM == "revenue_expenditure_summary") & (CODE == "219")), None),
    ("X07k", drop("budget_line", (FORM == T9) & (CODE == "2101103")), None),
    ("X14b", put("budget_line", FIRST & (FORM == "project_performance"), project_name="雇员"), put("budget_line", pl.col("project_name") == "政务服务运转", project_name="政务服务经费")),
    ("X14c", put("budget_line", FIRST & (FORM == "project_performance"), amount_yuan=2_658_400), None),
    ("X14d", put("performance_indicator", FIRST & (pl.col("kpi_no") == 1), target_number=265.92, target_raw="265.92"), None),
    ("X14e", put("performance_indicator", FIRST & (pl.col("kpi_no") == 1), target_operator="≥"), put("performance_indicator", pl.col("target_unit") == "万元", target_operator="≤")),
    ("X15a", put("performance_indicator", FIRST & (pl.col("level1_printed") == "成本指标"), level1_printed="产出指标"), put("performance_indicator", pl.col("level1_inferred"), level1_printed="满意度指标")),
    ("X15b", put("performance_indicator", (pl.col("scope") == "overall") & (pl.col("level1_printed") == "产出指标"), level1_printed="效益指标"), put("performance_indicator", pl.col("level1_inferred"), level1_printed="满意度指标")),
    ("S13", put("performance_indicator", (pl.col("scope") == "overall") & (pl.col("level3_name") == "法律顾问人数"), target_raw="2"), put("performance_indicator", pl.col("level3_name").is_in(["EMS邮政快递服务数量", "培训合格率"]), target_raw="1", target_operator="=")),
    ("S13b", put("performance_indicator", FIRST & (pl.col("level3_name") == "受理业务数量"), target_raw="7"), put("performance_indicator", pl.col("level3_name") == "全部事项受理完成率", target_raw="9")),
    ("S14", put("performance_indicator", NAMED, target_kind="empty"), put("performance_indicator", pl.col("target_kind") == "empty", target_kind="text", target_raw="有")),
    ("S15", put("performance_indicator", NAMED, target_kind="text"), drop("performance_indicator", pl.col("target_kind") != "number")),
    ("code_unknown", put("budget_line", CODE == "2089999", function_code="2087777"), None),
    ("code_name_mismatch", put("budget_line", CODE == "208", function_name="教育支出"), None),
    ("code_name_other_year", put("budget_line", CODE == "20805", function_name="行政事业单位离退休"), None),
    ("code_parent_missing", put("budget_line", CODE == "2089999", function_code="2977777"), None),
    ("amount_magnitude", put("budget_line", pl.col("amount_yuan").is_not_null(), amount_yuan=pl.col("amount_yuan") / 10_000), None),
    ("table_magnitude", put("budget_line", (FORM == "three_public_expenditure") & pl.col("amount_yuan").is_not_null(), amount_yuan=pl.col("amount_yuan") / 10_000, amount_unit="元"), None),
    ("S16", double("budget_line", (FORM == T1) & (CODE == "219")), None),
    ("S17", put("budget_line", (FORM == T1) & (CODE == "219"), line_label="十七、援助支出；十八、自然资源支出"), None),
    ("S18", drop("budget_line", (FORM == T1) & (CODE == "205")), None),
    ("S19", drop("budget_line", (FORM == T1) & pl.col("line_label").str.contains("总计")), None),
    ("S20", drop("budget_line", (FORM == T3) & (KIND == "grand_total")), None),
    ("S21", drop("budget_line", (FORM == T3) & (CODE == "2089999")), None),
    ("S22", put("statement", FORM == T3, row_count=0), None),
    ("S23", put("statement", FORM == T3, note="注：本单位无支出，故本表为空。"), None),
    ("S24", put("row_head", pl.col("row_kind") == "project", code="052002"), None),
    ("S25", drop("budget_line", (FORM == T3) & (KIND == "department")), None),
    ("table_unrecognised", put("statement", FORM == T9, form_code="unrecognised"), None),
    ("title_signature_mismatch", put("statement", FORM == T3, title_printed="收入总表"), None),
    ("table_not_in_toc", put("statement", FORM == T3, status="not_in_toc"), None),
    ("ocr_text", put("document", pl.col("text_layer") == "native", text_layer="ocr"), None),
    ("region_unresolved", put("document", pl.col("region_code") == "430202", region_code="000000"), None),
    ("W02", put("budget_line", FORM == T9, measure_code="reserve", fund_type="other", form_code="government_procurement"), None),
]  # fmt: skip


def violated(frames: Frames, rule: str) -> int:
    return evaluate(frames).filter(check_code=rule, status="violated").height


@pytest.mark.parametrize(("rule", "wrong", "mend"), CASES, ids=[case[0] for case in CASES])
def test_a_content_rule_passes_on_a_right_document_and_fails_on_a_wrong_one(
    rule: str, wrong: Change, mend: Change | None
) -> None:
    right = mend(seed()) if mend else seed()
    assert violated(right, rule) == 0
    broken = seed() if rule == "S08" else wrong(right)
    assert violated(broken, rule) > 0


def test_every_content_rule_has_a_case() -> None:
    content = {rule.id for rule in rules().values() if rule.kind == "content"}
    assert content - {case[0] for case in CASES} == {"code_known"}


def test_codes_that_agree_are_counted() -> None:
    row = evaluate(seed()).filter(check_code="code_known").row(0, named=True)
    assert row["addend_count"] == 38
    assert row["status"] == "exact"


def test_local_renumbering_is_a_warning_and_never_an_error() -> None:
    frames = put("budget_line", (FORM == T8) & (pl.col("econ_code") == "30201"), econ_name="电费")(seed())
    findings = evaluate(frames).filter(check_code="code_name_mismatch", status="violated")
    assert findings["severity"].to_list() == ["warning"]
    assert "30206" in findings["message_en"][0]


def test_special_funds_without_their_department_are_noticed() -> None:
    department = (FORM == "special_funds_summary") & (KIND == "department")
    assert violated(drop("budget_line", department)(seed()), "S25") == 1


def test_an_item_of_local_numbering_is_not_taken_for_the_national_one() -> None:
    reception = (FORM == T8) & (pl.col("econ_code") == "30217") & pl.col("amount_yuan").is_not_null()
    too_much = put("budget_line", reception, amount_yuan=90_000_000)(seed())
    assert violated(too_much, "X18a") == 1
    assert violated(put("budget_line", reception, econ_name="退休人员活动费")(too_much), "X18a") == 0


@pytest.mark.parametrize("family", ["jiangsu", "shanghai", "final_accounts"])
def test_a_right_disclosure_of_another_family_has_no_error(family: str) -> None:
    findings = evaluate(family_frames(family)).filter(status="violated", severity="error")
    assert findings["message_en"].to_list() == []
