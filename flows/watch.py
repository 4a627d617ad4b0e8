"""The flow ``watch``: upload notifications to batches to ``ingest``, for a bounded time.

A message is acknowledged when all objects that it announces are settled (in the lake, or in quarantine), so
whatever kills this process, the message comes again and the work is done again, which changes nothing.
While a batch is worked on its messages are kept invisible. The flow returns after some rounds or seconds,
since Prefect keeps a run's context in memory until it ends; whoever runs it starts it again
(``flows.watcher`` does). SIGTERM ends it after the batch at hand.
"""

from __future__ import annotations

import contextvars
import math
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from prefect import flow, get_run_logger, tags
from prefect.exceptions import TerminationSignal
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from flows.batching import batches
from flows.ingest import ingest
from flows.outcome import BatchResult, Outcome
from flows.wording import outcome_line
from infra.notifications import Notice, acknowledge, extend, receive
from infra.objects import ObjectRef
from infra.settings import Settings, load_settings
from schemas.errors import StorageError

# A long poll cannot be broken off: this is how long SIGTERM may have to wait on an idle queue.
_POLL_SECONDS = 5

# Told to stop: set by SIGTERM within the flow, and by a process that runs it for SIGTERM before or after.
stop = threading.Event()


@dataclass(slots=True)
class Watch:
    """What a watch has done so far; ``stopped`` when it was told to end before its time."""

    rounds: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    acknowledged: int = 0
    stopped: bool = False


@flow(name="watch", description="Receives upload notifications and runs ingest on batches of them.")
def watch(lake: str | None = None, rounds: int = 200, seconds: float = 3600.0) -> Watch:
    """Watch the queue of the settings for at most ``rounds`` batches and about ``seconds`` seconds.

    Raises ``StorageError`` where the queue cannot be used.
    """
    settings = load_settings(lake=lake)
    done = Watch()
    # The rounds run beside the main thread: Prefect raises SIGTERM there, and a batch at hand shall end.
    context = contextvars.copy_context()
    with ThreadPoolExecutor(1, thread_name_prefix="watch") as thread:
        work = thread.submit(context.run, _rounds, settings, done, rounds, time.monotonic() + seconds)
        try:
            work.result()
        except (TerminationSignal, KeyboardInterrupt):
            get_run_logger().info("told to stop; ending after the batch at hand")
            stop.set()
            work.result()
    done.stopped = stop.is_set()
    return done


def _rounds(settings: Settings, done: Watch, rounds: int, until: float) -> None:
    while done.rounds < rounds and time.monotonic() < until and not stop.is_set():
        notices = collect(settings)
        if notices:
            done.rounds += 1
            _settle(notices, settings, done)


def collect(settings: Settings) -> list[Notice]:
    """The notices of a batch: the first that come, and what follows within ``batch_wait_seconds``.

    Empty when nothing came within some seconds.
    """
    notices = receive(settings, wait_seconds=_POLL_SECONDS)
    until = time.monotonic() + settings.batch_wait_seconds
    while notices and not stop.is_set() and not _full(notices, settings):
        left = until - time.monotonic()
        if left <= 0:
            break
        notices += receive(settings, wait_seconds=math.ceil(left))
    return notices


def _full(notices: Sequence[Notice], settings: Settings) -> bool:
    sizes = [notice.ref.size or 0 for notice in notices if notice.kind == "created" and notice.ref]
    return len(sizes) >= settings.batch_documents or sum(sizes) >= settings.batch_bytes


def _settle(notices: Sequence[Notice], settings: Settings, done: Watch) -> None:
    """Work on the notices and acknowledge the messages that are settled then."""
    logger = get_run_logger()
    refs = dict.fromkeys(notice.ref for notice in notices if notice.kind == "created" and notice.ref)
    removed = [notice.ref for notice in notices if notice.kind == "removed" and notice.ref]
    settled: set[ObjectRef] = set()
    with _kept_invisible({notice.receipt_handle for notice in notices}, settings):
        for batch in list(batches(refs, settings)) or ([[]] if removed else []):
            # Deletions go with the first batch; each batch settles the keys that it has to do with.
            result = _ingest(batch, removed, settings)
            settled.update(removed)
            removed = []
            for outcome in result.outcomes:
                print(outcome_line(outcome), flush=True)
                done.outcomes[outcome.state] = done.outcomes.get(outcome.state, 0) + 1
                if outcome.settled:
                    settled.add(outcome.ref)
        for notice in notices:
            if notice.kind == "unknown":
                logger.warning("message %s is left alone: %s", notice.message_id, notice.detail)
        left = {notice.receipt_handle for notice in notices if not _is_settled(notice, settled)}
        receipts = {notice.receipt_handle for notice in notices} - left
        acknowledge(receipts, settings)
        done.acknowledged += len(receipts)


def _is_settled(notice: Notice, settled: set[ObjectRef]) -> bool:
    # A test message wants nothing; what is not understood is left to the dead-letter queue.
    return notice.kind == "test" or (notice.kind != "unknown" and notice.ref in settled)


def _ingest(batch: list[ObjectRef], removed: list[ObjectRef], settings: Settings) -> BatchResult:
    """Run ``ingest`` on a batch; where it breaks for no fault of storage, on each object by itself."""
    # A run joins its heartbeat's thread at its end, which costs a second. The watch has a heartbeat already.
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}), tags("budgetlake", "upload"):
        try:
            return ingest(batch, lake=settings.lake, removed=removed)
        except StorageError:
            raise
        except Exception:
            get_run_logger().exception("a batch of %s broke; trying its objects one by one", len(batch))
            outcomes: list[Outcome] = []
            if removed:
                ingest([], lake=settings.lake, removed=removed)
            for ref in batch:
                try:
                    outcomes += ingest([ref], lake=settings.lake).outcomes
                except StorageError:
                    raise
                except Exception as error:
                    outcomes.append(Outcome(ref, "failed", message=repr(error)))
            return BatchResult(tuple(outcomes))


@contextmanager
def _kept_invisible(receipts: set[str], settings: Settings) -> Iterator[None]:
    """Keep messages invisible to other watchers for as long as the block takes."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(settings.visibility_timeout / 2):
            try:
                extend(receipts, settings.visibility_timeout, settings)
            except StorageError as error:
                # At worst another watcher takes the messages too, which is safe.
                logger.warning("%s", error)

    logger = get_run_logger()
    thread = threading.Thread(target=beat, name="visibility", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
