"""SQL over the lake: it shows what is published, and can do nothing else."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from infra.lake import Lake, LakeSql, open_sql, run_select
from infra.lake.layout import FACTS
from infra.loopback import Loopback
from schemas.errors import UsageError
from schemas.tables import TABLES, polars_schema
from schemas.view import definitions, published, references
from tests.infra.documents import SUMMARY, contents, document, document_id, together

UNIT = "430202-052001"


@pytest.fixture(params=["folder", "s3"])
def lake(request: pytest.FixtureRequest, tmp_path: Path) -> Lake:
    if request.param == "folder":
        return Lake(str(tmp_path / "lake's folder"))
    loopback: Loopback = request.getfixturevalue("loopback")
    bucket: str = request.getfixturevalue("bucket")
    return Lake.of(loopback.settings(lake=f"s3://{bucket}/lake"))


@pytest.fixture
def shut(tmp_path: Path) -> LakeSql:
    lake = Lake(str(tmp_path / "lake"))
    lake.commit(document("a"))
    (tmp_path / "secret.csv").write_text("a\n1\n")
    return open_sql(lake)


@pytest.mark.parametrize("table", sorted(TABLES))
def test_a_table_that_is_not_there_yet_is_an_empty_view_with_its_columns(lake: Lake, table: str) -> None:
    rows = run_select(open_sql(lake), f"SELECT * FROM {table}")  # noqa: S608
    assert rows.is_empty()
    assert rows.columns == polars_schema(table).names()


def test_sql_gives_the_exact_rows(lake: Lake) -> None:
    batch = together(document("a"), document("b", unit="430203-052001", year=2023))
    lake.commit(batch)
    connection = open_sql(lake)
    answers = {name: run_select(connection, f"SELECT * FROM {name}") for name in FACTS}  # noqa: S608
    exact = {name: rows.cast(polars_schema(name)) for name, rows in answers.items()}
    assert contents(exact) == contents(batch)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM BUDGET_LINE",
        "SELECT count(*) FROM query_table('budget' || '_line')",
        'SELECT count(*) FROM "预算金额"',
        "SELECT count(*) FROM query('FROM budget_line')",
    ],
)
def test_a_table_is_found_however_a_query_names_it(folder: Lake, sql: str) -> None:
    folder.commit(document("a"))
    assert run_select(open_sql(folder), sql).item() == 2


@pytest.mark.parametrize(
    "sql",
    [
        "SHOW TABLES",
        "SELECT view_name FROM duckdb_views() WHERE NOT internal OR view_name = 'finding'",
        "SELECT table_name FROM information_schema.tables WHERE table_name <> 'budget_line'",
        "SELECT name FROM sqlite_master",
        "SELECT relname FROM pg_class",
    ],
)
def test_who_asks_what_there_is_is_told_of_all_tables_views_and_references(folder: Lake, sql: str) -> None:
    told = set(run_select(open_sql(folder), sql).to_series())
    wanted = {*published(), *references(), *(name for name, _ in definitions())}
    assert wanted - told <= {"budget_line"}


def test_a_connection_answers_one_query_after_another_from_the_same_snapshot(folder: Lake) -> None:
    folder.commit(document("a", figure="1.00"))
    sql = open_sql(folder)
    assert run_select(sql, "SELECT count(*) FROM document").item() == 1
    folder.commit(document("a", figure="2.00"))
    answer = run_select(sql, "SELECT text_raw FROM budget_line WHERE text_raw IS NOT NULL")
    assert answer.rows() == [("1.00",)]
    assert run_select(sql, "SELECT count(*) FROM additive_amount").height == 1


def test_codes_stay_text_and_amounts_decimals(lake: Lake) -> None:
    lake.commit(document("a"))
    sql = (
        "SELECT org_unit_code, year, sum(amount_yuan), typeof(sum(amount_yuan)) FROM budget_line GROUP BY ALL"
    )
    assert run_select(open_sql(lake), sql).rows() == [
        ("052001", 2024, Decimal("5254100.00"), "DECIMAL(38,2)")
    ]


def test_replaced_files_are_not_read(lake: Lake) -> None:
    lake.commit(document("a", figure="1.00"))
    lake.commit(document("a", figure="2.00"))
    lake.commit(document("b", [SUMMARY], day=1, figure="3.00"))
    answer = run_select(open_sql(lake), "SELECT text_raw FROM budget_line WHERE text_raw IS NOT NULL")
    assert answer.rows() == [("3.00",)]


def test_unpublished_rows_are_not_shown(lake: Lake) -> None:
    lake.commit(document("b", unit="430203-052001"))
    lake.commit({}, replaced=[(document_id("b"), "430203-052001", 2024)])
    lake.table("budget_line").replace(document("a")["budget_line"], [(UNIT, 2024)])
    assert run_select(open_sql(lake), "SELECT count(*) FROM budget_line").item() == 0


def test_a_filter_on_unit_and_year_opens_no_other_file(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    lake.commit(together(*(document(str(year), [SUMMARY], year=year) for year in range(2015, 2025))))
    connection = open_sql(lake)
    for file in Path(lake.uri, "budget_line").rglob("year=201*/*.parquet"):
        if "year=2015" not in str(file):  # DuckDB takes the types from the first file.
            file.write_bytes(b"not Parquet")
    sql = f"SELECT count(*) FROM budget_line WHERE unit_code = '{UNIT}' AND year = 2024"  # noqa: S608
    assert run_select(connection, sql).item() == 2


@pytest.mark.parametrize(
    "sql",
    [
        "FROM budget_line",
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "DESCRIBE document",
        "SHOW TABLES",
        "VALUES (1)",
    ],
)
def test_all_that_only_reads_is_answered(shut: LakeSql, sql: str) -> None:
    assert run_select(shut, sql).height > 0


@pytest.mark.parametrize(
    "sql",
    [
        "COPY budget_line TO '{lake}/budget_line/out.parquet'",
        "CREATE TABLE a AS SELECT 1",
        "DROP VIEW budget_line",
        "INSERT INTO budget_line SELECT * FROM budget_line",
        "ATTACH '{lake}/budget_line/a.duckdb'",
        "EXPORT DATABASE '{lake}/budget_line/out'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
        "EXPLAIN ANALYZE COPY budget_line TO '{lake}/budget_line/out.parquet'",
        "SELECT 1; DROP VIEW budget_line",
        "SELECT 1; SELECT 2",
        "",
    ],
)
def test_all_that_does_more_is_refused_and_has_no_effect(shut: LakeSql, tmp_path: Path, sql: str) -> None:
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UsageError, match="must be a single SELECT"):
        run_select(shut, sql.replace("{lake}", str(tmp_path / "lake")))
    assert sorted(tmp_path.rglob("*")) == before
    assert run_select(shut, "SELECT count(*) FROM budget_line").item() == 2


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{here}/secret.csv')",
        "SELECT * FROM '{here}/secret.csv'",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('{here}/*')",
        "SELECT * FROM read_csv('{here}/lake/budget_line/../../secret.csv')",
        "SELECT * FROM read_parquet('http://127.0.0.1:9/a.parquet')",
        "SELECT * FROM query('COPY (SELECT 1) TO ''{here}/out.csv''')",
    ],
)
def test_nothing_outside_the_lake_can_be_read(shut: LakeSql, tmp_path: Path, sql: str) -> None:
    with pytest.raises(UsageError, match=r"^The query cannot be answered: "):
        run_select(shut, sql.replace("{here}", str(tmp_path)))
    assert not (tmp_path / "out.csv").exists()


def test_variables_of_the_program_are_no_tables(shut: LakeSql) -> None:
    secret = polars_schema("document")
    with pytest.raises(UsageError, match="secret does not exist"):
        run_select(shut, "SELECT * FROM secret")
    assert secret


def test_wrong_sql_is_one_sentence_with_the_reason(shut: LakeSql) -> None:
    with pytest.raises(UsageError, match=r'^The query cannot be answered: .*"nonsense"[^\n]*\.$'):
        run_select(shut, "SELECT nonsense FROM budget_line")
