"""Logs that grow get checkpoints without anyone's care, so that opening a lake stays cheap."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from infra.lake.checkpoint import COMMITS
from infra.lake.delta_log import DeltaLog, File
from infra.lake.delta_table import ConflictError
from infra.lake.publication import NAME, SCHEMA, Publication
from infra.lake.store import open_store


def test_a_publication_is_checkpointed_by_its_writers_and_loses_no_row(tmp_path: Path) -> None:
    writer = Publication(str(tmp_path), {})
    try:
        writer.begin(pl.DataFrame(schema=SCHEMA))
    except ConflictError:
        writer.newest()
    nothing = pl.DataFrame(schema=SCHEMA)
    for number in range(COMMITS):
        files = [File(f"unit_code=u/year={number}/part.parquet", 1)]
        writer.publish(nothing, {"statement": [("430202-052001", 1000 + number, [], files)]})
    version, _ = DeltaLog(open_store(str(tmp_path), {}), NAME).last_checkpoint()
    assert version == COMMITS
    # Opened from the checkpoint alone.
    for commit in (tmp_path / NAME / "_delta_log").glob("*.json"):
        if int(commit.stem) < version:
            commit.unlink()
    assert len(Publication(str(tmp_path), {}).newest().rows) == COMMITS
