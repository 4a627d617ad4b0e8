"""Delta's log of one table, written as Delta's protocol says and without reading what the table consists of.

delta-rs reads the whole table's list of files before it writes, and plans each commit over it: at 100,000 units
and years that is a second a table. Who knows which files go and come, as the publication does, needs only the
number of the newest version. A commit is the next number's file, created if absent; whoever is second reads what
came first, and tries the number after it.

``txn`` is Delta's own mark for writers that must not do the same twice: here the version of the publication that
a commit brings the table up to.
"""

from __future__ import annotations

import json
import re
import time
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import quote

from infra.lake.layout import Partition
from infra.lake.store import Store

APP = "budgetlake-publication"

Action: TypeAlias = dict[str, Any]
_COMMIT = re.compile(r"[0-9]{20}\.json")


class File(NamedTuple):
    """A Parquet file below its table's folder; ``rows`` where they are known."""

    name: str
    size: int
    rows: int | None = None


class DeltaLog:
    """The log of one table. ``newest`` is the newest version known, None while none is."""

    def __init__(self, store: Store, table: str) -> None:
        self.table = table
        self._store = store
        self._folder = f"{table}/_delta_log"
        self.newest: int | None = None

    def find(self) -> int | None:
        """Look the newest version up."""
        checkpoint = self.last_checkpoint()
        known = max(self.newest or 0, checkpoint[0])
        after = f"{known:020}.json"
        later = [each for each in self._store.names(self._folder, after=after) if _COMMIT.fullmatch(each)]
        if later:
            self.newest = int(later[-1][:20])
        elif self.newest is None and (
            checkpoint[1] or self._store.size(f"{self._folder}/{after}") is not None
        ):
            self.newest = known
        return self.newest

    def last_checkpoint(self) -> tuple[int, int]:
        """Version and number of actions of the last checkpoint; zeros where there is none."""
        data = self._store.get(f"{self._folder}/_last_checkpoint")
        if data is None:
            return 0, 0
        told = json.loads(data)
        return int(told["version"]), int(told["size"])

    def read(self, version: int) -> list[Action] | None:
        """The actions of a version; None where it is not there, or not any more."""
        data = self._store.get(self._name(version))
        return None if data is None else [json.loads(line) for line in data.splitlines() if line.strip()]

    def version_at(self, moment: datetime) -> int | None:
        """The version that was the newest at a moment; the first for a moment before it. None: not kept any more.

        By what commits say of their time: the dates of files change when a lake is copied.
        """
        newest = self.find()
        if newest is None:
            return None
        # What is not there any more is old.
        at = bisect_right(range(newest + 1), moment.timestamp() * 1000, key=self._written_at) - 1
        return max(at, 0) if self._written_at(max(at, 0)) else None

    def _written_at(self, version: int) -> int:
        """When a version was written, in milliseconds; 0 where it is not there any more."""
        told = (
            each["commitInfo"].get("timestamp", 0)
            for each in self.read(version) or ()
            if "commitInfo" in each
        )
        return int(next(told, 0))

    def create(self, version: int, actions: Iterable[Action]) -> bool:
        """Write a version; False where another has it already."""
        data = "\n".join(json.dumps(each, ensure_ascii=False) for each in actions).encode() + b"\n"
        name = self._name(version)
        # A put that was answered too late is made again, and then finds itself.
        done = self._store.create(name, data) or self._store.get(name) == data
        if done:
            self.newest = version
        return done

    def _name(self, version: int) -> str:
        return f"{self._folder}/{version:020}.json"


def commit_actions(
    columns: tuple[str, ...],
    goes: Iterable[tuple[Partition, File]],
    comes: Iterable[tuple[Partition, File]],
    told: Mapping[str, Any],
    published: int | None = None,
) -> list[Action]:
    """The actions of a commit: files that go and come, each with its partition; ``told`` goes into its record.

    ``published`` is the version of the publication that it brings the table up to.
    """
    now = int(time.time() * 1000)
    record = {"timestamp": now, "operation": "WRITE", "operationParameters": {"mode": "Overwrite"}, **told}
    actions: list[Action] = [{"commitInfo": record}]
    if published is not None:
        actions.append({"txn": {"appId": APP, "version": published, "lastUpdated": now}})
    actions += [
        {
            "remove": {
                "path": quote(file.name, safe="/=-_.~+"),
                "deletionTimestamp": now,
                "dataChange": True,
                "extendedFileMetadata": True,
                "partitionValues": _values(columns, partition),
                "size": file.size,
            }
        }
        for partition, file in goes
    ]
    actions += [
        {
            "add": {
                "path": quote(file.name, safe="/=-_.~+"),
                "partitionValues": _values(columns, partition),
                "size": file.size,
                "modificationTime": now,
                "dataChange": True,
                **({} if file.rows is None else {"stats": json.dumps({"numRecords": file.rows})}),
            }
        }
        for partition, file in comes
    ]
    return actions


def published_version(actions: Iterable[Action]) -> int | None:
    """The version of the publication that a commit brought its table up to; None where it says none."""
    for action in actions:
        if action.get("txn", {}).get("appId") == APP:
            return int(action["txn"]["version"])
    return None


def _values(columns: tuple[str, ...], partition: Partition) -> dict[str, str]:
    return {name: str(value) for name, value in zip(columns, partition, strict=True)}
