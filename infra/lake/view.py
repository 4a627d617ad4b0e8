"""The lake as it was published at one version: what is published later is not seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import polars as pl

from infra.lake.delta_log import File
from infra.lake.layout import UNIT_YEAR, Partition, province_of
from infra.lake.publication import SCHEMA

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


class SplitView(View):
    """The same over the parts of a lake, each opened when its rows are wanted first."""

    def __init__(
        self,
        tables: Mapping[str, LakeTable],
        parts: Mapping[str, Callable[[], View]],
        each: Callable[[Callable[[str], View], Iterable[str]], list[View]],
        version: int | None,
    ) -> None:
        self._tables = tables
        self._parts = parts
        self._each = each
        self.version = version

    def files(self, name: str, partitions: Iterable[Partition] | None = None) -> list[str]:
        """Addresses of the Parquet files that a table consists of, in all parts."""
        found = self._opened(partitions)
        return [file for view, wanted in found for file in view.files(name, wanted)]

    def named(self, name: str, partitions: Iterable[Partition] | None = None) -> dict[Partition, list[File]]:
        """A table's files by unit and year; a file's name is that in its part."""
        return {
            unit_year: files
            for view, wanted in self._opened(partitions)
            for unit_year, files in view.named(name, wanted).items()
        }

    def named_rows(self, partitions: Iterable[Partition] | None) -> pl.DataFrame:
        """The publications' rows."""
        rows = [view.named_rows(wanted) for view, wanted in self._opened(partitions)]
        return pl.concat(rows) if rows else pl.DataFrame(schema=SCHEMA)

    def _opened(self, partitions: Iterable[Partition] | None) -> list[tuple[View, list[Partition] | None]]:
        """The parts, or those of some units and years, each with what is wanted of it."""
        if partitions is None:
            views = self._each(lambda name: self._parts[name](), self._parts)
            return [(view, None) for view in views]
        wanted: dict[str, list[Partition]] = {}
        for partition in partitions:
            wanted.setdefault(province_of(str(partition[0])), []).append(partition)
        names = [name for name in sorted(wanted) if name in self._parts]
        views = self._each(lambda name: self._parts[name](), names)
        return [(view, wanted[name]) for name, view in zip(names, views, strict=True)]
