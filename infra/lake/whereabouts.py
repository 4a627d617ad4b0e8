"""Where a document is to be looked for: the unit and year that it was read as, the addresses it came from.

Register and ledger are laid out for those who know the unit or the address. Who knows only a document would have
to look through all of them, so every commit leaves a hint first: an object of its own, all of it in its name.
Hints are never changed, taken away or in conflict with one another. They may tell of something that did not come
to be or has gone; whoever follows one looks whether it holds.

``whereabouts/document/0a7/0a7…,430202-052001,2024,9f…`` says unit, year and address of a document (the last a
hash, the address itself is the object's content); ``whereabouts/address/9f2/9f2…,0a7…`` says the document of an
address. Looking one up is a listing by prefix, and its cost does not grow with the lake.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from typing import NamedTuple

from infra.lake.store import Store

_FOLDER = "whereabouts"
_COMPLETE = f"{_FOLDER}/_complete"
_FAN = 3
_REMEMBERED = 10_000


class Hint(NamedTuple):
    """A document came from this address; and was read as of this unit and year, where they are told."""

    document_id: str
    uri: str
    unit_code: str | None = None
    year: int | None = None


class Whereabouts:
    """The hints of a lake."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._complete = False
        self._left: set[tuple[str, str]] = set()

    @property
    def complete(self) -> bool:
        """Whether all that the lake has is hinted at; a lake of an earlier version has no hints yet."""
        self._complete = self._complete or self._store.size(_COMPLETE) is not None
        return self._complete

    def finish(self) -> None:
        """Say that all that the lake has is hinted at."""
        self._store.put(_COMPLETE, b"")

    def leave(self, hints: Iterable[Hint]) -> None:
        """Leave these hints; those that are there already stay."""
        wanted = list(hints)
        # The ledger is told what the register was told a moment ago, with unit and year.
        new = [hint for hint in wanted if hint.unit_code or (hint.document_id, hint.uri) not in self._left]
        objects = {name: data for hint in new for name, data in _objects(hint)}
        self._store.each(lambda item: self._store.put(*item), objects.items())
        if len(self._left) > _REMEMBERED:
            self._left.clear()
        self._left.update((hint.document_id, hint.uri) for hint in new)

    def of(self, documents: Collection[str], known: Collection[str] = ()) -> list[Hint]:
        """All hints of these documents. ``known`` are addresses that need not be looked up by their hash."""
        addresses = {_hash(uri): uri for uri in known}
        listed = self._store.each(self._named, sorted(set(documents)))
        strange = sorted({name for names in listed for name in names if name.split(",")[3] not in addresses})
        read = self._store.each(self._address, strange)
        addresses |= {name.split(",")[3]: uri for name, uri in zip(strange, read, strict=True)}
        hints = []
        for name in (name for names in listed for name in names):
            document, unit, year, address = name.split(",")
            hints.append(Hint(document, addresses[address], unit or None, int(year) if year else None))
        return hints

    def documents_of(self, uris: Collection[str]) -> set[str]:
        """Documents that are said to be from these addresses."""
        hashes = [_hash(uri) for uri in uris]
        listed = self._store.each(
            lambda each: self._store.names(f"{_FOLDER}/address/{each[:_FAN]}", f"{each},"), hashes
        )
        return {name.split(",")[1] for names in listed for name in names}

    def _named(self, document: str) -> list[str]:
        return self._store.names(f"{_FOLDER}/document/{document[:_FAN]}", f"{document},")

    def _address(self, name: str) -> str:
        data = self._store.get(f"{_FOLDER}/document/{name[:_FAN]}/{name}")
        return (data or b"").decode("utf-8", "surrogateescape")


def _objects(hint: Hint) -> Iterable[tuple[str, bytes]]:
    address = _hash(hint.uri)
    place = "," if hint.unit_code is None else f"{hint.unit_code},{hint.year}"
    name = f"{hint.document_id},{place},{address}"
    yield (
        f"{_FOLDER}/document/{name[:_FAN]}/{name}",
        hint.uri.encode("utf-8", "surrogateescape"),
    )
    yield f"{_FOLDER}/address/{address[:_FAN]}/{address},{hint.document_id}", b""


def _hash(uri: str) -> str:
    return hashlib.sha256(uri.encode("utf-8", "surrogateescape")).hexdigest()
