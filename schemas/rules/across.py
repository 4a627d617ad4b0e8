"""Rules across documents of the lake: year against year, budget against final accounts, department against units.

Two documents are two statements of the same body at different times, so nothing here is an error of a figure:
it is flagged, and nothing is changed. What these rules say depends on what else is there, so it is reckoned
from the lake's current rows when it is asked for, and never stored: the lake must not depend on the order of
arrival.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl

from schemas.enumerations import term
from schemas.rules.draft import Drafts
from schemas.rules.facts import YUAN_OF_UNIT, documents_of
from schemas.rules.finding import findings
from schemas.rules.rule import rules

_SUMMARY = "revenue_expenditure_summary"
_THREE_PUBLIC = "three_public_expenditure"
#: The measures of a body that other documents of the lake state too, and where they are printed.
_MEASURES = {
    "revenue_total": _SUMMARY,
    "expenditure_total": _SUMMARY,
    "opening_balance": _SUMMARY,
    "closing_balance": _SUMMARY,
    "three_public_total": _THREE_PUBLIC,
    "three_public_abroad": _THREE_PUBLIC,
    "three_public_vehicle": _THREE_PUBLIC,
    "three_public_reception": _THREE_PUBLIC,
}
#: A total that grows or shrinks by more than this from year to year is worth a look.
_JUMP = 5
_WAN = 10_000


def evaluate_across(lines: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """Findings of documents against each other: rules A01 to A05, of severity warning or info.

    ``lines`` are rows of ``budget_line`` (amounts in yuan), ``documents`` those of ``document``. Each finding
    belongs to the document whose figure stands on its left side: the later one, the final accounts, the
    department.
    """
    named = documents_of({"budget_line": lines, "document": documents})
    rows = _totals(lines, named, documents)
    known = _index(rows)
    drafts = Drafts()
    for row in rows:
        for check in (_three_public, _balance, _jump):
            check(row, known, drafts)
    _units(rows, drafts)
    return findings([drafts.frame()], named, rules())


def across_lines() -> pl.Expr:
    """Which rows of ``budget_line`` these rules speak of: the totals of two forms, a few rows a document."""
    pairs = [
        (pl.col("form_code").cast(pl.String) == form) & (pl.col("measure_code").cast(pl.String) == measure)
        for measure, form in _MEASURES.items()
    ]
    return (
        pl.any_horizontal(pairs)
        & pl.col("amount_yuan").is_not_null()
        & pl.col("expenditure_type").is_null()
        & pl.col("econ_code").is_null()
    )


def _totals(lines: pl.DataFrame, named: pl.DataFrame, documents: pl.DataFrame) -> list[dict[str, Any]]:
    """One dict a document, phase and measure: the largest printed figure, which for totals is the grand total.

    ``level`` and ``own_phase`` are those of the document: final accounts state figures of the budget too.
    """
    own = documents.select("document_id", "unit_code", level="disclosure_level").unique(
        ["document_id", "unit_code"]
    )
    key = ["document_id", "unit_code", "year", "budget_phase", "measure_code"]
    return (
        lines.filter(across_lines())
        .join(
            named.select("document_id", "unit_code", "doc", own_phase="budget_phase"),
            on=["document_id", "unit_code"],
        )
        .join(own, on=["document_id", "unit_code"], how="left")
        .sort("amount_yuan")
        .group_by(key, maintain_order=True)
        .last()
        .sort(key)
        .to_dicts()
    )


Known = dict[tuple[Any, ...], list[dict[str, Any]]]


def _index(rows: list[dict[str, Any]]) -> Known:
    """Figures by what they are, of documents whose own phase it is: the budget's, not what final accounts repeat."""
    found: Known = {}
    for row in rows:
        if row["own_phase"] == row["budget_phase"]:
            found.setdefault(_key(row, row["year"], row["budget_phase"], row["measure_code"]), []).append(row)
    return found


def _key(row: dict[str, Any], year: int, phase: str, measure: str) -> tuple[Any, ...]:
    """A department's disclosure contains its units', so figures of the two levels are never the same figure."""
    return (row["unit_code"], row["level"], year, phase, measure)


def _other(known: Known, row: dict[str, Any], year: int, phase: str, measure: str) -> dict[str, Any] | None:
    found = known.get(_key(row, year, phase, measure), [])
    return next((each for each in reversed(found) if each["document_id"] != row["document_id"]), None)


def _compare(
    row: dict[str, Any],
    other: dict[str, Any],
    rule: str,
    holds: bool,
    zh: str,
    en: str,
    drafts: Drafts,
) -> None:
    left, right = (each["amount_yuan"].quantize(Decimal("0.0001")) for each in (row, other))
    name = term("measure_code", row["measure_code"])
    drafts.add(
        row["doc"], rule, f"{name.zh} {row['year']}", holds,
        f"{name.zh}：{left:,.2f} 元，{zh} {right:,.2f} 元", f"{name.en}: {left:,.2f} yuan, {en} {right:,.2f} yuan",
        [row], left=left, right=right, count=1,
    )  # fmt: skip


def _near(one: dict[str, Any], two: dict[str, Any]) -> bool:
    """Equal within half a step of the coarser printing."""
    steps = [Decimal(YUAN_OF_UNIT[row["amount_unit"]]) / 10 ** row["amount_scale"] / 2 for row in (one, two)]
    tolerance = Decimal(0) if steps[0] == steps[1] else max(steps)
    return bool(abs(one["amount_yuan"] - two["amount_yuan"]) <= tolerance)


def _three_public(row: dict[str, Any], known: Known, drafts: Drafts) -> None:
    """A01: the three-public budget that final accounts repeat is the one that the budget printed."""
    if not row["measure_code"].startswith("three_public") or (row["own_phase"], row["budget_phase"]) != (
        "actual",
        "approved",
    ):
        return
    other = _other(known, row, row["year"], "approved", row["measure_code"])
    if other is not None:
        _compare(row, other, "A01", _near(row, other), "年初预算公开", "the published budget says", drafts)


def _balance(row: dict[str, Any], known: Known, drafts: Drafts) -> None:
    """A02: the opening balance of final accounts is the closing balance of those of the year before."""
    if row["measure_code"] != "opening_balance" or row["own_phase"] != "actual":
        return
    other = _other(known, row, row["year"] - 1, "actual", "closing_balance")
    if other is not None:
        _compare(row, other, "A02", _near(row, other), "上年年末", "the year before closed with", drafts)


def _jump(row: dict[str, Any], known: Known, drafts: Drafts) -> None:
    """A03 year against year, A04 final accounts against budget: within a factor, and never a factor of 10,000."""
    if row["measure_code"] != "expenditure_total" or not row["amount_yuan"]:
        return
    if row["budget_phase"] != row["own_phase"]:
        return
    other = _other(known, row, row["year"] - 1, row["budget_phase"], "expenditure_total")
    if other is not None and other["amount_yuan"]:
        _compare(row, other, "A03", _within(row, other), "上年", "the year before", drafts)
    if row["budget_phase"] == "actual":
        other = _other(known, row, row["year"], "approved", "expenditure_total")
        if other is not None and other["amount_yuan"]:
            _compare(row, other, "A04", _within(row, other), "年初预算", "the approved budget", drafts)


def _within(row: dict[str, Any], other: dict[str, Any]) -> bool:
    ratio = row["amount_yuan"] / other["amount_yuan"]
    return bool(Decimal(1) / _JUMP <= ratio <= _JUMP)


def _units(rows: list[dict[str, Any]], drafts: Drafts) -> None:
    """A05: the units of a department together do not spend more than the department's consolidated disclosure."""
    totals = [
        row
        for row in rows
        if row["measure_code"] == "expenditure_total" and row["budget_phase"] == row["own_phase"]
    ]
    units: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in totals:
        if row["level"] == "unit":
            units.setdefault(_department(row), []).append(row)
    for row in totals:
        code = row["unit_code"].partition("-")[2]
        members = units.get(_department(row), []) if code.isdigit() and row["level"] == "department" else []
        if not members:
            continue
        total = sum((unit["amount_yuan"] for unit in members), Decimal(0))
        whole = {**row, "amount_yuan": total, "document_id": "", "amount_scale": 2}
        holds = total <= row["amount_yuan"] + Decimal(_WAN) / 200 * (len(members) + 1)
        _compare(
            row,
            whole,
            "A05",
            holds,
            f"所属 {len(members)} 个单位合计",
            f"its {len(members)} units together",
            drafts,
        )


def _department(row: dict[str, Any]) -> tuple[Any, ...]:
    """Region and first three digits of the code, by which the units of a department are known; year and phase."""
    region, _, unit = row["unit_code"].partition("-")
    return (region, unit[:3], row["year"], row["budget_phase"])
