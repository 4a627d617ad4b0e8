"""A batch through the whole line, measured: processor and wall time by stage, and what was asked of the store."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bench.processor import children, spent
from flows.line import bring_in
from flows.pool import DocumentPool
from infra.lake import Lake
from infra.lake.delta_table import LakeTable
from infra.lake.store import Folder
from infra.objects import ObjectRef
from infra.settings import Settings

#: What is called what in the table, in the order of the line.
STAGES = ("parse", "fetch and frames", "validate", "ledger", "commit", "settle")


@dataclass(slots=True)
class Cost:
    """Processor seconds by stage, of all processes; seconds by the clock; objects read, written and listed."""

    stages: dict[str, float] = field(default_factory=dict)
    wall: float = 0.0
    asked: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)

    @property
    def processor(self) -> float:
        """Processor seconds of the whole line."""
        return sum(self.stages.values())


def run_batch(refs: Sequence[ObjectRef], lake: Lake, settings: Settings, pool: DocumentPool) -> Cost:
    """Bring a batch in and say what it cost; the reading processes have to be this process's only children."""
    readers = sum(map(spent, children(os.getpid())))
    used, begun = time.process_time(), time.perf_counter()
    with counted() as asked:
        result = bring_in(refs, lake, settings, pool=pool)
    inside = result.processor
    read = sum(map(spent, children(os.getpid()))) - readers
    own = time.process_time() - used
    stages = {
        "parse": read,
        "fetch and frames": inside["read"],
        "validate": inside["validate"],
        "ledger": inside["ledger"],
        "commit": inside["commit"],
    }
    stages["settle"] = own - sum(stages.values()) + read
    states = Counter(outcome.state for outcome in result.outcomes)
    return Cost(stages, time.perf_counter() - begun, asked, Counter({str(k): v for k, v in states.items()}))


def known_cost(refs: Sequence[ObjectRef], lake: Lake, times: int = 7) -> float:
    """Processor seconds of asking whether these objects are known; the least of some times."""

    def ask() -> float:
        used = time.process_time()
        lake.known(refs)
        return time.process_time() - used

    return min(ask() for _ in range(times))


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Counts what this process reads and writes of the lake: each is a request where the lake is on S3."""
    asked: Counter[str] = Counter()
    before: list[tuple[type, str, Callable[..., Any]]] = []

    def count(owner: type, name: str, tell: Callable[..., None]) -> None:
        function: Callable[..., Any] = getattr(owner, name)
        before.append((owner, name, function))

        def counting(self: Any, *args: Any, **named: Any) -> Any:
            tell(*args)
            return function(self, *args, **named)

        setattr(owner, name, counting)

    def wrote(name: str, data: bytes) -> None:
        asked["written"] += 1
        asked["bytes written"] += len(data)

    count(Folder, "put", wrote)
    count(Folder, "create", wrote)
    count(Folder, "get", lambda *_: asked.update(read=1))
    count(Folder, "size", lambda *_: asked.update(read=1))
    count(Folder, "names", lambda *_: asked.update(listed=1))
    count(LakeTable, "scan_files", lambda files: asked.update(read=len(files)))
    try:
        yield asked
    finally:
        for owner, name, function in before:
            setattr(owner, name, function)
