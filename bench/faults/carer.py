"""Processes of the harness that care for the lake beside writers and readers, and are killed while they do.

They also reconcile the bucket now and then, for both ways to bring in may run at once.

What ``flows.maintain`` does in a night is done every few seconds: mend, checkpoint, forget old log entries, clear
replaced files away. Nobody can wait for an hour of retention here, so what a run writes is as good as made an hour
ago, less ``RETENTION`` seconds: replaced files by the time in Delta's log, files and log entries in a folder by
that of the disk.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from deltalake import DeltaTable

import infra.lake.delta_log
import infra.lake.part
from bench.faults.inside import Inside
from bench.faults.orders import Orders, teller
from bench.faults.steps import Reaper, trouble
from flows.line import bring_in
from flows.listing import reconcile_listing
from flows.outcome import BatchResult
from infra.lake import Lake
from infra.lake.delta_log import DeltaLog
from infra.lake.delta_table import LakeTable
from infra.lake.follow import Follower
from infra.lake.maintenance import Care, maintain
from infra.objects import ObjectRef
from schemas.errors import StorageError

# Seconds after which what was replaced may be cleared; a look of the reader and a commit take a part of one.
RETENTION = 10.0
_FILES, _LOG = 3600.0, 30 * 86400.0

_TABLES = ("publication", "object", "budget_line")
CARE_STEPS = (
    "care",
    "set right budget_line",
    "set right document",
    "note that all is told",
    *(f"checkpoint {table}" for table in _TABLES),
    *(f"forget the log of {table}" for table in _TABLES),
    *(f"clear {table}" for table in _TABLES),
    *(f"while clearing {table}" for table in _TABLES),
    "cared",
    "reconcile beside the watchers",
)


def grow_old() -> None:
    """Let all that this process writes into a lake be old enough to be cleared in ``RETENTION`` seconds."""
    infra.lake.part._STALE = RETENTION / 2
    infra.lake.delta_log.time = SimpleNamespace(  # type: ignore[assignment,attr-defined]
        time=lambda: time.time() - _FILES + RETENTION
    )
    write_file, create = LakeTable._write_file, DeltaLog.create

    def write_old(self: LakeTable, *args: Any) -> Any:
        file = write_file(self, *args)
        _date(Path(self.uri, file.name), _FILES)
        return file

    def create_old(self: DeltaLog, version: int, *args: Any) -> bool:
        done = create(self, version, *args)
        _date(Path(getattr(self._store, "_root", ""), self._name(version)), _LOG)
        return done

    LakeTable._write_file = write_old  # type: ignore[assignment,method-assign]
    DeltaLog.create = create_old  # type: ignore[assignment,method-assign]


def _date(path: Path, age: float) -> None:
    if path.exists():
        at = time.time() - age + RETENTION
        os.utime(path, (at, at))


def care(orders: Orders) -> None:
    """Care for the lake again and again, until SIGTERM."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    tell, dice = teller(orders.report), random.Random(orders.seed)
    reaper = Reaper(orders.step, orders.nth, tell)
    grow_old()
    settings = orders.settings
    trouble(settings, orders.rate, orders.seed, tell)
    _haunt(reaper, dice)
    lake, pool = Lake(settings.lake, orders.lake_options, settings.lake_split), Inside(settings, workers=1)
    place = f"s3://{settings.landing_bucket}/"

    def bring(refs: list[ObjectRef], removed: list[ObjectRef]) -> BatchResult:
        return bring_in(refs, lake, settings, removed=removed, pool=pool)

    harness = multiprocessing.parent_process()
    assert harness is not None
    while harness.is_alive() and not stop.wait(dice.uniform(0.1, 3)):
        reaper.come_to("care")
        try:
            done = maintain(lake, 1)
        except StorageError:
            tell("care given up")
            continue
        reaper.come_to("cared")
        tell("care of the lake")
        _tell_of(done, tell)
        if dice.random() < 0.3:
            reaper.come_to("reconcile beside the watchers")
            try:
                reconcile_listing(place, lake, settings, bring)
            except StorageError:
                tell("reconciling given up")
            tell("reconciled beside the watchers")


def _tell_of(done: Care, tell: Callable[[str], None]) -> None:
    for _ in range(sum(done.cleared.values())):
        tell("replaced file cleared away")


def _haunt(reaper: Reaper, dice: random.Random) -> None:
    set_right, mark = Follower.set_right, Follower.mark

    def set_right_haunted(self: Follower, name: str, *args: Any) -> bool:
        reaper.come_to(f"set right {name}")
        return set_right(self, name, *args)

    def mark_haunted(self: Follower, version: int) -> None:
        reaper.come_to("note that all is told")
        mark(self, version)

    Follower.set_right = set_right_haunted  # type: ignore[assignment,method-assign]
    Follower.mark = mark_haunted  # type: ignore[method-assign]
    _haunt_delta("create_checkpoint", lambda table: reaper.come_to(f"checkpoint {table}"))
    _haunt_delta("cleanup_metadata", lambda table: reaper.come_to(f"forget the log of {table}"))

    def clear(table: str) -> None:
        reaper.come_to(f"clear {table}")
        # delta-rs clears by itself: this comes to it somewhere in between, where it is slow enough.
        clock = threading.Timer(dice.uniform(0, 0.02), reaper.come_to, [f"while clearing {table}"])
        clock.daemon = True
        clock.start()

    _haunt_delta("vacuum", clear)


def _haunt_delta(name: str, before: Callable[[str], None]) -> None:
    function = getattr(DeltaTable, name)

    def haunted(self: DeltaTable, *args: Any, **named: Any) -> Any:
        before(self.table_uri.rstrip("/").rpartition("/")[2])
        return function(self, *args, **named)

    setattr(DeltaTable, name, haunted)


def clear_all(lake: Lake) -> None:
    """Leave of a lake nothing but what it is made of now."""
    lake.mend()
    for table in lake.tables():
        table.refresh()
        if table.version is not None:
            table.checkpoint()
            table.clear(0)
