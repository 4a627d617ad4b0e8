"""Waivers: findings that a reviewer has accepted (``schemas/data/waivers.yaml``).

A waived finding stays, visible and with its reason; it does not count in the grade.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl

from schemas.data_file import load_yaml
from schemas.errors import BudgetlakeError
from schemas.rules.rule import rules


@dataclass(frozen=True, slots=True)
class Waiver:
    """One accepted finding: document, rule, scope (``None``: every finding of the rule), reason, who and when."""

    document_id: str
    rule: str
    scope: str | None
    reason: str
    reviewer: str
    date: str


@cache
def waivers() -> tuple[Waiver, ...]:
    """The reviewed waivers."""
    return parse_waivers(load_yaml("waivers.yaml")["waivers"])


def parse_waivers(entries: Sequence[dict[str, Any]]) -> tuple[Waiver, ...]:
    """Waivers from the entries of the data file; ``BudgetlakeError`` names one that is not whole."""
    found = []
    for entry in entries:
        waiver = Waiver(**{name: entry.get(name) for name in Waiver.__slots__})  # type: ignore[arg-type]
        whole = waiver.reason and waiver.reviewer and re.fullmatch(r"\d{4}-\d\d-\d\d", str(waiver.date))
        if (
            waiver.rule not in rules()
            or not whole
            or not re.fullmatch(r"[0-9a-f]{64}", str(waiver.document_id))
        ):
            raise BudgetlakeError(
                f"schemas/data/waivers.yaml: {entry} needs document_id (sha256), rule (an id of the catalogue), "
                "reason, reviewer and date (YYYY-MM-DD)."
            )
        found.append(waiver)
    return tuple(found)


def waive(findings: pl.DataFrame, accepted: Sequence[Waiver] | None = None) -> pl.DataFrame:
    """The findings with ``waived`` and ``waiver_reason`` set where a waiver names them."""
    for waiver in waivers() if accepted is None else accepted:
        named = (pl.col("document_id") == waiver.document_id) & (pl.col("check_code") == waiver.rule)
        if waiver.scope is not None:
            named &= pl.col("check_scope") == waiver.scope
        named &= pl.col("status") == "violated"
        reason = f"{waiver.reason} ({waiver.reviewer}, {waiver.date})"
        findings = findings.with_columns(
            waived=pl.col("waived") | named,
            waiver_reason=pl.when(named).then(pl.lit(reason)).otherwise("waiver_reason"),
        )
    return findings
