"""Every amount of every view is a sum of printed cells, each counted once: reckoned again from the lake's tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl
import pytest

from infra.lake import Lake, LakeSql, open_sql, run_select
from schemas.view import views
from tests.sample_lake import wide_lake  # noqa: F401

DISCLOSURE = ["unit_code", "year", "budget_phase", "disclosure_level"]
ANY = pl.lit(True)


class Cells(NamedTuple):
    """The cells that a column sums: of the sets that repeat the same money the first that a disclosure prints."""

    sets: Sequence[str]
    where: pl.Expr = ANY


BY_FUNCTION = Cells(("EXP_FUNC_TYPE", "APPROPRIATION_FUNC", "GPB_FUNC_CATEGORY"))
BY_TYPE = ("EXP_FUNC_TYPE", "EXP_TYPE")
BY_ITEM = Cells(("APPROPRIATION_BASIC_ECON", "BASIC_DEPT_ECON"))
BY_CLASS, BY_SOURCE = Cells(("EXP_GOV_ECON_CLASS",)), Cells(("REV_SOURCE",))


def _three_public(part: str) -> Cells:
    return Cells(("THREE_PUBLIC",), pl.col("measure_code") == f"three_public_{part}")


SUMS = {
    ("unit_overview", "basic_yuan"): Cells(BY_TYPE, pl.col("expenditure_type") == "basic"),
    ("unit_overview", "project_yuan"): Cells(BY_TYPE, pl.col("expenditure_type") == "project"),
    ("unit_overview", "three_public_yuan"): Cells(("THREE_PUBLIC",)),
    **{("expenditure_by_function", column): BY_FUNCTION for column in ("amount_wan", "amount_yuan")},
    **{("revenue_by_source", column): BY_SOURCE for column in ("amount_wan", "amount_yuan")},
    **{("economic_composition", column): BY_ITEM for column in ("amount_wan", "amount_yuan")},
    **{("government_economic_composition", column): BY_CLASS for column in ("amount_wan", "amount_yuan")},
    ("three_public_trend", "total_yuan"): Cells(("THREE_PUBLIC",)),
    **{
        ("three_public_trend", f"{part}_yuan"): _three_public(part)
        for part in ("abroad", "vehicle_purchase", "vehicle_running", "reception")
    },
    ("budget_execution", "budget_yuan"): BY_FUNCTION,
    ("budget_execution", "actual_yuan"): BY_FUNCTION,
}
PHASE_OF = {"budget_yuan": "'approved'", "actual_yuan": "'actual'"}

#: Amounts of other kinds: those of a test of their own below, printed totals, and what is reckoned from a row's others.
OTHERS = {
    *(("additive_amount", "amount_wan"), ("additive_amount", "amount_yuan")),
    *(("district_expenditure", "amount_wan"), ("district_expenditure", "amount_yuan")),
    ("project_budget", "annual_budget_yuan"),
    *(("unit_overview", "revenue_yuan"), ("unit_overview", "expenditure_yuan")),
    *(("three_public_trend", "year_before_yuan"), ("three_public_trend", "change_yuan")),
    ("budget_execution", "difference_yuan"),
}


@pytest.fixture(scope="module")
def sql(wide_lake: Lake) -> LakeSql:  # noqa: F811
    return open_sql(wide_lake)


@pytest.fixture(scope="module")
def cells(wide_lake: Lake) -> pl.DataFrame:  # noqa: F811
    """The cells of the additive sets with the level of their disclosure."""
    view = wide_lake.snapshot()
    level = view.scan("document").select("document_id", "unit_code", "year", "disclosure_level")
    lines = view.scan("budget_line").filter(pl.col("additive_set").is_not_null())
    return lines.join(level, on=["document_id", "unit_code", "year"], how="left").collect()


def _once(cells: pl.DataFrame, column: str, wanted: Cells) -> dict[tuple[object, ...], object]:
    """The sum of each disclosure that has one."""
    own = cells.filter(pl.col("additive_set").is_in(wanted.sets))
    rank = pl.col("additive_set").replace_strict({name: at for at, name in enumerate(wanted.sets)})
    own = own.filter(rank == rank.min().over(DISCLOSURE), wanted.where)
    return _sums(own.group_by(DISCLOSURE).agg(pl.col(column).sum()))


def _sums(rows: pl.DataFrame) -> dict[tuple[object, ...], object]:
    return {tuple(key): amount for *key, amount in rows.iter_rows() if amount}


def test_every_amount_of_every_view_is_tested_here() -> None:
    amounts = {
        (view.name, column.name)
        for view in views().values()
        for column in view.columns
        if column.name.endswith(("_yuan", "_wan"))
    }
    assert amounts == SUMS.keys() | OTHERS


@pytest.mark.parametrize(("view", "column"), SUMS, ids=str)
def test_an_amount_counts_each_cell_once(sql: LakeSql, cells: pl.DataFrame, view: str, column: str) -> None:
    phase = PHASE_OF.get(column, "budget_phase")
    found = run_select(
        sql,
        f"SELECT unit_code, year, {phase}, disclosure_level, sum({column}) FROM {view} GROUP BY 1, 2, 3, 4",  # noqa: S608
    )
    printed = _once(cells, "amount_wan" if column.endswith("_wan") else "amount_yuan", SUMS[view, column])
    if column in PHASE_OF:
        printed = {key: amount for key, amount in printed.items() if f"'{key[2]}'" == phase}
    assert _sums(found) == printed
    assert printed


@pytest.mark.parametrize("column", ["amount_wan", "amount_yuan"])
def test_the_amounts_to_be_summed_are_the_cells_themselves(
    sql: LakeSql, cells: pl.DataFrame, column: str
) -> None:
    key = ["additive_set", "document_id", "table_no", "row_no", "col_no"]
    found = run_select(sql, f"SELECT {', '.join(key)}, {column} FROM additive_amount ORDER BY ALL")  # noqa: S608
    assert (
        found.rows() == cells.filter(pl.col(column).is_not_null()).select(*key, column).sort(pl.all()).rows()
    )


@pytest.mark.parametrize("column", ["amount_wan", "amount_yuan"])
def test_a_district_counts_each_cell_of_its_bodies_once(
    sql: LakeSql, cells: pl.DataFrame, column: str
) -> None:
    counted = run_select(sql, f"SELECT {', '.join(DISCLOSURE)} FROM counted_disclosure WHERE counted").rows()  # noqa: S608
    wanted: dict[tuple[object, ...], object] = {}
    for (unit, year, phase, level), amount in _once(cells, column, BY_FUNCTION).items():
        if (unit, year, phase, level) in counted:
            place = (str(unit)[:6], year, phase)
            wanted[place] = wanted.get(place, 0) + amount  # type: ignore[operator]
    found = run_select(
        sql,
        f"SELECT region_code, year, budget_phase, sum({column}) FROM district_expenditure GROUP BY 1, 2, 3",  # noqa: S608
    )
    assert _sums(found) == wanted
    assert len(wanted) < len(_once(cells, column, BY_FUNCTION))


def test_a_project_s_budget_stands_once(sql: LakeSql, wide_lake: Lake) -> None:  # noqa: F811
    found = run_select(
        sql, "SELECT document_id, table_no, annual_budget_yuan FROM project_budget ORDER BY ALL"
    )
    goals = wide_lake.snapshot().scan("performance_goal").filter(pl.col("item_kind") == "project")
    assert found.rows() == goals.select(found.columns).sort(pl.all()).collect().rows()
    assert found.height > 0


def test_a_printed_total_stands_once_a_disclosure(sql: LakeSql) -> None:
    found = run_select(sql, f"SELECT {', '.join(DISCLOSURE)}, count(*) FROM unit_overview GROUP BY ALL")  # noqa: S608
    assert found.height > 1
    assert {count for *_, count in found.iter_rows()} == {1}
