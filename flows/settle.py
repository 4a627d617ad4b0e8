"""What the ledger's keys amount to: the register is made to agree with them, whatever came in what order.

A document stands while a key holds it: while some key's newest version that could be read is that document.
Its origin (place, name, time) is that of the earliest fetch or upload among these keys, and it is withdrawn when all of
them were deleted since. All of that is a function of the ledger alone, so the same object versions give the
same register in any order of arrival.

It is called after the ledger was written, and reads what others wrote too. Of two workers with versions of the
same key, the one that writes the ledger last sees both and settles them; a crash before that is made up for
when the message comes again. Where a document went that a key still holds (another worker found the key in
the very moment), the object is to be read again: ``settle_keys`` says which.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cmp_to_key
from typing import Any

import polars as pl

from flows.anew import STANDING, Record, is_newer, is_removal
from flows.known import find_documents
from flows.records import object_frame
from infra.lake import Hint, Lake
from infra.lake.supersede import RESTATED
from infra.objects import ObjectRef


@dataclass(slots=True)
class Key:
    """An address with its versions in the ledger: ``holder`` is the one that stands, if any."""

    uri: str
    holder: Record | None = None
    overtaken: list[Record] = field(default_factory=list)
    withdrawn_at: datetime | None = None


def settle_keys(uris: Collection[str], lake: Lake, run_id: str = "") -> list[ObjectRef]:
    """Make the register agree with the ledger for all documents that these addresses have to do with.

    Gives object versions that have to be read again, their ledger rows marked ``failed`` until they are.
    Raises ``StorageError``; repeating the call is safe.
    """
    if not uris:
        return []
    rows = lake.versions(uris)
    keys = _keys(rows)
    documents = _documents(lake, rows)
    hints = lake.look_up(documents, uris) if documents else []
    holders = _holders(lake, documents, hints, keys)
    register = _registered(lake, documents, hints)
    restated, gone, lost = [], [], []
    for document in sorted(documents):
        held = holders.get(document, [])
        registered = register.get(document, [])
        if held and not registered:
            lost.append(_origin(held).holder)
        elif not held:
            gone += [(row["document_id"], row["unit_code"], row["year"]) for row in registered]
        else:
            told = _told(held)
            restated += [
                {**{name: row[name] for name in ("document_id", "unit_code", "year")}, **told}
                for row in registered
                if any(row[name] != value for name, value in told.items())
            ]
    if gone or restated:
        lake.commit({}, gone, run_id, pl.DataFrame(restated, schema=RESTATED, orient="row"))
    if gone:
        # A key may have come to hold one of them while it went.
        went = {document for document, _, _ in gone}
        again = _holders(lake, went, lake.look_up(went), {})
        lost += [_origin(held).holder for held in again.values()]
    overtaken = [{**row, "state": "superseded"} for key in keys.values() for row in key.overtaken]
    failed = [{**row, "state": "failed", "committed_at": None} for row in lost if row is not None]
    if overtaken or failed:
        lake.record(object_frame([*overtaken, *failed]), run_id=run_id)
    return [ref_of(row) for row in failed]


def ref_of(row: Record) -> ObjectRef:
    """The object version of a ledger row."""
    return ObjectRef(
        uri=row["uri"],
        bucket=row["bucket"],
        key=row["key"],
        version_id=row["version_id"],
        etag=row["etag"],
        size=row["byte_size"],
        last_modified=row["uploaded_at"],
        sequencer=row["sequencer"],
    )


def _keys(rows: pl.DataFrame) -> dict[str, Key]:
    """The addresses of ledger rows, each with its holder, what that overtook, and its deletion."""
    by_uri: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows.iter_rows(named=True):
        by_uri[row["uri"]].append(row)
    keys = {}
    for uri, versions in by_uri.items():
        standing = sorted((row for row in versions if row["state"] in STANDING), key=_order)
        key = keys[uri] = Key(uri, standing[-1] if standing else None, list(standing[:-1]))
        removals = sorted((row for row in versions if is_removal(row)), key=_order)
        if key.holder is not None and removals and is_newer(removals[-1], key.holder):
            key.withdrawn_at = removals[-1]["uploaded_at"]
    return keys


def _compare(one: Record, other: Record) -> int:
    if is_newer(one, other):
        return 1
    if is_newer(other, one):
        return -1
    # Of no known order: any, but always the same.
    first, second = (f"{row['version_id']} {row['etag']}" for row in (one, other))
    return (first > second) - (first < second)


_order = cmp_to_key(_compare)


def _documents(lake: Lake, rows: pl.DataFrame) -> set[str]:
    """The documents that the addresses have to do with: that they hold, held, or are said to be from."""
    known = set(rows["document_id"].drop_nulls())
    # A worker that died between register and ledger left a document that only the register knows.
    several = [uri for uri, count in rows["uri"].value_counts().iter_rows() if count > 1]
    if several:
        known |= lake.documents_of(several)
    return known


def _holders(
    lake: Lake, documents: Collection[str], hints: Collection[Hint], settled: Mapping[str, Key]
) -> dict[str, list[Key]]:
    """The keys that hold each of the documents; ``hints`` say which may, ``settled`` are known already."""
    others = {hint.uri for hint in hints} - set(settled)
    keys = {**(_keys(lake.versions(others)) if others else {}), **settled}
    found: dict[str, list[Key]] = defaultdict(list)
    for key in keys.values():
        if key.holder is not None and key.holder["document_id"] in documents:
            found[key.holder["document_id"]].append(key)
    return found


def _registered(lake: Lake, documents: Collection[str], hints: Collection[Hint]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = defaultdict(list)
    for row in find_documents(lake, documents, hints):
        found[row["document_id"]].append(row)
    return found


def _origin(held: Iterable[Key]) -> Key:
    def place(key: Key) -> tuple[bool, Any, str]:
        assert key.holder is not None  # noqa: S101  that is what a holder is
        at = _fetched_at(key.holder)
        return at is None, at, key.uri

    return min(held, key=place)


def _fetched_at(row: Record) -> datetime | None:
    """When the bytes were fetched from their site, else when they were uploaded: a copied bucket keeps its order."""
    at: datetime | None = row["fetched_at"] or row["uploaded_at"]
    return at


def _told(held: list[Key]) -> dict[str, Any]:
    origin = _origin(held).holder
    assert origin is not None  # noqa: S101  as above
    removals = [key.withdrawn_at for key in held]
    return {
        "source_uri": origin["uri"],
        "file_name": ref_of(origin).file_name,
        "source_url": origin["source_url"],
        "page_url": origin["page_url"],
        "published_date": origin["published_date"],
        "retrieved_at": _fetched_at(origin),
        "withdrawn_at": None if None in removals else max(at for at in removals if at is not None),
    }
