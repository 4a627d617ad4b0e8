"""Rules about rows that print a body: 部门, 单位 and project rows against the cover (S05-S08, S24, S25)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from schemas.fold import fold
from schemas.rules.content import Batch, form_words
from schemas.rules.draft import Drafts

_BODIES = {"department", "unit"}
# Tables with both rows from which on a table with only one of them is odd.
_USUAL = 3


def organisations(batch: Batch, drafts: Drafts) -> None:
    """S05 name and S06 code of organisation rows are the cover's, S07 department code is the unit code's head."""
    cover = {row["doc"]: row for row in batch.facts.documents.iter_rows(named=True)}
    heads = [row for row in batch.rows("row_head") if row["row_kind"] in ("department", "unit")]
    kept = {(row["doc"], row["table_no"], row["row_no"]): row for row in batch.heads()}
    units: dict[tuple[int, int], set[str]] = defaultdict(set)
    for head in heads:
        if head["row_kind"] == "unit" and head["code"]:
            units[head["doc"], head["table_no"]].add(head["code"])
    for head in heads:
        doc, own = head["doc"], cover[head["doc"]]
        row = kept.get((doc, head["table_no"], head["row_no"]), head)
        if len(units[doc, head["table_no"]]) > 1 and not own["org_unit_code"].startswith(head["code"] or "-"):
            continue
        scope = f"{form_words(row)} [{head['code'] or ''} {head['name'] or ''}]"
        holds = fold(head["name"] or "") == fold(own["org_unit_name"])
        drafts.add(
            doc,
            "S05",
            scope,
            holds,
            f"{head['name']} ↔ {own['org_unit_name']}",
            f"{head['name']} against {own['org_unit_name']}",
            [row],
        )
        if head["row_kind"] == "unit" and head["code"]:
            holds = head["code"] == own["org_unit_code"]
            drafts.add(
                doc,
                "S06",
                scope,
                holds,
                f"{head['code']} ↔ {own['org_unit_code']}",
                f"{head['code']} against {own['org_unit_code']}",
                [row],
            )
    for row in kept.values():
        if row["row_kind"] == "department" and row["department_code"]:
            code, unit = row["department_code"], cover[row["doc"]]["org_unit_code"]
            scope = f"{form_words(row)} [{code}]"
            drafts.add(
                row["doc"],
                "S07",
                scope,
                unit.startswith(code),
                f"部门 {code}，单位 {unit}",
                f"department {code}, unit {unit}",
                [row],
            )


def organisation_rows(batch: Batch, drafts: Drafts) -> None:
    """S24 project rows that print a unit's code print the cover's, S25 department and unit rows come together."""
    cover = {row["doc"]: row for row in batch.facts.documents.iter_rows(named=True)}
    kinds: dict[int, dict[int, dict[str, dict[str, Any]]]] = defaultdict(lambda: defaultdict(dict))
    for row in batch.heads():
        kinds[row["doc"]][row["table_no"]].setdefault(row["row_kind"], row)
    places = {(row["doc"], row["table_no"], row["row_no"]): row for row in batch.heads()}
    for head in batch.rows("row_head"):
        code, doc = head["code"] or "", head["doc"]
        if head["row_kind"] != "project" or not code.isdigit():
            continue
        unit = cover[doc]["org_unit_code"]
        row = places.get((doc, head["table_no"], head["row_no"]), head)
        scope = f"{form_words(row)} [{code} {head['name'] or ''}]"
        said = (f"{code} ↔ {unit}", f"{code} against {unit}")
        drafts.add(doc, "S24", scope, code.startswith(unit) or unit.startswith(code), *said, [row])
    for doc, tables in kinds.items():
        if sum(own.keys() >= _BODIES for own in tables.values()) < _USUAL:
            continue
        for own in tables.values():
            # Special funds have projects under the department where other tables have the unit (S08).
            wanted = {"department"} if "project" in own else _BODIES
            if not own.keys() & {*_BODIES, "project"}:
                continue
            missing = wanted - own.keys()
            row = next(own[kind] for kind in ("department", "unit", "project") if kind in own)
            zh = "缺少" + "、".join({"department": "部门行", "unit": "单位行"}[kind] for kind in missing)
            en = f"no row of the {' and the '.join(missing)}"
            said = (zh, en) if missing else ("部门行、单位行", "department and unit")
            drafts.add(doc, "S25", form_words(row), not missing, *said, [row])


def special_fund_units(batch: Batch, drafts: Drafts) -> None:
    """S08: 专项资金预算汇总表 has a row for the unit between department and projects."""
    kinds: dict[int, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in batch.heads():
        if row["form_code"] == "special_funds_summary":
            kinds[row["doc"]].setdefault(row["row_kind"], row)
    for doc, found in kinds.items():
        if "project" in found and batch.facts.families[doc] == "hunan":
            holds = "unit" in found
            drafts.add(
                doc,
                "S08",
                form_words(found["project"]),
                holds,
                "单位行" if holds else "单位代码印在项目行上，没有单位行",
                "a unit row" if holds else "no unit row, the unit's code stands on the project rows",
                [found["project"]],
            )


BODIES: tuple[Callable[[Batch, Drafts], None], ...] = (organisations, organisation_rows, special_fund_units)
