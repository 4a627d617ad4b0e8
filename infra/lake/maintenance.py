"""Care of the lake: put right what dead writers left, checkpoint the logs, clear replaced files away.

A partition is always written whole, as one file, so there is nothing to compact: as many files as units and
years, tables apart. Safe beside writers and readers: a replaced file is cleared only ``retention_hours``
after it was replaced, and what is published never is, for ``mend`` comes first. A reader may take that long,
and ``changes`` and old snapshots reach back as far.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from infra.lake.lake import Lake

RETENTION_HOURS = 7 * 24
_SHORTEST = 1


@dataclass(frozen=True, slots=True)
class Care:
    """What was done: units and years put right, files cleared away by table, versions checkpointed by table."""

    mended: int
    cleared: dict[str, int]
    checkpoints: dict[str, int]


def maintain(lake: Lake, retention_hours: int = RETENTION_HOURS, run_id: str = "") -> Care:
    """Do all of it. ``retention_hours`` of less than an hour count as one. Raises ``StorageError``."""
    hours = max(retention_hours, _SHORTEST)
    mended = lake.mend(run_id)
    cleared, checkpoints = {}, {}
    for table in lake.tables():
        table.refresh()
        if table.version is None:
            continue
        name = table.uri.removeprefix(f"{lake.uri}/")
        checkpoints[name] = table.checkpoint()
        cleared[name] = table.clear(hours)
    return Care(len(mended), cleared, checkpoints)


def describe(care: Care) -> Iterator[str]:
    """What was done, a line each."""
    yield f"units and years put right: {care.mended}"
    for table, number in care.cleared.items():
        yield f"{table}: checkpoint of version {care.checkpoints[table]}, {number} replaced files cleared away"
