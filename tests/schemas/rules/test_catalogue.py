from __future__ import annotations

from pathlib import Path

import pytest

from schemas.rules import rules
from schemas.rules.catalogue import markdown

DOCS = Path(__file__).resolve().parents[3] / "docs" / "rules.md"


def test_the_catalogue_in_docs_is_what_the_rules_say() -> None:
    assert DOCS.read_text("utf-8") == markdown(), "run python -m schemas.rules.catalogue docs/rules.md"


@pytest.mark.parametrize("rule", rules().values(), ids=list(rules()))
def test_a_rule_is_stated_in_both_languages_with_its_source(rule: object) -> None:
    assert rule.zh  # type: ignore[attr-defined]
    assert rule.en  # type: ignore[attr-defined]
    assert rule.source  # type: ignore[attr-defined]
    assert rule.severity in ("error", "warning", "info")  # type: ignore[attr-defined]
