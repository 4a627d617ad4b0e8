"""The account of a commit: what a batch did to the lake, by table and by document."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from infra.lake.layout import FACTS, REGISTER, Partition


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


def document_states(
    arriving: Collection[str], changed: Collection[str], after: Mapping[str, pl.DataFrame]
) -> dict[str, Literal["committed", "unchanged", "superseded"]]:
    """What became of the arriving documents (ids), sorted, as ``Commit.documents`` says it.

    ``changed`` are documents any row of which differs, ``after`` the tables of facts as they are now.
    """
    standing = set(after[REGISTER].filter("is_current")["document_id"])
    standing.update(*(after[name]["document_id"] for name in FACTS if name != REGISTER))
    return {
        each: "unchanged" if each not in changed else "committed" if each in standing else "superseded"
        for each in sorted(arriving)
    }
