"""Care of the lake: what is cleared away, what is said of it afterwards, and who wrote while it was."""

from __future__ import annotations

import json
import os
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

import infra.lake.part
from infra.lake import Lake
from infra.lake.changes import changes
from infra.lake.maintenance import maintain
from schemas.errors import StorageError
from tests.infra.documents import SUMMARY, document

HOUR = 3600.0


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three versions with a figure each."""
    folder = tmp_path_factory.mktemp("lake")
    lake = Lake(str(folder))
    for figure in ("1.00", "2.00", "3.00"):
        lake.commit(document("a", [SUMMARY], figure=figure))
        time.sleep(0.002)
    return folder


@pytest.fixture
def lake(made: Path, tmp_path: Path) -> Lake:
    shutil.copytree(made, tmp_path / "lake")
    return Lake(str(tmp_path / "lake"))


def grow_older(lake: Lake, hours: float, logs: bool = False) -> Lake:
    """Date what was replaced back, and the files (of the log too where ``logs``); gives the lake opened anew."""
    for path in Path(lake.uri).rglob("*.parquet"):
        _date(path, hours)
    for path in Path(lake.uri).rglob("_delta_log/*.json"):
        if path.name.startswith("_"):
            continue
        actions = [json.loads(line) for line in path.read_text().splitlines()]
        for action in actions:
            if "remove" in action:
                action["remove"]["deletionTimestamp"] -= int(hours * HOUR * 1000)
        at = path.stat().st_mtime
        path.write_text("".join(f"{json.dumps(action)}\n" for action in actions))
        os.utime(path, (at, at))
        if logs:
            _date(path, hours)
    return Lake(lake.uri)


def _date(path: Path, hours: float) -> None:
    at = path.stat().st_mtime - hours * HOUR
    os.utime(path, (at, at))


def test_what_was_replaced_within_the_retention_can_be_compared_with_and_older_is_said_to_be_gone(
    lake: Lake,
) -> None:
    lake = grow_older(lake, 200)
    last = lake.snapshot().version
    assert last is not None
    lake.commit(document("a", [SUMMARY], figure="4.00"))
    assert maintain(lake).cleared["budget_line"] == 2
    [row] = changes(lake, last).cells.select("text_raw_before", "text_raw_after").rows()
    assert row == ("3.00", "4.00")
    for since in (last - 1, last - 2):
        with pytest.raises(
            StorageError, match=f"Version {since} of the lake .* cannot be compared with any more"
        ):
            changes(lake, since)


def test_a_time_of_which_no_log_is_kept_is_not_taken_for_the_oldest_that_is(lake: Lake) -> None:
    then = datetime.now(UTC)
    lake = grow_older(lake, 40 * 24, logs=True)
    maintain(lake, 30 * 24)
    lake.commit(document("a", [SUMMARY], figure="4.00"))
    with pytest.raises(StorageError, match=r"The state of .* cannot be compared with any more"):
        changes(lake, datetime(2020, 1, 1, tzinfo=UTC))
    assert changes(lake, then).cells.height == 1


def test_a_time_means_the_same_in_a_copy_of_the_lake(lake: Lake, tmp_path: Path) -> None:
    then = datetime.now(UTC)
    time.sleep(0.002)
    lake.commit(document("a", [SUMMARY], figure="4.00"))
    shutil.copytree(lake.uri, tmp_path / "copy", copy_function=shutil.copyfile)
    copy = Lake(str(tmp_path / "copy"))
    assert changes(copy, then).since == changes(lake, then).since
    assert changes(copy, then).cells.height == 1


def test_a_version_that_is_not_there_yet_is_said_to_be_so(lake: Lake) -> None:
    with pytest.raises(StorageError, match="has no version 99 yet; it is at"):
        changes(lake, 99)


def test_a_writer_that_slept_before_it_published_writes_its_files_again(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter([0.0, 7200.0, 7200.0, 7201.0])
    monkeypatch.setattr(infra.lake.part, "time", SimpleNamespace(time=lambda: next(moments)))
    table = Path(lake.uri, "budget_line")
    before = set(table.rglob("*.parquet"))
    lake.commit(document("a", [SUMMARY], figure="4.00"))
    written = {str(path) for path in set(table.rglob("*.parquet")) - before}
    assert len(written) == 2
    assert len(written & set(lake.snapshot().files("budget_line"))) == 1
