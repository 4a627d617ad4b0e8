"""Facts under one root: the tables of documents by unit and year, published together and followed by Delta's logs.

A lake is one such part, or one for each province (``infra.lake.provinces``).

How a batch becomes rows. The published rows of the touched partitions are read; ``supersede`` says what they
shall be; the partitions that differ, and only these, are written, as files that no log names; then the publication
names the new files, and all tables change for readers in that moment (``infra.lake.publication``). Delta's own
tables follow it (``infra.lake.follow``). Rows that a newer document has overtaken are kept in tables of the same
names under ``overtaken/``, for the day when that document goes. A batch that changes nothing makes no version.

What that holds up against:

* Another writer at the same partitions: one of the two is published, the other reads again what is there now
  and does all of its own again.
* A crash anywhere: before the publication readers see nothing of it, after it all. What Delta's tables have not
  been told then, the next writer tells them, or ``mend``.
* A machine that sleeps between writing and publishing: what it wrote may be cleared away by then, so it does all
  of its own again.
* The same batch again, in part, in another order: ``supersede`` gives the same rows.
* A lake that grows: nothing that a batch does looks at all units and years.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import polars as pl

from infra.lake.attempt import until_settled
from infra.lake.commit import Commit, TableCommit
from infra.lake.delta_log import File
from infra.lake.delta_table import ConflictError, LakeTable
from infra.lake.follow import Follower, Lost
from infra.lake.layout import (
    FACTS,
    OVERTAKEN,
    UNIT_YEAR,
    Partition,
    partition_columns,
    partitions_of,
    stored_schema,
)
from infra.lake.plan import Plan, plan_commit
from infra.lake.publication import NAME, SCHEMA, Changes, Publication, Snapshot, shard_of_unit
from infra.lake.store import open_store
from infra.lake.supersede import Frames
from infra.lake.view import View

# Seconds from writing to publishing; the shortest retention of files that nobody knows is an hour.
_STALE = 1800.0


class Part:
    """The tables of facts under ``root``, their handles kept open; used by one thread at a time."""

    def __init__(self, root: str, options: Mapping[str, str]) -> None:
        self.root = root
        self.facts = {
            name: LakeTable(root, name, stored_schema(name), partition_columns(name), options)
            for name in (*FACTS, *OVERTAKEN)
        }
        self._publication = Publication(root, options)
        self._followers = Follower(open_store(root, options), self._publication, self.facts)

    def tables(self) -> Iterator[LakeTable]:
        """The handles of all tables, also of those that are not there yet."""
        yield from self.facts.values()
        yield self._publication.table

    @property
    def version(self) -> int | None:
        """The version that was seen last; None where nothing was published then."""
        return self._publication.table.version

    def newest_version(self) -> int | None:
        """The version of now. Raises ``StorageError``."""
        return self._publication.newest().version

    def view(self, version: int | datetime | None = None) -> View:
        """What is published now, or was at an earlier version or time. Raises ``StorageError``."""
        if version is not None:
            return View(self.facts, self._publication.at(version))
        newest = self._publication.newest()
        return View(self.facts, newest if self._publication.exists else self._adopted())

    def pinned(self, version: int) -> View:
        """As ``view`` of a version, and without a request where that is the one that was seen last."""
        snapshot = self._publication.seen()
        if snapshot.version is None or snapshot.version < version:
            snapshot = self._publication.newest()
        return View(self.facts, snapshot if snapshot.version == version else self._publication.at(version))

    def current(self, name: str, partitions: Iterable[Partition]) -> pl.DataFrame:
        """The rows of some units and years as they are now."""
        return self.view().read(name, partitions)

    def commit(
        self,
        incoming: Frames,
        replaced: Collection[tuple[str, str, int]] = (),
        run_id: str = "",
        restated: pl.DataFrame | None = None,
    ) -> Commit:
        """Bring documents in, all tables of ``FACTS``; the rest is as in ``Lake.commit``."""

        def attempt() -> Commit:
            view = self.view()
            return self.publish(view, plan_commit(view, incoming, replaced, restated), run_id)

        return until_settled(self.root, attempt)

    def mend(self, run_id: str = "") -> list[Partition]:
        """Make Delta's own tables agree with the publication, file by file; gives the units and years that did not.

        Readers of the lake notice nothing. Safe beside other writers.
        """

        def attempt() -> list[Partition]:
            view = self.view()
            return [] if view.version is None else self._set_right(view, view.version)

        return until_settled(self.root, attempt)

    def _set_right(self, view: View, version: int) -> list[Partition]:
        wrong: set[Partition] = set()
        for name in (*FACTS, *OVERTAKEN):
            table, named = self.facts[name], view.named(name)
            table.refresh()
            if table.version is None and named:
                table.evolve()
            if (table.published_version() or 0) > version:
                raise ConflictError(name)
            live = table.live()
            wanted = {each: {file.name: file for file in files} for each, files in named.items()}
            goes, comes = list(_missing(live, wanted)), list(_missing(wanted, live))
            if not self._followers.set_right(name, version, goes, comes):
                raise ConflictError(name)
            wrong.update(partition for partition, _ in (*goes, *comes))
            table.close()
        self._followers.mark(version)
        return sorted(wrong)

    def publish(self, view: View, plan: Plan, run_id: str = "") -> Commit:
        """Write what a plan has and the view has not, and publish it.

        Raises ``ConflictError`` where another writer was there since the view, or the part is new.
        """
        done: dict[str, TableCommit] = {}
        changes: dict[str, list[tuple[str, int, list[File], list[File]]]] = {}
        began = time.time()
        for name, differing in plan.differing.items():
            rewritten = partitions_of(differing, UNIT_YEAR)
            came, went = (int(differing["_n"].clip(*sign).sum()) for sign in ((0, None), (None, 0)))
            done[name] = TableCommit(None, tuple(rewritten), came, -went)
            if not rewritten:
                continue
            if view.version is None:
                # A lake of before the publication, or a new one: what is there is published first.
                self._publication.begin(view.named_rows(None))
            files = self.facts[name].write(_in_partitions(plan.after[name], rewritten), rewritten)
            named = view.named(name, plan.partitions)
            changes[name] = [
                (str(each[0]), int(each[1]), named.get(each, []), [] if file is None else [file])
                for each, file in files.items()
            ]
        if not changes:
            if view.version is not None:
                self._follow(view.version)
            return Commit(done, plan.documents)
        if time.time() - began > _STALE:
            # A machine that slept meanwhile: its files may have been cleared away as nobody's.
            raise ConflictError(NAME)
        version = self._publication.publish(view.named_rows(plan.partitions), changes, run_id)
        commits = self._follow(version, changes)
        tables = {name: replace(each, version=commits.get(name)) for name, each in done.items()}
        return Commit(tables, plan.documents, version)

    def _follow(self, version: int, changes: Changes | None = None) -> dict[str, int]:
        """Bring Delta's tables up to a version of the publication; gives the commits of it."""
        try:
            return self._followers.follow(version, changes)
        except Lost:
            self.mend()
            return {name: self._followers.newest(name) or 0 for name in changes or ()}

    def _adopted(self) -> Snapshot:
        """A lake of before the publication: what its tables have is published."""
        rows = []
        for name in FACTS:
            self.facts[name].refresh()
            for (unit, year), found in self.facts[name].live().items():
                shard, files = shard_of_unit(str(unit), int(year)), found.values()
                names, sizes = [each.name for each in files], [each.size for each in files]
                rows.append((shard, unit, year, name, names, sizes, datetime.now(UTC), ""))
        return Snapshot(self._publication.table, pl.DataFrame(rows, schema=SCHEMA, orient="row"))


def _in_partitions(rows: pl.DataFrame, partitions: Collection[Partition]) -> pl.DataFrame:
    keys = pl.DataFrame(list(partitions), schema=rows.select(UNIT_YEAR).schema, orient="row")
    return rows.join(keys, on=UNIT_YEAR, how="semi")


def _missing(
    there: Mapping[Partition, Mapping[str, File]], here: Mapping[Partition, Mapping[str, File]]
) -> Iterator[tuple[Partition, File]]:
    """Files that are there and not here."""
    for partition, files in there.items():
        for name, file in files.items():
            if name not in here.get(partition, ()):
                yield partition, file
