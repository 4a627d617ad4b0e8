"""The steps of the line at which a worker may be killed, and storage that fails: patches of a worker's process.

A step is named by what is about to happen. Production code knows nothing of this.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import botocore.awsrequest
from botocore.compat import HTTPHeaders

import flows.batch
import flows.line
import flows.upload_queue
from infra.aws import s3_client
from infra.lake import Lake
from infra.lake.delta_log import DeltaLog
from infra.lake.delta_table import LakeTable
from infra.lake.editions import Editions
from infra.lake.publication import NAME, Publication
from infra.settings import Settings
from schemas.errors import StorageError

WRITTEN = ("budget_line", "statement", "finding", "document", "overtaken/budget_line", "overtaken/statement")
STEPS = (
    "work on what was received",
    "read the ledger",
    "read documents",
    "check",
    "commit",
    *(f"write {table}" for table in WRITTEN),
    "publish",
    "published",
    *(f"tell Delta of {table}" for table in WRITTEN),
    "publish the parts together",
    "published the parts together",
    "write the quarantine",
    "write the ledger",
    "settle keys",
    "commit what settling found",
    "record a deletion",
    "acknowledge",
    "acknowledged",
    "checkpoint after publishing",
    "checkpoint after telling Delta",
)


class Reaper:
    """Kills this process at the ``nth`` time that it comes to a step."""

    def __init__(self, step: str | None, nth: int, tell: Callable[[str], None]) -> None:
        self._step, self._nth, self._tell = step, nth, tell
        self._seen: Counter[str] = Counter()

    def come_to(self, step: str) -> None:
        self._seen[step] += 1
        if step == self._step and self._seen[step] == self._nth:
            self._tell(f"killed {step}")
            os.kill(os.getpid(), signal.SIGKILL)


def haunt(reaper: Reaper) -> None:
    """Make this process come to the reaper before each step of the line."""
    _before(flows.batch, "Ledger", reaper, "read the ledger")
    _before(flows.batch, "read_items", reaper, "read documents")
    _before(flows.batch, "check_items", reaper, "check")
    _before(flows.line, "settle_keys", reaper, "settle keys")
    _before(flows.upload_queue, "acknowledge", reaper, "acknowledge", after="acknowledged")
    replace, commit, record = LakeTable.replace, Lake.commit, Lake.record
    write, publish, tell = LakeTable.write, Publication.publish, DeltaLog.create
    checkpoint, publish_edition = LakeTable.checkpoint, Editions.publish

    def replace_haunted(self: LakeTable, *args: Any, **labels: Any) -> int:
        names = {"quarantine": "write the quarantine", "object": "write the ledger"}
        reaper.come_to(names.get(self.name, f"write {self.name}"))
        return replace(self, *args, **labels)

    def write_haunted(self: LakeTable, *args: Any) -> Any:
        reaper.come_to(f"write {self.name}")
        return write(self, *args)

    def publish_haunted(self: Publication, *args: Any) -> int:
        reaper.come_to("publish")
        version = publish(self, *args)
        reaper.come_to("published")
        return version

    def tell_haunted(self: DeltaLog, *args: Any) -> bool:
        reaper.come_to(f"tell Delta of {self.table}")
        return tell(self, *args)

    def checkpoint_haunted(self: LakeTable) -> int:
        reaper.come_to(
            "checkpoint after publishing" if self.name == NAME else "checkpoint after telling Delta"
        )
        return checkpoint(self)

    def edition_haunted(self: Editions, *args: Any) -> Any:
        reaper.come_to("publish the parts together")
        edition = publish_edition(self, *args)
        reaper.come_to("published the parts together")
        return edition

    def commit_haunted(self: Lake, batch: Any, *args: Any, **named: Any) -> Any:
        reaper.come_to("commit" if batch else "commit what settling found")
        return commit(self, batch, *args, **named)

    def record_haunted(self: Lake, objects: Any, run_id: str = "") -> Any:
        if objects["state"].is_in(["withdrawn"]).any():
            reaper.come_to("record a deletion")
        return record(self, objects, run_id=run_id)

    LakeTable.replace = replace_haunted  # type: ignore[method-assign]
    Editions.publish = edition_haunted  # type: ignore[assignment,method-assign]
    LakeTable.checkpoint = checkpoint_haunted  # type: ignore[method-assign]
    LakeTable.write = write_haunted  # type: ignore[assignment,method-assign]
    Publication.publish = publish_haunted  # type: ignore[assignment,method-assign]
    DeltaLog.create = tell_haunted  # type: ignore[assignment,method-assign]
    Lake.commit = commit_haunted  # type: ignore[method-assign]
    Lake.record = record_haunted  # type: ignore[method-assign]


def trouble(settings: Settings, rate: float, seed: int, tell: Callable[[str], None]) -> None:
    """Let S3 and the lake's disk fail and be slow, each at this rate an answer."""
    dice = random.Random(seed)

    def answer(request: Any, **_: Any) -> Any:
        if dice.random() < rate:
            tell("S3 slow")
            time.sleep(dice.uniform(0.05, 0.5))
        if dice.random() < rate:
            tell("S3 error")
            body = b"<Error><Code>SlowDown</Code></Error>"
            headers = HTTPHeaders()
            return botocore.awsrequest.AWSResponse(request.url, 503, headers, _Raw(body))
        return None

    s3_client(settings).meta.events.register("before-send.s3", answer)
    for owner, name in ((LakeTable, "replace"), (LakeTable, "write"), (DeltaLog, "create")):
        _trouble(owner, name, dice, rate / 4, tell)


def _trouble(owner: type, name: str, dice: random.Random, rate: float, tell: Callable[[str], None]) -> None:
    function = getattr(owner, name)

    def troubled(self: Any, *args: Any, **named: Any) -> Any:
        if dice.random() < rate:
            tell("lake error")
            raise StorageError("The harness let the lake fail.")
        return function(self, *args, **named)

    setattr(owner, name, troubled)


class _Raw:
    """A body as botocore reads it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_: Any, **__: Any) -> Any:
        yield self._body


def _before(module: Any, name: str, reaper: Reaper, step: str, after: str | None = None) -> None:
    function = getattr(module, name)

    def haunted(*args: Any, **named: Any) -> Any:
        reaper.come_to(step)
        result = function(*args, **named)
        if after is not None:
            reaper.come_to(after)
        return result

    setattr(module, name, haunted)
