"""Keys that nobody settled: whose register rows are not what the ledger makes of them.

A message that was given to two workers and acknowledged by one, or given up after five receives, leaves nobody to
finish what the other had begun when it died. A look through ledger and register finds that; what it finds too
much does no harm, for settling changes nothing where all is well.
"""

from __future__ import annotations

import polars as pl

from flows.anew import STANDING
from infra.lake import Lake


def unsettled_keys(lake: Lake) -> set[str]:
    """Addresses that ``flows.settle.settle_keys`` has to be called for. Raises ``StorageError``."""
    ledger = lake.scan("object").collect()
    at = pl.coalesce("fetched_at", "uploaded_at").alias("at")
    standing = ledger.filter(pl.col("state").is_in(STANDING) & pl.col("document_id").is_not_null())
    several = standing.filter(pl.col("uri").is_duplicated())["uri"]
    removals = (
        ledger.filter((pl.col("state") == "withdrawn") & pl.col("etag").is_null())
        .group_by("uri")
        .agg(removed_at=pl.col("uploaded_at").max())
    )
    removed = pl.col("removed_at") > pl.col("uploaded_at")
    holders = (
        standing.join(removals, on="uri", how="left")
        .with_columns(at, removed_at=pl.when(removed).then("removed_at"))
        .sort("at", "uri", nulls_last=True)
        .group_by("document_id", maintain_order=True)
        .agg(
            pl.col("uri", "at").first(),
            withdrawn=pl.when(pl.col("removed_at").null_count() == 0).then(pl.col("removed_at").max()),
        )
    )
    register = (
        lake.scan("document").select("document_id", "source_uri", "retrieved_at", "withdrawn_at").collect()
    )
    differ = holders.join(register, on="document_id", how="full", coalesce=True).filter(
        pl.col("uri").ne_missing(pl.col("source_uri"))
        | pl.col("at").ne_missing(pl.col("retrieved_at"))
        | pl.col("withdrawn").ne_missing(pl.col("withdrawn_at"))
    )
    return {*several, *differ["uri"].drop_nulls(), *differ["source_uri"].drop_nulls()}
