"""The lake: facts of documents by unit and year, and the ledger of all that arrived.

How a batch becomes rows. The published rows of the touched partitions are read; ``supersede`` says what they
shall be; the partitions that differ, and only these, are replaced, one commit a table; then the publication
names the new files, and all tables change for readers in that moment (``infra.lake.publication``). Rows that a
newer document has overtaken are kept in tables of the same names under ``overtaken/``, for the day when that
document goes. A batch that changes nothing makes no version at all.

What that holds up against:

* Another writer at the same partitions: one of the two is published, the other reads again what is there now
  and does all of its own again.
* A crash anywhere: before the publication readers see nothing of it, after it all. The partitions that it
  left changed and unpublished are put right by whoever writes them next, and by ``mend``.
* The same batch again, in part, in another order: ``supersede`` gives the same rows.

A lake is used by one thread; more processes and machines may use the same lake.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

import polars as pl

from infra.lake.delta_table import ConflictError, LakeTable
from infra.lake.difference import difference
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
from infra.lake.ledger import merge_objects, merge_quarantine, same_version, with_shard
from infra.lake.publication import SCHEMA, Publication, Snapshot, unit_shard
from infra.lake.supersede import DOCUMENT, Frames, supersede
from infra.objects import ObjectRef
from infra.settings import Settings
from schemas.errors import StorageError
from schemas.tables import TABLES, empty_frame, polars_schema

# A refused commit costs a read and a write again; 30 in a row, with pauses that grow to 1 s, is a minute.
_ATTEMPTS = 30

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TableCommit:
    """What a commit did to one table; ``version`` is None where nothing differed."""

    version: int | None = None
    partitions: tuple[Partition, ...] = ()
    rows_came: int = 0
    rows_went: int = 0

    def then(self, later: TableCommit) -> TableCommit:
        """Both commits in one account."""
        return TableCommit(
            later.version if later.version is not None else self.version,
            tuple(sorted({*self.partitions, *later.partitions})),
            self.rows_came + later.rows_came,
            self.rows_went + later.rows_went,
        )


@dataclass(frozen=True, slots=True)
class Commit:
    """What a batch did to the lake: by table, and by document of the batch.

    ``committed``: the document's rows are now there and were not. ``unchanged``: they were there.
    ``superseded``: a newer document gives all of its forms; only its row in the register was added.
    ``version`` is the lake's new version, None where nothing was published.
    """

    tables: Mapping[str, TableCommit]
    documents: Mapping[str, Literal["committed", "unchanged", "superseded"]] = field(default_factory=dict)
    version: int | None = None

    @property
    def changed(self) -> bool:
        """True when any table has a new version."""
        return any(table.version is not None for table in self.tables.values())

    def then(self, *later: Commit) -> Commit:
        """Several commits, one after the other, in one account."""
        tables, documents, version = dict(self.tables), dict(self.documents), self.version
        for commit in later:
            for name, done in commit.tables.items():
                tables[name] = tables[name].then(done) if name in tables else done
            documents |= commit.documents
            version = commit.version if commit.version is not None else version
        return Commit(tables, documents, version)


class View:
    """All tables of facts as they were published at one version; what is published later is not seen.

    ``version`` is the lake's version, None while nothing was ever published.
    """

    def __init__(self, lake: Lake, snapshot: Snapshot) -> None:
        self._lake = lake
        self._snapshot = snapshot
        self.version = snapshot.version

    def scan(self, name: str) -> pl.LazyFrame:
        """The rows of a table of facts, with the columns of its contract."""
        return self._lake.table(name).scan_files(self.files(name))

    def read(self, name: str, partitions: Iterable[Partition]) -> pl.DataFrame:
        """The rows of some units and years."""
        return self._lake.table(name).scan_files(self.files(name, partitions)).collect()

    def files(self, name: str, partitions: Iterable[Partition] | None = None) -> list[str]:
        """Addresses of the Parquet files that a table consists of, all or those of the units and years."""
        root = self._lake.table(name).uri
        return [f"{root}/{file}" for file in self._snapshot.files(name, partitions)]

    def named(self, name: str, partitions: Iterable[Partition] | None = None) -> dict[Partition, set[str]]:
        """Names of a table's files by unit and year."""
        rows = self.named_rows(partitions).filter(pl.col("table") == name)
        return {(unit, year): set(files) for unit, year, files in rows.select(*UNIT_YEAR, "files").rows()}

    def named_rows(self, partitions: Iterable[Partition] | None) -> pl.DataFrame:
        """The publication's rows of the units and years, or all."""
        return self._snapshot.rows if partitions is None else self._snapshot.of(partitions)


class Lake:
    """A lake in a folder or under ``s3://bucket/prefix``, its tables' handles kept open."""

    def __init__(self, uri: str, storage_options: Mapping[str, str] | None = None) -> None:
        self.uri = uri.rstrip("/") if uri.startswith("s3://") else str(Path(uri).absolute())
        options = storage_options or {}
        self._tables = {
            name: LakeTable(self.uri, name, stored_schema(name), partition_columns(name), options)
            for name in (*TABLES, *OVERTAKEN)
        }
        self._publication = Publication(self.uri, options)

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
            return View(self, self._publication.at(version))
        newest = self._publication.newest()
        return View(self, newest if self._publication.exists else self._adopted())

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
        self._tables[name].refresh()
        return self._tables[name].read(partitions)

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
        arriving = set(incoming[REGISTER]["document_id"])

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
            tables, version = self._publish(view, partitions, wanted, run_id)
            changed = {
                document
                for name in FACTS
                for document in difference(standing[name], after[name])["document_id"]
            }
            return Commit(tables, _document_states(arriving, changed, after), version)

        return self._until_settled(attempt)

    def mend(self, run_id: str = "") -> list[Partition]:
        """Put right what writers that died left written and unpublished; gives the units and years.

        Readers notice nothing: only Delta's own tables change. Safe beside other writers: what they are
        about to publish is written again by them.
        """

        def attempt() -> list[Partition]:
            view = self.snapshot()
            if view.version is None:
                return []
            left: set[Partition] = set()
            for name in (*FACTS, *OVERTAKEN):
                self._tables[name].refresh()
                live, named = self._tables[name].live(), view.named(name)
                left.update(
                    each for each in {*live, *named} if set(live.get(each, ())) != named.get(each, set())
                )
            rows = {name: view.read(name, left) for name in (*FACTS, *OVERTAKEN)}
            self._publish(view, sorted(left), {name: (kept, kept) for name, kept in rows.items()}, run_id)
            return sorted(left)

        return self._until_settled(attempt)

    def _publish(
        self,
        view: View,
        partitions: Sequence[Partition],
        wanted: Mapping[str, tuple[pl.DataFrame, pl.DataFrame]],
        run_id: str,
    ) -> tuple[dict[str, TableCommit], int | None]:
        """Write the tables of the partitions, from what they are to what they shall be, and publish them.

        A table that is as it shall be is written nevertheless where Delta does not have the published files:
        some writer died between two tables, or is at work and will find itself overtaken.
        """
        done: dict[str, TableCommit] = {}
        news: dict[tuple[str, int], dict[str, list[str]]] = {}
        for name, (before, after) in wanted.items():
            table = self._tables[name]
            changes = difference(before, after)
            named = view.named(name, partitions)
            if name in FACTS or not after.is_empty() or named:
                table.refresh()
            live = table.live(partitions)
            astray = {each for each in partitions if set(live.get(each, ())) != named.get(each, set())}
            rewritten = sorted(astray.union(partitions_of(changes, UNIT_YEAR)))
            came, went = (int(changes["_n"].clip(*sign).sum()) for sign in ((0, None), (None, 0)))
            version = None
            if rewritten:
                self._announce(view)
                version = table.replace(_in_partitions(after, rewritten), rewritten, run_id=run_id)
                live = table.live(rewritten)
                for unit, year in rewritten:
                    news.setdefault((str(unit), int(year)), {})[name] = live.get((unit, year), [])
            done[name] = TableCommit(version, tuple(rewritten), came, -went)
        if not news:
            return done, None
        return done, self._publication.publish(view.named_rows(partitions), news, run_id)

    def _announce(self, view: View) -> None:
        """Make the publication before the first file, so that no reader takes what is written for published."""
        if view.version is not None:
            return
        self._publication.table.create(view.named_rows(None))
        raise ConflictError("publication")

    def _adopted(self) -> Snapshot:
        """A lake of before the publication: what its tables have is published."""
        rows = []
        for name in FACTS:
            self._tables[name].refresh()
            for (unit, year), files in self._tables[name].live().items():
                rows.append((unit_shard(str(unit)), unit, year, name, files, datetime.now(UTC), ""))
        return Snapshot(self._publication.table, pl.DataFrame(rows, schema=SCHEMA, orient="row"))

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
        return self._upsert("object", objects, merge_objects, run_id)

    def quarantine(self, rows: pl.DataFrame, run_id: str = "") -> TableCommit:
        """Keep records of ``quarantine``, one commit; they replace earlier ones of the same objects."""
        return self._upsert("quarantine", rows, merge_quarantine, run_id)

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
        wanted = sorted(partitions)

        def attempt() -> TableCommit:
            current = self.read_partitions(name, wanted)
            after = make(current)
            return self._replace(name, after, difference(current, after), run_id)

        return self._until_settled(attempt)

    def _upsert(
        self,
        name: str,
        rows: pl.DataFrame,
        merge: Callable[[pl.DataFrame, pl.DataFrame], pl.DataFrame],
        run_id: str,
    ) -> TableCommit:
        records = with_shard(rows.select(polars_schema(name).names()))
        partitions = partitions_of(records, partition_columns(name))

        def attempt() -> TableCommit:
            current = self.read_partitions(name, partitions)
            after = merge(current, records)
            return self._replace(name, after, difference(current, after), run_id)

        return self._until_settled(attempt)

    def _replace(self, name: str, after: pl.DataFrame, changes: pl.DataFrame, run_id: str) -> TableCommit:
        """Replace the partitions of ``name`` that have changes by their rows in ``after``."""
        columns = list(partition_columns(name))
        partitions = partitions_of(changes, columns)
        came, went = (int(changes["_n"].clip(*sign).sum()) for sign in ((0, None), (None, 0)))
        version = None
        if partitions:
            rows = after.join(changes.select(columns).unique(), on=columns, how="semi")
            version = self._tables[name].replace(rows, partitions, run_id=run_id)
        return TableCommit(version, tuple(partitions), came, -went)

    def _until_settled(self, attempt: Callable[[], T]) -> T:
        for number in range(_ATTEMPTS):
            try:
                return attempt()
            except ConflictError:
                time.sleep(random.uniform(0.005, min(1.0, 0.02 * 2**number)))  # noqa: S311  jitter, no secret
        raise StorageError(
            f"The lake {self.uri} was not written: other writers changed the same partitions "
            f"{_ATTEMPTS} times in a row; start fewer at once, nothing is lost by trying again."
        )


def _in_partitions(rows: pl.DataFrame, partitions: Collection[Partition]) -> pl.DataFrame:
    keys = pl.DataFrame(list(partitions), schema=rows.select(UNIT_YEAR).schema, orient="row")
    return rows.join(keys, on=UNIT_YEAR, how="semi")


def _document_states(
    arriving: set[str], changed: set[str], after: Frames
) -> dict[str, Literal["committed", "unchanged", "superseded"]]:
    standing = set(after[REGISTER].filter("is_current")["document_id"])
    standing.update(*(after[name]["document_id"] for name in FACTS if name != REGISTER))
    return {
        each: "unchanged" if each not in changed else "committed" if each in standing else "superseded"
        for each in sorted(arriving)
    }
