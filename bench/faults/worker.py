"""A watching process of the harness: the line without Prefect, killed and troubled as its orders say.

It is forked from a server that has imported everything (``bench.faults.warm``), for a start of a new Python
costs as much as all the work of a run. Documents are read within the process where the orders say so.
"""

from __future__ import annotations

import multiprocessing
import random
import signal
import threading

from botocore.config import Config

import infra.aws
import infra.lake.checkpoint
from bench.faults.carer import grow_old
from bench.faults.inside import Inside
from bench.faults.orders import Orders, teller
from bench.faults.steps import Reaper, haunt, trouble
from flows import upload_queue
from flows.line import bring_in
from flows.outcome import BatchResult
from flows.pool import DocumentPool
from infra.lake import Lake
from infra.notifications import extend
from infra.objects import ObjectRef
from schemas.errors import StorageError


def watch(orders: Orders) -> None:
    """Watch until SIGTERM."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    tell = teller(orders.report)
    config = infra.aws._config().merge(Config(retries={"mode": "standard", "max_attempts": 2}))
    setattr(infra.aws, "_config", lambda: config)  # noqa: B010  a checked assignment to a function is refused
    upload_queue.POLL_SECONDS = 1
    # Writers checkpoint every hundred commits, of which no run makes so many.
    infra.lake.checkpoint.COMMITS = 2
    grow_old()
    settings = orders.settings
    dice = random.Random(orders.seed)
    reaper = Reaper(orders.step, orders.nth, tell)
    trouble(settings, orders.rate, orders.seed, tell)
    haunt(reaper)
    lake = Lake(settings.lake, orders.lake_options, settings.lake_split)
    with (DocumentPool if orders.own_pool else Inside)(settings, workers=1) as pool:

        def bring(refs: list[ObjectRef], removed: list[ObjectRef]) -> BatchResult:
            return bring_in(refs, lake, settings, removed=removed, pool=pool)

        harness = multiprocessing.parent_process()
        assert harness is not None
        while not stop.is_set() and harness.is_alive():
            try:
                notices = upload_queue.collect(settings, stop.is_set)
                if not notices:
                    continue
                reaper.come_to("work on what was received")
                if dice.random() < 0.15:
                    tell("redelivered at once")
                    extend({notice.receipt_handle for notice in notices}, 0, settings)
                for _ in upload_queue.work_off(notices, settings, bring):
                    pass
            except StorageError:
                tell("batch given up")
