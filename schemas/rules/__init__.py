"""Proof of figures: declared rules, evaluated over a whole batch, and what follows from what they find.

``evaluate`` takes the frames of a batch as the lake has them and gives the rows of ``finding``: one a check,
exact ones included, so that what holds can be counted as well as what does not. ``grade`` says how far a
document is proven; ``doubts`` and ``settle`` are the second reading; ``evaluate_across`` compares documents
of the lake with each other. The rules are reviewed data (``schemas/data/rules``); ``docs/rules.md`` is made from them.
"""

from __future__ import annotations

from schemas.rules.across import across_lines, evaluate_across
from schemas.rules.content import ROW_HEAD, row_head_frame
from schemas.rules.evaluate import evaluate
from schemas.rules.grade import grade
from schemas.rules.notice import NOTICE, notices
from schemas.rules.rule import Rule, rules
from schemas.rules.second_reading import doubts, read_once, settle, with_verdicts
from schemas.rules.waiver import Waiver, waive, waivers

__all__ = [
    "NOTICE",
    "ROW_HEAD",
    "Rule",
    "Waiver",
    "across_lines",
    "doubts",
    "evaluate",
    "evaluate_across",
    "grade",
    "notices",
    "read_once",
    "row_head_frame",
    "rules",
    "settle",
    "waive",
    "waivers",
    "with_verdicts",
]
