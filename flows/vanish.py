"""What a crawl found gone from its sites is withdrawn in the register, and stands again when it comes back.

The bucket keeps what vanished, so no event tells of it. A row of the ledger does: a removal of the object, named
``vanished`` and its time, that counts as a deletion counts (``flows.settle``). A content that other addresses
still have, of this region or of any other, is not withdrawn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flows.anew import VANISHED
from flows.anew import is_vanishing as is_vanishing
from flows.records import object_frame
from flows.removals import removal_row
from flows.settle import settle_keys
from infra.crawl.visit import REACHED, Visit
from infra.lake import Lake
from infra.objects import ObjectRef, split_uri


def follow_vanished(
    lake: Lake, visits: Iterable[Visit], known: Mapping[str, Visit], run_id: str = ""
) -> list[str]:
    """Bring ledger and register up to what a crawl found; gives the objects whose standing changed.

    ``known`` is what the crawl before knew. Repeating the call changes nothing. Raises ``StorageError``.
    """
    by_uri: dict[str, list[Visit]] = defaultdict(list)
    for visit in visits:
        if visit.object_uri is not None and visit.sha256 is not None:
            by_uri[visit.object_uri].append(visit)
    gone = {uri: at for uri, each in by_uri.items() if (at := _gone_at(each)) is not None}
    before = {visit.object_uri for visit in known.values() if visit.outcome == "vanished"}
    back = {
        uri
        for uri, each in by_uri.items()
        if uri in before and any(visit.outcome in REACHED for visit in each)
    }
    if not gone and not back:
        return []
    recorded = [row for row in lake.versions({*gone, *back}).iter_rows(named=True) if _tells(row)]
    told = {row["uri"] for row in recorded}
    rows = [_row(uri, at) for uri, at in gone.items() if uri not in told]
    rows += [{**row, "state": "superseded"} for row in recorded if row["uri"] in back]
    if rows:
        lake.record(object_frame(rows), run_id=run_id)
    # Also those that are told already: whoever wrote that may have died before he settled it.
    settle_keys({*gone, *back}, lake, run_id)
    return sorted(row["uri"] for row in rows)


def _gone_at(visits: Iterable[Visit]) -> datetime | None:
    """When the last of an object's addresses vanished; None while one stands, or is not known to have gone."""
    times = [visit.vanished_at if visit.outcome == "vanished" else None for visit in visits]
    known = [datetime.fromisoformat(at) for at in times if at is not None]
    return max(known) if len(known) == len(times) else None


def _tells(row: Mapping[str, Any]) -> bool:
    return is_vanishing(row) and row["state"] == "withdrawn"


def _row(uri: str, at: datetime) -> dict[str, Any]:
    bucket, key = split_uri(uri)
    return removal_row(ObjectRef(uri, bucket, key, f"{VANISHED}{at.isoformat()}", last_modified=at))
