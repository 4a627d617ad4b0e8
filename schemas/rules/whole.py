"""The document as a whole: can all figures be true at once (W01), and is every figure supported (W02).

W01 asks for exact amounts whose roundings are the printed figures and that satisfy every identity at once: a
linear program over the deviations of all printed cells, each within its half step, solved by HiGHS. It catches
combinations of roundings that pass one by one. Where every identity holds without a difference the printed
figures are such amounts themselves, and nothing is solved. It is asked only where single checks pass. So most
batches need no solver, and scipy, which takes a third of a second to import, waits for one that does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from schemas.rules.arithmetic import Evaluation
from schemas.rules.draft import Drafts
from schemas.rules.facts import YUAN, Facts
from schemas.rules.rule import Rule

#: A deviation that HiGHS may leave and that is no deviation: a tenth of 0.0001 yuan.
_SLACK = 1e-5
_SHOWN = 20


def check_whole(facts: Facts, evaluation: Evaluation, rules: Sequence[Rule], drafts: Drafts) -> None:
    """W01 and W02 for every document; ``rules`` are the amount rules in the order of ``checks['rule']``."""
    binding = [at for at, rule in enumerate(rules) if rule.feasibility]
    checks = evaluation.checks.filter(pl.col("rule").is_in(binding))
    terms = evaluation.terms.join(checks.select("check", "doc", "status", "kind"), on="check", how="inner")
    _feasibility(facts, checks, terms, rules, drafts)
    _coverage(facts, checks, terms, drafts)


def _feasibility(
    facts: Facts, checks: pl.DataFrame, terms: pl.DataFrame, rules: Sequence[Rule], drafts: Drafts
) -> None:
    states = checks.group_by("doc").agg(
        violated=(pl.col("status") == "violated").sum(),
        rounding=(pl.col("status") == "rounding").sum(),
        n=pl.len(),
    )
    cells = dict(terms.group_by("doc").agg(pl.col("cell").n_unique()).iter_rows())
    for doc, violated, rounding, count in states.sort("doc").iter_rows():
        size_zh, size_en = (
            f"{cells[doc]} 个单元格、{count} 条恒等式",
            f"{cells[doc]} cells, {count} identities",
        )
        if violated:
            drafts.add(
                doc,
                "W01",
                "全文",
                None,
                f"单项核对有 {violated} 处不符，未作整体判定",
                f"not asked: {violated} single checks fail",
                count=count,
            )
            continue
        broken = (
            _infeasible(facts, checks.filter(pl.col("doc") == doc), terms.filter(pl.col("doc") == doc))
            if rounding
            else []
        )
        if not broken:
            drafts.add(doc, "W01", "全文", True, f"{size_zh}可同时成立", f"{size_en}: feasible", count=count)
            continue
        named = [rules[checks["rule"][check_at]].id for check_at in _positions(checks, broken)]
        at = terms.filter(pl.col("check").is_in(broken))["cell"].unique(maintain_order=True)
        rows = facts.lines[at.to_list()[:_SHOWN]].iter_rows(named=True)
        which = "、".join(sorted(set(named)))
        drafts.add(
            doc,
            "W01",
            "全文",
            False,
            f"{size_zh}不能同时成立，冲突所在：{which}",
            f"{size_en}: no exact amounts fit all printed figures; in conflict: {which}",
            rows,
            count=count,
        )


def _positions(checks: pl.DataFrame, wanted: list[int]) -> list[int]:
    return [int(at) for at in np.flatnonzero(checks["check"].is_in(wanted).to_numpy())]


def _infeasible(facts: Facts, checks: pl.DataFrame, terms: pl.DataFrame) -> list[int]:
    """Checks of one document that cannot hold together with the rest; empty where all can."""
    from scipy.sparse import coo_array

    numbers = {check: at for at, check in enumerate(checks["check"].to_list())}
    printed = terms.filter(pl.Series(facts.arrays["printed"][terms["cell"].to_numpy()] == 1))
    cells, which = np.unique(printed["cell"].to_numpy(), return_inverse=True)
    rows = np.array([numbers[check] for check in printed["check"].to_list()])
    signs = printed["sign"].to_numpy() * np.where(printed["side"].to_numpy() == 0, 1, -1)
    shape = (len(numbers), len(cells))
    matrix: Any = coo_array((signs.astype(float), (rows, which)), shape=shape).tocsr()
    wanted = -checks["difference"].to_numpy() / YUAN
    half = facts.arrays["half"][cells] / YUAN
    below = (checks["kind"] == "at_most").to_numpy()
    limits = np.column_stack([-half, half])
    result = _solve(np.zeros(len(cells)), matrix, wanted, below, limits)
    if result.status == 0:
        return []
    return _conflict(matrix, wanted, below, limits, checks["check"].to_list())


def _solve(price: Any, matrix: Any, wanted: Any, below: Any, limits: Any) -> Any:
    """The cheapest deviations within ``limits``: rows that are ``below`` as inequalities, all others exactly."""
    from scipy.optimize import linprog

    solver: Any = linprog  # its stubs know no sparse matrix
    some = bool(below.any())
    return solver(
        price,
        A_ub=matrix[below] if some else None,
        b_ub=wanted[below] if some else None,
        A_eq=matrix[~below],
        b_eq=wanted[~below],
        bounds=limits,
        method="highs",
    )


def _conflict(matrix: Any, wanted: Any, below: Any, limits: Any, checks: list[int]) -> list[int]:
    """The checks that give way when each may, at a price: the least that stands in conflict."""
    from scipy.sparse import coo_array, hstack

    count, cells = matrix.shape
    identity = np.arange(count)
    over = coo_array((np.ones(count), (identity, identity)), shape=(count, count))
    whole: Any = hstack([matrix, over, -over]).tocsr()
    price = np.concatenate([np.zeros(cells), np.ones(2 * count)])
    result = _solve(price, whole, wanted, below, np.vstack([limits, np.tile([0, np.inf], (2 * count, 1))]))
    given = result.x[cells : cells + count] + result.x[cells + count :]
    return [checks[at] for at in np.flatnonzero(given > _SLACK)] or checks[:1]


def _coverage(facts: Facts, checks: pl.DataFrame, terms: pl.DataFrame, drafts: Drafts) -> None:
    """W02: every figure other than zero stands in an identity that holds and has a figure on either side."""
    holding = checks.filter(
        pl.col("status").is_in(["exact", "rounding"])
        & (pl.col("kind") != "at_most")
        & (pl.col("left_printed") > 0)
        & (pl.col("right_printed") > 0)
    )
    supported = np.zeros(facts.lines.height, np.bool_)
    supported[terms.join(holding.select("check"), on="check", how="semi")["cell"].to_numpy()] = True
    figures = facts.lines.with_columns(supported=pl.Series(supported)).filter(pl.col("value") != 0)
    for (doc,), lines in figures.group_by("doc", maintain_order=True):
        alone = lines.filter(~pl.col("supported"))
        count, held = lines.height, lines.height - alone.height
        drafts.add(
            int(str(doc)),
            "W02",
            "全文",
            alone.is_empty(),
            f"{count} 个数中 {held} 个有其他数印证",
            f"{held} of {count} figures are supported by others",
            alone.head(_SHOWN).iter_rows(named=True),
            count=held,
        )
