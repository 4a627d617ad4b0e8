# ruff: noqa: E501 (one case a line)
from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from schemas.rules import evaluate_across
from tests.schemas.rules.minimal import frame, line

SUMMARY, THREE = "revenue_expenditure_summary", "three_public_expenditure"


def document(
    number: int,
    *amounts: tuple[str, int],
    year: int = 2024,
    phase: str = "actual",
    unit: str = "052001",
    level: str = "unit",
) -> dict[str, pl.DataFrame]:
    """A document that prints some measures, in yuan."""
    common = {
        "document_id": f"{number:064d}",
        "year": year,
        "org_unit_code": unit,
        "unit_code": f"430202-{unit}",
    }
    rows = []
    for at, (measure, yuan) in enumerate(amounts, start=1):
        measure, _, own = measure.partition("@")
        form = THREE if measure.startswith("three") else SUMMARY
        rows.append(
            line(
                **common,
                form_code=form,
                table_no=1,
                row_no=at,
                col_no=2,
                measure_code=measure,
                budget_phase=own or phase,
                amount_yuan=Decimal(yuan),
            )
        )
    lines = frame(rows)
    head = lines.head(1).select(
        "document_id", "region_code", "org_unit_code", "unit_code", "org_unit_name", "year", "budget_phase"
    )
    kind = "final_accounts" if phase == "actual" else "budget"
    return {
        "budget_line": lines,
        "document": head.with_columns(
            document_kind=pl.lit(kind), disclosure_level=pl.lit(level), budget_phase=pl.lit(phase)
        ),
    }


def across(*documents: dict[str, pl.DataFrame]) -> pl.DataFrame:
    lines, register = (pl.concat([each[name] for each in documents]) for name in ("budget_line", "document"))
    return evaluate_across(lines, register)


CASES = [
    ("A01", document(1, ("three_public_total@approved", 3000)), document(2, ("three_public_total", 3000), phase="approved"), document(3, ("three_public_total", 4000), phase="approved")),
    ("A02", document(1, ("opening_balance", 500)), document(2, ("closing_balance", 500), year=2023), document(3, ("closing_balance", 900), year=2023)),
    ("A03", document(1, ("expenditure_total", 500)), document(2, ("expenditure_total", 400), year=2023), document(3, ("expenditure_total", 5_000_000), year=2023)),
    ("A04", document(1, ("expenditure_total", 500)), document(2, ("expenditure_total", 400), phase="approved"), document(3, ("expenditure_total", 50), phase="approved")),
    ("A05", document(1, ("expenditure_total", 90_000), unit="052", level="department"), document(2, ("expenditure_total", 60_000)), document(3, ("expenditure_total", 99_000))),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "own", "right", "wrong"), CASES, ids=[case[0] for case in CASES])
def test_a_rule_across_documents_passes_and_fails(
    rule: str, own: dict[str, pl.DataFrame], right: dict[str, pl.DataFrame], wrong: dict[str, pl.DataFrame]
) -> None:
    assert across(own, right).filter(check_code=rule)["status"].to_list() == ["exact"]
    found = across(wrong, own).filter(check_code=rule)
    assert found["status"].to_list() == ["violated"]
    assert found["severity"].to_list() == ["warning"]
    assert found["document_id"].to_list() == own["document"]["document_id"].to_list()


def numbered(number: int, given_document: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    name = pl.lit(f"{number:064d}").alias("document_id")
    return {table: rows.with_columns(name) for table, rows in given_document.items()}


EVERY = [numbered(at, each) for at, each in enumerate(each for case in CASES for each in case[1:])]
FINDING = ["document_id", "check_code", "check_scope", "left_value", "right_value", "status"]


@given(order=st.permutations(EVERY))
@settings(max_examples=20, deadline=None)
def test_the_order_of_arrival_changes_nothing(order: list[dict[str, pl.DataFrame]]) -> None:
    assert_frame_equal(
        across(*order).select(FINDING).sort(FINDING), across(*EVERY).select(FINDING).sort(FINDING)
    )


def test_a_document_alone_is_compared_with_nothing() -> None:
    assert across(document(1, ("expenditure_total", 500), ("opening_balance", 1))).is_empty()


def test_another_body_is_not_compared() -> None:
    own = document(1, ("opening_balance", 500))
    other = document(2, ("closing_balance", 900), year=2023, unit="053001")
    assert across(own, other).is_empty()


def test_a_department_is_not_compared_with_its_own_office_of_the_same_code() -> None:
    own = document(1, ("opening_balance", 500), level="department")
    other = document(2, ("closing_balance", 900), year=2023)
    assert across(own, other).is_empty()


def test_budgets_that_repeat_nothing_are_not_held_against_final_accounts() -> None:
    budget = document(1, ("three_public_total", 3000), phase="approved")
    accounts = document(2, ("three_public_total", 2500))
    assert across(budget, accounts).is_empty()


@pytest.mark.parametrize("unit", ["元", "千元", "万元", "亿元"])
def test_figures_of_any_money_unit_are_compared(unit: str) -> None:
    own, other = document(1, ("opening_balance", 500)), document(2, ("closing_balance", 540), year=2023)
    for each, printed in ((own, unit), (other, "元")):
        words = pl.lit(printed).cast(each["budget_line"].schema["amount_unit"])
        each["budget_line"] = each["budget_line"].with_columns(amount_unit=words)
    # Half a step of two decimals of 万元 is 50 yuan.
    assert across(own, other)["status"].to_list() == ["exact" if unit in ("万元", "亿元") else "violated"]
