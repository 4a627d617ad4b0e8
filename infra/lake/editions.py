"""Editions of a lake in parts: which version of each part is the lake, by number.

Each part is published by itself. An edition names the versions that go together, so that readers see the parts as of
one moment and a lake in parts has versions as any other has. An edition is an object of its own, the next number's,
created if absent; whoever is second takes what the first has said into his own. A part never goes back: of two
versions of it an edition names the later.

A writer that dies before its edition leaves parts that are ahead of it; who writes next to one of them, or ``mend``,
makes the edition that he did not. Editions are some hundred bytes each and are kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from infra.lake.store import Store
from schemas.errors import StorageError

_FOLDER = "editions"
_HINT = f"{_FOLDER}/_newest.json"
_HINT_EVERY = 100
_NAME = re.compile(r"[0-9]{20}\.json")


class Edition(NamedTuple):
    """The parts by name, each with its version, as of a time; number 0 is the lake before the first."""

    number: int
    parts: Mapping[str, int]
    at: datetime


_FIRST = Edition(0, {}, datetime.min.replace(tzinfo=UTC))


class Editions:
    """The editions of a lake, the newest kept."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._newest: Edition | None = None

    def newest(self) -> Edition:
        """The edition of now. Raises ``StorageError``."""
        number = self._hinted() if self._newest is None else self._newest.number
        later = [
            name for name in self._store.names(_FOLDER, after=f"{number:020}.json") if _NAME.fullmatch(name)
        ]
        if later:
            number = int(later[-1][:20])
        if self._newest is None or self._newest.number != number:
            self._newest = self._read(number)
        return self._newest

    def at(self, version: int | datetime) -> Edition:
        """An earlier edition, or that of a time. Raises ``StorageError`` where there never was one."""
        newest = self.newest()
        if isinstance(version, int):
            if not 0 <= version <= newest.number:
                raise StorageError(f"The lake has no version {version}; its newest is {newest.number}.")
            return self._read(version)
        least, most = 0, newest.number
        while least < most:
            middle = (least + most + 1) // 2
            if self._read(middle).at <= version:
                least = middle
            else:
                most = middle - 1
        return self._read(least)

    def publish(self, versions: Mapping[str, int], run_id: str = "") -> tuple[Edition, bool]:
        """Make sure that these parts are seen at these versions, or later ones.

        Gives the newest edition, and whether it had to be made. Raises ``StorageError``.
        """
        while True:
            newest = self.newest()
            parts = {
                name: max(newest.parts.get(name, -1), versions.get(name, -1))
                for name in sorted({*newest.parts, *versions})
            }
            if parts == newest.parts:
                return newest, False
            # Clocks of machines differ; time does not go back.
            made = Edition(newest.number + 1, parts, max(datetime.now(UTC), newest.at))
            told = {"parts": parts, "at": made.at.isoformat(), "run_id": run_id}
            if self._store.create(_name(made.number), json.dumps(told).encode()):
                self._newest = made
                if made.number % _HINT_EVERY == 0:
                    self._store.put(_HINT, json.dumps({"number": made.number}).encode())
                return made, True

    def _hinted(self) -> int:
        data = self._store.get(_HINT)
        return 0 if data is None else int(json.loads(data)["number"])

    def _read(self, number: int) -> Edition:
        if number == 0:
            return _FIRST
        data = self._store.get(_name(number))
        if data is None:
            raise StorageError(f"The lake has lost {_name(number)}; put it back from a copy.")
        told = json.loads(data)
        return Edition(number, told["parts"], datetime.fromisoformat(told["at"]))


def _name(number: int) -> str:
    return f"{_FOLDER}/{number:020}.json"
