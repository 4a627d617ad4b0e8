"""Objects to be read again: refused ones by key or reason, and documents that an older version read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

import polars as pl

from flows import VERSION
from flows.anew import STANDING
from flows.settle import ref_of
from infra.lake import Lake
from infra.objects import ObjectRef
from schemas.errors import UsageError

# States that a replay may change. What is done stays done: replaying it changes nothing.
_OPEN = ("quarantined", "failed", "received", "started")


def find_refused(lake: Lake, keys: Collection[str] = (), reason: str | None = None) -> list[ObjectRef]:
    """Object versions to replay: those of the keys (or addresses), or those refused for a reason.

    Raises ``UsageError`` where a key was never seen, and where nothing was refused for the reason.
    """
    ledger = lake.scan("object")
    if reason is not None:
        rows = ledger.filter((pl.col("state") == "quarantined") & (pl.col("reason") == reason)).collect()
        if rows.is_empty():
            raise UsageError(
                f"Nothing is in quarantine for the reason {reason}; `budgetlake status` lists them."
            )
        return [ref_of(row) for row in rows.iter_rows(named=True)]
    wanted = list(keys)
    rows = ledger.filter(pl.col("key").is_in(wanted) | pl.col("uri").is_in(wanted)).collect()
    for key in wanted:
        if rows.filter((pl.col("key") == key) | (pl.col("uri") == key)).is_empty():
            raise UsageError(f"The lake has never seen {key}: give a key or an address as it was uploaded.")
    return [ref_of(row) for row in rows.filter(pl.col("state").is_in(_OPEN)).iter_rows(named=True)]


def find_outdated(lake: Lake, everything: bool = False) -> dict[str | None, list[ObjectRef]]:
    """Objects whose documents were read by another version of this program, by the region they were given.

    ``everything``: those of this version too. A document's region is given where its bytes do not tell it.
    """
    register = lake.scan("document").select("document_id", "region_code", "pipeline_version", "evidence")
    if not everything:
        register = register.filter(pl.col("pipeline_version") != VERSION)
    given: dict[str, str | None] = {}
    for row in register.collect().iter_rows(named=True):
        told = any(
            each["field"] == "region_code" and each["source"] == "given" for each in row["evidence"] or ()
        )
        given[row["document_id"]] = row["region_code"] if told else None
    holders = (
        lake.scan("object")
        .filter(pl.col("document_id").is_in(list(given)) & pl.col("state").is_in(STANDING))
        .sort("uploaded_at", "uri")
        .unique("document_id", keep="first", maintain_order=True)
        .collect()
    )
    found: dict[str | None, list[ObjectRef]] = defaultdict(list)
    for row in holders.iter_rows(named=True):
        found[given[row["document_id"]]].append(ref_of(row))
    return found
