from __future__ import annotations

from decimal import Decimal

import pytest

from schemas.rules import rules
from schemas.rules.rule import AMOUNT_KINDS, Identity, Rule
from tests.schemas.rules.minimal import check, rows_of

CASES = [
    pytest.param(rule, identity, id=f"{rule.id}-{at}")
    for rule in rules().values()
    if rule.kind in AMOUNT_KINDS
    for at, identity in enumerate(rule.identities)
]


@pytest.mark.parametrize(("rule", "identity"), CASES)
def test_an_amount_rule_passes_when_its_identity_holds(rule: Rule, identity: Identity) -> None:
    rows, _ = rows_of(identity)
    statuses = check(rule, identity, rows).checks["status"].to_list()
    assert "exact" in statuses
    assert "violated" not in statuses


@pytest.mark.parametrize(("rule", "identity"), CASES)
def test_an_amount_rule_fails_when_one_figure_is_off(rule: Rule, identity: Identity) -> None:
    rows, left = rows_of(identity)
    rows[left]["amount_yuan"] += Decimal(1_000_000)
    assert "violated" in check(rule, identity, rows).checks["status"].to_list()
