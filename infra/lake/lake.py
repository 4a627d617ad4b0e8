"""The lake: facts of documents by unit and year, and the ledger of all that arrived.

How a batch becomes rows. The rows of the touched partitions are read, the register (``document``) first;
``supersede`` says what they shall be; the partitions that differ, and only these, are replaced, one commit
a table, the register last. A batch that changes nothing makes no version at all.

What that holds up against:

* Another writer at the same partitions: a table that was changed since it was read refuses the writer, and
  a writer ends only when, after its last table, all are as it read or left them. Else it does all again. So
  the last of several writers has seen all that the others did, and what it leaves is what ``supersede`` says.
* A crash between two tables: the document's row is not there yet, so readers of ``scan`` and of
  ``open_sql`` do not see its rows, and committing the same document again completes it.
* The same batch again, in part, in another order: ``supersede`` gives the same rows.

A lake is used by one thread; more processes and machines may use the same lake.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

import polars as pl

from infra.lake.delta_table import ConflictError, LakeTable
from infra.lake.difference import difference
from infra.lake.layout import (
    FACTS,
    REGISTER,
    Partition,
    partition_columns,
    partitions_of,
    shard_of,
    stored_schema,
)
from infra.lake.ledger import merge_objects, merge_quarantine, same_version, with_shard
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
    """

    tables: Mapping[str, TableCommit]
    documents: Mapping[str, Literal["committed", "unchanged", "superseded"]] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        """True when any table has a new version."""
        return any(table.version is not None for table in self.tables.values())


class Lake:
    """A lake in a folder or under ``s3://bucket/prefix``, its tables' handles kept open."""

    def __init__(self, uri: str, storage_options: Mapping[str, str] | None = None) -> None:
        self.uri = uri.rstrip("/") if uri.startswith("s3://") else str(Path(uri).absolute())
        self._tables = {
            name: LakeTable(
                self.uri, name, stored_schema(name), partition_columns(name), storage_options or {}
            )
            for name in TABLES
        }

    @classmethod
    def of(cls, settings: Settings) -> Lake:
        """The lake of the settings."""
        return cls(settings.lake, settings.storage_options())

    def table(self, name: str) -> LakeTable:
        """The handle of one table; ``KeyError`` for an unknown one."""
        return self._tables[name]

    def scan(self, name: str) -> pl.LazyFrame:
        """The published rows of a table, newest version, with the columns of its contract.

        Rows of a document without its row in the register are not published yet. Filters on ``unit_code``
        and ``year`` skip all other files. A table that is not there yet is empty.
        """
        table = self._tables[name]
        if name not in FACTS or name == REGISTER:
            table.refresh()
            return table.scan().select(empty_frame(name).columns)
        register = self.scan(REGISTER).select(DOCUMENT)
        table.refresh()
        return table.scan().join(register, on=DOCUMENT, how="semi")

    def read_partitions(self, name: str, partitions: Iterable[Partition]) -> pl.DataFrame:
        """All stored rows of the partitions, newest version; ``shard`` included where it is the partition."""
        self._tables[name].refresh()
        return self._tables[name].read(partitions)

    def commit(
        self,
        batch: Mapping[str, pl.DataFrame],
        replaced: Collection[tuple[str, str, int]] = (),
        run_id: str = "",
    ) -> Commit:
        """Bring the documents of a batch into the lake; see ``supersede`` for what replaces what.

        ``batch`` has frames by table of ``FACTS`` (absent: no rows), each of the contract's types, with a
        row in ``document`` for every document. ``replaced`` as in ``supersede``. Raises ``StorageError``
        when the store fails or other writers win again and again; repeating the call is always safe.
        """
        incoming = {
            name: batch.get(name, empty_frame(name)).select(empty_frame(name).columns) for name in FACTS
        }
        touched = {(unit, year) for _, unit, year in replaced}
        partitions = sorted(touched.union(*(partitions_of(incoming[name], DOCUMENT[1:]) for name in FACTS)))

        arriving = set(incoming[REGISTER]["document_id"])
        done = {name: TableCommit() for name in FACTS}
        changed: set[str] = set()

        def attempt() -> Commit:
            # The register first: what it names is then in the other tables too.
            current = {name: self.read_partitions(name, partitions) for name in (REGISTER, *FACTS[:-1])}
            after = supersede(current, incoming, replaced)
            for name in FACTS:
                changes = difference(current[name], after[name])
                done[name] = done[name].then(self._replace(name, after[name], changes, run_id))
                changed.update(changes["document_id"])
            if any(table.version is not None for table in done.values()):
                # Each table was as it had been read when it was replaced; were all of them, together?
                for name in FACTS:
                    self._tables[name].check_unchanged(partitions)
            return Commit(dict(done), _document_states(arriving, changed, after))

        return self._until_settled(attempt)

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


def _document_states(
    arriving: set[str], changed: set[str], after: Frames
) -> dict[str, Literal["committed", "unchanged", "superseded"]]:
    standing = set(after[REGISTER].filter("is_current")["document_id"])
    standing.update(*(after[name]["document_id"] for name in FACTS if name != REGISTER))
    return {
        each: "unchanged" if each not in changed else "committed" if each in standing else "superseded"
        for each in sorted(arriving)
    }
