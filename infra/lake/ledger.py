"""The ledger's rules: what a new record of an object makes of the one that the lake has. Pure functions.

The ledger has one row an object version. A record says what is known now: its state, reason, run and
document are taken as they are, and what describes the object (size, sequencer) or dates its way is kept
where the record does not say it. Recording the same thing again changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from infra.lake.layout import SHARD_DIGITS, shard_of

OBJECT = ("uri", "version_id", "etag")

_KEPT = (
    *("bucket", "key", "byte_size", "document_id", "started_at", "committed_at"),
    *("source_url", "page_url", "published_date", "fetched_at"),
)


def with_shard(rows: pl.DataFrame, digits: int = SHARD_DIGITS) -> pl.DataFrame:
    """The rows with their shard, the partition that they lie in."""
    shards = [shard_of(uri, digits) for uri in rows["uri"]]
    return rows.with_columns(shard=pl.Series(shards, dtype=pl.String))


def same_version(row: Mapping[str, Any], version_id: str | None, etag: str | None) -> bool:
    """True when a ledger row of an address is of this version: by id where both have one, else by ETag."""
    if row["version_id"] is not None and version_id is not None:
        return bool(row["version_id"] == version_id)
    return bool(row["etag"] == etag)


def merge_objects(current: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``object`` after the records; the last of several records of one object counts.

    A version with an id was uploaded once, and its earliest date counts. A name without one is that of all
    uploads of the same bytes to the key: the newest counts, and what is recorded of an earlier one changes nothing.
    """
    dated = ("uploaded_at", "sequencer", "received_at")
    taken = [name for name in current.columns if name not in (*OBJECT, *dated, *_KEPT, "attempts")]
    unnamed, at = pl.col("version_id").is_null(), pl.col("uploaded_at")
    rows = pl.concat([current, records.select(current.columns)])
    return (
        rows.sort(pl.when(unnamed).then(at.fill_null(at.max().over(OBJECT))), maintain_order=True)
        .group_by(OBJECT, maintain_order=True)
        .agg(
            pl.when(unnamed.first()).then(at.max()).otherwise(at.min()),
            pl.when(unnamed.first())
            .then(pl.col("sequencer").last())
            .otherwise(pl.col("sequencer").drop_nulls().last()),
            pl.col("received_at").min(),
            *(pl.col(name).drop_nulls().last() for name in _KEPT),
            *(pl.col(name).last() for name in taken),
            pl.col("attempts").max(),
        )
        .select(current.columns)
    )


def merge_quarantine(current: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``quarantine`` after the records: an object's new records replace all its old ones."""
    others = current.join(records.select(OBJECT), on=OBJECT, how="anti", nulls_equal=True)
    return pl.concat([others, records.select(current.columns)])
