# ruff: noqa: E501 (one case a line)
from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest

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


def lake(*documents: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    return {name: pl.concat([each[name] for each in documents]) for name in ("budget_line", "document")}


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
    assert evaluate_across(own, lake(right)).filter(check_code=rule)["status"].to_list() == ["exact"]
    found = evaluate_across(own, lake(wrong)).filter(check_code=rule)
    assert found["status"].to_list() == ["violated"]
    assert found["severity"].to_list() == ["warning"]


def test_a_document_is_not_compared_with_its_own_earlier_rows() -> None:
    own = document(1, ("expenditure_total", 500), ("opening_balance", 1))
    assert evaluate_across(own, lake(own)).is_empty()


def test_another_body_is_not_compared() -> None:
    own = document(1, ("opening_balance", 500))
    other = document(2, ("closing_balance", 900), year=2023, unit="053001")
    assert evaluate_across(own, lake(other)).is_empty()
