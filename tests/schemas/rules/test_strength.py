"""How strong the amount rules are: each printed amount of the seed altered, one at a time (reference 3.5)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cache

import polars as pl
import pytest

from schemas.rules import rules
from schemas.rules.arithmetic import evaluate_amounts
from schemas.rules.facts import build_facts
from tests.schemas.rules.documents import seed_frames

Change = dict[int, Decimal | None]


@cache
def lines() -> pl.DataFrame:
    return seed_frames()["budget_line"].with_row_index("at")


@cache
def printed() -> dict[int, Decimal]:
    forms = ["project_performance", "overall_performance"]
    rows = lines().filter(pl.col("amount_yuan").is_not_null() & ~pl.col("form_code").is_in(forms))
    return dict(rows.select("at", "amount_yuan").iter_rows())


def undetected(changes: Sequence[Change]) -> list[Change]:
    """The changes that break no rule of severity error, each made in a document of its own."""
    missed = []
    for first in range(0, len(changes), 100):
        part = changes[first : first + 100]
        amounts = [
            change.get(at, yuan)
            for change in part
            for at, yuan in lines().select("at", "amount_yuan").iter_rows()
        ]
        copies = pl.concat(
            [lines().with_columns(document_id=pl.lit(f"{number:064d}")) for number in range(len(part))]
        )
        changed = copies.with_columns(pl.Series("amount_yuan", amounts, pl.Decimal(18, 2)))
        facts = build_facts({"budget_line": changed.drop("at")})
        checks = evaluate_amounts(
            facts, [rule for rule in rules().values() if rule.severity == "error"]
        ).checks
        hit = set(checks.filter(status="violated")["doc"])
        missed += [change for number, change in enumerate(part) if number not in hit]
    return missed


def test_the_seed_has_396_printed_amounts() -> None:
    assert len(printed()) == 396


@pytest.mark.parametrize("yuan", [200, 1000])
def test_every_amount_that_is_off_by_a_little_is_found(yuan: int) -> None:
    assert undetected([{at: amount + yuan} for at, amount in printed().items()]) == []


def test_every_lost_amount_is_found_but_the_eight_zeros() -> None:
    missed = undetected([{at: None} for at in printed()])
    assert len(missed) == 8
    assert all(printed()[at] == 0 for change in missed for at in change)


def test_every_swap_with_the_next_amount_is_found_but_seven_zeros() -> None:
    position = {(r["table_no"], r["row_no"], r["col_no"]): r for r in lines().iter_rows(named=True)}
    row_of: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
    for place in sorted(position):
        row_of.setdefault(place[:2], []).append(place)
    changes: list[Change] = []
    for place, row in position.items():
        after = [p for p in row_of[place[:2]] if p[2] > place[2]][:1]
        other = position[after[0]] if after else row
        if (row["at"] in printed() or other["at"] in printed()) and other["amount_yuan"] != row[
            "amount_yuan"
        ]:
            changes.append({row["at"]: other["amount_yuan"], other["at"]: row["amount_yuan"]})
    missed = undetected(changes)
    assert (len(changes), len(missed)) == (353, 7)
    assert all(0 in change.values() for change in missed)
