"""A copy of the lake for readers: few files, sorted, no Delta needed, proven equal before anybody sees it.

The lake has a file for each table, unit and year, so that a document's rows can be replaced; a reader of a
province opens ten thousands of them. The copy has one for each table, year and city
(``v42/budget_line/year=2024/region=4302xx/part-0.parquet``, 42 the lake's version), its rows sorted by unit and
key. ``region`` ends in xx because readers would take bare digits for a number.

Proof: each stored file is read back and compared row by row with the lake, which is read a second time for it;
the files' rows together must be all rows of the table. Only then the pointer names the copy. A row group is some
units, and no more than one is in memory.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from infra.export.shelf import Shelf
from infra.lake import Lake
from infra.lake.lake import View
from infra.lake.layout import FACTS, Partition
from schemas.errors import StorageError, UsageError
from schemas.tables import key_columns

# About 100,000 rows of budget_line, 50 MB.
_UNITS_A_GROUP = 100
_KEPT = 2


@dataclass(frozen=True, slots=True)
class Compacted:
    """The copy that the pointer names now: its folder, files and rows; ``made`` is false if it was there."""

    folder: str
    files: int
    rows: int
    made: bool


def compact(lake: Lake, shelf: Shelf, units_a_group: int = _UNITS_A_GROUP) -> Compacted:
    """Make a copy of the published lake, prove it equal, and let the pointer name it.

    Raises ``StorageError`` where lake or shelf fail, or the copy is not equal, ``UsageError`` where the place has
    copies of another lake: then the pointer is unchanged. The copy before the last is removed.
    """
    view = lake.snapshot()
    if view.version is None:
        raise StorageError(f"The lake {lake.uri} has nothing yet; ingest something first.")
    before = shelf.pointer()
    folder = f"v{view.version}"
    if before is not None and before["lake"] != lake.uri:
        raise UsageError(f"There is a copy of another lake, {before['lake']}; give another place.")
    if before is not None and before["folder"] == folder:
        return Compacted(folder, before["files"], sum(before["rows"].values()), made=False)
    # What a copy of this version that was broken off has left.
    shelf.remove(folder)
    counts = {table: _copy(view, table, shelf, folder, units_a_group) for table in FACTS}
    known = [] if before is None else [before["folder"], *before["older"]]
    shelf.point(
        {
            "folder": folder,
            "lake": lake.uri,
            "lake_version": view.version,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "files": sum(files for files, _ in counts.values()),
            "rows": {table: rows for table, (_, rows) in counts.items()},
            "older": known[: _KEPT - 1],
        }
    )
    for old in known[_KEPT - 1 :]:
        shelf.remove(old)
    return Compacted(
        folder,
        sum(files for files, _ in counts.values()),
        sum(rows for _, rows in counts.values()),
        made=True,
    )


def _copy(view: View, table: str, shelf: Shelf, folder: str, units_a_group: int) -> tuple[int, int]:
    """Copy one table and prove it; gives files and rows."""
    partitions = sorted(view.named(table), key=_place)
    files = rows = 0
    for (year, region), group in groupby(partitions, key=lambda partition: _place(partition)[:2]):
        units = list(group)
        chunks = [units[at : at + units_a_group] for at in range(0, len(units), units_a_group)]
        name = f"{folder}/{table}/year={year}/region={region}/part-0.parquet"
        rows += _copy_file(view, table, chunks, shelf, name)
        files += 1
    if (there := view.scan(table).select(pl.len()).collect().item()) != rows:
        raise StorageError(
            f"The copy of {table} has {rows:,} rows, the lake {there:,}; the copy is not used."
        )
    return files, rows


def _copy_file(view: View, table: str, chunks: Sequence[Sequence[Partition]], shelf: Shelf, name: str) -> int:
    with tempfile.TemporaryDirectory() as temporary:
        local, stored = Path(temporary, "written"), Path(temporary, "stored")
        writer = None
        for rows in _sorted(view, table, chunks):
            data = rows.to_arrow()
            writer = writer or pq.ParquetWriter(local, data.schema, compression="zstd")
            if data.num_rows:
                writer.write_table(data, row_group_size=data.num_rows)
        assert writer is not None  # noqa: S101  a group has a partition
        writer.close()
        shelf.put(local, name)
        shelf.fetch(name, stored)
        return _prove(stored, _sorted(view, table, chunks), name)


def _prove(stored: Path, expected: Iterator[pl.DataFrame], name: str) -> int:
    """Compare a stored file with the rows that it must have, group by group; gives their number."""
    found = pq.ParquetFile(stored)
    number = rows = 0
    for wanted in expected:
        if wanted.is_empty():
            continue
        part = None
        if number < found.num_row_groups:
            part = pl.from_arrow(found.read_row_group(number))
        if not isinstance(part, pl.DataFrame) or not part.equals(wanted):
            raise StorageError(f"The copy is not equal to the lake in {name}; it is not used.")
        number += 1
        rows += wanted.height
    if number != found.num_row_groups:
        raise StorageError(f"The copy has more rows than the lake in {name}; it is not used.")
    return rows


def _sorted(view: View, table: str, chunks: Sequence[Sequence[Partition]]) -> Iterator[pl.DataFrame]:
    keys = ["unit_code", *(column for column in key_columns(table) if column not in ("unit_code", "year"))]
    for chunk in chunks:
        yield view.read(table, chunk).sort(keys).drop("year")


def _place(partition: Partition) -> tuple[Any, ...]:
    unit, year = partition
    return year, f"{str(unit)[:4]}xx", unit
