"""The lake: facts of documents by unit and year, and the ledger of all that arrived.

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
* The same batch again, in part, in another order: ``supersede`` gives the same rows.
* A lake that grows: nothing that a batch does looks at all units and years, nor at all addresses.

A lake is used by one thread; more processes and machines may use the same lake.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from infra.lake.attempt import until_settled
from infra.lake.commit import Commit, TableCommit, document_states
from infra.lake.delta_log import File
from infra.lake.delta_table import ConflictError, LakeTable
from infra.lake.difference import difference
from infra.lake.follow import Follower, Lost
from infra.lake.layout import (
    ASIDE,
    FACTS,
    OVERTAKEN,
    REGISTER,
    UNIT_YEAR,
    Partition,
    partition_columns,
    partitions_of,
    shard_of,
    stored_schema,
)
from infra.lake.ledger import merge_objects, merge_quarantine, same_version
from infra.lake.publication import SCHEMA, Changes, Publication, Snapshot, shard_of_unit
from infra.lake.records import Records
from infra.lake.store import open_store
from infra.lake.supersede import DOCUMENT, supersede
from infra.lake.view import View
from infra.lake.whereabouts import Hint, Whereabouts
from infra.objects import ObjectRef
from infra.settings import Settings
from schemas.tables import TABLES, empty_frame, polars_schema


class Lake:
    """A lake in a folder or under ``s3://bucket/prefix``, its tables' handles kept open."""

    def __init__(self, uri: str, storage_options: Mapping[str, str] | None = None) -> None:
        self.uri = uri.rstrip("/") if uri.startswith("s3://") else str(Path(uri).absolute())
        options = storage_options or {}
        self._tables = {
            name: LakeTable(self.uri, name, stored_schema(name), partition_columns(name), options)
            for name in (*TABLES, *OVERTAKEN)
        }
        self._records = Records(self.uri, self._tables)
        self._publication = Publication(self.uri, options)
        store = open_store(self.uri, options)
        self._followers = Follower(
            store, self._publication, {name: self._tables[name] for name in (*FACTS, *OVERTAKEN)}
        )
        self._whereabouts = Whereabouts(store)

    @classmethod
    def of(cls, settings: Settings) -> Lake:
        """The lake of the settings."""
        return cls(settings.lake, settings.storage_options())

    def table(self, name: str) -> LakeTable:
        """The handle of one table; ``KeyError`` for an unknown one."""
        return self._tables[name]

    def tables(self) -> Iterator[LakeTable]:
        """The handles of all tables, also of those that are not there yet."""
        yield from self._tables.values()
        yield self._publication.table

    def snapshot(self, version: int | datetime | None = None) -> View:
        """The lake as it is published now, or was at an earlier version or time: all tables as of one moment.

        Raises ``StorageError``, also where that version is not kept any more.
        """
        if version is not None:
            return View(self._tables, self._publication.at(version))
        newest = self._publication.newest()
        return View(self._tables, newest if self._publication.exists else self._adopted())

    def scan(self, name: str) -> pl.LazyFrame:
        """The published rows of a table, newest version, with the columns of its contract.

        Filters on ``unit_code`` and ``year`` skip all other files. A table that is not there yet is empty.
        Who reads several tables together takes them from one ``snapshot``.
        """
        if name in FACTS:
            return self.snapshot().scan(name)
        self._tables[name].refresh()
        return self._tables[name].scan().select(empty_frame(name).columns)

    def read_partitions(self, name: str, partitions: Iterable[Partition]) -> pl.DataFrame:
        """All rows of the partitions, published where ``name`` is a table of facts; newest version.

        The column ``shard`` is included where it is the partition.
        """
        if name in FACTS:
            return self.snapshot().read(name, partitions)
        return self._records.read(name, partitions)

    def commit(
        self,
        batch: Mapping[str, pl.DataFrame],
        replaced: Collection[tuple[str, str, int]] = (),
        run_id: str = "",
        restated: pl.DataFrame | None = None,
    ) -> Commit:
        """Bring the documents of a batch into the lake; see ``supersede`` for what replaces what.

        ``batch`` has frames by table of ``FACTS`` (absent: no rows), each of the contract's types, with a
        row in ``document`` for every document. ``replaced`` and ``restated`` as in ``supersede``. Raises
        ``StorageError`` when the store fails or other writers win again and again; repeating the call is
        always safe.
        """
        incoming = {
            name: batch.get(name, empty_frame(name)).select(empty_frame(name).columns) for name in FACTS
        }
        touched = {(unit, year) for _, unit, year in replaced}
        if restated is not None:
            touched.update(restated.select(DOCUMENT[1:]).unique().rows())
        partitions = sorted(touched.union(*(partitions_of(incoming[name], DOCUMENT[1:]) for name in FACTS)))
        origins = incoming[REGISTER].select("document_id", "source_uri", *UNIT_YEAR)
        arriving = set(origins["document_id"])

        def attempt() -> Commit:
            view = self.snapshot()
            standing = {name: view.read(name, partitions) for name in FACTS}
            aside = {name: view.read(f"{ASIDE}/{name}", partitions) for name in FACTS if name != REGISTER}
            current = {
                name: pl.concat([standing[name], aside[name]]) if name in aside else standing[name]
                for name in FACTS
            }
            after, overtaken = supersede(current, incoming, replaced, restated)
            wanted = {name: (standing[name], after[name]) for name in FACTS}
            wanted |= {f"{ASIDE}/{name}": (aside[name], overtaken[name]) for name in aside}
            self._whereabouts.leave(Hint(*row) for row in origins.rows())
            tables, version = self._publish(view, partitions, wanted, run_id)
            changed = {
                document
                for name in FACTS
                for document in difference(standing[name], after[name])["document_id"]
            }
            return Commit(tables, document_states(arriving, changed, after), version)

        return until_settled(self.uri, attempt)

    def mend(self, run_id: str = "") -> list[Partition]:
        """Make Delta's own tables agree with the publication, file by file; gives the units and years that did not.

        Readers of the lake notice nothing. Safe beside other writers.
        """

        def attempt() -> list[Partition]:
            view = self.snapshot()
            return [] if view.version is None else self._set_right(view, view.version)

        return until_settled(self.uri, attempt)

    def _set_right(self, view: View, version: int) -> list[Partition]:
        wrong: set[Partition] = set()
        for name in (*FACTS, *OVERTAKEN):
            table, named = self._tables[name], view.named(name)
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

    def _publish(
        self,
        view: View,
        partitions: Sequence[Partition],
        wanted: Mapping[str, tuple[pl.DataFrame, pl.DataFrame]],
        run_id: str,
    ) -> tuple[dict[str, TableCommit], int | None]:
        """Write the tables of the partitions, from what they are to what they shall be, and publish them."""
        done: dict[str, TableCommit] = {}
        changes: dict[str, list[tuple[str, int, list[File], list[File]]]] = {}
        for name, (before, after) in wanted.items():
            differing = difference(before, after)
            rewritten = partitions_of(differing, UNIT_YEAR)
            came, went = (int(differing["_n"].clip(*sign).sum()) for sign in ((0, None), (None, 0)))
            done[name] = TableCommit(None, tuple(rewritten), came, -went)
            if not rewritten:
                continue
            if view.version is None:
                # A lake of before the publication, or a new one: what is there is published first.
                self._publication.begin(view.named_rows(None))
            files = self._tables[name].write(_in_partitions(after, rewritten), rewritten)
            named = view.named(name, partitions)
            changes[name] = [
                (str(each[0]), int(each[1]), named.get(each, []), [] if file is None else [file])
                for each, file in files.items()
            ]
        if not changes:
            if view.version is not None:
                self._follow(view.version)
            return done, None
        version = self._publication.publish(view.named_rows(partitions), changes, run_id)
        commits = self._follow(version, changes)
        return {name: replace(each, version=commits.get(name)) for name, each in done.items()}, version

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
            self._tables[name].refresh()
            for (unit, year), found in self._tables[name].live().items():
                shard, files = shard_of_unit(str(unit), int(year)), found.values()
                names, sizes = [each.name for each in files], [each.size for each in files]
                rows.append((shard, unit, year, name, names, sizes, datetime.now(UTC), ""))
        return Snapshot(self._publication.table, pl.DataFrame(rows, schema=SCHEMA, orient="row"))

    def look_up(self, documents: Collection[str], known: Collection[str] = ()) -> list[Hint]:
        """Where documents may be: addresses they came from, units and years they were read as.

        ``known`` are addresses that need not be told by a request of their own. What a hint tells of may have
        gone: see the register and the ledger. The cost does not grow with the lake.
        """
        self._complete_hints()
        return self._whereabouts.of(documents, known)

    def documents_of(self, uris: Collection[str]) -> set[str]:
        """Documents that ever came from these addresses, or were about to."""
        self._complete_hints()
        return self._whereabouts.documents_of(uris)

    def _complete_hints(self) -> None:
        """Leave the hints of a lake that an earlier version of the program wrote."""
        if self._whereabouts.complete:
            return
        register = self.scan(REGISTER).select("document_id", "source_uri", *UNIT_YEAR).collect()
        ledger = self.scan("object").select("document_id", "uri").filter(pl.col("document_id").is_not_null())
        self._whereabouts.leave(Hint(*row) for row in register.rows())
        self._whereabouts.leave(Hint(*row) for row in ledger.collect().rows())
        self._whereabouts.finish()

    def known(self, refs: Iterable[ObjectRef]) -> dict[ObjectRef, dict[str, Any]]:
        """The ledger's row of each of these object versions that it has; the cost hardly grows with the lake.

        A version is told by its id where both sides have one, else by its ETag: a listing gives no id.
        """
        wanted = list(refs)
        rows: dict[str, list[dict[str, Any]]] = {}
        for row in self.versions(ref.uri for ref in wanted).iter_rows(named=True):
            rows.setdefault(row["uri"], []).append(row)
        found = {}
        for ref in wanted:
            same = [row for row in rows.get(ref.uri, ()) if same_version(row, ref.version_id, ref.etag)]
            if same:
                found[ref] = same[-1]
        return found

    def versions(self, uris: Iterable[str]) -> pl.DataFrame:
        """The ledger's rows of all versions of these addresses."""
        wanted = set(uris)
        rows = self.read_partitions("object", [(shard,) for shard in sorted(set(map(shard_of, wanted)))])
        return rows.filter(pl.col("uri").is_in(wanted)).select(polars_schema("object").names())

    def record(self, objects: pl.DataFrame, run_id: str = "") -> TableCommit:
        """Write records of ``object`` into the ledger, one commit; see ``infra.lake.ledger``."""
        of_documents = objects.filter(pl.col("document_id").is_not_null())
        self._whereabouts.leave(Hint(*row) for row in of_documents.select("document_id", "uri").rows())
        return self._records.merge("object", objects, merge_objects, run_id)

    def quarantine(self, rows: pl.DataFrame, run_id: str = "") -> TableCommit:
        """Keep records of ``quarantine``, one commit; they replace earlier ones of the same objects."""
        return self._records.merge("quarantine", rows, merge_quarantine, run_id)

    def rewrite(
        self,
        name: str,
        partitions: Iterable[Partition],
        make: Callable[[pl.DataFrame], pl.DataFrame],
        run_id: str = "",
    ) -> TableCommit:
        """Make the rows of the partitions those that ``make`` gives for the rows there are, in one commit.

        For the tables that a region's crawl writes (``crawl``, ``coverage``). ``make`` may be called again
        where another writer was faster; what changes nothing makes no version.
        """
        return self._records.rewrite(name, partitions, make, run_id)


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


__all__ = ["Commit", "Lake", "TableCommit", "View"]
