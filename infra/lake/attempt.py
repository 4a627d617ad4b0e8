"""Trying again where another writer was faster: every write of the lake reads, computes and writes as one attempt."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from infra.lake.delta_table import ConflictError
from schemas.errors import StorageError

# A refused commit costs a read and a write again; 30 in a row, with pauses that grow to 1 s, is a minute.
_ATTEMPTS = 30

T = TypeVar("T")


def until_settled(lake: str, attempt: Callable[[], T]) -> T:
    """Call ``attempt`` until no other writer is in its way; gives what it gives.

    ``lake`` is the lake's address, for the sentence of the ``StorageError`` that is raised where others win
    again and again.
    """
    for number in range(_ATTEMPTS):
        try:
            return attempt()
        except ConflictError:
            time.sleep(random.uniform(0.005, min(1.0, 0.02 * 2**number)))  # noqa: S311  jitter, no secret
    raise StorageError(
        f"The lake {lake} was not written: other writers changed the same partitions "
        f"{_ATTEMPTS} times in a row; start fewer at once, nothing is lost by trying again."
    )
