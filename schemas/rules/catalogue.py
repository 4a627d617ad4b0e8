"""The rule catalogue ``docs/rules.md``, made from the rules: ``python -m schemas.rules.catalogue docs/rules.md``.

A test fails when the page is not what the rules say.
"""

from __future__ import annotations

import sys
from pathlib import Path

from schemas.enumerations import term
from schemas.rules.grade import grade_rules
from schemas.rules.rule import Rule, rules

_TOLERANCE = {
    "sum": "和：全部列印数的半个末位之和 · half a step of every printed figure",
    "same": "同一数：0；单位或小数位不同时为较粗者的半个末位 · none, or half a step of the coarser printing",
    "at_most": "不大于：两侧半个末位之和 · half a step of both sides",
    "content": "无 · none",
    "reading": "无 · none",
    "whole": "每个列印数的半个末位 · half a step of each printed figure",
    "across": "半个末位，或规则所述倍数 · half a step, or the factor stated",
}
_FAMILIES = {
    None: "全部 all",
    "hunan": "湖南 Hunan",
    "jiangsu": "江苏 Jiangsu",
    "shanghai": "上海 Shanghai",
    "final_accounts": "决算 final accounts",
}


def markdown() -> str:
    """The page, by family: id, version, statement in both languages, kind, severity, forms, source."""
    parts = [
        "# Rules (核对规则)",
        "Made by `python -m schemas.rules.catalogue docs/rules.md` from `schemas/data/rules`; a test fails when it "
        "is not up to date.",
        "A check is `exact` (difference 0), `rounding` (within the tolerance), `violated` (beyond it), `empty` "
        "(nothing printed on either side) or `not_evaluable` (a table is missing, or the rule does not apply; the "
        "message says why). Only what is violated has the rule's severity.",
        "## Tolerances (容差)",
        "\n".join(
            [
                "| kind | tolerance |",
                "|---|---|",
                *(f"| `{kind}` | {text} |" for kind, text in _TOLERANCE.items()),
            ]
        ),
        "## Grades (等级)",
        "The first that fits; waived findings (`schemas/data/waivers.yaml`) do not count.",
        "\n".join(["| grade | when |", "|---|---|", *(_grade_line(each) for each in grade_rules())]),
    ]
    for family, title in _FAMILIES.items():
        own = [rule for rule in rules().values() if rule.family == family]
        parts += [f"## {title}", f"{len(own)} rules.", _table(own)]
    return "\n\n".join(parts) + "\n"


def _grade_line(rule: dict[str, object]) -> str:
    codes = rule.get("any_violated") or rule.get("all_exact") or ()
    named = " ".join(f"`{code}`" for code in codes) if isinstance(codes, list) else ""
    return f"| `{rule['grade']}` | {rule['zh']} · {rule['en']} {named}|"


def _table(own: list[Rule]) -> str:
    lines = ["| id | rule | kind | severity | tables | source |", "|---|---|---|---|---|---|"]
    for rule in own:
        forms = "、".join(term("form_code", form).zh for form in rule.forms)
        guard = f"<br>除非 unless: {rule.guard.zh} · {rule.guard.en}" if rule.guard else ""
        words = f"{rule.zh}<br>{rule.en}{guard}"
        lines.append(
            f"| `{rule.id}` v{rule.version} | {words} | {rule.kind} | {rule.severity} | {forms} | {rule.source} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(markdown(), encoding="utf-8")
