"""The seed's counts rule by rule, as measured independently (identity_report.txt)."""

from __future__ import annotations

import ast
import re
from collections import Counter

import pytest

from schemas.rules import evaluate, grade
from schemas.tables import validate
from tests.generator.disclosure import seed
from tests.schemas.rules.documents import Frames, parsed_frames, seed_frames
from tests.shared import shared

#: Rules that the report does not have: more of the same kinds, or of tables and documents that it leaves out.
#: C01f class against items, C01g total against classes, X08b codes of 其他工资福利 and households, X18a the
#: three-public comparison of every family, S13b indicators of the projects that the overall form repeats less,
#: S16-S25 rows that are all there.
STRUCTURE = {"S16", "S17", "S18", "S19", "S20", "S21", "S24", "S25", "table_magnitude"}
BEYOND = STRUCTURE | {"C01f", "C01g", "X08b", "X18a", "S13b", "W01", "W02", "amount_magnitude", "code_known"}
NOT_EVALUABLE = {"R14a", "R14b", "R14c", "X17a", "X17b", "X17c"}
SEED = f"{seed().file_name}.txt"
_LINE = re.compile(r"^([RCXS]\d\S*)\s+[A-Z]+\s+(\{.*\})$", re.MULTILINE)


def counts(frames: Frames | None = None) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for code, status, number in (
        evaluate(frames or seed_frames()).group_by("check_code", "status").len().iter_rows()
    ):
        found.setdefault(code, Counter())[status] = number
    return found


def test_the_seed_file_meets_the_report_rule_by_rule() -> None:
    file = shared("seed", SEED)
    have = counts(parsed_frames(file.read_bytes(), file.name))
    report = shared("seed", "identity_report.txt").read_text("utf-8")
    expected = {
        code: Counter({k.lower(): v for k, v in ast.literal_eval(text).items()})
        for code, text in _LINE.findall(report)
    }
    assert len(expected) > 100
    assert {code: have.get(code) for code in expected} == expected
    assert have.keys() - expected.keys() == BEYOND | NOT_EVALUABLE


def test_the_drawn_seed_is_evaluated_as_the_seed_file_is() -> None:
    file = shared("seed", SEED)
    assert counts(parsed_frames(file.read_bytes(), file.name)) == counts()


def test_the_seed_has_the_totals_of_the_reference() -> None:
    total: Counter[str] = Counter()
    for code, own in counts().items():
        if code not in BEYOND | NOT_EVALUABLE:
            total += own
    assert total == {"exact": 897, "rounding": 29, "empty": 286, "violated": 28}


def test_only_the_strict_crosswalk_is_violated_among_the_amounts() -> None:
    violated = evaluate(seed_frames()).filter(status="violated")
    assert set(violated["check_code"]) & {code for code in counts() if code[0] in "RC"} == set()
    strict = violated.filter(check_code="X09a*").row(0, named=True)
    assert strict["severity"] == "info"
    assert strict["message_en"].split(": ")[1].startswith("51.88 + 9.24 + 39.79 ≠ 125.72, difference 24.81")


def test_what_could_not_be_evaluated_says_why() -> None:
    rows = evaluate(seed_frames()).filter(status="not_evaluable")
    assert set(rows["check_code"]) == NOT_EVALUABLE
    assert all(text.startswith("missing tables: ") for text in rows["message_en"])


def test_the_seed_is_feasible_supported_and_proven() -> None:
    findings = evaluate(seed_frames())
    assert findings.filter(check_code="W01")["status"].to_list() == ["exact"]
    assert findings.filter(check_code="W02")["message_en"].to_list() == [
        "394 of 394 figures are supported by others"
    ]
    assert grade(findings)["grade"].to_list() == ["proven"]


def test_findings_meet_the_contract_of_their_table() -> None:
    _, failures = validate("finding", evaluate(seed_frames()))
    assert failures.is_empty()


@pytest.mark.parametrize("status", ["rounding", "violated"])
def test_a_finding_that_is_not_exact_keeps_its_cells(status: str) -> None:
    rows = evaluate(seed_frames()).filter(status=status)
    amounts = rows.filter(rows["left_value"].is_not_null())
    assert amounts.height > 0
    assert all(len(cells) >= 2 for cells in amounts["cells"])
