"""The flow ``watch``: what is uploaded to batches to ``ingest``, for a bounded time.

It draws from the queue of the settings; without a queue, or told a place to watch, it lists that place again
and again. Both may be done at once and changed at any time: the ledger knows what was brought in. The flow
returns after some rounds or seconds, since Prefect keeps a run's context in memory until it ends; whoever runs
it starts it again (``flows.watcher`` does). SIGTERM ends it after the batch at hand.

Listing: a run's first pass is a whole one; the following look up what is newer than the pass before, less some
minutes for uploads under way and clocks that differ. So the state is a time, and each run mends the last.
"""

from __future__ import annotations

import contextvars
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from prefect import flow, get_run_logger, tags
from prefect.exceptions import TerminationSignal
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from flows.ingest import ingest, warm_lake
from flows.listing import reconcile_listing
from flows.outcome import BatchResult, Outcome
from flows.upload_queue import collect, work_off
from flows.wording import outcome_line
from infra.objects import ObjectRef
from infra.settings import Settings, load_settings
from schemas.errors import StorageError

_OVERLAP = timedelta(minutes=10)

# Told to stop: set by SIGTERM within the flow, and by a process that runs it for SIGTERM before or after.
stop = threading.Event()


@dataclass(slots=True)
class Watch:
    """What a watch has done so far; ``stopped`` when it was told to end before its time."""

    rounds: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    acknowledged: int = 0
    stopped: bool = False

    def take(self, result: BatchResult) -> None:
        """Count a batch, and say one line a document."""
        for outcome in result.outcomes:
            print(outcome_line(outcome), flush=True)
            self.outcomes[outcome.state] = self.outcomes.get(outcome.state, 0) + 1


@flow(name="watch", description="Receives upload notifications and runs ingest on batches of them.")
def watch(
    lake: str | None = None, rounds: int = 200, seconds: float = 3600.0, source: str | None = None
) -> Watch:
    """Watch for at most ``rounds`` batches and about ``seconds`` seconds.

    ``source`` is a folder, bucket or prefix to list; without it the settings' queue is drawn from, and where
    there is none the settings' bucket is listed. Raises ``StorageError`` where queue or store cannot be used.
    """
    settings = load_settings(lake=lake)
    done = Watch()
    if source is None and settings.queue_url is None:
        source = f"s3://{settings.landing_bucket}/"
    # The rounds run beside the main thread: Prefect raises SIGTERM there, and a batch at hand shall end.
    context = contextvars.copy_context()
    with ThreadPoolExecutor(1, thread_name_prefix="watch") as thread:
        until = time.monotonic() + seconds
        if source is None:
            work = thread.submit(context.run, _draw, settings, done, rounds, until)
        else:
            work = thread.submit(context.run, _list, source, settings, done, rounds, until)
        try:
            work.result()
        except (TerminationSignal, KeyboardInterrupt):
            get_run_logger().info("told to stop; ending after the batch at hand")
            stop.set()
            work.result()
    done.stopped = stop.is_set()
    return done


def _draw(settings: Settings, done: Watch, rounds: int, until: float) -> None:
    while done.rounds < rounds and time.monotonic() < until and not stop.is_set():
        notices = collect(settings, stop.is_set)
        if not notices:
            continue
        done.rounds += 1
        for what in work_off(notices, settings, lambda refs, removed: _ingest(refs, removed, settings)):
            if isinstance(what, int):
                done.acknowledged += what
            else:
                done.take(what)


def _list(source: str, settings: Settings, done: Watch, rounds: int, until: float) -> None:
    since: datetime | None = None

    def bring(refs: list[ObjectRef], removed: list[ObjectRef]) -> BatchResult:
        result = _ingest(refs, removed, settings)
        done.rounds += 1
        done.take(result)
        return result

    while True:
        began = datetime.now(UTC)
        reconcile_listing(source, warm_lake(settings), settings, bring, since=since, stopped=stop.is_set)
        since = began - _OVERLAP
        if done.rounds >= rounds or time.monotonic() >= until or stop.wait(settings.list_seconds):
            return


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
