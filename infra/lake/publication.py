"""The publication: which files are the lake, for all tables at once, in one small Delta table.

A row names the files of one table for one unit and year. Readers read the files that the publication names, and
it changes in one commit for all tables. Its version is the version of the lake: any earlier one is read by its
files, which stay on disk until ``maintain`` clears them away.

What writers build on:

* ``publish`` succeeds only if the rows of the given units and years are as the writer read them. So the
  publication decides between two writers, and nothing of a loser is in any log.
* A crash before ``publish`` leaves files that nobody knows, one after it a lake that has all of the batch. The
  commit says which files of which tables went and came (``changes_of``), for Delta's own tables to follow by.

Partitioned by ``shard``, a part of a district's units in one year: some fifty units and years however large the
lake is, so that a batch reads and writes as much of a large lake as of a small one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, TypeAlias

import polars as pl

from infra.lake.checkpoint import checkpoint_when_due
from infra.lake.delta_log import Action, DeltaLog, File, commit_actions
from infra.lake.delta_table import ConflictError, LakeTable
from infra.lake.layout import Partition
from infra.lake.store import open_store
from schemas.errors import StorageError

NAME = "publication"
SCHEMA = pl.Schema(
    {
        "shard": pl.String(),
        "unit_code": pl.String(),
        "year": pl.Int16(),
        "table": pl.String(),
        "files": pl.List(pl.String()),
        "sizes": pl.List(pl.Int64()),
        "published_at": pl.Datetime("us", "UTC"),
        "run_id": pl.String(),
    }
)
# A district has some 200 units.
_PARTS = 4
_OLD_SHARDS = 64
_KEY = ("unit_code", "year")
_DISTRICT = 6

# By table: unit, year, the files that went, and those that came.
Changes: TypeAlias = Mapping[str, Sequence[tuple[str, int, Sequence[File], Sequence[File]]]]


class Snapshot:
    """The lake at one version: for every table, the files that it consists of."""

    def __init__(self, table: LakeTable, adopted: pl.DataFrame | None = None) -> None:
        self._table = table
        self._files = () if adopted is not None else tuple(table.files())
        self._adopted = adopted
        self._last: tuple[frozenset[Partition], pl.DataFrame] | None = None
        self.version = table.version

    @cached_property
    def rows(self) -> pl.DataFrame:
        """All rows of the publication."""
        return self._table.scan_files(self._files).collect() if self._adopted is None else self._adopted

    @cached_property
    def _by_shard(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for file in self._files:
            found.setdefault(_shard_in(file), []).append(file)
        return found

    def of(self, partitions: Iterable[Partition]) -> pl.DataFrame:
        """The rows of these units and years, read from their shards only."""
        wanted = frozenset(partitions)
        if self._last is None or self._last[0] != wanted:
            self._last = (wanted, self._read(wanted))
        return self._last[1]

    def _read(self, wanted: frozenset[Partition]) -> pl.DataFrame:
        if self._adopted is not None or "rows" in self.__dict__:
            rows = self.rows
        else:
            shards = {shard for each in wanted for shard in _shards(str(each[0]), int(each[1]))}
            files = [file for shard in sorted(shards) for file in self._by_shard.get(shard, ())]
            rows = self._table.scan_files(files).collect()
        return rows.join(_keys(wanted), on=_KEY, how="semi")

    def files(self, table: str, partitions: Iterable[Partition] | None = None) -> list[str]:
        """Names of a table's files below its folder, all or those of the units and years."""
        rows = self.rows if partitions is None else self.of(partitions)
        named = rows.filter(pl.col("table") == table)["files"].explode(empty_as_null=False)
        return sorted(named.drop_nulls().to_list())


class Publication:
    """The publication of a lake under ``root``."""

    def __init__(self, root: str, storage_options: Mapping[str, str]) -> None:
        self.table = LakeTable(root, NAME, SCHEMA, ("shard",), storage_options)
        self._log = DeltaLog(open_store(root, storage_options), NAME)
        self._newest: Snapshot | None = None

    @property
    def exists(self) -> bool:
        """Whether there was one when it was last looked at."""
        return self.table.version is not None

    def newest(self) -> Snapshot:
        """The lake as published now. Raises ``StorageError``."""
        self.table.refresh()
        return self.seen()

    def seen(self) -> Snapshot:
        """The lake as it was published when it was last looked at."""
        if self._newest is None or self._newest.version != self.table.version:
            self._newest = Snapshot(self.table)
        return self._newest

    def at(self, version: int | datetime) -> Snapshot:
        """The lake at an earlier version, or as of a time. Raises ``StorageError`` where it is not kept any more."""
        if isinstance(version, int):
            return Snapshot(self.table.at(version))
        then = self._log.version_at(version)
        if then is None:
            raise StorageError(f"The lake as of {version:%Y-%m-%d %H:%M:%S} UTC is not kept any more.")
        return Snapshot(self.table.at(then))

    def begin(self, adopted: pl.DataFrame) -> None:
        """Make the publication, with these rows; where there is one already nothing is done.

        Raises ``ConflictError`` in any case: what was read before is to be read again.
        """
        self.table.create(adopted)
        raise ConflictError(NAME)

    def publish(self, read: pl.DataFrame, changes: Changes, run_id: str = "") -> int:
        """Make these changes of files, if the rows of their units and years are still those that were ``read``.

        None takes a table away. Gives the new version. Raises ``ConflictError`` where another writer was first,
        and ``StorageError``.
        """
        now = datetime.now(UTC)
        new = pl.DataFrame(
            [
                (
                    shard_of_unit(unit, year),
                    unit,
                    year,
                    table,
                    [file.name for file in came],
                    [file.size for file in came],
                    now,
                    run_id,
                )
                for table, entries in changes.items()
                for unit, year, _, came in entries
            ],
            schema=SCHEMA,
            orient="row",
        )
        keys = new.select(_KEY).unique()
        before = read.join(keys, on=_KEY, how="semi")
        shards = sorted(new.select("shard").unique().rows())
        while True:
            snapshot = self.newest()
            if any(len(shard) == 2 for shard in snapshot._by_shard):
                self._renew(snapshot)
                continue
            files = [file for (shard,) in shards for file in snapshot._by_shard.get(shard, ())]
            current = self.table.scan_files(files).collect()
            if not _same(current.join(keys, on=_KEY, how="semi"), before):
                raise ConflictError(NAME)
            kept = current.join(new, on=[*_KEY, "table"], how="anti")
            rows = pl.concat([kept, new.filter(pl.col("files").list.len() > 0)]).sort(*_KEY, "table")
            version = self._write(shards, rows, {"run_id": run_id, "changes": changes})
            if version is not None:
                self.table.refresh()
                checkpoint_when_due(self.table, self._log)
                return version
            # Another writer was faster, which concerns us only if it was at these units and years.

    def changes_of(self, version: int) -> Changes | None:
        """The files that a version made go and come; None where its commit is not kept any more."""
        actions = self._log.read(version)
        if actions is None:
            return None
        told: dict[str, Any] = next((each["commitInfo"] for each in actions if "commitInfo" in each), {})
        return {
            table: [
                (unit, year, [File(*each) for each in went], [File(*each) for each in came])
                for unit, year, went, came in entries
            ]
            for table, entries in told.get("changes", {}).items()
        }

    def _renew(self, snapshot: Snapshot) -> None:
        """Sort a publication by an earlier version of this module into the shards of today."""
        rows = snapshot.rows
        shards = [shard_of_unit(unit, year) for unit, year in rows.select(_KEY).rows()]
        rows = rows.with_columns(shard=pl.Series(shards, dtype=pl.String)).sort(*_KEY, "table")
        self.table.evolve()
        if self.table.version == snapshot.version:
            everything = sorted({*rows.select("shard").rows(), *((shard,) for shard in snapshot._by_shard)})
            self._write(everything, rows, {})

    def _write(self, shards: Sequence[Partition], rows: pl.DataFrame, told: Mapping[str, Any]) -> int | None:
        """Make these the rows of the shards, in the version after the handle's; None where that is taken."""
        assert self.table.version is not None  # noqa: S101  the callers have looked
        there = self.table.live()
        written = self.table.write(rows, shards)
        actions: list[Action] = commit_actions(
            ("shard",),
            [(shard, file) for shard in shards for file in there.get(shard, {}).values()],
            [(shard, file) for shard, file in written.items() if file is not None],
            told,
        )
        version = self.table.version + 1
        return version if self._log.create(version, actions) else None


def shard_of_unit(unit_code: str, year: int) -> str:
    """The shard of a unit and year, such as ``430202-2024-1``."""
    part = hashlib.sha256(unit_code.encode()).digest()[0] % _PARTS
    return f"{unit_code[:_DISTRICT]}-{year}-{part}"


def _shards(unit_code: str, year: int) -> tuple[str, str]:
    """The shards that a unit and year may be in: today's, and that of earlier versions, ``00`` to ``3f``."""
    old = f"{hashlib.sha256(unit_code.encode()).digest()[0] % _OLD_SHARDS:02x}"
    return shard_of_unit(unit_code, year), old


def _shard_in(file: str) -> str:
    return file.rsplit("/shard=", 1)[1].split("/", 1)[0]


def _keys(partitions: Iterable[Partition]) -> pl.DataFrame:
    schema = {name: SCHEMA[name] for name in _KEY}
    return pl.DataFrame(sorted(set(partitions)), schema=schema, orient="row")


def _same(one: pl.DataFrame, other: pl.DataFrame) -> bool:
    order = [*_KEY, "table"]
    columns = [name for name in SCHEMA if name not in ("shard", "sizes")]
    return one.select(columns).sort(order).equals(other.select(columns).sort(order))
