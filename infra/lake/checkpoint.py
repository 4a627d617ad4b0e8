"""When a log gets a checkpoint: opening a table reads all commits after the last one.

A checkpoint costs as much as its table is large, so it is made the rarer the larger that is: what checkpoints cost
a commit does not grow with the lake.
"""

from __future__ import annotations

from contextlib import suppress

from infra.lake.delta_log import DeltaLog
from infra.lake.delta_table import LakeTable
from schemas.errors import StorageError

COMMITS = 100
# Actions of the table for each commit between two checkpoints.
_SHARE = 100


def checkpoint_when_due(table: LakeTable, log: DeltaLog) -> bool:
    """Write a checkpoint of the table where its log has grown enough since the last; says whether it was due.

    A checkpoint that fails is no failure of the commit before it: that stands, and the next one makes up for it.
    """
    if log.newest is None or log.newest % COMMITS:
        return False
    at, size = log.last_checkpoint()
    if log.newest - at < max(COMMITS, size // _SHARE):
        return False
    with suppress(StorageError):
        table.refresh()
        table.checkpoint()
    return True
