"""The smallest document that an amount rule speaks of, made from the rule's own declaration.

Every term gets one cell that meets its conditions; the amounts are such that the identity holds. So each rule
of the data files is shown to be alive: it finds its cells, passes when it should and fails when it should.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl

from schemas.form import layouts_of
from schemas.rules.arithmetic import Evaluation, evaluate_amounts
from schemas.rules.facts import build_facts
from schemas.rules.rule import FIELDS, Condition, Identity, Rule, Term
from schemas.tables import polars_schema

_SAMPLES = {
    "row_kind": ["grand_total", "department", "unit", "function_class", "list_row"],
    "expenditure_type": ["basic", "project"],
    "expenditure_category": ["personnel", "public"],
    "fund_type": ["general_public_budget", "government_fund", "other"],
    "econ_code": ["399", "39999"],
    "function_code": ["201"],
    "label": ["某项"],
    "additive_set": ["A"],
    "measure_code": ["expenditure", "revenue"],
    "path": ["某列"],
}
_DERIVED = {"path": "column_path", "label": "line_label", "econ_word": "econ_name"}
_KIND_CODES = {"function_class": "201", "function_group": "20101", "function_item": "2010101"}
_ECON_CODES = {"economic_class": "301", "economic_item": "30101"}


def line(**values: Any) -> dict[str, Any]:
    """A ``budget_line`` row with what every row has."""
    return {
        "document_id": "0" * 64,
        "region_code": "430202",
        "org_unit_code": "052001",
        "unit_code": "430202-052001",
        "org_unit_name": "某单位",
        "year": 2024,
        "budget_phase": "approved",
        "row_kind": "grand_total",
        "column_path": "合计",
        "direction": "expenditure",
        "measure_code": "expenditure",
        "amount_unit": "万元",
        "amount_scale": 2,
        "cell_state": "value",
    } | values


def frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows as the lake's ``budget_line``; amounts are given in yuan."""
    schema = polars_schema("budget_line")
    full = [row | _texts(row["amount_yuan"]) for row in rows]
    return pl.DataFrame({name: [row.get(name) for row in full] for name in schema}, schema=schema)


def _texts(yuan: Decimal | None) -> dict[str, Any]:
    if yuan is None:
        return {"cell_state": "blank", "amount_scale": None}
    return {"text_raw": str(yuan), "amount_wan": yuan / 10_000}


def rows_of(identity: Identity) -> tuple[list[dict[str, Any]], int]:
    """Rows that satisfy an identity, and the position of the left cell that carries the sum."""
    rows: list[dict[str, Any]] = []
    total = Decimal(0)
    for side, terms in enumerate([list(identity.left), list(identity.right)]):
        for number, term in enumerate(terms):
            row = _row(term, identity)
            row["amount_yuan"] = Decimal(0)
            if side == 1 or number > 0:
                row["amount_yuan"] = Decimal(1_000_000 * (number + 1))
                total += row["amount_yuan"] * term.sign * (1 if side else -1)
            rows.append(row)
    rows[0]["amount_yuan"] = total * identity.left[0].sign
    _place(rows, identity)
    terms = [*identity.left, *identity.right]
    for row, term in zip(list(rows), terms, strict=True):
        if any(condition.field == "nth" and condition.values == ("2",) for condition in term.conditions):
            rows.append(row | {"row_no": row["row_no"], "amount_yuan": Decimal(0)})
            row["row_no"] += 100
    return rows, 0


def _row(term: Term, identity: Identity) -> dict[str, Any]:
    values: dict[str, Any] = {"form_code": term.forms[0]}
    asked = {FIELDS[c.field] for c in term.conditions}
    for condition in term.conditions:
        column = FIELDS[condition.field]
        if column in ("econ_digits", "function_digits", "nth"):
            continue
        values[_DERIVED.get(column, column)] = _value(condition, column)
    values = _meaning_of_path(term, values.get("column_path")) | values
    kind = values.get("row_kind")
    if "function_code" not in asked and kind in _KIND_CODES:
        values["function_code"] = _KIND_CODES[kind]
    if "econ_code" not in asked and kind in _ECON_CODES:
        values["econ_code"] = _ECON_CODES[kind]
    if "label" in asked or "function" in identity.by:
        values.setdefault("row_kind", "list_row")
    if "function" in identity.by and kind not in ("grand_total", *_KIND_CODES) and "row_kind" not in asked:
        values.setdefault("function_code", "201")
    return line(**values)


def _meaning_of_path(term: Term, path: str | None) -> dict[str, Any]:
    """What the layouts say of a column that a term names by its path."""
    columns = [c for layout in layouts_of(term.forms[0]) for c in layout.columns if path in c.paths]
    if not columns:
        return {}
    meaning = columns[0].meaning
    found = {"fund_type": meaning.fund_type, "expenditure_type": meaning.expenditure_type}
    found |= {"econ_code": meaning.econ_code, "measure_code": meaning.measure}
    return {name: value for name, value in found.items() if value is not None}


def _value(condition: Condition, column: str) -> str | None:
    if not condition.negated:
        return condition.values[0]
    return next(value for value in _SAMPLES[column] if value not in condition.values)


def _place(rows: list[dict[str, Any]], identity: Identity) -> None:
    """Table, row and column of each cell, equal where the identity compares within them."""
    tables: dict[str, int] = {}
    by_row, by_col = "row" in identity.by, "col" in identity.by
    for at, row in enumerate(rows, start=1):
        form = row["form_code"]
        row["table_no"] = 1 if "table" in identity.by else tables.setdefault(form, len(tables) + 1)
        row["row_no"] = 1 if by_row else at
        row["col_no"] = 3 if by_col else at
        # Keys that both sides share: the right side takes them from the left where it does not say.
    for key, column in (
        ("type", "expenditure_type"),
        ("fund", "fund_type"),
        ("econ", "econ_code"),
        ("measure", "measure_code"),
        ("kind", "row_kind"),
        ("function", "function_code"),
    ):
        if key in identity.by:
            wanted = _shared(rows, column, identity, key)
            for row in rows:
                row[column] = wanted.get(id(row), row.get(column))


def _shared(rows: list[dict[str, Any]], column: str, identity: Identity, key: str) -> dict[int, Any]:
    """The value of a key column for each row: what the most demanding term allows all of them."""
    terms = [*identity.left, *identity.right]
    if any((term.digits or {}).get(key) for term in terms):
        return {}
    options = None
    for term in terms:
        own = [c for c in term.conditions if FIELDS[c.field] == column and not c.negated]
        for condition in own:
            options = (
                list(condition.values) if options is None else [v for v in options if v in condition.values]
            )
    if options:
        return {id(row): options[0] for row in rows}
    value = next((row.get(column) for row in rows if row.get(column) is not None), None)
    return {id(row): value for row in rows}


def check(rule: Rule, identity: Identity, rows: list[dict[str, Any]]) -> Evaluation:
    """The evaluation of one identity of a rule over the rows, in a document of the rule's family."""
    facts = build_facts({"budget_line": frame(rows)})
    facts.families = [rule.family or "hunan"]
    own = Rule(
        **{name: getattr(rule, name) for name in Rule.__slots__} | {"identities": (identity,), "guard": None}
    )
    return evaluate_amounts(facts, [own])
