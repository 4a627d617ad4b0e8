"""The queue's side of watching: notices drawn in batches, worked off, acknowledged. Plain functions, no Prefect.

A message is acknowledged when all objects that it announces are settled (in the lake, or in quarantine), so
whatever kills this process, the message comes again and the work is done again, which changes nothing. While a
batch is worked on its messages are kept invisible. Any number of processes on any machines draw from a queue.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

from flows.batching import batches
from flows.outcome import BatchResult
from infra.notifications import Notice, acknowledge, extend, receive
from infra.objects import ObjectRef
from infra.settings import Settings
from schemas.errors import StorageError

log = logging.getLogger("budgetlake.watch")

BringIn: TypeAlias = Callable[[list[ObjectRef], list[ObjectRef]], BatchResult]

# A long poll cannot be broken off: this is how long SIGTERM may have to wait on an idle queue.
POLL_SECONDS = 5


def collect(settings: Settings, stopped: Callable[[], bool] = bool) -> list[Notice]:
    """The notices of a batch: the first that come, and what follows within ``batch_wait_seconds``.

    Empty when nothing came within some seconds. Raises ``StorageError``.
    """
    notices = receive(settings, wait_seconds=POLL_SECONDS)
    until = time.monotonic() + settings.batch_wait_seconds
    while notices and not stopped() and not _full(notices, settings):
        left = until - time.monotonic()
        if left <= 0:
            break
        notices += receive(settings, wait_seconds=math.ceil(left))
    return notices


def work_off(notices: Sequence[Notice], settings: Settings, bring_in: BringIn) -> Iterator[BatchResult | int]:
    """Bring in what the notices announce, by batches; then acknowledge the messages that are settled.

    ``bring_in`` takes object versions and deletions. Gives each batch's result as it comes, last the number of
    messages acknowledged. Raises ``StorageError``: what is not acknowledged comes again.
    """
    refs = dict.fromkeys(notice.ref for notice in notices if notice.kind == "created" and notice.ref)
    removed = [notice.ref for notice in notices if notice.kind == "removed" and notice.ref]
    settled: set[ObjectRef] = set()
    with kept_invisible({notice.receipt_handle for notice in notices}, settings):
        for batch in list(batches(refs, settings)) or ([[]] if removed else []):
            # Deletions go with the first batch; each batch settles the keys that it has to do with.
            result = bring_in(batch, removed)
            settled.update(removed)
            removed = []
            settled.update(outcome.ref for outcome in result.outcomes if outcome.settled)
            yield result
        for notice in notices:
            if notice.kind == "unknown":
                log.warning("message %s is left alone: %s", notice.message_id, notice.detail)
        left = {notice.receipt_handle for notice in notices if not _is_settled(notice, settled)}
        receipts = {notice.receipt_handle for notice in notices} - left
        acknowledge(receipts, settings)
    yield len(receipts)


@contextmanager
def kept_invisible(receipts: set[str], settings: Settings) -> Iterator[None]:
    """Keep messages invisible to other watchers for as long as the block takes."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(settings.visibility_timeout / 2):
            try:
                extend(receipts, settings.visibility_timeout, settings)
            except StorageError as error:
                # At worst another watcher takes the messages too, which is safe.
                log.warning("%s", error)

    thread = threading.Thread(target=beat, name="visibility", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _full(notices: Sequence[Notice], settings: Settings) -> bool:
    sizes = [notice.ref.size or 0 for notice in notices if notice.kind == "created" and notice.ref]
    return len(sizes) >= settings.batch_documents or sum(sizes) >= settings.batch_bytes


def _is_settled(notice: Notice, settled: set[ObjectRef]) -> bool:
    # A test message wants nothing; what is not understood is left to the dead-letter queue.
    return notice.kind == "test" or (notice.kind != "unknown" and notice.ref in settled)
