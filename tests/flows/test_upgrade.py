"""A lake that an earlier version wrote is opened, read and written on by this one."""

from __future__ import annotations

import tarfile
from pathlib import Path

import polars as pl
import pytest

from flows.line import bring_in
from flows.pool import DocumentPool
from infra.lake import Lake
from infra.lake.maintenance import maintain
from infra.objects import list_objects
from infra.settings import Settings
from tests.flows.stored_lake import CELLS, FOLDER
from tests.generator.tiny import tiny

STORED = sorted(path.name.removesuffix(".tar.gz") for path in FOLDER.glob("*.tar.gz"))


@pytest.fixture(params=STORED)
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Lake, pl.DataFrame]:
    """A stored lake, and the cells that its own version read in it."""
    with tarfile.open(FOLDER / f"{request.param}.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    text = dict.fromkeys(CELLS, pl.String)
    cells = pl.read_csv(FOLDER / f"{request.param}.csv", schema=text)
    return Lake(str(tmp_path / request.param)), cells.sort(CELLS)


def cells(lake: Lake) -> pl.DataFrame:
    return lake.scan("budget_line").select(pl.col(CELLS).cast(pl.String)).sort(CELLS).collect()


def test_the_lake_of_an_earlier_version_reads_as_that_one_read_it(stored: tuple[Lake, pl.DataFrame]) -> None:
    lake, expected = stored
    assert expected.height > 200
    assert cells(lake).equals(expected)
    states = lake.scan("object").select("key", "state").collect().rows()
    assert sorted(states) == [
        ("a.txt", "committed"),
        ("a.txt", "superseded"),
        ("b.txt", "committed"),
        ("b.txt", "withdrawn"),
        ("c.txt", "quarantined"),
        ("copy.txt", "alias"),
        ("newer.txt", "committed"),
    ]
    assert lake.scan("quarantine").collect()["key"].unique().to_list() == ["c.txt"]


def test_it_is_written_on_and_cared_for_without_touching_what_was_there(
    stored: tuple[Lake, pl.DataFrame], settings: Settings, pool: DocumentPool, tmp_path: Path
) -> None:
    lake, expected = stored
    before = lake.snapshot().version
    path = tmp_path / "new.txt"
    path.write_bytes(tiny(3, 1))
    refs = list(list_objects(str(path), settings))
    [outcome] = bring_in(refs, lake, settings, pool=pool).outcomes
    assert outcome.state == "committed"
    assert bring_in(refs, lake, settings, pool=pool).outcomes[0].state == "unchanged"
    maintain(lake)
    after = cells(Lake(lake.uri))
    assert after.filter(pl.col("unit_code") != "430202-052003").equals(expected)
    assert after.height > expected.height
    old = lake.snapshot(before).scan("budget_line").select(pl.len()).collect().item()
    assert old == expected.height


def test_what_a_document_overtook_under_the_earlier_version_stands_again_under_this(
    stored: tuple[Lake, pl.DataFrame],
) -> None:
    lake, expected = stored
    newer = lake.scan("document").filter(pl.col("source_uri").str.ends_with("newer.txt")).collect()
    lake.commit({}, newer.select("document_id", "unit_code", "year").rows())
    unit = pl.col("unit_code") == "430202-052001"
    forms = [rows.filter(unit)["form_code"].n_unique() for rows in (cells(lake), expected)]
    assert forms == [2, 2]
    assert cells(lake).filter(unit)["document_id"].n_unique() == 1
    assert expected.filter(unit)["document_id"].n_unique() == 2
