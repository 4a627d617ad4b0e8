"""One Delta table of the lake: read by partition, replaced by partition, its handle kept open where one is needed.

This is the only module that knows delta-rs. There are two ways to write, and a table is written in one of them:

* ``replace``, for tables whose number of partitions is bounded (ledger, quarantine, crawls): one atomic commit
  that removes all rows of the given partitions and adds the new ones. It is refused with ``ConflictError`` if
  another writer changed one of these partitions since ``refresh``; writers of other partitions do not matter.
* ``write``, for the tables of facts: files that no log names yet. Who knows the files that go (the publication
  does) puts them into the log by ``infra.lake.delta_log``, and needs no handle, whose cost grows with the table.

Change data feed is on. Partitions are replaced whole, so the feed costs no file of its own: delta-rs gives the
rows of removed and added files, and unchanged rows show up as a delete and an insert.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote
from uuid import uuid4

import polars as pl
from deltalake import CommitProperties, DeltaTable, WriterProperties, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from infra.lake.delta_log import APP, File
from infra.lake.layout import Partition, partition_predicate
from infra.lake.store import open_store
from schemas.errors import StorageError

if TYPE_CHECKING:
    from pyarrow.dataset import Dataset

_PROPERTIES: Mapping[str, str | None] = {
    "delta.enableChangeDataFeed": "true",
    # Opening a table reads all commits after the last checkpoint.
    "delta.checkpointInterval": "100",
}
# zstd halves the files of snappy at the same speed of reading.
_LEVEL = 3
_WRITER = WriterProperties(compression="ZSTD", compression_level=_LEVEL)


class ConflictError(Exception):
    """Another writer changed the same partitions meanwhile: read and try again. Never leaves the lake."""


class LakeTable:
    """A table under ``root``; it comes into being with the first ``replace``."""

    def __init__(
        self,
        root: str,
        name: str,
        schema: pl.Schema,
        partition_by: tuple[str, ...],
        storage_options: Mapping[str, str],
    ) -> None:
        self.name = name
        self._root = root
        self.uri = f"{root}/{name}"
        self.schema = schema
        self.partition_by = partition_by
        self._options = dict(storage_options)
        self._store = open_store(root, self._options)
        self._delta: DeltaTable | None = None

    @property
    def version(self) -> int | None:
        """The version that the handle is at; None while there is no table."""
        return None if self._delta is None else self._delta.version()

    @property
    def delta(self) -> DeltaTable | None:
        """The handle of delta-rs at ``version``; None while there is no table."""
        return self._delta

    def refresh(self) -> None:
        """Move the handle to the table's newest version. Raises ``StorageError``."""
        try:
            if self._delta is None:
                if self.uri.startswith("s3://") or Path(self.uri, "_delta_log").exists():
                    self._delta = DeltaTable(self.uri, storage_options=self._options)
            else:
                self._delta.update_incremental()
        except TableNotFoundError:
            self._delta = None
        except (DeltaError, OSError) as error:
            raise self._failure("opened", error) from error

    def close(self) -> None:
        """Give the handle up: that of a large table takes much memory."""
        self._delta = None

    def files(self, partitions: Iterable[Partition] | None = None) -> list[str]:
        """Addresses of the Parquet files of the handle's version, all or those of the partitions."""
        if self._delta is None:
            return []
        where = None if partitions is None else partition_predicate(self.partition_by, partitions)
        if where == "false":
            return []
        # delta-rs percent-encodes the folder of the lake, which then is no path any more.
        mark = f"/{self.partition_by[0]}="
        uris = self._delta.file_uris(file_pruning_predicate=where)
        return sorted(self.uri + uri[uri.rindex(mark) :] for uri in uris)

    def live(self) -> dict[Partition, dict[str, File]]:
        """The handle's files by partition and name; without files: absent."""
        found: dict[Partition, dict[str, File]] = {}
        if self._delta is None:
            return found
        told = pl.DataFrame(self._delta.get_add_actions(flatten=True)).select("path", "size_bytes")
        for path, size in told.rows():
            name = unquote(path)
            found.setdefault(self._partition(name), {})[name] = File(name, size)
        return found

    def size(self, name: str) -> int:
        """Bytes of one file of the table. Raises ``StorageError`` where it is not there."""
        size = self._store.size(f"{self.name}/{name}")
        if size is None:
            raise StorageError(f"The lake table {self.uri} has lost {name}; put it back from a copy.")
        return size

    def published_version(self) -> int | None:
        """The version of the publication that the handle's version was brought up to."""
        return None if self._delta is None else self._delta.transaction_version(APP)

    def at(self, version: int | datetime) -> LakeTable:
        """Another handle, at an earlier version or as of a time. Raises ``StorageError`` where it is not kept
        any more, or never was."""
        then = LakeTable(self._root, self.name, self.schema, self.partition_by, self._options)
        try:
            at = version if isinstance(version, int) else None
            then._delta = DeltaTable(self.uri, version=at, storage_options=self._options)
            if isinstance(version, datetime):
                then._delta.load_as_version(version)
        except (DeltaError, OSError, ValueError) as error:
            raise self._failure(f"opened as of {version}", error) from error
        return then

    def read(self, partitions: Iterable[Partition] | None = None) -> pl.DataFrame:
        """The rows of the handle's version with the columns of ``schema``, in no particular order.

        A column that an older writer did not know is null. Raises ``StorageError``.
        """
        return self.scan(partitions).collect()

    def scan(self, partitions: Iterable[Partition] | None = None) -> pl.LazyFrame:
        """As ``read``, lazily; filters on partition columns skip whole files."""
        return self.scan_files(self.files(partitions))

    def scan_files(self, files: Sequence[str]) -> pl.LazyFrame:
        """The rows of these files, whatever version they are of; addresses as ``files`` gives.

        They may be those of tables of the same columns elsewhere.
        """
        if not files:
            return pl.LazyFrame(schema=self.schema)
        hive = {name: self.schema[name] for name in self.partition_by}
        return pl.scan_parquet(
            list(files),
            schema=self.schema,
            hive_partitioning=True,
            hive_schema=hive,
            missing_columns="insert",
            extra_columns="ignore",
            storage_options=self._options or None,
        ).select(self.schema.names())

    def write(self, rows: pl.DataFrame, partitions: Iterable[Partition]) -> dict[Partition, File | None]:
        """Write the rows of these partitions, a file each (None: no rows), without telling any log.

        Raises ``StorageError``.
        """
        wanted = dict.fromkeys(partitions)
        rows = rows.select(self.schema.names()).cast(self.schema)
        parts = rows.partition_by(*self.partition_by, as_dict=True, include_key=False, maintain_order=True)
        files = self._store.each(lambda item: self._write_file(*item), parts.items())
        return {**wanted, **dict(zip(parts, files, strict=True))}

    def _write_file(self, partition: Partition, rows: pl.DataFrame) -> File:
        buffer = BytesIO()
        rows.write_parquet(buffer, compression="zstd", compression_level=_LEVEL)
        pairs = zip(self.partition_by, partition, strict=True)
        folder = "/".join(f"{column}={quote(str(value), safe='')}" for column, value in pairs)
        name = f"{folder}/part-{uuid4()}.zstd.parquet"
        self._store.put(f"{self.name}/{name}", buffer.getvalue())
        return File(name, buffer.tell(), rows.height)

    def replace(self, rows: pl.DataFrame, partitions: Iterable[Partition], **labels: str) -> int:
        """Make ``rows`` the only rows of the partitions, in one commit; gives the new version.

        ``rows`` may be of these partitions only; a partition without rows is emptied. ``labels`` go into
        the commit's metadata. Raises ``ConflictError`` and ``StorageError``.
        """
        where = partition_predicate(self.partition_by, partitions, apart=True)
        try:
            table = self._delta or self.make()
            write_deltalake(
                table,
                rows.select(self.schema.names()).cast(self.schema).to_arrow(),
                mode="overwrite",
                predicate=where,
                schema_mode="merge",
                writer_properties=_WRITER,
                commit_properties=CommitProperties(custom_metadata=dict(labels), max_commit_retries=100),
            )
        except CommitFailedError as error:
            raise ConflictError(self.name) from error
        except (DeltaError, OSError) as error:
            raise self._failure("written", error) from error
        self._delta = table
        return table.version()

    def create(self, rows: pl.DataFrame) -> None:
        """Make the table with these rows, in one commit; if it is there already its rows are left alone."""
        if not self.uri.startswith("s3://"):
            Path(self.uri).mkdir(parents=True, exist_ok=True)
        try:
            write_deltalake(
                self.uri,
                rows.to_arrow(),
                mode="error",
                partition_by=list(self.partition_by),
                configuration=dict(_PROPERTIES),
                writer_properties=_WRITER,
                storage_options=self._options,
            )
        except DeltaError:
            self.refresh()
            if self._delta is None:
                raise
        self.refresh()

    def evolve(self) -> None:
        """Give the table the columns of ``schema`` that it has not yet. Raises ``StorageError``."""
        self.refresh()
        table = self.make() if self._delta is None else self._delta
        there = {field.name for field in table.schema().fields}
        try:
            if not there.issuperset(self.schema):
                empty = pl.DataFrame(schema=self.schema).to_arrow()
                write_deltalake(table, empty, mode="append", schema_mode="merge", writer_properties=_WRITER)
        except (DeltaError, OSError) as error:
            raise self._failure("given its new columns", error) from error
        self._delta = table

    def dataset(self, files: Sequence[str]) -> Dataset:
        """As ``scan_files``, as an Arrow dataset."""
        import pyarrow as pa
        from deltalake.fs import DeltaStorageHandler
        from pyarrow import dataset, fs

        schema = pl.DataFrame(schema=self.schema).to_arrow().schema
        hive = pa.schema([schema.field(name) for name in self.partition_by])
        return dataset.dataset(
            [file.removeprefix(f"{self._root}/") for file in files],
            schema=schema,
            format="parquet",
            filesystem=fs.PyFileSystem(DeltaStorageHandler(self._root, self._options)),
            partitioning=dataset.partitioning(hive, flavor="hive"),
        )

    def checkpoint(self) -> int:
        """Write a checkpoint of the handle's version and forget log entries that are old; gives the version.

        Raises ``StorageError``.
        """
        assert self._delta is not None  # noqa: S101  the caller has looked
        try:
            self._delta.create_checkpoint()
            self._delta.cleanup_metadata()
        except (DeltaError, OSError) as error:
            raise self._failure("checkpointed", error) from error
        return self._delta.version()

    def clear(self, hours: int) -> int:
        """Delete files that were replaced, or written and never published, more than ``hours`` ago.

        Gives their number. Raises ``StorageError``.
        """
        assert self._delta is not None  # noqa: S101  the caller has looked
        try:
            gone = self._delta.vacuum(hours, dry_run=False, enforce_retention_duration=False, full=True)
        except (DeltaError, OSError) as error:
            raise self._failure("cleared of replaced files", error) from error
        return len(gone)

    def _partition(self, name: str) -> Partition:
        values = dict(part.split("=", 1) for part in name.split("/")[:-1])
        return tuple(
            unquote(values[column]) if self.schema[column] == pl.String else int(values[column])
            for column in self.partition_by
        )

    def make(self) -> DeltaTable:
        """Make the table, empty. Raises ``StorageError``."""
        # Two first writers: one of them finds the table there, and both go on at version 0.
        if not self.uri.startswith("s3://"):
            Path(self.uri).mkdir(parents=True, exist_ok=True)
        try:
            return DeltaTable.create(
                self.uri,
                schema=pl.DataFrame(schema=self.schema).to_arrow().schema,
                mode="error",
                partition_by=list(self.partition_by),
                configuration=dict(_PROPERTIES),
                storage_options=self._options,
            )
        except DeltaError:
            return DeltaTable(self.uri, version=0, storage_options=self._options)

    def _failure(self, what: str, error: Exception) -> StorageError:
        says = " ".join(str(error).split()).rstrip(".")
        return StorageError(f"The lake table {self.uri} cannot be {what}: {says[:400]}.")
