"""How the line stands: the queue, what waits longest, what became of all objects, and what was given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from flows.listing import oldest_missing
from infra.lake import Lake
from infra.notifications import Depth, dead_letters, queue_depth
from infra.objects import ObjectRef
from infra.settings import Settings


@dataclass(frozen=True, slots=True)
class Status:
    """``waiting`` and ``dead`` are None without a queue, ``oldest`` is None where nothing waits.

    ``states`` counts the ledger's rows, ``reasons`` the objects in quarantine now, ``dead_keys`` are what the
    dead letters looked at announce, at most ten of them.
    """

    states: dict[str, int]
    reasons: dict[str, int]
    waiting: Depth | None
    dead: Depth | None
    dead_keys: tuple[str, ...]
    oldest: ObjectRef | None
    version: int | None


def status(lake: Lake, settings: Settings, source: str | None = None) -> Status:
    """How the line stands. ``source`` is the landing place to look for what waits longest; None: do not look.

    Raises ``StorageError`` where lake, queue or store cannot be read.
    """
    ledger = lake.scan("object").select("state", "reason").collect()
    refused = ledger.filter(pl.col("state") == "quarantined")
    waiting = dead = None
    keys: tuple[str, ...] = ()
    if settings.queue_url is not None:
        waiting, dead = queue_depth(settings)
        if dead is not None and dead.total:
            keys = tuple(dead_letters(settings))
    return Status(
        _counts(ledger, "state"),
        _counts(refused, "reason"),
        waiting,
        dead,
        keys,
        oldest_missing(source, lake, settings) if source is not None else None,
        lake.snapshot().version,
    )


def age(ref: ObjectRef) -> str:
    """How long ago an object was uploaded, for people."""
    if ref.last_modified is None:
        return "at an unknown time"
    seconds = int((datetime.now(UTC) - ref.last_modified).total_seconds())
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{hours} h {minutes} min ago" if hours else f"{minutes} min {seconds % 60} s ago"


def _counts(rows: pl.DataFrame, column: str) -> dict[str, int]:
    return dict(rows[column].drop_nulls().value_counts(sort=True).rows())
