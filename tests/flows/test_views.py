"""The published views over a lake of three families: as described, and no yuan counted twice."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from infra.lake import Lake, LakeSql, open_sql, run_select
from infra.lake.layout import FACTS
from schemas.view import View, definitions, published, views
from tests.sample_lake import BODY, bring, seed_lake, seed_text, wide_lake  # noqa: F401

_TYPES = {"varchar": "string", "smallint": "int16", "integer": "int32", "bigint": "int64"}


@pytest.fixture(scope="module")
def lake(wide_lake: Lake) -> LakeSql:  # noqa: F811
    return open_sql(wide_lake)


@pytest.mark.parametrize("view", views().values(), ids=lambda view: view.name)
def test_a_view_has_the_columns_and_types_that_it_is_described_with(lake: LakeSql, view: View) -> None:
    rows = run_select(lake, f"DESCRIBE {view.name}").select("column_name", "column_type").rows()
    found = [(name, _TYPES.get(kind.lower(), kind.lower())) for name, kind in rows]
    assert found == [(column.name, column.type) for column in view.columns]


@pytest.mark.parametrize("view", views().values(), ids=lambda view: view.name)
def test_a_view_has_rows_in_the_sample(lake: LakeSql, view: View) -> None:
    assert run_select(lake, f"SELECT count(*) FROM {view.name}").item() > 0  # noqa: S608


@pytest.mark.parametrize("view", published().values(), ids=lambda view: view.name)
def test_a_chinese_view_has_the_same_rows_under_chinese_names(lake: LakeSql, view: View) -> None:
    chinese = run_select(lake, f'FROM "{view.zh}"')
    assert chinese.columns == [column.zh for column in view.columns]
    assert chinese.height == run_select(lake, f"SELECT count(*) FROM {view.name}").item()  # noqa: S608


def test_a_chinese_view_shows_the_terms_of_codes(lake: LakeSql) -> None:
    sql = 'SELECT DISTINCT "预算/决算", "支出类型" FROM "部门预算_功能分类" WHERE "支出类型" IS NOT NULL ORDER BY ALL'
    assert run_select(lake, sql).rows() == [
        ("决算", "基本支出"),
        ("决算", "项目支出"),
        ("预算", "基本支出"),
        ("预算", "项目支出"),
    ]


def test_items_of_all_money_add_up_to_the_printed_total(lake: LakeSql) -> None:
    sql = """
        SELECT o.expenditure_yuan, s.yuan
        FROM unit_overview o
        JOIN (SELECT unit_code, year, budget_phase, disclosure_level, sum(amount_yuan) AS yuan
              FROM expenditure_by_function WHERE money_scope = 'all' GROUP BY ALL) s
        USING (unit_code, year, budget_phase, disclosure_level)
        WHERE o.budget_phase = 'approved'"""
    pairs = run_select(lake, sql).rows()
    assert len(pairs) == 5
    # Rounded items drift from the rounded total by some fen of 万元.
    assert all(abs(printed - summed) <= 500 for printed, summed in pairs)


def test_a_unit_inside_its_department_is_not_counted_twice(lake: LakeSql) -> None:
    sql = """
        SELECT sum(amount_wan), max(bodies) FROM district_expenditure
        WHERE region_code = '430202' AND year = 2024 AND budget_phase = 'approved'"""
    # 525.41 of the one department and 253.55 of the other, rounded item by item.
    assert run_select(lake, sql).row(0) == (Decimal("778.96"), 2)
    left_out = run_select(
        lake, "SELECT unit_code, left_out_because FROM counted_disclosure WHERE NOT counted"
    )
    assert left_out.rows() == [("430202-052001", "part_of_department")]


def test_a_table_printed_of_appropriations_and_again_of_a_part_counts_once(
    lake: LakeSql,
) -> None:
    sql = "SELECT money_scope, sum(amount_wan) FROM expenditure_by_function WHERE year = 2018 GROUP BY ALL"
    assert run_select(lake, sql).rows() == [("appropriations", Decimal("15433.37"))]


def test_final_accounts_stand_beside_their_budget(lake: LakeSql) -> None:
    sql = f"""
        SELECT count(*) FILTER (budget_yuan IS NOT NULL AND actual_yuan IS NOT NULL),
               bool_and(budget_published AND accounts_published),
               sum(budget_yuan) = (SELECT sum(amount_yuan) FROM expenditure_by_function
                                   WHERE org_unit_name = '{BODY}' AND budget_phase = 'approved')
        FROM budget_execution WHERE org_unit_name = '{BODY}'"""  # noqa: S608
    matched, published_both, same = run_select(lake, sql).row(0)
    assert matched > 0
    assert (published_both, same) == (True, True)


def test_three_public_expenses_are_set_against_the_year_before(lake: LakeSql) -> None:
    sql = """
        SELECT year, total_yuan, year_before_yuan, rose FROM three_public_trend
        WHERE unit_code = '430202-052001' AND disclosure_level = 'department' ORDER BY year"""
    assert run_select(lake, sql).rows() == [
        (2023, Decimal("2900.00"), None, None),
        (2024, Decimal("3000.00"), Decimal("2900.00"), True),
    ]


def test_a_corrected_disclosure_takes_the_place_of_the_first(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    ((name, data),) = seed_text().items()
    bring(lake, tmp_path / "in", {name: data})
    bring(lake, tmp_path / "in", {f"更正_{name}": data + b"\n\n"})
    sql = open_sql(lake)
    assert run_select(sql, "SELECT count(*) FROM document").item() == 2
    assert run_select(sql, "SELECT expenditure_yuan FROM unit_overview").rows() == [(Decimal("5254100.00"),)]
    assert run_select(sql, "SELECT sum(amount_wan) FROM expenditure_by_function").item() == Decimal("525.41")


def test_a_lake_by_province_answers_every_view_cell_for_cell(
    wide_lake: Lake,  # noqa: F811
    tmp_path: Path,
) -> None:
    then = wide_lake.snapshot()
    parted = Lake(str(tmp_path / "parted"), split="province")
    parted.commit({name: then.scan(name).collect() for name in FACTS})
    parted.record(wide_lake.scan("object").collect())
    assert len(list(Path(parted.uri, "province").iterdir())) > 1
    one, other = open_sql(wide_lake), open_sql(parted)
    for name, _ in definitions():
        rows, expected = (run_select(sql, f'FROM "{name}"') for sql in (other, one))
        assert rows.schema == expected.schema
        assert sorted(map(str, rows.rows())) == sorted(map(str, expected.rows())), name
