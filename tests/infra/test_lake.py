"""The lake as a whole: in a folder and on S3 over HTTP, with one writer and with several processes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

from infra.lake import Lake, open_sql, run_select
from infra.lake.delta_table import ConflictError
from infra.lake.lake import View
from infra.lake.layout import FACTS, partition_predicate
from infra.lake.store import Folder
from infra.loopback import Loopback
from schemas.errors import StorageError
from schemas.tables import TABLES, polars_schema
from tests.infra.documents import (
    SUMMARY,
    TARGETS,
    contents,
    document,
    document_id,
    together,
)
from tests.infra.writers import commit_all, replace_each_other, start_writer

UNIT, OTHER_UNIT = "430202-052001", "430203-052001"


def stored(lake: Lake) -> dict[str, pl.DataFrame]:
    return {name: lake.scan(name).collect() for name in FACTS}


def versions(lake: Lake) -> dict[str, int | None]:
    for name in TABLES:
        lake.table(name).refresh()
    return {name: lake.table(name).version for name in TABLES}


def test_a_document_comes_back_exactly_as_it_went_in(lake: Lake) -> None:
    batch = document("a", [SUMMARY, TARGETS, "unrecognised"], missing=["revenue_summary"])
    commit = lake.commit(batch)
    assert commit.documents == {document_id("a"): "committed"}
    assert contents(stored(lake)) == contents(batch)
    assert {name: rows.schema for name, rows in stored(lake).items()} == {n: polars_schema(n) for n in FACTS}


def test_a_lake_without_tables_is_empty(lake: Lake) -> None:
    assert all(rows.is_empty() for rows in stored(lake).values())


def test_committing_the_same_again_makes_no_version(lake: Lake) -> None:
    batch = together(document("a"), document("b", unit=OTHER_UNIT))
    lake.commit(batch)
    before = versions(lake)
    again = Lake(lake.uri, lake.table("document")._options)
    for writer in (lake, again):
        commit = writer.commit(batch)
        assert not commit.changed
        assert set(commit.documents.values()) == {"unchanged"}
        assert versions(writer) == before


def test_only_the_partitions_that_differ_are_replaced(lake: Lake) -> None:
    a, b = document("a"), document("b", unit=OTHER_UNIT)
    lake.commit(together(a, b))
    before = versions(lake)
    commit = lake.commit(together(a, document("b", unit=OTHER_UNIT, figure="1.00")))
    assert commit.documents == {document_id("a"): "unchanged", document_id("b"): "committed"}
    changed = {name: done.partitions for name, done in commit.tables.items() if done.version is not None}
    assert changed == {"budget_line": ((OTHER_UNIT, 2024),), "finding": ((OTHER_UNIT, 2024),)}
    assert {name for name in FACTS if versions(lake)[name] != before[name]} == {"budget_line", "finding"}
    assert (commit.tables["budget_line"].rows_came, commit.tables["budget_line"].rows_went) == (1, 1)


def test_a_newer_document_replaces_form_by_form_in_the_lake(lake: Lake) -> None:
    lake.commit(document("a", [SUMMARY, TARGETS]))
    commit = lake.commit(document("b", [SUMMARY], day=1))
    assert commit.documents == {document_id("b"): "committed"}
    assert set(lake.scan("budget_line").collect()["document_id"]) == {document_id("b")}
    assert set(lake.scan("performance_goal").collect()["document_id"]) == {document_id("a")}
    assert lake.scan("document").collect().height == 2


def test_an_older_document_that_gives_nothing_is_superseded(lake: Lake) -> None:
    lake.commit(document("b", [SUMMARY], day=1))
    commit = lake.commit(document("a", [SUMMARY]))
    assert commit.documents == {document_id("a"): "superseded"}
    assert commit.tables["budget_line"].version is None
    assert lake.commit(document("a", [SUMMARY])).documents == {document_id("a"): "unchanged"}


def test_a_replaced_version_of_an_object_leaves_its_old_partition_empty(lake: Lake) -> None:
    lake.commit(document("a", year=2023))
    lake.commit(document("b"), replaced=[(document_id("a"), UNIT, 2023)])
    assert contents(stored(lake)) == contents(document("b"))


def test_what_is_written_is_there_when_it_is_published(folder: Lake) -> None:
    folder.commit(document("b", unit=OTHER_UNIT))
    folder.commit({}, replaced=[(document_id("b"), OTHER_UNIT, 2024)])
    batch = document("a")
    for name in FACTS:
        folder.table(name).replace(batch[name], [(UNIT, 2024)])
    assert folder.scan("budget_line").collect().is_empty()
    assert folder.commit(batch).documents == {document_id("a"): "committed"}
    assert contents(stored(folder)) == contents(batch)


def test_folders_read_as_unit_and_year(folder: Lake) -> None:
    folder.commit(document("a"))
    [file] = Path(folder.uri, "budget_line", f"unit_code={UNIT}", "year=2024").iterdir()
    assert file.suffix == ".parquet"


def test_plain_readers_get_leading_zeros_decimals_and_dates(folder: Lake) -> None:
    folder.commit(document("a"))
    [line, _] = pd.read_parquet(Path(folder.uri, "budget_line")).sort_values("row_no").to_dict("records")
    assert (line["unit_code"], line["org_unit_code"], line["department_code"]) == (UNIT, "052001", "052")
    assert line["amount_yuan"] == Decimal("5254100.00")
    [indicator] = pl.read_parquet(f"{folder.uri}/performance_indicator/**/*.parquet").to_dicts()
    assert indicator["target_date"] == date(2024, 12, 1)


def test_the_change_feed_tells_the_cells_that_changed(folder: Lake) -> None:
    folder.commit(document("a", figure="1.00"))
    version = folder.commit(document("a", figure="2.00")).tables["budget_line"].version
    table = folder.table("budget_line").delta
    assert table is not None
    feed = pl.DataFrame(table.load_cdf(starting_version=version))  # type: ignore[arg-type]
    net = feed.group_by("row_no", "text_raw").agg(
        n=(pl.col("_change_type") == "insert").cast(pl.Int8).sum().cast(pl.Int8)
        - (pl.col("_change_type") == "delete").cast(pl.Int8).sum().cast(pl.Int8)
    )
    assert sorted(net.filter(pl.col("n") != 0).rows()) == [(1, "1.00", -1), (1, "2.00", 1)]


def test_a_filter_on_unit_and_year_opens_no_other_file(folder: Lake) -> None:
    folder.commit(together(*(document(str(year), year=year) for year in range(2015, 2025))))
    for file in Path(folder.uri, "budget_line").rglob("year=201*/*.parquet"):
        file.write_bytes(b"not Parquet")
    rows = (
        folder.scan("budget_line").filter((pl.col("unit_code") == UNIT) & (pl.col("year") == 2024)).collect()
    )
    assert rows.height == 2
    assert folder.read_partitions("budget_line", [(UNIT, 2023)]).height == 2


def test_two_writers_of_one_partition_are_rivals_and_of_two_are_not(folder: Lake) -> None:
    units = [f"430202-{number:06}" for number in range(100)]
    everyone = together(*(document(unit, [SUMMARY], unit=unit) for unit in units))
    folder.commit(everyone)
    first, second, third = (Lake(folder.uri).table("budget_line") for _ in range(3))
    for table in (first, second, third):
        table.refresh()
    rows = everyone["budget_line"]
    half = [(unit, 2024) for unit in units[:50]], [(unit, 2024) for unit in units[50:]]
    first.replace(rows.filter(pl.col("unit_code").is_in(units[:50])), half[0])
    second.replace(rows.filter(pl.col("unit_code").is_in(units[50:])), half[1])
    with pytest.raises(ConflictError):
        third.replace(rows.filter(pl.col("unit_code") == units[99]), [(units[99], 2024)])
    assert folder.scan("budget_line").collect().height == rows.height


def test_two_first_writers_of_a_new_partition_are_rivals(folder: Lake) -> None:
    folder.commit(document("a"))
    first, second = Lake(folder.uri).table("budget_line"), Lake(folder.uri).table("budget_line")
    first.refresh()
    second.refresh()
    new = document("b", unit=OTHER_UNIT)["budget_line"]
    first.replace(new, [(OTHER_UNIT, 2024)])
    with pytest.raises(ConflictError):
        second.replace(new, [(OTHER_UNIT, 2024)])


@pytest.mark.parametrize("known_before", [True, False])
def test_a_writer_that_is_overtaken_between_two_reads_settles_both(
    folder: Lake, monkeypatch: pytest.MonkeyPatch, known_before: bool
) -> None:
    older, newer = document("a", [SUMMARY, TARGETS]), document("b", [SUMMARY, TARGETS], day=1)
    if known_before:
        folder.commit(older)
    read = View.read
    overtaken = False

    def overtake(self: View, name: str, partitions: Any) -> pl.DataFrame:
        nonlocal overtaken
        if name == "statement" and not overtaken:
            overtaken = True
            Lake(folder.uri).commit(newer)
        return read(self, name, partitions)

    with monkeypatch.context() as patched:
        patched.setattr(View, "read", overtake)
        folder.commit(older)
    alone = Lake(f"{folder.uri}-alone")
    alone.commit(together(older, newer))
    assert overtaken
    assert contents(stored(folder)) == contents(stored(alone))


def test_a_quote_in_a_partition_is_no_sql() -> None:
    assert partition_predicate(("unit_code", "year"), [("a' OR '1'='1", 2024)]) == (
        "(unit_code = 'a'' OR ''1''=''1' AND year = 2024)"
    )


@pytest.mark.slow
def test_processes_that_write_the_same_and_other_partitions_lose_nothing(lake: Lake) -> None:
    """Several writers, each with documents of a shared partition and of its own, all of one another's forms."""
    forms = [SUMMARY, TARGETS, "revenue_summary"]
    work: list[list[dict[str, pl.DataFrame]]] = []
    writers = 2 if lake.uri.startswith("s3://") else 3
    for number in range(writers):
        shared = document(f"shared {number}", forms[: 3 - number], day=number)
        own = document(f"own {number}", unit=f"430202-1{number:05}")
        work.append([shared, together(shared, own)])
    options = lake.table("document")._options
    processes = [start_writer(commit_all, lake.uri, options, batches) for batches in work]
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * writers
    alone = Lake(lake.uri + "-alone", options)
    for batches in work:
        commit_all(alone.uri, options, batches)
    assert contents(stored(lake)) == contents(stored(alone))


# Two hints and a mark; files of eight tables' partitions; the publication's; commits of publication and tables.
_HINTS, _FILES, _TABLES = 2, 6, 6


@pytest.mark.parametrize("writes", range(_HINTS + _FILES + 2 + _TABLES + 1))
def test_a_crash_between_any_two_writes_shows_nothing_of_it_or_all_and_is_mended(
    folder: Lake, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    """A document that replaces a part of another: of four tables, and of two of what is overtaken."""
    old, new = document("a", [SUMMARY, TARGETS]), document("b", [SUMMARY, "revenue_summary"], day=1)
    folder.commit(old)
    before = folder.snapshot().version
    left = writes
    with monkeypatch.context() as patched:

        def limit(name: str) -> None:
            write = getattr(Folder, name)

            def crash(self: Folder, *args: Any) -> Any:
                nonlocal left
                if not left:
                    raise InterruptedError
                left -= 1
                return write(self, *args)

            patched.setattr(Folder, name, crash)

        limit("put")
        limit("create")
        with pytest.raises(InterruptedError):
            folder.commit(new)
    published = folder.snapshot().version != before
    assert published == (writes >= _HINTS + _FILES + 2)
    alone = Lake(f"{folder.uri}-alone")
    alone.commit(together(old, new))
    assert contents(stored(folder)) == contents(stored(alone) if published else old)
    behind = published and writes < _HINTS + _FILES + 2 + _TABLES
    other = Lake(folder.uri)
    if writes % 2:
        assert other.mend() == ([(UNIT, 2024)] if behind else [])
    else:
        other.commit(old)
    for name in FACTS:
        assert contents({**stored(folder), name: as_delta(folder, name)}) == contents(stored(folder))
    assert Lake(folder.uri).mend() == []
    folder.commit(new)
    assert contents(stored(folder)) == contents(stored(alone))


def as_delta(lake: Lake, name: str) -> pl.DataFrame:
    """The rows of a table as a reader has them who knows Delta alone."""
    table = Lake(lake.uri).table(name)
    table.refresh()
    return table.read()


def test_a_snapshot_stays_as_it_was_when_the_lake_goes_on(lake: Lake) -> None:
    lake.commit(document("a", [SUMMARY]))
    then = lake.snapshot()
    Lake(lake.uri, lake.table("document")._options).commit(document("b", [SUMMARY], day=1))
    assert contents({name: then.scan(name).collect() for name in FACTS}) == contents(document("a", [SUMMARY]))
    assert then.version is not None
    again = lake.snapshot(then.version)
    assert contents({name: again.scan(name).collect() for name in FACTS}) == contents(
        document("a", [SUMMARY])
    )


def test_a_reader_in_a_loop_never_sees_a_part_of_a_document(folder: Lake) -> None:
    folder.commit(together(document("x", [SUMMARY], unit=UNIT), document("y", [SUMMARY], unit=OTHER_UNIT)))
    replacing = start_writer(replace_each_other, folder.uri, (UNIT, OTHER_UNIT), 12)
    seen: set[str] = set()
    while replacing.is_alive():
        connection = open_sql(folder)
        rows = run_select(
            connection,
            "SELECT unit_code, any_value(d.document_id) AS document, count(DISTINCT l.document_id) AS documents,"
            " count(*) AS lines, (SELECT count(*) FROM statement s WHERE s.unit_code = d.unit_code) AS statements"
            " FROM document d LEFT JOIN budget_line l USING (unit_code, document_id) WHERE d.is_current"
            " GROUP BY unit_code",
        )
        assert rows.drop("document", "unit_code").unique().rows() == [(1, 2, 1)]
        assert rows.height == 2
        seen.update(rows["document"])
    replacing.join()
    assert replacing.exitcode == 0
    assert len(seen) > 4


def test_a_lake_that_cannot_be_read_is_one_sentence(loopback: Loopback) -> None:
    lake = Lake.of(loopback.settings(lake="s3://no-such-bucket/lake"))
    with pytest.raises(
        StorageError, match=r"^Cannot read s3://no-such-bucket/lake/.*the bucket does not exist"
    ):
        lake.commit(document("a"))
