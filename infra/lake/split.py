"""How a lake's facts are parted: not at all, or by province. The lake itself says so, in ``_split.json``.

What is told once holds for good: a lake that moved its rows from one way to the other under its readers would need
a lock. It is told by the first who writes, before anything else, so that nobody has to be told by a setting how to
read a lake, and two first writers of different settings do not part it in two ways.

A lake without the file was made before there was a choice, and is whole.
"""

from __future__ import annotations

import json
from typing import Literal, TypeAlias

from infra.lake.delta_log import DeltaLog
from infra.lake.layout import SHARD_DIGITS
from infra.lake.store import Store
from schemas.errors import UsageError
from schemas.tables import TABLES

SplitBy: TypeAlias = Literal["none", "province"]

_NAME = "_split.json"
# The ledger of a country: 256 shards of ten million objects would have 40,000 rows each, all to be read and
# written again for one that comes.
_FINE = 3


class Split:
    """How the lake in ``store`` is parted; ``wanted`` is how a new one is to be."""

    def __init__(self, store: Store, uri: str, wanted: SplitBy) -> None:
        self._store = store
        self._uri = uri
        self._wanted = wanted
        self._told: SplitBy = "none"
        self._digits = SHARD_DIGITS
        self.sure = False

    def told(self) -> SplitBy:
        """How the lake is parted as far as it says so. Raises ``StorageError``."""
        if not self.sure and (data := self._store.get(_NAME)) is not None:
            told = json.loads(data)
            self._told, self._digits = told["split"], int(told["shard_digits"])
            self.sure = True
        return self._told

    @property
    def shard_digits(self) -> int:
        """Digits of a shard of the ledger."""
        self.told()
        return self._digits

    def is_whole(self) -> None:
        """The lake has facts and has not said how it is parted: it never will be."""
        self.sure = True

    def settle(self) -> None:
        """Say how the lake is parted, before the first is written into it.

        Raises ``UsageError`` where the lake is whole and was to be parted, and ``StorageError``.
        """
        if not self.sure:
            self._say()
        if self._wanted == "province" and self._told == "none":
            raise UsageError(
                f"The lake {self._uri} was made in one piece and stays so: unset BUDGETLAKE_LAKE_SPLIT, or name a "
                "new lake by BUDGETLAKE_LAKE and ingest into that."
            )

    def _say(self) -> None:
        self.told()
        if self.sure:
            return
        if self._wanted == "province" and self._has_tables():
            return
        digits = SHARD_DIGITS if self._wanted == "none" else _FINE
        self._store.create(_NAME, json.dumps({"split": self._wanted, "shard_digits": digits}).encode())
        self.told()

    def _has_tables(self) -> bool:
        return any(DeltaLog(self._store, name).find() is not None for name in (*TABLES, "publication"))
