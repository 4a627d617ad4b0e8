from __future__ import annotations

import csv
import os
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.batch import ingest_batch
from flows.outcome import BatchResult
from flows.pool import DocumentPool
from infra.aws import s3_client
from infra.lake import Lake
from infra.lake.layout import FACTS
from infra.loopback import Loopback
from infra.objects import ObjectRef, list_objects
from infra.settings import Settings
from tests.flows.conftest import SEED, good_file, last_year
from tests.generator.bad import bad_files
from tests.shared import shared

Ingest = Any


@pytest.fixture
def ingest(lake: Lake, settings: Settings, pool: DocumentPool) -> Ingest:
    """Ingests files and folders, or objects; a second lake handle looks at what came of it."""

    def run(*sources: Path | ObjectRef, **options: Any) -> BatchResult:
        refs = [
            ref
            for source in sources
            for ref in ([source] if isinstance(source, ObjectRef) else list_objects(str(source), settings))
        ]
        return ingest_batch(refs, lake, settings, pool=pool, **options)

    return run


@pytest.fixture
def seed_file(tmp_path: Path) -> Path:
    path = tmp_path / "in" / SEED
    path.parent.mkdir()
    path.write_bytes(good_file())
    return path


def states(result: BatchResult) -> dict[str, str]:
    return {outcome.ref.file_name: outcome.state for outcome in result.outcomes}


def versions(lake: Lake) -> dict[str, int | None]:
    for name in FACTS:
        lake.table(name).refresh()
    return {name: lake.table(name).version for name in FACTS}


def said(value: Any, column: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.4f}" if column == "target_number" else str(value)


@pytest.mark.parametrize(
    ("file", "table", "key"),
    [
        ("expected_budget_line.csv", "budget_line", ["table_no", "row_no", "col_no"]),
        ("expected_performance_indicator.csv", "performance_indicator", ["table_no", "kpi_no"]),
    ],
)
def test_the_seed_gives_the_lake_exactly_the_expected_rows(
    ingest: Ingest, lake: Lake, file: str, table: str, key: list[str]
) -> None:
    assert states(ingest(shared("seed", SEED))) == {SEED: "committed"}
    with shared("seed", file).open(encoding="utf-8-sig", newline="") as opened:
        expected = list(csv.DictReader(opened))
    columns = list(expected[0])
    rows = lake.scan(table).sort(key).select(columns).collect()
    assert [
        {name: said(row[name], name) for name in columns} for row in rows.iter_rows(named=True)
    ] == expected


def test_the_same_file_twice_leaves_the_facts_without_a_new_version(
    ingest: Ingest, lake: Lake, seed_file: Path
) -> None:
    assert states(ingest(seed_file)) == {SEED: "committed"}
    before = versions(lake)
    again = ingest(seed_file)
    assert states(again) == {SEED: "unchanged"}
    assert again.rows.read == 0
    os.utime(seed_file, (1, 1))
    touched = ingest(seed_file)
    assert states(touched) == {SEED: "unchanged"}
    assert touched.rows.set_aside == touched.rows.read > 1000
    assert versions(lake) == before


@pytest.mark.parametrize("name", [f"副本_{SEED}", "a.txt"])
def test_the_same_bytes_under_another_name_are_an_alias_and_add_nothing(
    ingest: Ingest, lake: Lake, seed_file: Path, name: str
) -> None:
    ingest(seed_file)
    before = versions(lake)
    copy = seed_file.with_name(name)
    shutil.copy(seed_file, copy)
    result = ingest(seed_file.parent)
    assert states(result) == {SEED: "unchanged", name: "alias"}
    assert versions(lake) == before
    ledger = lake.scan("object").filter(pl.col("key") == str(copy)).collect().row(0, named=True)
    assert ledger["state"] == "alias"
    assert ledger["document_id"] == lake.scan("document").collect()["document_id"].item()


def test_copies_in_one_batch_are_one_document(ingest: Ingest, lake: Lake, seed_file: Path) -> None:
    shutil.copy(seed_file, seed_file.with_name("b.txt"))
    result = ingest(seed_file.parent)
    assert sorted(outcome.state for outcome in result.outcomes) == ["alias", "committed"]
    assert lake.scan("budget_line").collect().height == 1016
    assert result.rows.balanced


def test_every_bad_input_is_one_sentence_and_a_record_and_keeps_nobody_out(
    ingest: Ingest, lake: Lake, settings: Settings, seed_file: Path
) -> None:
    bad = bad_files(settings.max_bytes)
    for name, data in bad.items():
        seed_file.with_name(name).write_bytes(data)
    result = ingest(seed_file.parent)
    assert states(result) == {SEED: "committed"} | dict.fromkeys(bad, "quarantined")
    records = lake.scan("quarantine").collect()
    assert set(records["key"]) == {str(seed_file.with_name(name)) for name in bad}
    for outcome in result.outcomes:
        if outcome.state == "quarantined":
            assert "\n" not in outcome.message
            assert outcome.message.endswith(".")
            record = records.filter(pl.col("key") == outcome.ref.key).row(0, named=True)
            assert (record["uri"], record["reason"]) == (outcome.ref.uri, outcome.reason)
    reasons = {outcome.ref.file_name: outcome.reason for outcome in result.outcomes}
    assert reasons["空文件.pdf"] == "empty_file"
    assert reasons["错误页面.pdf"] == "html_error_page"
    assert reasons["截断.pdf"] == "broken_file"
    assert reasons["加密.pdf"] == "encrypted"
    assert reasons["图片.png"] == "picture"
    assert reasons["超大.pdf"] == "too_large"
    assert reasons["无金额单位.pdf"] == "money_unit_missing"


@pytest.mark.parametrize(("fault", "row"), [("breaks", "row"), ("misfits", "")])
def test_rows_that_break_a_contract_take_their_whole_document_with_them(
    lake: Lake, settings: Settings, seed_file: Path, fault: str, row: str
) -> None:
    name, data = last_year()
    seed_file.with_name(f"{fault}_{name}").write_bytes(data)
    refs = list(list_objects(str(seed_file.parent), settings))
    with DocumentPool(settings, workers=1, parser="tests.flows.misbehaving:parse") as pool:
        result = ingest_batch(refs, lake, settings, pool=pool)
    assert states(result) == {SEED: "committed", f"{fault}_{name}": "quarantined"}
    refused = next(outcome for outcome in result.outcomes if outcome.state == "quarantined")
    assert refused.reason == "contract_broken"
    assert row in (refused.place or "")
    assert lake.scan("budget_line").collect()["year"].unique().to_list() == [2024]
    kept = lake.scan("quarantine").collect()
    assert kept["table"][0] == "budget_line"
    assert kept.filter(pl.col("table") == "budget_line")["row_count"].item() == 1016
    assert int(kept["row_count"].sum()) == result.rows.quarantined
    assert result.rows.read == result.rows.committed + result.rows.quarantined


def test_a_program_fault_is_kept_with_its_text(lake: Lake, settings: Settings, seed_file: Path) -> None:
    renamed = seed_file.rename(seed_file.with_name("crashes.txt"))
    refs = list(list_objects(str(renamed), settings))
    with DocumentPool(settings, workers=1, parser="tests.flows.misbehaving:parse") as pool:
        (outcome,) = ingest_batch(refs, lake, settings, pool=pool).outcomes
    assert (outcome.state, outcome.reason) == ("quarantined", "internal_error")
    assert "nobody thought of this" in lake.scan("quarantine").collect()["message"].item()


def test_what_was_refused_is_read_again_and_committed_once_it_can_be(
    lake: Lake, settings: Settings, pool: DocumentPool, seed_file: Path
) -> None:
    refs = list(list_objects(str(seed_file), settings))
    small = settings.model_copy(update={"max_bytes": 1000})
    assert ingest_batch(refs, lake, small, pool=pool).outcomes[0].reason == "too_large"
    assert ingest_batch(refs, lake, settings, pool=pool).outcomes[0].state == "committed"
    row = lake.scan("object").collect().row(0, named=True)
    assert (row["state"], row["reason"], row["attempts"]) == ("committed", None, 2)


def upload(loopback: Loopback, settings: Settings, key: str, data: bytes) -> ObjectRef:
    answer = s3_client(settings).put_object(Bucket=loopback.bucket, Key=key, Body=data)
    (ref,) = list_objects(f"s3://{loopback.bucket}/{key}", settings)
    return ObjectRef(ref.uri, ref.bucket, ref.key, answer["VersionId"], ref.etag, ref.size, ref.last_modified)


@pytest.fixture
def two_versions(loopback: Loopback, settings: Settings, request: Any) -> tuple[list[ObjectRef], Settings]:
    """An object overwritten by another year's disclosure; the versions' sequencers say their order."""
    here = loopback.settings(lake=settings.lake)
    key = f"{abs(hash(request.node.name))}/公开表.txt"
    contents = (good_file(), last_year()[1])
    refs = [upload(loopback, here, key, data) for data in contents]
    numbered = [
        ObjectRef(
            ref.uri, ref.bucket, ref.key, ref.version_id, ref.etag, ref.size, ref.last_modified, f"0{place}"
        )
        for place, ref in enumerate(refs)
    ]
    return numbered, here


@pytest.mark.parametrize("order", [[[0], [1]], [[1], [0]], [[0, 1]], [[1, 0]], [[0], [1], [0]]])
def test_the_newer_version_of_a_key_stands_in_whatever_order_they_come(
    lake: Lake,
    pool: DocumentPool,
    two_versions: tuple[list[ObjectRef], Settings],
    order: list[list[int]],
) -> None:
    refs, here = two_versions
    for batch in order:
        ingest_batch([refs[place] for place in batch], lake, here, pool=pool)
    assert lake.scan("document").collect()["year"].to_list() == [2023]
    assert lake.scan("budget_line").collect()["year"].unique().to_list() == [2023]
    ledger = {row["version_id"]: row["state"] for row in lake.scan("object").collect().iter_rows(named=True)}
    assert ledger == {refs[0].version_id: "superseded", refs[1].version_id: "committed"}


def test_a_listing_finds_an_object_known_that_came_by_its_event(
    lake: Lake, pool: DocumentPool, two_versions: tuple[list[ObjectRef], Settings]
) -> None:
    refs, here = two_versions
    ingest_batch(refs, lake, here, pool=pool)
    listed = list(list_objects(refs[1].uri, here))
    assert [outcome.state for outcome in ingest_batch(listed, lake, here, pool=pool).outcomes] == [
        "unchanged"
    ]


def test_an_object_that_is_gone_is_failed_and_no_document_is_lost(
    lake: Lake, pool: DocumentPool, two_versions: tuple[list[ObjectRef], Settings]
) -> None:
    refs, here = two_versions
    gone = ObjectRef(refs[0].uri + "x", refs[0].bucket, refs[0].key + "x")
    result = ingest_batch([gone, refs[0]], lake, here, pool=pool)
    assert [outcome.state for outcome in result.outcomes] == ["failed", "committed"]
    assert "does not exist" in result.outcomes[0].message


def test_a_stated_region_reaches_the_reading_of_objects_known_already(
    ingest: Ingest, lake: Lake, seed_file: Path
) -> None:
    ingest(seed_file)
    result = ingest(seed_file, region="430203")
    assert result.outcomes[0].unit_code in ("430202-052001", "430203-052001")
    documents = lake.scan("document").collect()
    assert documents["unit_code"].to_list() == [result.outcomes[0].unit_code]
    assert (
        lake.scan("budget_line").collect()["unit_code"].unique().to_list() == documents["unit_code"].to_list()
    )


def test_duckdb_polars_and_pandas_read_the_partition_exactly(
    ingest: Ingest, lake: Lake, seed_file: Path
) -> None:
    import duckdb
    import pandas as pd

    ingest(seed_file)
    pattern = f"{lake.uri}/budget_line/unit_code=430202-052001/year=2024/*.parquet"
    where = "form_code = 'expenditure_summary' AND row_kind = 'unit' AND expenditure_type IS NULL"
    expected = ("052001", Decimal("525.41"))
    plain = f"SELECT org_unit_code, amount_wan FROM '{pattern}' WHERE {where}"  # noqa: S608
    found = duckdb.connect().execute(plain).fetchall()
    assert found == [expected]
    polars = pl.read_parquet(pattern).sql(f"SELECT org_unit_code, amount_wan FROM self WHERE {where}")  # noqa: S608
    assert polars.rows() == [expected]
    (file,) = Path(lake.uri).glob("budget_line/unit_code=430202-052001/year=2024/*.parquet")
    frame = pd.read_parquet(file, dtype_backend="pyarrow", partitioning=None)
    frame = frame[
        (frame.form_code == "expenditure_summary")
        & (frame.row_kind == "unit")
        & frame.expenditure_type.isna()
    ]
    assert list(zip(frame.org_unit_code, frame.amount_wan, strict=True)) == [expected]
