"""The lake as it was published at one version: what is published later is not seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import polars as pl

from infra.lake.delta_log import File
from infra.lake.layout import UNIT_YEAR, Partition

if TYPE_CHECKING:
    from infra.lake.delta_table import LakeTable
    from infra.lake.publication import Snapshot


class View:
    """All tables of facts as they were published at one version; what is published later is not seen.

    ``version`` is the lake's version, None while nothing was ever published.
    """

    def __init__(self, tables: Mapping[str, LakeTable], snapshot: Snapshot) -> None:
        self._tables = tables
        self._snapshot = snapshot
        self.version = snapshot.version

    def scan(self, name: str) -> pl.LazyFrame:
        """The rows of a table of facts, with the columns of its contract."""
        return self._tables[name].scan_files(self.files(name))

    def read(self, name: str, partitions: Iterable[Partition]) -> pl.DataFrame:
        """The rows of some units and years."""
        return self._tables[name].scan_files(self.files(name, partitions)).collect()

    def files(self, name: str, partitions: Iterable[Partition] | None = None) -> list[str]:
        """Addresses of the Parquet files that a table consists of, all or those of the units and years."""
        root = self._tables[name].uri
        return [f"{root}/{file}" for file in self._snapshot.files(name, partitions)]

    def named(self, name: str, partitions: Iterable[Partition] | None = None) -> dict[Partition, list[File]]:
        """A table's files by unit and year; without files: absent."""
        rows = self.named_rows(partitions).filter(pl.col("table") == name)
        found: dict[Partition, list[File]] = {}
        for unit, year, names, sizes in rows.select(*UNIT_YEAR, "files", "sizes").rows():
            # The publication of an earlier version of the program told no sizes.
            told = sizes if sizes is not None else map(self._tables[name].size, names)
            found[unit, year] = [File(*each) for each in zip(names, told, strict=True)]
        return found

    def named_rows(self, partitions: Iterable[Partition] | None) -> pl.DataFrame:
        """The publication's rows of the units and years, or all."""
        return self._snapshot.rows if partitions is None else self._snapshot.of(partitions)
