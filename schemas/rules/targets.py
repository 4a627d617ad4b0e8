"""Rules about target forms (绩效目标表): projects, their money, and their indicators (X14, X15, S13-S15)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from schemas.fold import fold
from schemas.rules.content import Batch
from schemas.rules.draft import Drafts
from schemas.rules.facts import YUAN, YUAN_OF_UNIT

Row = dict[str, Any]
_LEVELS = {
    "project": ("成本指标", "产出指标", "效益指标", "满意度指标"),
    "overall": ("产出指标", "效益指标", "满意度指标"),
}
_CEILINGS = {"=", "≤", "<"}
_WAN = 10_000


def projects(batch: Batch, drafts: Drafts) -> None:
    """X14b a target form's project has a special fund of its name, X14c and its amount.

    A project that is called otherwise is compared with a fund of the same amount that no other form names.
    """
    funds: dict[int, dict[str, Row]] = defaultdict(dict)
    forms: dict[int, list[Row]] = defaultdict(list)
    for row in batch.facts.lines.filter(batch.facts.lines["project_name"].is_not_null()).iter_rows(
        named=True
    ):
        if row["form_code"] == "special_funds_summary" and row["measure_code"] == "special_fund_budget":
            if row["row_kind"] == "project" and row["fund_type"] is None:
                funds[row["doc"]].setdefault(fold(row["project_name"]), row)
        elif row["measure_code"] == "project_annual_budget":
            forms[row["doc"]].append(row)
    for doc, own in funds.items():
        free = {
            name: row
            for name, row in own.items()
            if name not in {fold(f["project_name"]) for f in forms[doc]}
        }
        for form in forms[doc]:
            name = form["project_name"]
            fund = own.get(fold(name))
            listed = "、".join(row["project_name"] for row in own.values())
            named = fund is not None
            if fund is None:
                fund = next((row for row in free.values() if row["value"] == form["value"]), None)
            twin = f"，金额相同者：{fund['project_name']}" if fund and not named else ""
            twin_en = f"; of the same amount: {fund['project_name']}" if fund and not named else ""
            drafts.add(
                doc,
                "X14b",
                f"绩效目标表 {name}",
                named,
                f"{name} ∈ {listed}{twin}" if named else f"{name} 不在专项资金表中（{listed}）{twin}",
                f"{name} {'is' if named else 'is not'} among the special funds ({listed}){twin_en}",
                [form, *([fund] if fund else ())],
            )
            _compare(drafts, doc, "X14c", f"绩效目标表 {name}", form, fund)


def _compare(drafts: Drafts, doc: int, rule: str, scope: str, form: Row, fund: Row | None) -> None:
    """The form's amount against the fund's: no tolerance where both are printed alike, else half a step."""
    other, half = (fund["value"], fund["half"]) if fund else (0, 0)
    tolerance = 0 if half == form["half"] else max(half, form["half"])
    left, right = _wan(form["value"]), _wan(other)
    holds = abs(form["value"] - other) <= tolerance
    sign = "=" if holds else "≠"
    drafts.add(
        doc,
        rule,
        scope,
        holds,
        f"{left} {sign} {right} 万元",
        f"{left} {sign} {right} (10,000 yuan)",
        [form, *([fund] if fund else ())],
        left=left,
        right=right,
        tolerance=_wan(tolerance),
        count=1,
    )


def _wan(value: int) -> Decimal:
    return (Decimal(value) / YUAN / _WAN).quantize(Decimal("0.0001"))


def costs(batch: Batch, drafts: Drafts) -> None:
    """X14d the economic cost indicator is the project's amount, X14e it is a ceiling."""
    amounts = {
        (row["doc"], row["table_no"]): row
        for row in batch.facts.lines.filter(
            batch.facts.lines["measure_code"] == "project_annual_budget"
        ).iter_rows(named=True)
    }
    found: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for row in batch.rows("performance_indicator"):
        money = row["target_unit"] in YUAN_OF_UNIT and row["target_kind"] == "number"
        if row["scope"] == "project" and money and "经济成本" in (row["level2_name"] or ""):
            found[row["doc"], row["table_no"]].append(row)
    for key, rows in found.items():
        amount = amounts.get(key)
        if amount is None or len(rows) != 1:
            continue
        row, scope = rows[0], f"绩效目标表 {rows[0]['project_name']} {rows[0]['level3_name']}"
        decimals = len((row["target_raw"] or "").partition(".")[2])
        step = YUAN_OF_UNIT[row["target_unit"]] * YUAN
        cell = {
            **row,
            "text": row["target_raw"],
            "value": int(row["target_number"] * step),
            "half": step // (2 * 10**decimals),
        }
        _compare(drafts, key[0], "X14d", scope, cell, amount)
        if row["target_operator"]:
            holds = row["target_operator"] in _CEILINGS
            said = f"{row['target_operator']} {row['target_raw']} {row['target_unit']}"
            drafts.add(
                key[0],
                "X14e",
                scope,
                holds,
                said if holds else f"{said}：成本指标应为上限",
                said if holds else f"{said}: a cost with a floor",
                [cell],
            )


def level_sets(batch: Batch, drafts: Drafts) -> None:
    """X15a, X15b: a target form prints all level-1 words of its framework."""
    levels: dict[tuple[int, int, str], dict[str, Row]] = defaultdict(dict)
    for row in batch.rows("performance_indicator"):
        levels[row["doc"], row["table_no"], row["scope"]].setdefault(row["level1_printed"] or "", row)
    for (doc, _, scope), found in levels.items():
        missing = [word for word in _LEVELS[scope] if word not in found]
        first = next(iter(found.values()))
        name = first["project_name"] or "整体支出绩效目标表"
        zh = "、".join(word for word in found if word)
        drafts.add(
            doc,
            "X15a" if scope == "project" else "X15b",
            f"绩效目标表 {name}",
            not missing,
            zh if not missing else f"缺少一级指标：{'、'.join(missing)}",
            zh if not missing else f"missing level 1: {', '.join(missing)}",
            [{**row, "text": row["level1_printed"]} for row in found.values()],
        )


def same_targets(batch: Batch, drafts: Drafts) -> None:
    """S13: an indicator that a project's form and the overall form both name has one target.

    The overall form repeats one project's form more than the others: that one is S13, the others S13b, whose
    targets may differ with good reason.
    """
    projects: dict[int, dict[int, list[tuple[Row, Row]]]] = defaultdict(lambda: defaultdict(list))
    overall: dict[int, dict[str, Row]] = defaultdict(dict)
    rows = [row for row in batch.rows("performance_indicator") if row["target_kind"] != "not_applicable"]
    for row in rows:
        if row["scope"] == "overall" and row["level3_name"]:
            overall[row["doc"]].setdefault(fold(row["level3_name"]), row)
    for row in rows:
        if row["scope"] == "project" and (other := overall[row["doc"]].get(fold(row["level3_name"] or ""))):
            projects[row["doc"]][row["table_no"]].append((row, other))
    for doc, tables in projects.items():
        main = max(tables, key=lambda table: (len(tables[table]), -table))
        for table, pairs in tables.items():
            for pair in pairs:
                left, right = (_target(row) for row in pair)
                name = f"指标 {pair[0]['level3_name']}（{pair[0]['project_name']}）"
                cells = [{**row, "text": row["target_raw"]} for row in pair]
                zh, en = f"项目 {left}，整体 {right}", f"project {left}, overall {right}"
                drafts.add(doc, "S13" if table == main else "S13b", name, left == right, zh, en, cells)


def _target(row: Row) -> str:
    return f"{row['target_operator'] or ''}{row['target_raw'] or ''}{row['target_unit'] or ''}"


def values(batch: Batch, drafts: Drafts) -> None:
    """S14 a named indicator has a value, S15 the value is a number."""
    for row in batch.rows("performance_indicator"):
        name, raw = row["level3_name"] or "-", row["target_raw"]
        cell = {**row, "text": raw}
        if row["target_kind"] != "not_applicable":
            drafts.add(
                row["doc"],
                "S14",
                f"指标 {name}",
                row["target_kind"] != "empty",
                raw or "没有指标值",
                raw or "no value",
                [cell],
            )
        if raw:
            drafts.add(row["doc"], "S15", f"指标 {name}", row["target_kind"] == "number", raw, raw, [cell])


TARGETS: tuple[Callable[[Batch, Drafts], None], ...] = (projects, costs, level_sets, same_targets, values)
