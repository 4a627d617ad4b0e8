"""Tables that are no facts of a published document, each a Delta table that is read and written by itself.

The ledger (``object``, ``quarantine``) and what a region's crawl writes (``crawl``, ``coverage``). A write reads the
partitions, computes what they shall be and replaces those that differ in one commit; where another writer was
faster, it does all of it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import polars as pl

from infra.lake.attempt import until_settled
from infra.lake.commit import TableCommit
from infra.lake.delta_table import LakeTable
from infra.lake.difference import difference
from infra.lake.layout import Partition, partition_columns, partitions_of
from infra.lake.ledger import with_shard
from infra.lake.split import Split
from schemas.tables import polars_schema


class Records:
    """The tables of records of the lake at ``uri``."""

    def __init__(self, uri: str, tables: Mapping[str, LakeTable], split: Split) -> None:
        self._uri = uri
        self._tables = tables
        self._split = split

    def read(self, name: str, partitions: Iterable[Partition]) -> pl.DataFrame:
        """All rows of the partitions, newest version; the column ``shard`` included where it is the partition."""
        self._tables[name].refresh()
        return self._tables[name].read(partitions)

    def rewrite(
        self,
        name: str,
        partitions: Iterable[Partition],
        make: Callable[[pl.DataFrame], pl.DataFrame],
        run_id: str = "",
    ) -> TableCommit:
        """Make the rows of the partitions those that ``make`` gives for the rows there are, in one commit.

        ``make`` may be called again; what changes nothing makes no version. Raises ``StorageError``.
        """
        self._split.settle()
        wanted = sorted(partitions)

        def attempt() -> TableCommit:
            current = self.read(name, wanted)
            after = make(current)
            return self._replace(name, after, difference(current, after), run_id)

        return until_settled(self._uri, attempt)

    def merge(
        self,
        name: str,
        rows: pl.DataFrame,
        merged: Callable[[pl.DataFrame, pl.DataFrame], pl.DataFrame],
        run_id: str,
    ) -> TableCommit:
        """Bring new records in: ``merged`` gives the rows of their shards from those there are and the new ones."""
        self._split.settle()
        records = with_shard(rows.select(polars_schema(name).names()), self._split.shard_digits)
        partitions = partitions_of(records, partition_columns(name))
        return self.rewrite(name, partitions, lambda current: merged(current, records), run_id)

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
