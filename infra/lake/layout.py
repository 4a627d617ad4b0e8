"""How the lake lies on disk: its tables, what each is partitioned by, and the order they are written in.

Tables of documents are partitioned by unit and year, as their readers ask. ``object`` and ``quarantine``
are partitioned by ``shard``, the first hex digits of the sha256 of the object's address: whose document it is may
not be known, and looking an address up reads one shard, which stays small however large the lake is.
``crawl`` is partitioned by region and month, ``coverage`` by region: each is written by a region's crawl.

Rows of a document that a newer one has overtaken are not in its tables; they lie in tables of the same names
and columns under ``overtaken/``. Which files of all these tables are the lake, ``publication`` says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import polars as pl

from schemas.tables import polars_schema

UNIT_YEAR = ("unit_code", "year")
SHARD = ("shard",)
SHARD_DIGITS = 2
UNKNOWN_PROVINCE = "00"

REGISTER = "document"
FACTS = ("budget_line", "performance_indicator", "performance_goal", "statement", "finding", REGISTER)
ASIDE = "overtaken"
OVERTAKEN = tuple(f"{ASIDE}/{name}" for name in FACTS if name != REGISTER)
LEDGERS = ("quarantine", "object")
CRAWLS = {"crawl": ("region_code", "crawl_month"), "coverage": ("region_code",)}

Partition: TypeAlias = "tuple[str | int, ...]"


def partition_columns(table: str) -> tuple[str, ...]:
    """The partition columns of a lake table; ``KeyError`` for an unknown table."""
    if table in FACTS or table in OVERTAKEN:
        return UNIT_YEAR
    if table in LEDGERS:
        return SHARD
    return CRAWLS[table]


def stored_schema(table: str) -> pl.Schema:
    """Columns and types as stored: those of the table's contract, and ``shard`` where it is the partition."""
    schema = dict(polars_schema(table.removeprefix(f"{ASIDE}/")))
    if partition_columns(table) == SHARD:
        schema["shard"] = pl.String()
    return pl.Schema(schema)


def shard_of(uri: str, digits: int = SHARD_DIGITS) -> str:
    """The shard of an object's address: ``00`` to ``ff``, ``000`` to ``fff`` where a lake has them so fine."""
    return hashlib.sha256(uri.encode("utf-8", "surrogateescape")).hexdigest()[:digits]


def province_of(unit_code: str) -> str:
    """The province of a unit, the first two digits of its division code; ``00`` where that is not known."""
    code = unit_code[:2]
    return code if len(code) == 2 and code.isascii() and code.isdigit() else UNKNOWN_PROVINCE


def partitions_of(frame: pl.DataFrame, columns: Sequence[str]) -> list[Partition]:
    """The distinct partitions of a frame's rows, sorted."""
    return sorted(frame.select(columns).unique().rows())


def partition_predicate(columns: Sequence[str], partitions: Iterable[Partition], apart: bool = False) -> str:
    """SQL that is true for the rows of these partitions; false for all where there are none.

    ``apart`` adds to each partition a comparison that always holds and is another for each. Without it
    DataFusion folds the terms into one ``IN`` list, which its pruning gives up on beyond 20 members: the
    conflict check of delta-rs then takes writers of different partitions for rivals.
    """
    first = columns[0]
    terms = []
    for number, partition in enumerate(partitions):
        parts = [f"{name} = {_literal(value)}" for name, value in zip(columns, partition, strict=True)]
        if apart:
            # '~' sorts after every character of a unit code or a shard.
            parts.append(f"{first} < '~{number}'")
        terms.append("(" + " AND ".join(parts) + ")")
    return " OR ".join(terms) or "false"


def _literal(value: str | int) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
