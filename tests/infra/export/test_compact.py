"""The copy for readers: equal to the lake, published whole or not at all, read without Delta."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from infra.aws import s3_client
from infra.export import compact, shelf_of
from infra.export.athena import definitions
from infra.export.shelf import POINTER, Shelf
from infra.lake import Lake
from infra.lake.layout import FACTS
from infra.loopback import Loopback
from infra.settings import load_settings
from schemas.errors import StorageError, UsageError
from schemas.tables import key_columns
from tests.infra.documents import document, together

UNITS = ("430202-052001", "430202-053001", "430181-052001", "310107-x1234567")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake of four bodies' two years, not to be changed."""
    lake = Lake(str(tmp_path_factory.mktemp("original") / "lake"))
    lake.commit(
        together(
            *(document(f"{unit}{year}", unit=unit, year=year) for unit in UNITS for year in (2023, 2024))
        )
    )
    return lake


@pytest.fixture
def lake(original: Lake, tmp_path: Path) -> Lake:
    """The same for one test."""
    shutil.copytree(original.uri, tmp_path / "lake")
    return Lake(str(tmp_path / "lake"))


@pytest.fixture(scope="module", params=[1, 100])
def copied(request: pytest.FixtureRequest, original: Lake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the lake, with so many bodies in a group."""
    place = tmp_path_factory.mktemp("copied") / "copy"
    compact(original, _shelf(place), request.param)
    return place


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "copy"


def _shelf(place: Path) -> Shelf:
    return shelf_of(str(place), load_settings())


def _latest(place: Path) -> Path:
    folder: str = json.loads((place / POINTER).read_text())["folder"]
    return place / folder


def _rows(frame: pl.DataFrame, like: pl.DataFrame) -> list[str]:
    return sorted(map(str, frame.select(like.columns).cast(like.schema).rows()))


@pytest.mark.parametrize("table", FACTS)
def test_a_copy_has_the_rows_of_the_lake(original: Lake, copied: Path, table: str) -> None:
    exact = original.scan(table).collect()
    assert _rows(
        pl.read_parquet(_latest(copied) / table / "**/*.parquet", hive_partitioning=True), exact
    ) == _rows(exact, exact)


def test_a_file_is_a_city_and_a_year_and_sorted(lake: Lake, place: Path) -> None:
    compact(lake, _shelf(place), 1)
    files = sorted(
        path.relative_to(_latest(place)).as_posix()
        for path in _latest(place).glob("budget_line/**/*.parquet")
    )
    assert files == [
        f"budget_line/year={year}/region={region}/part-0.parquet"
        for year in (2023, 2024)
        for region in ("3101xx", "4301xx", "4302xx")
    ]
    rows = pq.read_table(_latest(place) / files[2], partitioning=None).to_pandas()
    assert rows["unit_code"].is_monotonic_increasing
    assert list(
        rows[["unit_code", *key_columns("budget_line")]].itertuples(index=False, name=None)
    ) == sorted(rows[["unit_code", *key_columns("budget_line")]].itertuples(index=False, name=None))


def test_duckdb_polars_and_pandas_read_the_copy(lake: Lake, place: Path) -> None:
    compact(lake, _shelf(place))
    folder = _latest(place) / "budget_line"
    sql = (
        f"SELECT sum(amount_yuan), any_value(org_unit_code), any_value(region) "  # noqa: S608
        f"FROM read_parquet('{folder}/**/*.parquet', hive_partitioning = true) "
        "WHERE year = 2024 AND region = '4302xx' AND unit_code = '430202-052001'"
    )
    exact = Decimal("5254100.00")
    assert duckdb.execute(sql).fetchall() == [(exact, "052001", "4302xx")]
    with_polars = pl.scan_parquet(folder).filter(year=2024, unit_code="430202-052001").collect()
    assert with_polars["amount_yuan"].sum() == exact
    filters = [("year", "=", 2024), ("region", "=", "4302xx"), ("unit_code", "=", "430202-052001")]
    assert pd.read_parquet(folder, filters=filters)["amount_yuan"].dropna().sum() == exact


def test_a_lake_that_did_not_change_is_not_copied_again(lake: Lake, place: Path) -> None:
    first = compact(lake, _shelf(place))
    before = (place / POINTER).read_bytes()
    again = compact(lake, _shelf(place))
    assert (first.made, again.made) == (True, False)
    assert (again.folder, again.rows, again.files) == (first.folder, first.rows, first.files)
    assert (place / POINTER).read_bytes() == before


def test_the_copy_before_stays_for_its_readers_and_older_ones_go(lake: Lake, place: Path) -> None:
    folders = []
    for figure in ("1.00", "2.00", "3.00"):
        lake.commit(document(f"{UNITS[0]}2024", unit=UNITS[0], figure=figure))
        folders.append(compact(lake, _shelf(place)).folder)
    assert sorted(path.name for path in place.iterdir()) == sorted([POINTER, *folders[1:]])


class _Damaging:
    """A shelf that keeps something else than it was given, as a store with a fault might."""

    def __init__(self, inner: Shelf, harm: Any) -> None:
        self._inner, self._harm = inner, harm

    def put(self, file: Path, name: str) -> None:
        self._harm(file, name)
        self._inner.put(file, name)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def _one_figure_less(file: Path, name: str) -> None:
    if "/budget_line/" in name:
        rows = pl.read_parquet(file)
        rows.with_columns(amount_yuan=pl.col("amount_yuan") - 1).write_parquet(file)


def _one_row_less(file: Path, name: str) -> None:
    if "/finding/" in name:
        pl.read_parquet(file).head(-1).write_parquet(file)


def _one_group_more(file: Path, name: str) -> None:
    if "/document/" in name:
        table = pq.read_table(file, partitioning=None)
        with pq.ParquetWriter(file, table.schema) as writer:
            writer.write_table(table)
            writer.write_table(table)


def _killed(file: Path, name: str) -> None:
    if "/statement/" in name:
        raise OSError("broken off")


@pytest.mark.parametrize("harm", [_one_figure_less, _one_row_less, _one_group_more, _killed])
def test_a_copy_that_is_not_equal_is_not_published(lake: Lake, place: Path, harm: Any) -> None:
    compact(lake, _shelf(place))
    before = (place / POINTER).read_bytes()
    lake.commit(document("new", unit="430202-054001"))
    with pytest.raises((StorageError, OSError)):
        compact(lake, _Damaging(_shelf(place), harm))
    assert (place / POINTER).read_bytes() == before
    # The next try starts afresh.
    assert compact(lake, _shelf(place)).made


def test_the_place_of_another_lakes_copy_is_refused(lake: Lake, place: Path, tmp_path: Path) -> None:
    compact(lake, _shelf(place))
    other = Lake(str(tmp_path / "other"))
    other.commit(document("a"))
    with pytest.raises(UsageError, match="another lake"):
        compact(other, _shelf(place))


def test_an_empty_lake_has_no_copy(tmp_path: Path, place: Path) -> None:
    with pytest.raises(StorageError, match="nothing yet"):
        compact(Lake(str(tmp_path / "empty")), _shelf(place))


def test_a_copy_in_a_bucket_is_named_by_its_pointer(
    lake: Lake,
    loopback: Loopback,
    bucket: str,
) -> None:
    settings = loopback.settings(lake=f"s3://{bucket}/open")
    shelf = shelf_of(f"s3://{bucket}/open/hunan", settings)
    for figure in ("1.00", "2.00", "3.00"):
        lake.commit(document(f"{UNITS[0]}2024", unit=UNITS[0], figure=figure))
        done = compact(lake, shelf)
    pointer = shelf.pointer()
    assert pointer is not None
    assert pointer["folder"] == done.folder
    listed = s3_client(settings).list_objects_v2(Bucket=bucket)["Contents"]
    assert {item["Key"].split("/")[2] for item in listed} == {POINTER, done.folder, *pointer["older"]}
    stored = pl.scan_parquet(
        f"s3://{bucket}/open/hunan/{done.folder}/budget_line/**/*.parquet",
        storage_options=settings.storage_options(),
        hive_partitioning=True,
    )
    assert stored.select(pl.len()).collect().item() == lake.scan("budget_line").collect().height


def test_athena_has_the_columns_of_the_copys_files(lake: Lake, place: Path) -> None:
    compact(lake, _shelf(place))
    sql = definitions()
    for table in FACTS:
        file = next((_latest(place) / table).glob("**/*.parquet"))
        body = sql.split(f"budgetlake.{table} (\n")[1].split("\n)\n")[0]
        assert [line.split("`")[1] for line in body.splitlines()] == pq.read_schema(file).names
