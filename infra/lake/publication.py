"""The publication: which files are the lake, for all tables at once, in one small Delta table.

A row names the files of one table for one unit and year. Delta commits a table at a time, so a document's
tables change one after another; readers do not see that, because they read the files that the publication
names, and it changes in one commit when all tables are written. Its version is the version of the lake: any
earlier one is read by its files, which stay on disk until ``maintain`` clears them away.

What writers build on:

* ``publish`` succeeds only if the rows of the given units and years are as the writer read them. So the
  publication decides between two writers, and what Delta has of a loser is written over by its next try.
* A crash before ``publish`` leaves files that no reader sees. ``LakeTable.live`` tells them from the
  published ones; whoever writes the same unit and year next, or ``maintain``, puts the table right.

Partitioned by ``shard`` of the unit, so that a commit writes a part of it: of a province's 20,000 units and
years a batch of 100 writes about 5 MB.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cached_property

import polars as pl

from infra.lake.delta_table import ConflictError, LakeTable
from infra.lake.layout import Partition

NAME = "publication"
SCHEMA = pl.Schema(
    {
        "shard": pl.String(),
        "unit_code": pl.String(),
        "year": pl.Int16(),
        "table": pl.String(),
        "files": pl.List(pl.String()),
        "published_at": pl.Datetime("us", "UTC"),
        "run_id": pl.String(),
    }
)
_SHARDS = 64
_KEY = ("unit_code", "year")


class Snapshot:
    """The lake at one version: for every table, the files that it consists of."""

    def __init__(self, table: LakeTable, adopted: pl.DataFrame | None = None) -> None:
        self._table = table
        self._files = () if adopted is not None else tuple(table.files())
        self._adopted = adopted
        self.version = table.version

    @cached_property
    def rows(self) -> pl.DataFrame:
        """All rows of the publication."""
        return self._table.scan_files(self._files).collect() if self._adopted is None else self._adopted

    def of(self, partitions: Iterable[Partition]) -> pl.DataFrame:
        """The rows of these units and years, read from their shards only."""
        wanted = _keys(partitions)
        if self._adopted is not None or "rows" in self.__dict__:
            rows = self.rows
        else:
            marks = tuple(f"/shard={unit_shard(str(unit))}/" for unit, _ in wanted.rows())
            files = [file for file in self._files if any(mark in file for mark in set(marks))]
            rows = self._table.scan_files(files).collect()
        return rows.join(wanted, on=_KEY, how="semi")

    def files(self, table: str, partitions: Iterable[Partition] | None = None) -> list[str]:
        """Names of a table's files below its folder, all or those of the units and years."""
        rows = self.rows if partitions is None else self.of(partitions)
        named = rows.filter(pl.col("table") == table)["files"].explode(empty_as_null=False)
        return sorted(named.drop_nulls().to_list())


class Publication:
    """The publication of a lake under ``root``."""

    def __init__(self, root: str, storage_options: Mapping[str, str]) -> None:
        self.table = LakeTable(root, NAME, SCHEMA, ("shard",), storage_options)
        self._newest: Snapshot | None = None

    @property
    def exists(self) -> bool:
        """Whether there was one when it was last looked at."""
        return self.table.version is not None

    def newest(self) -> Snapshot:
        """The lake as published now. Raises ``StorageError``."""
        self.table.refresh()
        if self._newest is None or self._newest.version != self.table.version:
            self._newest = Snapshot(self.table)
        return self._newest

    def at(self, version: int | datetime) -> Snapshot:
        """The lake at an earlier version, or as of a time. Raises ``StorageError`` where it is not kept any more."""
        return Snapshot(self.table.at(version))

    def publish(
        self,
        read: pl.DataFrame,
        changes: Mapping[tuple[str, int], Mapping[str, list[str]]],
        run_id: str = "",
    ) -> int:
        """Make these the files of the units and years, if their rows are still those that were ``read``.

        ``changes`` has for each unit and year the files of the tables that change; none takes a table away.
        Raises ``ConflictError`` where another writer was first, and ``StorageError``.
        """
        keys = _keys(changes)
        before = read.join(keys, on=_KEY, how="semi")
        now = datetime.now(UTC)
        new = pl.DataFrame(
            [
                (unit_shard(unit), unit, year, table, files, now, run_id)
                for (unit, year), tables in changes.items()
                for table, files in tables.items()
            ],
            schema=SCHEMA,
            orient="row",
        )
        shards = [(shard,) for shard in sorted({unit_shard(unit) for unit, _ in changes})]
        while True:
            self.table.refresh()
            current = self.table.read(shards)
            if not _same(current.join(keys, on=_KEY, how="semi"), before):
                raise ConflictError(NAME)
            kept = current.join(new, on=[*_KEY, "table"], how="anti")
            rows = pl.concat([kept, new.filter(pl.col("files").list.len() > 0)]).sort(*_KEY, "table")
            try:
                return self.table.replace(rows, shards, run_id=run_id)
            except ConflictError:
                # Another unit of the same shard was published meanwhile, which does not concern us.
                continue


def unit_shard(unit_code: str) -> str:
    """The shard of a unit: ``00`` to ``3f``."""
    return f"{hashlib.sha256(unit_code.encode()).digest()[0] % _SHARDS:02x}"


def _keys(partitions: Iterable[Partition]) -> pl.DataFrame:
    schema = {name: SCHEMA[name] for name in _KEY}
    return pl.DataFrame(sorted(set(partitions)), schema=schema, orient="row")


def _same(one: pl.DataFrame, other: pl.DataFrame) -> bool:
    order = [*_KEY, "table"]
    return one.sort(order).equals(other.sort(order))
