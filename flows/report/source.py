"""The bytes of a document of the lake, from where it was uploaded, proven by their sha256.

A file may have been moved, overwritten or withdrawn since. Then there is no picture, and a sentence says why.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from infra.lake import Lake
from infra.objects import ObjectRef, read_object
from infra.settings import Settings
from schemas.errors import DocumentError, StorageError


@dataclass(frozen=True, slots=True)
class Source:
    """A document's bytes, or None and a sentence on why there are none."""

    data: bytes | None
    missing: str = ""


def refs_of(lake: Lake, documents: Iterable[Mapping[str, Any]]) -> dict[str, ObjectRef]:
    """Where to read each document (by document_id), from the ledger; a row of ``document`` each."""
    rows = list(documents)
    wanted = {row["document_id"]: row["source_uri"] for row in rows}
    found: dict[str, ObjectRef] = {}
    for record in lake.versions(set(wanted.values())).iter_rows(named=True):
        if wanted.get(record["document_id"]) == record["uri"]:
            found[record["document_id"]] = ObjectRef(
                record["uri"], record["bucket"], record["key"], record["version_id"], record["etag"]
            )
    return found


def read_source(ref: ObjectRef | None, document_id: str, settings: Settings) -> Source:
    """The document's bytes if they still are where they were; never other bytes."""
    if ref is None:
        return Source(None, "The ledger does not say where the document was read from.")
    try:
        data = read_object(ref, settings.max_bytes, settings)
    except (StorageError, DocumentError) as error:
        return Source(None, str(error))
    if hashlib.sha256(data).hexdigest() != document_id:
        return Source(None, f"{ref.uri} holds other bytes by now than those that were read.")
    return Source(data)
