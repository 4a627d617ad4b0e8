"""Proof of figures: declared rules, evaluated over a whole batch, and what they find.

``evaluate`` takes the frames of a batch as the lake has them and gives the rows of ``finding``: one a check,
exact ones included, so that what holds can be counted as well as what does not. The rules themselves are
reviewed data (``schemas/data/rules``); ``docs/rules.md`` is made from them.
"""

from __future__ import annotations

from schemas.rules.evaluate import evaluate
from schemas.rules.rule import Rule, rules

__all__ = ["Rule", "evaluate", "rules"]
