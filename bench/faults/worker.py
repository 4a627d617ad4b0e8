"""A watching process of the harness: the line without Prefect, killed and troubled as its orders say.

``python -m bench.faults.worker ORDERS`` with orders as JSON: step, nth, rate, seed, report (a file that each
fault is written to as a line, before it happens).
"""

from __future__ import annotations

import json
import random
import signal
import sys
import threading
from pathlib import Path

import infra.aws
from bench.faults.steps import Reaper, haunt, trouble
from flows import queue
from flows.line import bring_in
from flows.outcome import BatchResult
from flows.pool import DocumentPool
from infra.lake import Lake
from infra.notifications import extend
from infra.objects import ObjectRef
from infra.settings import load_settings
from schemas.errors import StorageError


def main(orders: dict[str, object]) -> int:
    """Watch until SIGTERM."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    report = Path(str(orders["report"]))

    def tell(fault: str) -> None:
        with report.open("a") as lines:
            lines.write(f"{fault}\n")

    infra.aws._CONFIG = infra.aws._CONFIG.merge(
        type(infra.aws._CONFIG)(retries={"mode": "standard", "max_attempts": 2})
    )
    queue.POLL_SECONDS = 1
    settings = load_settings()
    dice = random.Random(int(str(orders["seed"])))
    reaper = Reaper(orders["step"] and str(orders["step"]), int(str(orders["nth"])), tell)  # type: ignore[arg-type]
    trouble(settings, float(str(orders["rate"])), int(str(orders["seed"])), tell)
    haunt(reaper)
    lake = Lake.of(settings)
    with DocumentPool(settings, workers=1) as pool:

        def bring(refs: list[ObjectRef], removed: list[ObjectRef]) -> BatchResult:
            return bring_in(refs, lake, settings, removed=removed, pool=pool)

        while not stop.is_set():
            try:
                notices = queue.collect(settings, stop.is_set)
                if not notices:
                    continue
                reaper.come_to("work on what was received")
                if dice.random() < 0.15:
                    tell("redelivered at once")
                    extend({notice.receipt_handle for notice in notices}, 0, settings)
                for _ in queue.work_off(notices, settings, bring):
                    pass
            except StorageError:
                tell("batch given up")
    return 0


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
