"""Rows that the lake had at an earlier moment: what a replaced document said before it was replaced.

Delta keeps replaced files until they are vacuumed. After that there is nothing to compare with, and the
answer is an empty frame, never an error: a lake may forget its past.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import polars as pl

from infra.lake.lake import Lake
from infra.lake.layout import Partition
from schemas.errors import StorageError


def rows_before(lake: Lake, name: str, partitions: Iterable[Partition], moment: datetime) -> pl.DataFrame:
    """The rows of these partitions as of ``moment``, all columns; empty where the past is not kept.

    The moment of a batch is taken before its commit, so ``document.ingested_at`` gives the rows that stood
    before the document came.
    """
    try:
        return lake.snapshot(moment).read(name, partitions)
    except (StorageError, OSError, pl.exceptions.PolarsError):
        return pl.DataFrame(schema=lake.table(name).schema)
