"""A watching process that accounts for itself: ``python -m bench.line FD``, started by ``bench.throughput``.

It runs the flow ``watch`` as it is and waits before each batch for a line on its standard input. After the batch
it writes a line of JSON to FD: what was done, and which processor time went where. Only its reading processes differ:
they tell the copies' bodies apart (``bench.another_body``).
"""

from __future__ import annotations

import atexit
import json
import os
import sys
import time
from functools import lru_cache
from importlib import import_module
from typing import Any

from bench.documents import PARSER
from bench.processor import children, peak_memory, spent
from flows.outcome import BatchResult
from flows.pool import DocumentPool
from infra.notifications import Notice
from infra.settings import Settings


class Account:
    """What the process and its reading processes have used since the batch began."""

    def __init__(self, to: int) -> None:
        self._to = to
        self.begun: dict[str, float] = {}
        self.spent: dict[str, float] = {}
        self.result: BatchResult | None = None

    def begin(self) -> None:
        """A batch is about to be drawn from the queue."""
        self.begun, self.spent, self.result = _used(), {}, None

    def say(self) -> None:
        """A line of JSON for the batch that is done: seconds, and a share for each stage."""
        if self.result is None:
            return
        used = {name: value - self.begun.get(name, 0.0) for name, value in _used().items()}
        stages = {**self.result.processor, **self.spent}
        said: dict[str, Any] = {
            "from": self.begun["clock"],
            "to": time.monotonic(),
            "documents": len(self.result.outcomes),
            "states": dict(self.result.counts),
            "rows": self.result.rows.committed,
            "watcher": used["watcher"],
            "readers": used["readers"],
            "stages": stages,
            "memory": max(map(peak_memory, children(os.getpid())), default=0),
        }
        os.write(self._to, json.dumps(said).encode() + b"\n")


def _used() -> dict[str, float]:
    readers = sum(map(spent, children(os.getpid())))
    return {"clock": time.monotonic(), "watcher": time.process_time(), "readers": readers}


def main(to: int) -> None:
    """Watch until standard input ends."""
    account = Account(to)
    watch_flow: Any = import_module("flows.watch")
    ingest_flow: Any = import_module("flows.ingest")
    collect, bring_in = watch_flow.collect, ingest_flow.bring_in

    def collected(settings: Settings, stopped: Any) -> list[Notice]:
        account.say()
        if not sys.stdin.readline():
            watch_flow.stop.set()
            return []
        account.begin()
        used = time.process_time()
        notices: list[Notice] = collect(settings, stopped)
        account.spent["queue"] = time.process_time() - used
        return notices

    def brought(*arguments: Any, **options: Any) -> BatchResult:
        used = time.process_time()
        result: BatchResult = bring_in(*arguments, **options)
        account.spent["bring_in"] = time.process_time() - used
        account.result = result
        return result

    @lru_cache(maxsize=1)
    def pool(settings: Settings) -> DocumentPool:
        made = DocumentPool(settings, parser=PARSER)
        atexit.register(made.close)
        return made

    watch_flow.collect = collected
    ingest_flow.bring_in = brought
    ingest_flow.warm_pool = pool
    watch_flow.watch(rounds=10_000, seconds=3600)


if __name__ == "__main__":
    main(int(sys.argv[1]))
