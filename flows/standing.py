"""Which documents of a batch stand: copies, older versions and what the lake has already are set aside.

Bytes are compared before anything that they say, for a copy's name may tell another year or nothing at all.
"""

from __future__ import annotations

from collections.abc import Sequence

from flows import VERSION
from flows.anew import is_newer
from flows.item import Item
from flows.known import find_documents, registered
from infra.lake import Lake


def set_aside(items: Sequence[Item], lake: Lake) -> None:
    """Give their outcomes to the items that need no commit; the others stay open."""
    _older_versions(items)
    _registered(items, lake)
    _copies(items)
    _refused_copies(items, lake)


def follow_leaders(items: Sequence[Item]) -> None:
    """Give up the outcomes that rested on another item of the batch, where that one was refused after all."""
    for item in items:
        leader = item.leader
        if leader is None or leader.outcome is None or leader.outcome.state != "quarantined":
            continue
        if item.is_state("alias"):
            refusal = leader.outcome
            item.refuse(str(refusal.reason), refusal.message, refusal.place, leader.refused_table)
        else:
            item.settle("failed", message="The newer version was refused; this one has to be tried again.")


def moved_documents(items: Sequence[Item], lake: Lake) -> list[tuple[str, str, int]]:
    """Where documents of the batch stand under another unit or year, as when a region is stated later."""
    here = {document for item in items if item.open for document in item.documents}
    found = find_documents(lake, {document for document, _, _ in here})
    there = {(row["document_id"], row["unit_code"], row["year"]) for row in found}
    return sorted(there - here)


def _older_versions(items: Sequence[Item]) -> None:
    newest: dict[str, Item] = {}
    for item in (item for item in items if item.open):
        other = newest.setdefault(item.ref.uri, item)
        if other is item:
            continue
        older, newer = (item, other) if is_newer(other.ref, item.ref) else (other, item)
        newest[item.ref.uri] = newer
        older.leader = newer
        older.settle("superseded", message="A newer version of this object is in the same batch.")


def _registered(items: Sequence[Item], lake: Lake) -> None:
    parsed = [item for item in items if item.open]
    known = registered(lake, {each[1:] for item in parsed for each in item.documents}) if parsed else {}
    for item in parsed:
        rows = [known.get(each) for each in item.documents]
        row = rows[0]
        if row is None or any(each is None or each["pipeline_version"] != VERSION for each in rows):
            continue
        if row["source_uri"] == item.ref.uri:
            item.settle("unchanged")
        else:
            item.settle("alias", message=f"The same bytes are in the lake from {row['source_uri']}.")


def _copies(items: Sequence[Item]) -> None:
    first: dict[str | None, Item] = {}
    for item in (item for item in items if item.open):
        other = first.setdefault(item.sha256, item)
        if other is not item:
            _follow(item, other)
    for item in items:
        if item.is_state("quarantined") and item.sha256 in first:
            _follow(item, first[item.sha256])


def _follow(item: Item, leader: Item) -> None:
    item.leader = leader
    item.settle("alias", message=f"The same bytes are in this batch as {leader.ref.uri}.")


def _refused_copies(items: Sequence[Item], lake: Lake) -> None:
    refused = [item for item in items if item.is_state("quarantined") and item.sha256 is not None]
    found = find_documents(lake, {str(item.sha256) for item in refused})
    sources = {row["document_id"]: row["source_uri"] for row in found}
    for item in refused:
        source = sources.get(item.sha256)
        if source is not None and source != item.ref.uri:
            item.settle("alias", message=f"The same bytes are in the lake from {source}.")
