"""Deletions in the ledger: recorded, and taken back where the key has its object again.

A deletion is a row without an ETag, named by its delete marker or its time. What was read from a deleted object is
kept, and its document marked withdrawn (``flows.settle``).

A key that has an object now is not deleted, whatever a message says. It was given a newer version, which needs
nothing; or its delete marker was taken away, as people do who want the object back. S3 tells of that as of one more
deletion, and the version that stands again is one that everybody knows: so the deletion counts no more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.anew import is_deletion
from flows.outcome import Outcome
from flows.records import object_frame, object_key
from infra.lake import Lake
from infra.objects import ObjectRef
from infra.settings import Settings
from infra.versions import is_there


def record_removals(removed: Iterable[ObjectRef], lake: Lake, settings: Settings, run_id: str) -> set[str]:
    """Record deletions, or that they count no more; gives the addresses that have to be settled for it.

    ``removed`` have the time of the deletion in ``last_modified``. Raises ``StorageError``.
    """
    told = list(removed)
    if not told:
        return set()
    # The ledger is read before the store is asked: a deletion that is recorded after that is a later one.
    known = [
        row for row in lake.versions({ref.uri for ref in told}).iter_rows(named=True) if is_deletion(row)
    ]
    there = {ref.uri for ref in told if _is_there(ref, settings)}
    rows = [removal_row(ref) for ref in told if ref.uri not in there]
    rows += [{**row, "state": "superseded"} for row in known if row["uri"] in there]
    if rows:
        lake.record(object_frame(rows), run_id=run_id)
    return {row["uri"] for row in rows}


def removal_row(ref: ObjectRef) -> dict[str, Any]:
    """The ledger's row of a deletion; without a marker's id its time is its name."""
    at = ref.last_modified or datetime.now(UTC)
    version = ref.version_id or f"deleted {at.isoformat()}"
    named = replace(ref, version_id=version, etag=None, size=None, last_modified=at)
    return settled_row(Outcome(named, "withdrawn"))


def _is_there(ref: ObjectRef, settings: Settings) -> bool:
    return Path(ref.key).exists() if ref.bucket is None else is_there(ref, settings)


def settled_row(outcome: Outcome) -> dict[str, Any]:
    """The ledger's row of an object that needs no reading."""
    ref, now = outcome.ref, datetime.now(UTC)
    return {
        **object_key(ref),
        "byte_size": ref.size,
        "sequencer": ref.sequencer,
        "state": outcome.state,
        "uploaded_at": ref.last_modified,
        "received_at": now,
        "attempts": 1,
    }
