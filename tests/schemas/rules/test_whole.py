from __future__ import annotations

from decimal import Decimal
from typing import Any

from schemas.rules import evaluate
from tests.schemas.rules.documents import batch, seed_frames, with_amount
from tests.schemas.rules.minimal import frame, line


def test_roundings_that_pass_one_by_one_and_not_together_are_found() -> None:
    # The classes are exactly zero (their parts are blank), so no total that rounds to 0.01 can be their sum.
    base = {"form_code": "general_budget_expenditure", "table_no": 1}
    rows: list[dict[str, Any]] = [
        {"row_kind": "grand_total", "row_no": 1, "wan": ("0.01", "0.00", "0.00")},
        {"row_kind": "function_class", "row_no": 2, "function_code": "201", "wan": ("0.00", None, None)},
        {"row_kind": "function_class", "row_no": 3, "function_code": "202", "wan": ("0.00", None, None)},
    ]
    made = []
    for row in rows:
        for col, (kind, wan) in enumerate(zip((None, "basic", "project"), row["wan"], strict=True), start=6):
            values = {name: value for name, value in row.items() if name != "wan"}
            made.append(
                line(
                    **base,
                    **values,
                    col_no=col,
                    expenditure_type=kind,
                    fund_type="general_public_budget",
                    amount_yuan=None if wan is None else Decimal(wan) * 10_000,
                )
            )
    findings = evaluate({"budget_line": frame(made)})
    amounts = findings.filter(findings["check_code"].is_in(["R02a", "C01g"]))
    assert set(amounts["status"]) <= {"exact", "rounding"}
    whole = findings.filter(check_code="W01").row(0, named=True)
    assert whole["status"] == "violated"
    assert "no exact amounts fit" in whole["message_en"]


def test_a_document_with_a_failing_sum_is_not_asked_whether_it_is_feasible() -> None:
    wrong = with_amount(seed_frames(), 0, 5_254_300)
    whole = evaluate(wrong).filter(check_code="W01").row(0, named=True)
    assert whole["status"] == "not_evaluable"
    assert whole["message_en"].startswith("not asked: ")


def test_a_batch_gives_each_document_the_findings_it_has_alone() -> None:
    seed = seed_frames()
    other = {
        name: table.with_columns(document_id=table["document_id"].str.replace("^.", "0"))
        for name, table in seed.items()
    }
    wrong = with_amount(other, 0, 5_254_300)
    together = evaluate(batch(seed, wrong))
    for frames in (seed, wrong):
        alone = evaluate(frames)
        own = together.filter(document_id=alone["document_id"][0])
        assert own.equals(alone)


def test_an_amount_in_yuan_and_one_in_ten_thousands_may_differ_by_half_a_step_of_the_coarser() -> None:
    base = {"measure_code": "agency_operating"}
    rows = [
        line(
            form_code="three_public_expenditure",
            table_no=9,
            row_no=1,
            col_no=7,
            amount_yuan=Decimal(25_177_800),
            column_path="机关运行经费预算数",
            **base,
        ),
        line(
            form_code="general_budget_basic_expenditure",
            table_no=8,
            row_no=1,
            col_no=6,
            amount_yuan=Decimal(25_177_779),
            amount_unit="元",
            amount_scale=0,
            expenditure_category="public",
            column_path="一般公共预算基本支出/公用经费",
        ),
    ]
    found = evaluate({"budget_line": frame(rows)}).filter(check_code="H18").row(0, named=True)
    assert (found["status"], found["tolerance"]) == ("rounding", Decimal("50.5000"))
    assert (found["left_value"], found["right_value"]) == (Decimal("25177800.0000"), Decimal("25177779.0000"))
