"""Every rule over every document of a batch."""

from __future__ import annotations

import polars as pl

from schemas.rules.arithmetic import evaluate_amounts
from schemas.rules.bodies import BODIES
from schemas.rules.codes import compare_codes
from schemas.rules.completeness import COMPLETENESS
from schemas.rules.content import STRUCTURE, Batch
from schemas.rules.draft import Drafts
from schemas.rules.facts import build_facts
from schemas.rules.finding import amount_drafts, findings, missing_drafts
from schemas.rules.money_unit import check_factor, check_sizes
from schemas.rules.notice import check_notices, check_register
from schemas.rules.rule import AMOUNT_KINDS, rules
from schemas.rules.targets import TARGETS
from schemas.rules.waiver import waive
from schemas.rules.whole import check_whole


def evaluate(frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """The ``finding`` frame of a batch, one row an evaluated check.

    ``frames`` are lake tables by name with the exact columns of ``schemas.tables``: ``budget_line`` is needed,
    ``document``, ``statement``, ``performance_indicator`` and ``performance_goal`` are used where given.
    """
    catalogue = rules()
    amounts = [rule for rule in catalogue.values() if rule.kind in AMOUNT_KINDS]
    facts = build_facts(frames)
    evaluation = evaluate_amounts(facts, amounts)
    content = Drafts()
    batch = Batch(facts, frames)
    for test in (
        *STRUCTURE,
        *BODIES,
        *COMPLETENESS,
        *TARGETS,
        compare_codes,
        check_register,
        check_sizes,
        check_notices,
    ):
        test(batch, content)
    check_factor(facts, evaluation, content)
    check_whole(facts, evaluation, amounts, content)
    drafts = [amount_drafts(facts, evaluation, amounts), missing_drafts(evaluation.missing), content.frame()]
    return waive(findings(drafts, facts.documents, catalogue))
