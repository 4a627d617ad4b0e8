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
    """The same over parts of a lake, each opened when its rows are wanted first.

    ``folder`` has the parts by name, ``each`` opens several at once where that saves waiting.
    """

    def __init__(
        self,
        tables: Mapping[str, LakeTable],
        folder: str,
        parts: Mapping[str, Callable[[], View]],
        version: int | None = None,
        each: Callable[[Callable[[str], View], Iterable[str]], Iterable[View]] = map,
    ) -> None:
        self._tables = tables
        self._folder = folder
        self._parts = parts
        self._each = each
        self._last: tuple[frozenset[Partition] | None, pl.DataFrame] | None = None
        self.version = version

    def files(self, name: str, partitions: Iterable[Partition] | None = None) -> list[str]:
        """Addresses of the Parquet files that a table consists of, in all parts."""
        rows = self.named_rows(partitions).filter(pl.col("table") == name)
        units = rows.select("unit_code", "files").rows()
        return sorted(
            f"{self._folder}/{province_of(unit)}/{name}/{file}" for unit, files in units for file in files
        )

    def named_rows(self, partitions: Iterable[Partition] | None) -> pl.DataFrame:
        """The publications' rows of the units and years, or all."""
        wanted = None if partitions is None else frozenset(partitions)
        if self._last is None or self._last[0] != wanted:
            whose = dict.fromkeys(self._parts) if wanted is None else _by_province(wanted)
            names = sorted(self._parts.keys() & whose)
            views = self._each(lambda name: self._parts[name](), names)
            rows = [view.named_rows(whose[name]) for name, view in zip(names, views, strict=True)]
            self._last = (wanted, pl.concat(rows) if rows else pl.DataFrame(schema=SCHEMA))
        return self._last[1]


def _by_province(partitions: Iterable[Partition]) -> dict[str, list[Partition] | None]:
    found: dict[str, list[Partition]] = {}
    for partition in partitions:
        found.setdefault(province_of(str(partition[0])), []).append(partition)
    return {**found}
