"""A batch of objects into the lake: what the flows and the command line share. Plain functions, no Prefect.

``ingest_batch`` gives every object one outcome and may be called again with the same objects at any time:
a crash anywhere in it leaves nothing that the next call does not complete. Its order makes that so:

1. What the ledger knows as done is not read again.
2. The others are fetched, ahead of the reading, and parsed in processes of their own.
3. Rows are checked against their contracts, figures against each other (``flows.validate``), by batch.
4. The facts are committed; then the quarantine; the ledger last. Whoever acknowledges does so after that.

A document goes in whole or not at all, and the rows are counted: read = committed + quarantined + set aside.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import polars as pl

from flows.check import PARSED, check_items
from flows.contract import join_frames
from flows.item import Item
from flows.known import Ledger, replaced_documents
from flows.outcome import BatchResult, Outcome, RowCount, State
from flows.pool import DocumentPool
from flows.reading import read_again, read_items
from flows.records import object_frame, object_row, quarantine_frame, quarantine_rows
from flows.standing import follow_leaders, moved_documents, set_aside
from infra.lake import Commit, Lake
from infra.lake.layout import FACTS, REGISTER
from infra.objects import ObjectRef
from infra.settings import Settings
from schemas.errors import BudgetlakeError
from schemas.rules.grade import worst_of

# How the quarantine calls the rows of the second reading, kept beside those of the first.
SECOND_READING = "{}, second reading"


def ingest_batch(
    refs: Sequence[ObjectRef],
    lake: Lake,
    settings: Settings,
    *,
    pool: DocumentPool | None = None,
    region: str | None = None,
    again: bool = False,
    run_id: str | None = None,
    on_read: Callable[[ObjectRef], None] | None = None,
) -> BatchResult:
    """Bring a batch of object versions into the lake; one outcome for each different one, in their order.

    ``region`` is a GB/T 2260 code for documents that do not tell theirs; objects known already are then read
    again, as they are with ``again``. ``pool`` is a warm pool to use, else one is made for the call. ``on_read``
    is called as each object has been read or skipped. Raises ``StorageError`` where the lake fails: nothing is
    lost, call again.
    An object that its store does not give is ``failed``.
    """
    received_at = datetime.now(UTC)
    run_id = run_id or str(uuid4())
    tell = on_read or (lambda ref: None)
    stages = _Stages()
    with stages.stage("ledger"):
        items = [Item(ref) for ref in dict.fromkeys(refs)]
        ledger = Ledger(lake, [item.ref for item in items])
        for item in items:
            _skip_known(item, ledger, again=again or region is not None)
            if not item.open:
                tell(item.ref)
    with nullcontext(pool) if pool else DocumentPool(settings) as readers:
        with stages.stage("read"), stages.parsing(readers, "parse"):
            read_items(items, readers, settings, region=region, at=received_at, tell=tell)
        with stages.stage("validate"), stages.parsing(readers, "parse again"):
            set_aside(items, lake)
            moved = moved_documents(items, lake) if again or region is not None else []
            check_items(items, lambda doubtful: read_again(doubtful, readers, settings, region))
            follow_leaders(items)
    with stages.stage("commit"):
        quarantine = _quarantine(items, run_id)
        rows = _count(items, quarantine)
        commit = _commit(items, moved, ledger, lake, run_id)
        if not quarantine.is_empty():
            lake.quarantine(quarantine, run_id=run_id)
        _record(items, ledger, lake, received_at, run_id)
    outcomes = tuple(_outcome(item) for item in items)
    return BatchResult(outcomes, rows, commit, run_id, stages.seconds, stages.processor)


def _skip_known(item: Item, ledger: Ledger, again: bool) -> None:
    done = None if again else ledger.done(item.ref)
    if done is not None:
        item.in_ledger = True
        item.sha256 = done["document_id"]
        item.settle("superseded" if done["state"] == "superseded" else "unchanged")
    elif ledger.outdated(item.ref):
        item.settle("superseded", message="A newer version of this object is in the lake.")


def _quarantine(items: Sequence[Item], run_id: str) -> pl.DataFrame:
    now = datetime.now(UTC)
    return quarantine_frame(
        row
        for item in items
        if item.is_state("quarantined")
        for row in quarantine_rows(
            _outcome(item),
            byte_size=item.byte_size,
            sha256=item.sha256,
            refused=_refused_rows(item),
            table=item.refused_table,
            at=now,
            run_id=run_id,
        )
    )


def _refused_rows(item: Item) -> dict[str, Any]:
    if item.refused_rows:
        return dict(item.refused_rows)
    return {
        **item.frames,
        **{SECOND_READING.format(name): rows for name, rows in item.second_reading.items()},
    }


def _count(items: Sequence[Item], quarantine: pl.DataFrame) -> RowCount:
    """The account of the batch's rows, findings apart; it has to balance before anything is written."""
    rows = RowCount(
        read=sum(item.row_count for item in items),
        committed=sum(
            len(rows)
            for item in items
            if item.open
            for name, rows in item.frames.items()
            if name != "finding"
        ),
        quarantined=int(quarantine.filter(pl.col("table").is_in([*PARSED, REGISTER]))["row_count"].sum()),
        set_aside=sum(item.row_count for item in items if not item.open and not item.is_state("quarantined")),
    )
    if not rows.balanced:
        raise BudgetlakeError(
            f"Rows were lost or made on their way to the lake ({rows}); nothing was written."
        )
    return rows


def _commit(
    items: Sequence[Item],
    moved: Sequence[tuple[str, str, int]],
    ledger: Ledger,
    lake: Lake,
    run_id: str,
) -> Commit | None:
    """Commit the open items and give them their outcomes."""
    going = [item for item in items if item.open]
    standing = [*going, *(item for item in items if _arrived(item))]
    earlier = {item.ref.uri: ledger.earlier_documents(item.ref) for item in standing}
    replaced = replaced_documents(lake, earlier, {str(item.sha256) for item in standing})
    if not going and not replaced:
        return None
    frames = join_frames((item.frames for item in going), FACTS)
    done = lake.commit(frames, replaced=[*replaced, *moved], run_id=run_id)
    for item in going:
        item.registered = True
        wrong = (pl.col("status") == "violated") & pl.col("severity").is_in(["error", "warning"])
        item.settle(
            done.documents[str(item.sha256)],
            findings=item.frames["finding"].filter(wrong).height,
            grade=worst_of(row["grade"] for row in item.register),
        )
    return done


def _record(items: Sequence[Item], ledger: Ledger, lake: Lake, received_at: datetime, run_id: str) -> None:
    """Write the ledger: the outcomes, and the older versions that they overtook."""
    now = datetime.now(UTC)
    overtaken = [row for item in items if _arrived(item) for row in ledger.overtaken(item.ref)]
    records = [
        object_row(
            # A document of which others give every form is in the register all the same: its object holds it.
            replace(_outcome(item), state="committed") if item.registered else _outcome(item),
            byte_size=item.byte_size,
            attempts=ledger.attempts(item.ref) + 1,
            received_at=received_at,
            finished_at=now,
            run_id=run_id,
            origin=item.origin,
        )
        for item in items
        if not item.in_ledger
    ]
    if records:
        lake.record(object_frame([*overtaken, *records]), run_id=run_id)


def _arrived(item: Item) -> bool:
    """Whether the item's bytes stand in the lake and did not under this version before."""
    states: tuple[State, ...] = ("committed", "unchanged", "alias")
    return not item.in_ledger and (item.registered or any(item.is_state(state) for state in states))


def _outcome(item: Item) -> Outcome:
    if item.outcome is None:
        raise BudgetlakeError(f"{item.ref.uri} was left without an outcome; please report it.")
    return item.outcome


class _Stages:
    """Seconds and processor seconds of this process, by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.processor: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        started, used = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.seconds[name] = time.perf_counter() - started
            self.processor[name] = time.process_time() - used

    @contextmanager
    def parsing(self, pool: DocumentPool, name: str) -> Iterator[None]:
        """Processor seconds of the reading processes."""
        before = pool.parsing
        yield
        self.processor[name] = pool.parsing - before
