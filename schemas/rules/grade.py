"""The grade of a document: how far its figures prove each other (``schemas/data/grades.yaml``).

``quarantined`` an open finding that makes the rows unusable · ``doubtful`` an open error · ``proven`` no error,
all figures can be true at once and each is supported by others · ``consistent`` no error, but not proven.
Waived findings do not count.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import polars as pl

from schemas.data_file import load_yaml

GRADE = pl.Schema({"document_id": pl.String(), "unit_code": pl.String(), "grade": pl.String()})


@cache
def grade_rules() -> tuple[dict[str, Any], ...]:
    """The grades in the order in which they are tried."""
    return tuple(load_yaml("grades.yaml")["grades"])


def worst_of(grades: Iterable[str]) -> str:
    """The first of some grades in the order in which they are tried: that of a file with several disclosures."""
    order = [rule["grade"] for rule in grade_rules()]
    return min(grades, key=order.index)


def grade(findings: pl.DataFrame) -> pl.DataFrame:
    """One row a document and unit with its grade (``GRADE``), from its findings."""
    open_ = (pl.col("status") == "violated") & ~pl.col("waived")
    result: pl.Expr = pl.lit(None, pl.String)
    for rule in reversed(grade_rules()):
        result = pl.when(_fits(rule, open_)).then(pl.lit(rule["grade"])).otherwise(result)
    return (
        findings.group_by("document_id", "unit_code", maintain_order=True)
        .agg(result.alias("grade"))
        .cast(GRADE)
    )


def _fits(rule: dict[str, Any], open_: pl.Expr) -> pl.Expr:
    code = pl.col("check_code")
    if "any_violated" in rule:
        return (open_ & code.is_in(rule["any_violated"])).any()
    if "any_severity" in rule:
        return (open_ & pl.col("severity").eq(rule["any_severity"])).any()
    if "all_exact" in rule:
        proofs: list[pl.Expr] = [
            ((code == each) & (pl.col("status") == "exact")).any() for each in rule["all_exact"]
        ]
        return proofs[0].and_(*proofs[1:])
    return pl.lit(value=True)
