"""Evaluation of all amount rules over a batch at once.

Every rule becomes terms: rows that say which cell stands on which side of which check. The terms of all rules
are summed in two groupings, left and right, and compared with the tolerance of rounding and nothing else:

* a sum may differ by the half steps of all figures printed in it, 0.005 x (n + 1) where all have two decimals;
  a blank is an exact zero and adds nothing;
* one quantity printed twice may not differ at all, or by half a step of the coarser where unit or decimals do;
* an inequality may fail by the half steps of both sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from schemas.rules.facts import NOTHING, Facts, Ints, forms_of_family
from schemas.rules.rule import AMOUNT_KINDS, Identity, Rule, Term

_KEY_COLUMNS = {
    "table": "table_no",
    "row": "row_no",
    "col": "col_no",
    "kind": "row_kind",
    "function": "function_code",
    "econ": "econ_code",
    "type": "expenditure_type",
    "fund": "fund_type",
    "measure": "measure_code",
    "label": "label",
    "path": "path",
    "project": "project_name",
    "unit_block": "unit_block",
    "department_block": "department_block",
    "category_block": "category_block",
    "subtotal_block": "subtotal_block",
}
KEY = ["identity", "doc", "phase", "k0", "k1", "k2", "k3", "k4"]

#: One row a cell of a check: KEY, side (0 left, 1 right), sign, cell.
TERMS = pl.Schema(dict.fromkeys([*KEY, "side", "sign", "cell"], pl.Int64()))


class Missing(NamedTuple):
    """A rule that a document gives no answer to, and why."""

    rule: Rule
    doc: int
    forms: tuple[str, ...]
    guarded: bool


class Evaluation(NamedTuple):
    """``checks`` one row an evaluated check (KEY, ``check``, ``rule``, sums in 0.0001 yuan, ``status``),
    ``terms`` their cells (``check``, ``side``, ``sign``, ``cell``), and what could not be evaluated."""

    checks: pl.DataFrame
    terms: pl.DataFrame
    missing: list[Missing]


def evaluate_amounts(facts: Facts, rules: Iterable[Rule]) -> Evaluation:
    """All checks of the amount rules among ``rules``."""
    chosen = [rule for rule in rules if rule.kind in AMOUNT_KINDS]
    parts: list[Ints] = []
    missing: list[Missing] = []
    identities: list[tuple[int, Identity]] = []
    for number, rule in enumerate(chosen):
        allowed, lacking = _documents(facts, rule)
        missing += lacking
        if not allowed.any():
            continue
        for identity in rule.identities:
            complete = allowed & _complete(facts, identity)
            if complete.any():
                parts += _identity_terms(facts, identity, len(identities), complete)
                identities.append((number, identity))
    table = np.concatenate(parts) if parts else np.zeros((0, len(TERMS)), np.int64)
    terms = pl.DataFrame({name: table[:, at] for at, name in enumerate(TERMS)}, schema=TERMS)
    checks = _compare(facts, terms, chosen, identities)
    return Evaluation(checks, _terms_of(checks, terms), missing)


def _documents(facts: Facts, rule: Rule) -> tuple[np.ndarray, list[Missing]]:
    """Documents that a rule speaks of, and those in which it finds a table missing or its guard broken."""
    count = len(facts.families)
    allowed = np.ones(count, np.bool_)
    missing: list[Missing] = []
    crosses = any(len(_form_sets(identity)) > 1 for identity in rule.identities)
    for doc in range(count):
        if rule.family and facts.families[doc] != rule.family:
            allowed[doc] = False
            continue
        absent = [form for form in rule.forms if form not in facts.forms_of_document[doc]]
        if not absent or not (crosses or len(absent) == len(rule.forms)):
            continue
        if len(absent) == len(rule.forms) and not facts.promised[doc].intersection(absent):
            continue
        expected = facts.promised[doc] | forms_of_family(facts.families[doc])
        if forms := tuple(form for form in absent if form in expected):
            missing.append(Missing(rule, doc, forms, guarded=False))
    if rule.guard:
        for term in rule.guard.zero:
            cells = facts.select(term)
            broken = cells[facts.arrays["value"][cells] != 0]
            for doc in np.unique(facts.arrays["doc"][broken]).tolist():
                if allowed[doc]:
                    missing.append(Missing(rule, doc, (), guarded=True))
                    allowed[doc] = False
    return allowed, missing


def _complete(facts: Facts, identity: Identity) -> np.ndarray:
    """Documents that print a form of every term: a missing table is no zero."""
    wanted = _form_sets(identity)
    return np.array([all(forms & have for forms in wanted) for have in facts.forms_of_document], np.bool_)


def _form_sets(identity: Identity) -> set[frozenset[str]]:
    return {frozenset(term.forms) for term in (*identity.left, *identity.right)}


def _identity_terms(facts: Facts, identity: Identity, number: int, documents: np.ndarray) -> list[Ints]:
    parts = []
    conditions = [c for term in (*identity.left, *identity.right) for c in term.conditions]
    compares_phases = any(condition.field == "phase" for condition in conditions)
    for side, terms in enumerate((identity.left, identity.right)):
        for term in terms:
            cells = facts.select(term)
            cells = cells[documents[facts.arrays["doc"][cells]]]
            if not len(cells):
                continue
            rows = np.full((len(cells), len(TERMS)), NOTHING, np.int64)
            rows[:, 0] = number
            rows[:, 1] = facts.arrays["doc"][cells]
            # Phases are never mixed, but by a rule that says which phase stands on which side.
            if not compares_phases:
                rows[:, 2] = facts.arrays["budget_phase"][cells]
            for at, key in enumerate(identity.by):
                rows[:, 3 + at] = _key(facts, term, key, cells)
            rows[:, -3:] = np.column_stack([np.full(len(cells), side), np.full(len(cells), term.sign), cells])
            parts.append(rows)
    return parts


def _key(facts: Facts, term: Term, key: str, cells: Ints) -> Ints:
    codes = facts.arrays[_KEY_COLUMNS[key]][cells]
    digits = (term.digits or {}).get(key)
    if digits is None:
        return codes
    have = facts.arrays["econ_digits" if key == "econ" else "function_digits"][cells]
    return np.where(codes < 0, codes, codes // 10 ** np.maximum(have - digits, 0))


def _compare(
    facts: Facts, terms: pl.DataFrame, chosen: Sequence[Rule], identities: Sequence[tuple[int, Identity]]
) -> pl.DataFrame:
    cells, arrays = terms["cell"].to_numpy(), facts.arrays
    weighed = terms.with_columns(
        value=terms["sign"] * pl.Series(arrays["value"][cells]),
        half=pl.Series(arrays["half"][cells]),
        printed=pl.Series(arrays["printed"][cells]),
        step=pl.Series(arrays["step"][cells]),
    )
    sides = []
    for side, name in enumerate(("left", "right")):
        sides.append(
            weighed.filter(pl.col("side") == side)
            .group_by(KEY, maintain_order=True)
            .agg(
                pl.col("value").sum().alias(name),
                pl.len().cast(pl.Int64).alias(f"{name}_cells"),
                pl.col("printed").sum().alias(f"{name}_printed"),
                pl.col("half").sum().alias(f"{name}_half"),
                pl.col("step").min().alias(f"{name}_step"),
                pl.col("step").max().alias(f"{name}_step_max"),
                pl.col("cell").first().alias(f"{name}_first"),
            )
        )
    joined = sides[0].join(sides[1], on=KEY, how="full", coalesce=True)
    zero = [c for c in joined.columns if c not in KEY and "step" not in c and "first" not in c]
    number = joined["identity"].to_numpy()
    rule_of = np.array([rule for rule, _ in identities], np.int64)
    joined = joined.with_columns(pl.col(zero).fill_null(0)).with_columns(
        pl.Series("rule", rule_of[number]),
        pl.Series(
            "kind", np.array([chosen[rule].kind for rule, _ in identities], np.object_)[number], pl.String
        ),
        pl.Series(
            "blank", np.array([chosen[rule].blank for rule, _ in identities], np.object_)[number], pl.String
        ),
        pl.Series("pairs", np.array([each.pairs for _, each in identities], np.object_)[number], pl.String),
    )
    return (
        joined.filter(_wanted())
        .with_columns(first=pl.coalesce("left_first", "right_first"))
        .with_columns(tolerance=_tolerance(), difference=pl.col("left") - pl.col("right"))
        .with_columns(status=_status())
        .sort("rule", "doc", "identity", "first")
        .with_row_index("check")
        .with_columns(pl.col("check").cast(pl.Int64))
    )


def _wanted() -> pl.Expr:
    """The combinations of keys that count as a check (``Identity.pairs``)."""
    left, right = pl.col("left_cells") > 0, pl.col("right_cells") > 0
    printed = (pl.col("left_printed") + pl.col("right_printed")) > 0
    pairs = pl.col("pairs")
    return (
        (pairs == "all")
        | ((pairs == "left") & left)
        | ((pairs == "right") & right)
        | ((pairs == "both") & left & right)
        | ((pairs == "printed") & ((left & right) | printed))
    )


def _tolerance() -> pl.Expr:
    left, right = pl.col("left_half"), pl.col("right_half")
    once = (pl.col("left_printed") <= 1) & (pl.col("right_printed") <= 1)
    twice = pl.when(left == right).then(0).otherwise(pl.max_horizontal(left, right))
    return pl.when((pl.col("kind") == "same") & once).then(twice).otherwise(left + right)


def _status() -> pl.Expr:
    nothing = (pl.col("left_printed") + pl.col("right_printed")) == 0
    off = pl.col("difference").abs()
    fits = (pl.col("kind") == "at_most") & (pl.col("difference") <= 0)
    return (
        pl.when(nothing & (pl.col("kind") != "at_most"))
        .then("blank")
        .when(fits | (off == 0))
        .then(pl.lit("exact"))
        .when(off <= pl.col("tolerance"))
        .then(pl.lit("rounding"))
        .otherwise(pl.lit("violated"))
    )


def _terms_of(checks: pl.DataFrame, terms: pl.DataFrame) -> pl.DataFrame:
    return terms.join(checks.select(*KEY, "check"), on=KEY, how="inner").select(
        "check", "side", "sign", "cell"
    )
