"""The whole line for a batch of object versions and deletions: read, commit, settle. Plain functions.

``ingest_batch`` brings versions in; what is left is done here, so that every caller does it:

* A version that its store no longer gives under the name it was announced by is looked for: by its version id
  or, where the notification had none, among the key's versions by its ETag. One that is gone for good is
  recorded as ``superseded`` or ``withdrawn`` and needs no more work.
* Deletions are recorded (``flows.removals``). Rows of deleted objects are kept and their documents marked withdrawn.
* The keys are settled against what other workers wrote meanwhile (``flows.settle``).

Calling it again with the same objects changes nothing, and whoever dies in it is made up for by a call.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from uuid import uuid4

from flows.anew import Record, as_newest, came_back, is_newer, row_of_bytes
from flows.batch import ingest_batch
from flows.outcome import BatchResult, Outcome, RowCount
from flows.pool import DocumentPool
from flows.records import object_frame
from flows.removals import record_removals, settled_row
from flows.settle import settle_keys
from infra.lake import Lake
from infra.objects import ObjectRef
from infra.settings import Settings
from infra.versions import find_version, is_there
from schemas.errors import StorageError

# Settling may ask for a version to be read again, which may ask again where others work on the same keys.
_ROUNDS = 3


def bring_in(
    refs: Sequence[ObjectRef],
    lake: Lake,
    settings: Settings,
    *,
    removed: Iterable[ObjectRef] = (),
    pool: DocumentPool | None = None,
    region: str | None = None,
    again: bool = False,
    run_id: str | None = None,
    on_read: Callable[[ObjectRef], None] | None = None,
) -> BatchResult:
    """Bring a batch into the lake; one outcome for each different object version of ``refs``, in their order.

    ``removed`` are deletions, with their time in ``last_modified``. The rest is as in ``ingest_batch``. Raises
    ``StorageError`` where the lake fails: nothing is lost, call again.
    """
    run_id = run_id or str(uuid4())
    alike = _dated(_alike(refs), lake, run_id)

    def read(wanted: Sequence[ObjectRef]) -> BatchResult:
        return ingest_batch(
            wanted,
            lake,
            settings,
            pool=pool,
            region=region,
            again=again,
            run_id=run_id,
            on_read=on_read,
        )

    result = BatchResult((), run_id=run_id)
    if refs:
        result = _find_failed(read(list(alike)), lake, settings, read, run_id)
    uris = {ref.uri for ref in refs} | record_removals(removed, lake, settings, run_id)
    for _ in range(_ROUNDS):
        lost = settle_keys(uris, lake, run_id)
        if not lost:
            return _told_of(result, alike)
        result = join_results(result, read(lost))
        uris = {ref.uri for ref in lost}
    left = [ref.uri for ref in settle_keys(uris, lake, run_id)]
    if left:
        raise StorageError(f"Other workers keep changing {left[0]}; nothing is lost by trying again.")
    return _told_of(result, alike)


def _alike(refs: Iterable[ObjectRef]) -> dict[ObjectRef, list[ObjectRef]]:
    """The different object versions, each with all that were announced of it.

    A notification of S3 and one through EventBridge date the same version differently, to the millisecond and
    to the second: taken for two versions, one would overtake the other.
    """
    versions: dict[tuple[str, str | None, str | None], list[ObjectRef]] = {}
    for ref in dict.fromkeys(refs):
        name = (ref.uri, ref.version_id, None if ref.version_id else ref.etag)
        versions.setdefault(name, []).append(ref)
    return {_chosen(each): each for each in versions.values()}


def _chosen(alike: Sequence[ObjectRef]) -> ObjectRef:
    """Of the announcements of a version the one that says the order in its key, as far as any does."""
    if alike[0].version_id is None:
        # Bytes may have been uploaded several times, and the last upload is the one that is there.
        return reduce(lambda one, other: other if is_newer(other, one) else one, alike)
    return min(alike, key=lambda ref: ref.sequencer is None)


def _dated(
    alike: Mapping[ObjectRef, list[ObjectRef]], lake: Lake, run_id: str
) -> dict[ObjectRef, list[ObjectRef]]:
    """The versions again, as ``flows.anew`` says of those that have no name but that of their bytes.

    A file is what is there now. Where bytes that stand were uploaded once more, the ledger is told the newer
    date, or a version between the two that comes late would be taken for the newest.
    """
    unnamed = [ref for ref in alike if ref.version_id is None]
    if not unnamed:
        return dict(alike)
    rows: dict[str, list[Record]] = defaultdict(list)
    for row in lake.versions({ref.uri for ref in unnamed}).iter_rows(named=True):
        rows[row["uri"]].append(row)
    found, later = {}, []
    for ref, told in alike.items():
        now = as_newest(ref, rows[ref.uri]) if ref.bucket is None else ref
        found[now] = told
        mine = row_of_bytes(now, rows[ref.uri])
        if mine is not None and is_newer(now, mine) and not came_back(now, rows[ref.uri]):
            later.append({**mine, "uploaded_at": now.last_modified, "sequencer": now.sequencer})
    if later:
        lake.record(object_frame(later), run_id=run_id)
    return found


def _told_of(result: BatchResult, alike: Mapping[ObjectRef, Sequence[ObjectRef]]) -> BatchResult:
    """The result with an outcome for each announcement of a version."""
    outcomes = [
        replace(outcome, ref=ref)
        for outcome in result.outcomes
        for ref in alike.get(outcome.ref, [outcome.ref])
    ]
    return replace(result, outcomes=tuple(outcomes))


def join_results(first: BatchResult, *others: BatchResult) -> BatchResult:
    """Several results as one; of an object that is in several the last outcome counts."""
    outcomes: dict[ObjectRef, Outcome] = {}
    rows, commits = RowCount(), []
    for result in (first, *others):
        outcomes |= {outcome.ref: outcome for outcome in result.outcomes}
        rows = RowCount(
            rows.read + result.rows.read,
            rows.committed + result.rows.committed,
            rows.quarantined + result.rows.quarantined,
            rows.set_aside + result.rows.set_aside,
        )
        if result.commit is not None:
            commits.append(result.commit)
    commit = commits[0].then(*commits[1:]) if commits else None
    return BatchResult(tuple(outcomes.values()), rows, commit, first.run_id, *_spent((first, *others)))


def _spent(results: Iterable[BatchResult]) -> tuple[dict[str, float], dict[str, float]]:
    """Seconds and processor seconds of several results, by stage."""
    seconds, processor = defaultdict[str, float](float), defaultdict[str, float](float)
    for result in results:
        for stage, spent in result.seconds.items():
            seconds[stage] += spent
        for stage, spent in result.processor.items():
            processor[stage] += spent
    return dict(seconds), dict(processor)


def _find_failed(
    result: BatchResult,
    lake: Lake,
    settings: Settings,
    read: Callable[[Sequence[ObjectRef]], BatchResult],
    run_id: str,
) -> BatchResult:
    """Try again what failed, under the version that its store knows; settle what is gone for good."""
    failed = [outcome for outcome in result.outcomes if outcome.state == "failed"]
    gone: list[Outcome] = []
    found: dict[ObjectRef, ObjectRef] = {}
    for outcome in failed:
        try:
            version = outcome.ref if outcome.ref.bucket is None else find_version(outcome.ref, settings)
            if version is not None:
                found[outcome.ref] = version
            elif is_there(outcome.ref, settings):
                says = "It was overwritten before it was read, and its version is not kept."
                gone.append(Outcome(outcome.ref, "superseded", message=says))
            else:
                says = "It was deleted before it was read, and its version is not kept."
                gone.append(Outcome(outcome.ref, "withdrawn", message=says))
        except StorageError:
            continue
    if not found and not gone:
        return result
    again = read(list(found.values()))
    by_ref = {outcome.ref: outcome for outcome in again.outcomes}
    renamed = [replace(by_ref[version], ref=ref) for ref, version in found.items() if by_ref[version].settled]
    # The announced name is done with; the version that was found has a row of its own.
    told = [Outcome(each.ref, "superseded") for each in renamed if found[each.ref] != each.ref]
    if gone or told:
        lake.record(object_frame(settled_row(each) for each in (*gone, *told)), run_id=run_id)
    extra = replace(again, outcomes=(*renamed, *gone))
    return join_results(result, extra)
