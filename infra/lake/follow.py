"""Delta's own tables follow the publication: every version of it becomes a commit of each table that it changed.

The publication has decided already; a table's log is brought up to it in its order, by whoever comes first. A
commit says which version it brings the table up to (Delta's ``txn``), and it is the file after the newest of its
log, created if absent, so that no version is told twice and none before an earlier one. A writer that dies in
between is made up for by the next, or by ``mend``. Readers through the lake never notice: they read what the
publication names.

``publication/_followed.json`` says up to which version all tables are known to be; it may be behind, never ahead.
The cost is that of the changes: no table's list of files is read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infra.lake.checkpoint import checkpoint_when_due
from infra.lake.delta_log import Action, DeltaLog, File, commit_actions, published_version
from infra.lake.delta_table import LakeTable
from infra.lake.layout import Partition
from infra.lake.publication import NAME, Changes, Publication
from infra.lake.store import Store

_MARK = f"{NAME}/_followed.json"
# Other commits than ours are few: a vacuum makes two.
_BACK = 20


class Lost(Exception):
    """What happened since the tables were followed up is not told any more. Never leaves the lake."""


class Follower:
    """Keeps the tables' logs up to the publication."""

    def __init__(self, store: Store, publication: Publication, tables: Mapping[str, LakeTable]) -> None:
        self._store = store
        self._publication = publication
        self._tables = tables
        self._logs = {name: DeltaLog(store, name) for name in tables}
        # By table: the publication's version that it was brought up to, and by which commit.
        self._told: dict[str, int] = {}
        self._commits: dict[tuple[str, int], int] = {}
        self._followed: int | None = None
        self._schemas: dict[str, str] = {}

    def follow(self, version: int, own: Changes | None = None) -> dict[str, int]:
        """Bring all tables up to a version; gives its commit in each table that it changed.

        ``own`` are the changes of that version where the caller knows them. Raises ``Lost`` where the tables
        have to be compared with the publication, and ``StorageError``.
        """
        if self._followed is None or self._followed < version - 1:
            self._read_mark()
        if self._followed is None:
            raise Lost
        done: dict[str, int] = {}
        self._commits.clear()
        for each in range(self._followed + 1, version + 1):
            changes = own if each == version and own is not None else self._publication.changes_of(each)
            if changes is None:
                raise Lost
            done = {name: self._tell(name, each, changes[name]) for name in changes if name in self._tables}
        if self._followed < version:
            self.mark(version)
        return done

    def mark(self, version: int) -> None:
        """Say that all tables are up to this version."""
        self._followed = version
        self._store.put(_MARK, json.dumps({"version": version, "schemas": self._schemas}).encode())

    def set_right(
        self,
        name: str,
        version: int,
        goes: Sequence[tuple[Partition, File]],
        comes: Sequence[tuple[Partition, File]],
    ) -> bool:
        """Bring a table whose handle is at its newest version up to the publication's ``version``.

        False where another commit came meanwhile.
        """
        table, log = self._tables[name], self._logs[name]
        at = table.version
        if at is None:
            return True
        if not goes and not comes:
            told = table.published_version()
            self._told[name], log.newest = -1 if told is None else told, at
            return True
        actions = commit_actions(table.partition_by, goes, comes, {"mended": True}, version)
        if not log.create(at + 1, actions):
            return False
        self._told[name] = version
        return True

    def _tell(self, name: str, version: int, entries: Sequence[Any]) -> int:
        """Make one version's changes of a table a commit of it, unless it is one; gives the commit."""
        table, log = self._tables[name], self._logs[name]
        self._prepare(name)
        columns = table.partition_by
        actions = commit_actions(columns, list(_files(entries, 2)), list(_files(entries, 3)), {}, version)
        while self._told[name] < version:
            assert log.newest is not None  # noqa: S101  it was prepared
            at = log.newest + 1
            if log.create(at, actions):
                self._note(name, at, actions)
                if checkpoint_when_due(table, log):
                    table.close()
            else:
                there = log.read(at)
                if there is None:
                    raise Lost
                log.newest = at
                self._note(name, at, there)
        return self._commits.get((name, version), log.newest or 0)

    def _prepare(self, name: str) -> None:
        """Know the newest commit of a table, which version it tells of, and that its columns are those of today."""
        table, log = self._tables[name], self._logs[name]
        schema = hashlib.sha256(str(table.schema).encode()).hexdigest()[:16]
        if self._schemas.get(name) != schema:
            table.evolve()
            self._schemas[name] = schema
            log.newest = None
        if log.newest is not None:
            return
        newest = log.find()
        self._told[name] = -1
        if newest is None:
            raise Lost
        for at in range(newest, max(-1, newest - _BACK), -1):
            actions = log.read(at)
            if actions is None:
                break
            if published_version(actions) is not None:
                self._note(name, at, actions)
                return
            if at == 0:
                return
        table.refresh()
        told = table.published_version()
        self._told[name] = -1 if told is None else told

    def newest(self, name: str) -> int | None:
        """The newest commit known of a table."""
        return self._logs[name].newest

    def _note(self, name: str, at: int, actions: Sequence[Action]) -> None:
        told = published_version(actions)
        if told is not None:
            self._told[name] = told
            self._commits[name, told] = at

    def _read_mark(self) -> None:
        data = self._store.get(_MARK)
        if data is not None:
            told = json.loads(data)
            self._followed = max(int(told["version"]), self._followed or 0)
            self._schemas = {**told["schemas"], **self._schemas}


def _files(entries: Sequence[Any], place: int) -> Iterator[tuple[Partition, File]]:
    """The files that go (2) or come (3), each with its unit and year."""
    for entry in entries:
        for file in entry[place]:
            yield (entry[0], entry[1]), file
