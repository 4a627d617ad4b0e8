"""A landing place held against the lake: what is there and not in the ledger, what is in it and not there.

The listing is the truth and the ledger the memory; there is no other state, so it can be begun, broken off and
run beside a queue at any time. It goes page by page, whatever the size of the place. A pass ``since`` some
time looks the newer objects up only, which is what watching by listing does between two whole passes. A whole pass
also settles what dead workers left to nobody (``flows.unsettled``).

A listing and a notification date the same version differently: by the second it began, by the moment it was there.
Where a version is missing, the others of its key are therefore dated by the listing too, before it is brought in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import polars as pl

from flows.anew import STANDING, Record, as_newest, came_back, is_deletion, is_newer, is_removal
from flows.batching import batches
from flows.records import object_frame
from flows.settle import ref_of, settle_keys
from flows.unsettled import unsettled_keys
from flows.upload_queue import BringIn
from infra.lake import Lake
from infra.objects import ObjectRef, list_objects
from infra.settings import Settings
from infra.versions import Removal, list_versions
from schemas.errors import UsageError

Entry: TypeAlias = "ObjectRef | Removal"

_PAGE = 1000
# What a machine's fault left undone. What was refused stays refused until it is replayed.
_UNDONE = ("received", "started", "failed")


@dataclass(slots=True)
class Account:
    """A pass: object versions and deletions ``listed``, of them ``known``, ``missing`` in the lake and
    ``repaired`` now; the others of the missing stand in ``left`` with the reason."""

    listed: int = 0
    known: int = 0
    missing: int = 0
    repaired: int = 0
    withdrawn: int = 0
    left: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        """The account in one line."""
        return (
            f"listed {self.listed:,}, known {self.known:,}, missing {self.missing:,}, "
            f"repaired {self.repaired:,}, left {len(self.left):,}"
        )


def reconcile_listing(
    source: str,
    lake: Lake,
    settings: Settings,
    bring_in: BringIn,
    *,
    since: datetime | None = None,
    stopped: Callable[[], bool] = bool,
) -> Account:
    """Hold a bucket, prefix or folder against the lake and bring in what is missing.

    ``bring_in`` takes object versions and deletions, a batch at a time. ``since``: what was uploaded before
    is taken for known, and nobody looks for what went. ``stopped`` is asked between batches. Raises
    ``StorageError`` where store or lake fail.
    """
    account = Account()
    seen: set[str] = set()
    for keys in _pages(source, settings):
        if stopped():
            return account
        page = _wanted(keys)
        account.listed += len(page)
        seen.update(map(_uri, page))
        fresh = [entry for entry in page if since is None or (_time(entry) or since) >= since]
        rows = _rows(fresh, lake)
        fresh = _there_now(fresh, keys, rows)
        missing = [entry for entry in fresh if not _is_known(entry, rows)]
        account.known += len(page) - len(missing)
        _date_alike(keys, {_uri(entry) for entry in missing}, rows, lake)
        if since is None:
            missing += _undone(keys, rows)
        _bring(missing, settings, bring_in, account, stopped)
    if since is None:
        _bring(_gone(source, seen, lake), settings, bring_in, account, stopped)
        _settle(source, lake, settings, bring_in, account, stopped)
    return account


def _bring(
    missing: list[Entry],
    settings: Settings,
    bring_in: BringIn,
    account: Account,
    stopped: Callable[[], bool],
) -> None:
    if not missing:
        return
    removed = [entry.ref for entry in missing if isinstance(entry, Removal)]
    refs = [entry for entry in missing if isinstance(entry, ObjectRef)]
    account.missing += len(missing)
    account.withdrawn += len(removed)
    account.repaired += len(removed)
    for batch in list(batches(refs, settings)) or [[]]:
        if stopped():
            return
        result = bring_in(batch, removed)
        removed = []
        account.repaired += sum(outcome.settled for outcome in result.outcomes)
        account.left += [
            f"{outcome.ref.uri}: {outcome.message}" for outcome in result.outcomes if not outcome.settled
        ]


def _settle(
    source: str,
    lake: Lake,
    settings: Settings,
    bring_in: BringIn,
    account: Account,
    stopped: Callable[[], bool],
) -> None:
    """Finish what nobody will finish any more; versions that have to be read for it are missing ones."""
    start = _start(source)
    left = {uri for uri in unsettled_keys(lake) if uri.startswith(start)}
    if left:
        _bring(list(settle_keys(left, lake)), settings, bring_in, account, stopped)


def _pages(source: str, settings: Settings) -> Iterator[list[list[Entry]]]:
    page: list[list[Entry]] = []
    count = 0
    for entries in _keys(source, settings):
        page.append(entries)
        count += len(entries)
        if count >= _PAGE:
            yield page
            page, count = [], 0
    if page:
        yield page


def _keys(source: str, settings: Settings) -> Iterator[list[Entry]]:
    """The place key by key: its versions and deletions in their order."""
    if source.startswith("s3://"):
        yield from list_versions(source, settings)
        return
    try:
        for ref in list_objects(source, settings):
            yield [ref]
    except UsageError:
        # An empty folder has nothing to read, which is no mistake here; one that is not there is.
        if not Path(source).is_dir():
            raise


def _wanted(keys: Iterable[list[Entry]]) -> list[Entry]:
    """The versions, and of deletions those that are the last word of their key."""
    return [each for key in keys for each in key if isinstance(each, ObjectRef) or each is key[-1]]


def _there_now(entries: list[Entry], keys: list[list[Entry]], rows: dict[str, list[Record]]) -> list[Entry]:
    """The entries, with those without a version id that their keys hold now dated as the newest of their key."""
    last = {id(key[-1]) for key in keys}
    return [
        as_newest(entry, rows[entry.uri])
        if isinstance(entry, ObjectRef) and entry.version_id is None and id(entry) in last
        else entry
        for entry in entries
    ]


def _undone(keys: Iterable[list[Entry]], rows: dict[str, list[Record]]) -> list[Entry]:
    """Deletions in the ledger that the store no longer knows, of keys whose last word is a version again."""
    found: list[Entry] = []
    for key in keys:
        last = key[-1]
        if isinstance(last, Removal) or last.version_id is None:
            continue
        known = {_ref(entry).version_id for entry in key}
        found += [
            Removal(ref_of(row))
            for row in rows[last.uri]
            if is_deletion(row) and row["version_id"] not in known and is_newer(row, last)
        ]
    return found


def _rows(entries: Iterable[Entry], lake: Lake) -> dict[str, list[Record]]:
    """What the ledger has of these addresses."""
    rows: dict[str, list[Record]] = defaultdict(list)
    if uris := {_uri(entry) for entry in entries}:
        for row in lake.versions(uris).iter_rows(named=True):
            rows[row["uri"]].append(row)
    return rows


def _date_alike(
    keys: Iterable[list[Entry]], uris: set[str], rows: dict[str, list[Record]], lake: Lake
) -> None:
    """Date what is known of these addresses as the listing does, which is never later than the truth."""
    dated = []
    for entry in (entry for key in keys if _uri(key[0]) in uris for entry in key):
        ref, at = _ref(entry), _time(entry)
        for row in rows[ref.uri]:
            same = row["version_id"] is not None and row["version_id"] == ref.version_id
            if same and at is not None and row["uploaded_at"] is not None and row["uploaded_at"] > at:
                dated.append({**row, "uploaded_at": at})
    if dated:
        lake.record(object_frame(dated))


def _is_known(entry: Entry, rows: dict[str, list[Record]]) -> bool:
    if isinstance(entry, Removal):
        return any(is_removal(row) and _covers(row, entry) for row in rows[entry.ref.uri])
    for row in rows[entry.uri]:
        by_id = row["version_id"] is not None and entry.version_id is not None
        same = row["version_id"] == entry.version_id if by_id else row["etag"] == entry.etag
        if same and row["etag"] is not None:
            return row["state"] not in _UNDONE and not came_back(entry, rows[entry.uri])
    return False


def _covers(row: Record, removal: Removal) -> bool:
    """Whether a recorded deletion is this one: by its marker, else by being no older."""
    if row["version_id"] == removal.ref.version_id:
        return True
    at = removal.ref.last_modified
    return at is not None and row["uploaded_at"] is not None and bool(row["uploaded_at"] >= at)


def _gone(source: str, seen: set[str], lake: Lake) -> list[Entry]:
    """Objects of the place that stand in the ledger, are not there, and are not known to be deleted."""
    rows = (
        lake.scan("object")
        .filter(pl.col("uri").str.starts_with(_start(source)))
        .filter(pl.col("state").is_in([*STANDING, "withdrawn"]))
        .collect()
    )
    by_uri: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows.iter_rows(named=True):
        if row["uri"] not in seen:
            by_uri[row["uri"]].append(row)
    now = datetime.now(UTC)
    return [
        Removal(_deletion(ref_of(versions[0]), now))
        for versions in by_uri.values()
        if not any(is_removal(row) for row in versions)
    ]


def _deletion(ref: ObjectRef, at: datetime) -> ObjectRef:
    return ObjectRef(ref.uri, ref.bucket, ref.key, last_modified=at)


def _start(source: str) -> str:
    """What the addresses of all objects of a place begin with."""
    return source if source.startswith("s3://") else str(Path(source).absolute())


def _ref(entry: Entry) -> ObjectRef:
    return entry.ref if isinstance(entry, Removal) else entry


def _uri(entry: Entry) -> str:
    return _ref(entry).uri


def _time(entry: Entry) -> datetime | None:
    return _ref(entry).last_modified


def oldest_missing(source: str, lake: Lake, settings: Settings) -> ObjectRef | None:
    """The object of a place that waits longest to be brought in; None: nothing waits. Raises ``StorageError``."""
    oldest: ObjectRef | None = None
    for keys in _pages(source, settings):
        page = _wanted(keys)
        rows = _rows(page, lake)
        for entry in page:
            if isinstance(entry, Removal) or entry.last_modified is None or _is_known(entry, rows):
                continue
            if oldest is None or oldest.last_modified is None or entry.last_modified < oldest.last_modified:
                oldest = entry
    return oldest
