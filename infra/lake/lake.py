"""The lake: facts of documents by unit and year, and the ledger of all that arrived.

How facts are kept, and what that holds up against, says ``infra.lake.part``. Ledger, hints and the tables of crawls
are looked up by address or by document, whose unit may not be known, so a lake has them once, however its facts lie
(``infra.lake.split``).

A lake is used by one thread; more processes and machines may use the same lake.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from infra.lake.commit import Commit, TableCommit
from infra.lake.delta_table import LakeTable
from infra.lake.layout import (
    FACTS,
    REGISTER,
    UNIT_YEAR,
    Partition,
    partition_columns,
    shard_of,
    stored_schema,
)
from infra.lake.ledger import merge_objects, merge_quarantine, same_version
from infra.lake.part import Part
from infra.lake.provinces import Provinces
from infra.lake.records import Records
from infra.lake.split import Split, SplitBy
from infra.lake.store import open_store
from infra.lake.view import View
from infra.lake.whereabouts import Hint, Whereabouts
from infra.objects import ObjectRef
from infra.settings import Settings
from schemas.tables import TABLES, empty_frame, polars_schema


class Lake:
    """A lake in a folder or under ``s3://bucket/prefix``, its tables' handles kept open.

    ``split`` is how a new lake's facts are to be parted; one that is there stays as it was made.
    """

    def __init__(
        self, uri: str, storage_options: Mapping[str, str] | None = None, split: SplitBy = "none"
    ) -> None:
        self.uri = uri.rstrip("/") if uri.startswith("s3://") else str(Path(uri).absolute())
        options = storage_options or {}
        # Of a lake that is parted this part has no rows, and its handles are good for the columns only.
        self._whole = Part(self.uri, options)
        self._tables = {
            name: LakeTable(self.uri, name, stored_schema(name), partition_columns(name), options)
            for name in TABLES
            if name not in FACTS
        }
        store = open_store(self.uri, options)
        self._split = Split(store, self.uri, split)
        self._provinces = Provinces(self.uri, self._whole.facts, options)
        self._records = Records(self.uri, self._tables, self._split)
        self._whereabouts = Whereabouts(store)

    @classmethod
    def of(cls, settings: Settings) -> Lake:
        """The lake of the settings."""
        return cls(settings.lake, settings.storage_options(), settings.lake_split)

    def table(self, name: str) -> LakeTable:
        """The handle of one table under the lake's root; ``KeyError`` for an unknown one."""
        return self._tables[name] if name in self._tables else self._whole.facts[name]

    def tables(self) -> Iterator[LakeTable]:
        """The handles of all tables, of all provinces, also of those that are not there yet."""
        yield from self._tables.values()
        yield from self._facts().tables()

    def _facts(self) -> Part | Provinces:
        """Where the facts are that the lake has."""
        if self._split.told() != "none":
            return self._provinces
        if not self._split.sure and self._whole.version is not None:
            self._split.is_whole()
        return self._whole

    def snapshot(self, version: int | datetime | None = None) -> View:
        """The lake as it is published now, or was at an earlier version or time: all tables as of one moment.

        Raises ``StorageError``, also where that version is not kept any more.
        """
        return self._facts().view(version)

    def scan(self, name: str) -> pl.LazyFrame:
        """The published rows of a table, newest version, with the columns of its contract.

        Filters on ``unit_code`` and ``year`` skip all other files. A table that is not there yet is empty.
        Who reads several tables together takes them from one ``snapshot``.
        """
        if name in FACTS:
            return self.snapshot().scan(name)
        self._tables[name].refresh()
        return self._tables[name].scan().select(polars_schema(name).names())

    def read_partitions(self, name: str, partitions: Iterable[Partition]) -> pl.DataFrame:
        """All rows of the partitions, published where ``name`` is a table of facts; newest version.

        The column ``shard`` is included where it is the partition.
        """
        if name in FACTS:
            return self.snapshot().read(name, partitions)
        return self._records.read(name, partitions)

    def current(self, name: str, partitions: Iterable[Partition]) -> pl.DataFrame:
        """A table of facts for those who write next: also what a writer that died had not published yet.

        What is seen here readers see too from now on.
        """
        return self._facts().current(name, partitions)

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
        self._split.settle()
        incoming = {
            name: batch.get(name, empty_frame(name)).select(polars_schema(name).names()) for name in FACTS
        }
        origins = incoming[REGISTER].select("document_id", "source_uri", *UNIT_YEAR)
        self._whereabouts.leave(Hint(*row) for row in origins.rows())
        return self._facts().commit(incoming, replaced, run_id, restated)

    def mend(self, run_id: str = "") -> list[Partition]:
        """Make Delta's own tables agree with the publication, file by file; gives the units and years that did not.

        Readers of the lake notice nothing. Safe beside other writers.
        """
        return self._facts().mend(run_id)

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
        shards = sorted({shard_of(uri, self._split.shard_digits) for uri in wanted})
        rows = self.read_partitions("object", [(shard,) for shard in shards])
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


__all__ = ["Commit", "Lake", "TableCommit", "View"]
