"""Which version of a key is the newer, and keys that are given bytes which they had before.

Where a store keeps no versions (a folder, a bucket without them) a version has no name but that of its bytes. A key
that had A, then B, then A again has two rows in the ledger for three uploads, and so has one that was deleted and
put back. Such a row is that of the newest upload of its bytes: the ledger keeps the newest date
(``infra.lake.ledger``), and an upload that is newer than what came after the row is work to be done again.

What a listing of such a store shows is there now, and so the newest of its key, whatever dates say: stores date by
the second, and a file keeps its date when it is put back from a copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from infra.objects import ObjectRef

Record: TypeAlias = Mapping[str, Any]

STANDING = frozenset({"committed", "unchanged", "alias"})
VANISHED = "vanished "
_OVER = frozenset({"superseded", "withdrawn"})


def is_newer(one: Record | ObjectRef, other: Record | ObjectRef) -> bool:
    """Whether one version of a key is surely newer than another, by sequencer, else by time of upload.

    A sequencer is a hexadecimal number whose length may grow; versions without either are of no known order.
    """
    first, second = _order(one), _order(other)
    if first[0] and second[0]:
        width = max(len(first[0]), len(second[0]))
        return first[0].rjust(width, "0") > second[0].rjust(width, "0")
    return first[1] is not None and second[1] is not None and first[1] > second[1]


def _order(version: Record | ObjectRef) -> tuple[str | None, datetime | None]:
    if isinstance(version, ObjectRef):
        return version.sequencer, version.last_modified
    return version["sequencer"], version["uploaded_at"]


def is_removal(row: Record) -> bool:
    """Whether a ledger row tells of a deletion and not of a version."""
    return bool(row["state"] == "withdrawn" and row["etag"] is None)


def is_vanishing(row: Record) -> bool:
    """Whether a removal in the ledger tells that a site has the object no more, and not that it was deleted."""
    return row["etag"] is None and str(row["version_id"]).startswith(VANISHED)


def is_deletion(row: Record) -> bool:
    """Whether a ledger row tells that its key was deleted in its store."""
    return is_removal(row) and not is_vanishing(row)


def row_of_bytes(ref: ObjectRef, rows: Iterable[Record]) -> Record | None:
    """The row that has its name of the bytes alone, as ``ref`` has; None: there is none, or ``ref`` has an id."""
    if ref.version_id is not None or ref.etag is None:
        return None
    return next((row for row in rows if row["version_id"] is None and row["etag"] == ref.etag), None)


def came_back(ref: ObjectRef, rows: Iterable[Record]) -> bool:
    """Whether ``ref`` is an upload of bytes that its key had, and had no longer; ``rows`` are those of the key."""
    known = list(rows)
    mine = row_of_bytes(ref, known)
    if mine is None or not is_newer(ref, mine):
        return False
    return mine["state"] in _OVER or any(_follows(other, mine) for other in known)


def as_newest(ref: ObjectRef, rows: Iterable[Record]) -> ObjectRef:
    """``ref``, which is what its key holds now, dated so that it is newer than all that the ledger has of the key."""
    known = list(rows)
    mine = row_of_bytes(ref, known)
    if mine is not None and mine["state"] not in _OVER and not any(_follows(other, mine) for other in known):
        return ref
    times = [
        row["uploaded_at"] for row in known if row is mine or row["state"] in STANDING or is_deletion(row)
    ]
    newest: datetime | None = max((at for at in times if at is not None), default=None)
    if newest is None or ref.last_modified is None or ref.last_modified > newest:
        return ref
    return replace(ref, last_modified=newest + timedelta(microseconds=1))


def _follows(other: Record, row: Record) -> bool:
    """Whether another row took the place of this one, or says that it was deleted."""
    return other is not row and (other["state"] in STANDING or is_deletion(other)) and is_newer(other, row)
