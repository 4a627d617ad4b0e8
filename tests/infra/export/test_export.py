"""Exports are exact, whole, described for others, and read without us: by frictionless, DuckDB, Polars, pandas."""

from __future__ import annotations

import csv
import gc
import json
import weakref
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import pandas as pd
import polars as pl
import pytest
from frictionless import system
from python_calamine import CalamineWorkbook

from infra.export import Format, Selection, export
from infra.export.writers import write_csv, write_parquet, write_xlsx
from infra.lake import Lake, open_sql, run_select
from schemas.data_package import dictionary_rows
from schemas.errors import UsageError
from schemas.view import published, views
from tests.sample_lake import wide_lake  # noqa: F401

NAMES = [*views(), "budget_line", "document", "finding", "statement", "performance_goal"]
SEED = Selection(units=("430202-052001",), years=(2024,))


@pytest.fixture(scope="module")
def lake(wide_lake: Lake) -> Lake:  # noqa: F811
    return wide_lake


def _rows(lake: Lake, name: str, where: str = "true") -> pl.DataFrame:
    return run_select(open_sql(lake), f'SELECT * FROM "{name}" WHERE {where}')  # noqa: S608


def _valid(folder: Path) -> list[str]:
    with system.use_context(trusted=True):
        report = frictionless.Package(str(folder / "datapackage.json"), basepath=str(folder)).validate()
    return [f"{error.type}: {error.message}" for task in report.tasks for error in task.errors] + [
        error.message for error in report.errors
    ]


@pytest.mark.parametrize("name", NAMES)
def test_frictionless_finds_a_csv_export_valid(lake: Lake, tmp_path: Path, name: str) -> None:
    export(lake, name, tmp_path / "out", Format.csv)
    assert _valid(tmp_path / "out") == []


@pytest.mark.parametrize("name", ["unit_overview", "expenditure_by_function", "budget_line"])
def test_frictionless_finds_a_workbook_valid(lake: Lake, tmp_path: Path, name: str) -> None:
    export(lake, name, tmp_path / "out", Format.xlsx, SEED)
    assert _valid(tmp_path / "out") == []


def test_frictionless_finds_what_does_not_fit_the_descriptor(lake: Lake, tmp_path: Path) -> None:
    export(lake, "unit_overview", tmp_path / "out", Format.csv)
    file = tmp_path / "out" / "unit_overview.csv"
    file.write_text(file.read_text().replace("approved", "guessed"))
    assert any("constraint-error" in error for error in _valid(tmp_path / "out"))


def test_the_descriptor_of_partitioned_parquet_is_a_valid_one(lake: Lake, tmp_path: Path) -> None:
    export(lake, "budget_line", tmp_path / "out")
    descriptor = json.loads((tmp_path / "out" / "datapackage.json").read_text())
    frictionless.Package.from_descriptor(descriptor)
    (resource,) = descriptor["resources"]
    assert all((tmp_path / "out" / path).is_file() for path in resource["path"])
    types = {field["name"]: field.get("columnType") for field in resource["schema"]["fields"]}
    assert (types["amount_yuan"], types["function_code"]) == (
        "value",
        "functional-classification:generic:code",
    )
    assert descriptor["fiscalPeriod"] == {"start": "2018-01-01", "end": "2024-12-31"}


@pytest.mark.parametrize("name", NAMES)
def test_parquet_has_the_exact_rows(lake: Lake, tmp_path: Path, name: str) -> None:
    done = export(lake, name, tmp_path / "out")
    expected = _rows(lake, name)
    found = pl.scan_parquet(
        tmp_path / "out" / name / "**/*.parquet",
        hive_partitioning=True,
        hive_schema={c: t for c, t in expected.schema.items() if c in ("unit_code", "year")} or None,
    ).collect()
    assert done.rows == expected.height
    assert sorted(map(str, found.select(expected.columns).rows())) == sorted(map(str, expected.rows()))


def test_plain_parquet_is_one_file_with_every_column(lake: Lake, tmp_path: Path) -> None:
    done = export(lake, "budget_line", tmp_path / "out", selection=SEED, plain=True)
    assert done.files == ("budget_line.parquet",)
    expected = _rows(lake, "budget_line", SEED.condition(published()["budget_line"]))
    found = pl.read_parquet(tmp_path / "out" / "budget_line.parquet")
    assert found.schema == expected.schema
    assert sorted(map(str, found.rows())) == sorted(map(str, expected.rows()))
    (resource,) = json.loads((tmp_path / "out" / "datapackage.json").read_text())["resources"]
    frictionless.Resource.from_descriptor(resource)
    assert [field["name"] for field in resource["schema"]["fields"]] == found.columns
    assert resource["schema"]["primaryKey"] == ["document_id", "table_no", "row_no", "col_no"]


@pytest.mark.parametrize("plain", [False, True], ids=["hive", "plain"])
def test_duckdb_polars_and_pandas_read_the_same_sum(lake: Lake, tmp_path: Path, plain: bool) -> None:
    export(lake, "expenditure_by_function", tmp_path / "out", selection=SEED, plain=plain)
    (tmp_path / "out" / "dictionary.csv").unlink()
    (tmp_path / "out" / "datapackage.json").unlink()
    folder = tmp_path / "out"
    with_duckdb = duckdb.execute(
        f"SELECT sum(amount_wan) FROM read_parquet('{folder}/**/*.parquet', hive_partitioning = true) "  # noqa: S608
        "WHERE unit_code = '430202-052001' AND disclosure_level = 'department'"
    ).fetchall()
    with_polars = pl.scan_parquet(folder).filter(disclosure_level="department").collect()
    with_pandas = pd.read_parquet(folder).query("disclosure_level == 'department'")
    assert with_duckdb == [(Decimal("525.41"),)]
    assert with_polars["amount_wan"].sum() == with_pandas["amount_wan"].sum() == Decimal("525.41")
    assert set(with_polars["unit_code"]) == set(with_pandas["unit_code"]) == {"430202-052001"}


def test_csv_has_exact_amounts_and_codes_with_leading_zeros(lake: Lake, tmp_path: Path) -> None:
    export(lake, "unit_overview", tmp_path / "out", Format.csv, SEED, bom=True)
    data = (tmp_path / "out" / "unit_overview.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(data.decode("utf-8-sig").splitlines()))
    assert {(row["org_unit_code"], row["basic_yuan"], row["withdrawn"]) for row in rows} == {
        ("052001", "2095900.00", "false")
    }


def test_a_workbook_has_numbers_as_numbers_and_codes_as_texts(lake: Lake, tmp_path: Path) -> None:
    export(lake, "expenditure_by_function", tmp_path / "out", Format.xlsx, SEED)
    book = CalamineWorkbook.from_path(str(tmp_path / "out" / "expenditure_by_function.xlsx"))
    assert book.sheet_names == ["data", "dictionary"]
    head, *rows = book.get_sheet_by_name("data").to_python()
    found = [dict(zip(head, row, strict=True)) for row in rows]
    exact = _rows(lake, "expenditure_by_function", SEED.condition(views()["expenditure_by_function"]))
    assert all(isinstance(row["amount_yuan"], float) for row in found)
    assert sorted(f"{row['amount_yuan']:.2f}" for row in found) == sorted(map(str, exact["amount_yuan"]))
    assert {row["function_code"] for row in found} == set(exact["function_code"])
    words = book.get_sheet_by_name("dictionary").to_python()
    assert [row[0] for row in words[1:]] == head


@pytest.mark.parametrize("text", ["9999999999999.99", "-0.01", "1234567890123456.78"])
def test_a_workbook_keeps_every_digit_of_an_amount(tmp_path: Path, text: str) -> None:
    view = views()["district_expenditure"]
    schema = {
        column.name: pl.Decimal(18, 2) if "amount" in column.name else pl.String() for column in view.columns
    }
    frame = pl.DataFrame([{"amount_yuan": Decimal(text), "class_code": "=1+1"}], schema=schema)
    write_xlsx(tmp_path / "a.xlsx", view, [frame])
    head, row = CalamineWorkbook.from_path(str(tmp_path / "a.xlsx")).get_sheet_by_name("data").to_python()
    found = dict(zip(head, row, strict=False))
    value = found["amount_yuan"]
    assert (f"{value:.2f}" if isinstance(value, float) else value) == text
    assert found["class_code"] == "=1+1"


def test_more_rows_than_a_sheet_holds_go_on_to_another(tmp_path: Path) -> None:
    view = views()["counted_disclosure"]
    frame = pl.DataFrame({column.name: ["x"] * 5 for column in view.columns})
    assert write_xlsx(tmp_path / "a.xlsx", view, [frame], sheet_rows=3) == [2, 2, 1]


@pytest.mark.parametrize(
    ("text", "for_excel"),
    [
        ("=1+1", "'=1+1"),
        ("=100%", "'=100%"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("＝HYPERLINK(1)", "'＝HYPERLINK(1)"),
        ("\t=1", "'\t=1"),
        ("-1,234.50", "-1,234.50"),
        ("+3.5%", "+3.5%"),
        ("=", "="),
        ("-", "-"),
        ("行政运行", "行政运行"),
    ],
)
def test_a_text_is_no_formula_in_a_csv_for_excel_and_as_printed_in_another(
    tmp_path: Path, text: str, for_excel: str
) -> None:
    for bom, expected in ((True, for_excel), (False, text)):
        write_csv(
            tmp_path / "a.csv",
            ["name", "amount"],
            [pl.DataFrame({"n": [text], "a": [Decimal("-1.50")]})],
            bom,
        )
        with (tmp_path / "a.csv").open(newline="", encoding="utf-8-sig") as file:
            assert list(csv.reader(file)) == [["name", "amount"], [expected, "-1.50"]]


def test_a_text_that_no_cell_of_a_workbook_holds_is_refused_and_not_cut(tmp_path: Path) -> None:
    view = views()["counted_disclosure"]
    frame = pl.DataFrame({column.name: ["字" * 32_767] for column in view.columns})
    write_xlsx(tmp_path / "a.xlsx", view, [frame])
    with pytest.raises(UsageError, match="unit_code of row 1 has 32,768 characters"):
        write_xlsx(tmp_path / "b.xlsx", view, [frame.with_columns(unit_code=pl.lit("字" * 32_768))])


@pytest.mark.parametrize(
    ("selection", "where"),
    [
        (Selection(units=("430202-052001",)), "unit_code = '430202-052001'"),
        (Selection(years=(2023, 2018)), "year IN (2023, 2018)"),
        (Selection(regions=("430000",)), "region_code = '430202'"),
        (Selection(regions=("320000", "310107"), years=(2024,)), "region_code = '310107' AND year = 2024"),
    ],
)
def test_a_selection_takes_its_rows_and_no_others(
    lake: Lake, tmp_path: Path, selection: Selection, where: str
) -> None:
    done = export(lake, "budget_line", tmp_path / "out", selection=selection)
    assert 0 < done.rows == _rows(lake, "budget_line", where).height


@pytest.mark.parametrize(
    ("name", "selection", "says"),
    [
        ("nonsense", Selection(), "nonsense is no view or table"),
        ("district_expenditure", Selection(units=("430202-052001",)), "has no column unit_code"),
        ("budget_line", Selection(units=("x' OR '1'='1",)), "is no body"),
        ("budget_line", Selection(regions=("43",)), "is no division code"),
        ("budget_line", Selection(years=(1999,)), "has no such rows"),
    ],
)
def test_what_cannot_be_exported_is_refused_and_leaves_nothing(
    lake: Lake, tmp_path: Path, name: str, selection: Selection, says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        export(lake, name, tmp_path / "out", selection=selection)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_left_alone(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(UsageError, match="is there already"):
        export(lake, "document", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_chinese_name_exports_the_same_view(lake: Lake, tmp_path: Path) -> None:
    export(lake, "单位总览", tmp_path / "out", Format.csv)
    assert (tmp_path / "out" / "unit_overview.csv").is_file()
    with (tmp_path / "out" / "dictionary.csv").open(newline="") as file:
        _, *rows = csv.reader(file)
    assert [tuple(row) for row in rows] == dictionary_rows(published()["unit_overview"])


@pytest.mark.parametrize("kind", Format)
def test_a_writer_keeps_no_frame_that_it_has_written(tmp_path: Path, kind: Format) -> None:
    view = views()["counted_disclosure"]
    kept: list[int] = []

    def frames() -> Iterator[pl.DataFrame]:
        before: list[weakref.ref[Any]] = []
        for number in range(6):
            frame = pl.DataFrame({c.name: [f"{number}"] for c in view.columns})
            before.append(weakref.ref(frame))
            yield frame
            del frame
            gc.collect()
            kept.append(sum(ref() is not None for ref in before))

    if kind is Format.parquet:
        assert len(list(write_parquet(tmp_path, frames(), ("unit_code", "year")))) == 6
    elif kind is Format.csv:
        write_csv(tmp_path / "a.csv", [c.name for c in view.columns], frames(), False)
    else:
        write_xlsx(tmp_path / "a.xlsx", view, frames())
    assert max(kept) <= 1
