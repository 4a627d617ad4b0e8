"""Rules across documents of the lake: year against year, budget against final accounts, department against units.

Two documents are two statements of the same body at different times, so nothing here is an error of a figure:
it is flagged, and nothing is changed. ``evaluate_across`` takes the batch and the lake's current rows of the
same bodies; it is a separate call because it needs the lake, and its findings belong to the batch's documents.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import polars as pl

from schemas.enumerations import term
from schemas.rules.draft import Drafts
from schemas.rules.facts import documents_of
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


def evaluate_across(frames: dict[str, pl.DataFrame], lake: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Findings of the batch's documents against the lake's current ones (``budget_line``, ``document`` of both).

    A document of the batch replaces its own earlier rows in ``lake``. Findings have the rules A01 to A05 and are
    of severity warning or info.
    """
    documents = documents_of(frames)
    levels = _levels(frames) | _levels(lake)
    own = _totals(frames["budget_line"], documents)
    others = _totals(lake["budget_line"].join(documents, on="document_id", how="anti"), None)
    known = _index([*others, *own])
    drafts = Drafts()
    for row in own:
        for check in (_three_public, _balance, _jump):
            check(row, known, drafts)
    _units(own, [*others, *own], levels, drafts)
    return findings([drafts.frame()], documents, rules())


def _levels(frames: dict[str, pl.DataFrame]) -> dict[str, str]:
    document = frames.get("document")
    if document is None or "disclosure_level" not in document.columns:
        return {}
    return dict(document.select("document_id", "disclosure_level").iter_rows())


def _totals(lines: pl.DataFrame, documents: pl.DataFrame | None) -> list[dict[str, Any]]:
    """One dict a document, phase and measure: the largest printed figure, which for totals is the grand total."""
    form = pl.col("measure_code").cast(pl.String).replace_strict(_MEASURES, default=None)
    kept = lines.filter(
        pl.col("amount_yuan").is_not_null()
        & (pl.col("form_code").cast(pl.String) == form)
        & pl.col("expenditure_type").is_null()
        & pl.col("econ_code").is_null()
    )
    if documents is not None:
        kept = kept.join(documents.select("document_id", "unit_code", "doc"), on=["document_id", "unit_code"])
    else:
        kept = kept.with_columns(doc=pl.lit(-1, pl.Int64))
    key = ["document_id", "unit_code", "year", "budget_phase", "measure_code"]
    return kept.sort("amount_yuan").group_by(key, maintain_order=True).last().sort(key).to_dicts()


Known = dict[tuple[Any, ...], list[dict[str, Any]]]


def _index(rows: list[dict[str, Any]]) -> Known:
    found: Known = {}
    for row in rows:
        found.setdefault(
            (row["unit_code"], row["year"], row["budget_phase"], row["measure_code"]), []
        ).append(row)
    return found


def _other(known: Known, row: dict[str, Any], year: int, phase: str, measure: str) -> dict[str, Any] | None:
    """The figure of another document, of the batch before the lake."""
    found = known.get((row["unit_code"], year, phase, measure), [])
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
    steps = []
    for row in (one, two):
        unit = {"元": 1, "万元": _WAN, "亿元": _WAN * _WAN}[row["amount_unit"]]
        steps.append(Decimal(unit) / 10 ** row["amount_scale"] / 2)
    tolerance = Decimal(0) if steps[0] == steps[1] else max(steps)
    return bool(abs(one["amount_yuan"] - two["amount_yuan"]) <= tolerance)


def _three_public(row: dict[str, Any], known: Known, drafts: Drafts) -> None:
    """A01: the three-public budget that final accounts repeat is the one that the budget printed."""
    if not row["measure_code"].startswith("three_public") or row["budget_phase"] != "approved":
        return
    other = _other(known, row, row["year"], "approved", row["measure_code"])
    if other is not None:
        _compare(row, other, "A01", _near(row, other), "年初预算公开", "the published budget says", drafts)


def _balance(row: dict[str, Any], known: Known, drafts: Drafts) -> None:
    """A02: the opening balance of final accounts is the closing balance of those of the year before."""
    if row["measure_code"] != "opening_balance" or row["budget_phase"] != "actual":
        return
    other = _other(known, row, row["year"] - 1, "actual", "closing_balance")
    if other is not None:
        _compare(row, other, "A02", _near(row, other), "上年年末", "the year before closed with", drafts)


def _jump(row: dict[str, Any], known: Known, drafts: Drafts) -> None:
    """A03 year against year, A04 final accounts against budget: within a factor, and never a factor of 10,000."""
    if row["measure_code"] != "expenditure_total" or not row["amount_yuan"]:
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


def _units(
    own: list[dict[str, Any]], every: list[dict[str, Any]], levels: dict[str, str], drafts: Drafts
) -> None:
    """A05: the units of a department together do not spend more than the department's consolidated disclosure."""
    totals = [row for row in every if row["measure_code"] == "expenditure_total"]
    for row in own:
        if row["measure_code"] != "expenditure_total" or levels.get(row["document_id"]) != "department":
            continue
        units = list(_members(row, totals, levels))
        if not units:
            continue
        total = sum((unit["amount_yuan"] for unit in units), Decimal(0))
        whole = {**row, "amount_yuan": total, "document_id": "", "amount_scale": 2}
        holds = total <= row["amount_yuan"] + Decimal(_WAN) / 200 * (len(units) + 1)
        _compare(
            row,
            whole,
            "A05",
            holds,
            f"所属 {len(units)} 个单位合计",
            f"its {len(units)} units together",
            drafts,
        )


def _members(
    row: dict[str, Any], totals: list[dict[str, Any]], levels: dict[str, str]
) -> Iterator[dict[str, Any]]:
    """The latest unit disclosures of a department, known by the department code that their codes begin with."""
    code = row["unit_code"].partition("-")[2]
    if not code.isdigit():
        return
    for other in totals:
        same = (other["year"], other["budget_phase"]) == (row["year"], row["budget_phase"])
        region, _, unit = other["unit_code"].partition("-")
        under = region == row["unit_code"].partition("-")[0] and unit[:3] == code[:3]
        if same and under and levels.get(other["document_id"]) == "unit":
            yield other
