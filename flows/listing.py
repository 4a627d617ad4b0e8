"""A landing place held against the lake: what is there and not in the ledger, what is in it and not there.

The listing is the truth and the ledger the memory; there is no other state, so it can be begun, broken off and
run beside a queue at any time. It goes page by page, whatever the size of the place. A pass ``since`` some
time looks the newer objects up only, which is what watching by listing does between two whole passes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import polars as pl

from flows.batching import batches
from flows.known import STANDING, Record
from flows.queue import BringIn
from flows.settle import is_removal, ref_of
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
    for page in _pages(source, settings):
        if stopped():
            return account
        account.listed += len(page)
        seen.update(entry.ref.uri if isinstance(entry, Removal) else entry.uri for entry in page)
        fresh = [entry for entry in page if since is None or (_time(entry) or since) >= since]
        missing = _missing(fresh, lake)
        account.known += len(page) - len(missing)
        _bring(missing, settings, bring_in, account, stopped)
    if since is None:
        _bring(_gone(source, seen, lake), settings, bring_in, account, stopped)
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


def _pages(source: str, settings: Settings) -> Iterator[list[Entry]]:
    page: list[Entry] = []
    for entries in _keys(source, settings):
        page += entries
        if len(page) >= _PAGE:
            yield page
            page = []
    if page:
        yield page


def _keys(source: str, settings: Settings) -> Iterator[list[Entry]]:
    """The place key by key: its versions, and its deletion where that is the last word."""
    if not source.startswith("s3://"):
        try:
            for ref in list_objects(source, settings):
                yield [ref]
        except UsageError:
            # An empty folder has nothing to read, which is no mistake here; one that is not there is.
            if not Path(source).is_dir():
                raise
        return
    for entries in list_versions(source, settings):
        yield [each for each in entries if isinstance(each, ObjectRef) or each is entries[-1]]


def _missing(entries: Iterable[Entry], lake: Lake) -> list[Entry]:
    entries = list(entries)
    if not entries:
        return []
    uris = {entry.ref.uri if isinstance(entry, Removal) else entry.uri for entry in entries}
    rows: dict[str, list[Record]] = defaultdict(list)
    for row in lake.versions(uris).iter_rows(named=True):
        rows[row["uri"]].append(row)
    return [entry for entry in entries if not _is_known(entry, rows)]


def _is_known(entry: Entry, rows: dict[str, list[Record]]) -> bool:
    if isinstance(entry, Removal):
        return any(is_removal(row) and _covers(row, entry) for row in rows[entry.ref.uri])
    for row in rows[entry.uri]:
        by_id = row["version_id"] is not None and entry.version_id is not None
        same = row["version_id"] == entry.version_id if by_id else row["etag"] == entry.etag
        if same and row["etag"] is not None:
            return row["state"] not in _UNDONE
    return False


def _covers(row: Record, removal: Removal) -> bool:
    """Whether a recorded deletion is this one: by its marker, else by being no older."""
    if row["version_id"] == removal.ref.version_id:
        return True
    at = removal.ref.last_modified
    return at is not None and row["uploaded_at"] is not None and bool(row["uploaded_at"] >= at)


def _gone(source: str, seen: set[str], lake: Lake) -> list[Entry]:
    """Objects of the place that stand in the ledger, are not there, and are not known to be deleted."""
    start = source if source.startswith("s3://") else str(Path(source).absolute())
    rows = (
        lake.scan("object")
        .filter(pl.col("uri").str.starts_with(start))
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


def _time(entry: Entry) -> datetime | None:
    return entry.ref.last_modified if isinstance(entry, Removal) else entry.last_modified


def oldest_missing(source: str, lake: Lake, settings: Settings) -> ObjectRef | None:
    """The object of a place that waits longest to be brought in; None: nothing waits. Raises ``StorageError``."""
    oldest: ObjectRef | None = None
    for page in _pages(source, settings):
        for entry in _missing(page, lake):
            if isinstance(entry, Removal) or entry.last_modified is None:
                continue
            if oldest is None or oldest.last_modified is None or entry.last_modified < oldest.last_modified:
                oldest = entry
    return oldest
