"""Messages while work goes on, after a watcher was killed, and when they are given up; on a real queue over HTTP."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from uuid import uuid4

import pytest

from flows import upload_queue
from flows.line import bring_in
from flows.outcome import BatchResult, Outcome
from flows.pool import DocumentPool
from flows.status import status
from infra.aws import s3_client
from infra.lake import Lake
from infra.loopback import MAX_RECEIVE_COUNT, Loopback, make_landing
from infra.notifications import acknowledge, extend, queue_depth, receive
from infra.objects import ObjectRef
from infra.settings import Settings

# Seconds that a message is invisible, and of work that takes longer.
TIMEOUT, LONGER = 2, 3.2

WATCHER = """
import time
from flows.upload_queue import collect, work_off
from infra.settings import load_settings

def bring(refs, removed):
    print("working", flush=True)
    time.sleep(60)

settings = load_settings()
list(work_off(collect(settings), settings, bring))
"""


@pytest.fixture
def landing(loopback: Loopback, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A bucket with one upload, told of by a queue of its own."""
    monkeypatch.setattr(upload_queue, "POLL_SECONDS", 1)
    name = f"beat-{uuid4().hex}"
    base = loopback.settings(visibility_timeout=TIMEOUT, batch_wait_seconds=0)
    queue, _ = make_landing(base, name, name)
    settings = base.model_copy(update={"landing_bucket": name, "queue_url": queue})
    # S3's own test of the connection.
    acknowledge({notice.receipt_handle for notice in receive(settings, wait_seconds=1)}, settings)
    s3_client(settings).put_object(Bucket=name, Key="预算 +.txt", Body=b"1")
    return settings


def drawn(settings: Settings) -> list[str]:
    """Keys that another watcher is given now."""
    return [notice.ref.key for notice in receive(settings, wait_seconds=0) if notice.ref is not None]


def test_a_message_is_kept_from_others_while_its_work_takes_longer_than_the_timeout(
    landing: Settings,
) -> None:
    seen: list[str] = []

    def bring(refs: list[ObjectRef], removed: list[ObjectRef]) -> BatchResult:
        until = time.monotonic() + LONGER
        while time.monotonic() < until:
            time.sleep(0.2)
            seen.extend(drawn(landing))
        return BatchResult(tuple(Outcome(ref, "committed") for ref in refs))

    *_, acknowledged = upload_queue.work_off(upload_queue.collect(landing), landing, bring)
    assert (seen, acknowledged) == ([], 1)
    assert queue_depth(landing)[0].total == 0


def test_work_that_broke_off_is_not_acknowledged_and_comes_again(landing: Settings) -> None:
    def bring(refs: list[ObjectRef], removed: list[ObjectRef]) -> BatchResult:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        list(upload_queue.work_off(upload_queue.collect(landing), landing, bring))
    time.sleep(TIMEOUT + 0.3)
    assert drawn(landing) == ["预算 +.txt"]


def test_the_message_of_a_watcher_that_is_killed_comes_again(landing: Settings) -> None:
    environment = {
        **os.environ,
        "BUDGETLAKE_ENDPOINT_URL": str(landing.endpoint_url),
        "BUDGETLAKE_QUEUE_URL": str(landing.queue_url),
        "BUDGETLAKE_VISIBILITY_TIMEOUT": str(TIMEOUT),
        "BUDGETLAKE_BATCH_WAIT_SECONDS": "0",
    }
    with subprocess.Popen(
        [sys.executable, "-c", WATCHER], env=environment, stdout=subprocess.PIPE, text=True
    ) as watcher:
        assert watcher.stdout is not None
        assert watcher.stdout.readline() == "working\n"
        time.sleep(LONGER)
        assert drawn(landing) == []
        watcher.send_signal(signal.SIGKILL)
    time.sleep(TIMEOUT + 0.3)
    again = [notice for notice in receive(landing, wait_seconds=0) if notice.ref is not None]
    assert [notice.received for notice in again] == [2]


def test_what_fails_again_and_again_goes_to_the_dead_letters_and_status_shows_it(
    landing: Settings, lake: Lake, pool: DocumentPool
) -> None:
    """The bucket went away, so that nothing can be said of its object."""
    s3 = s3_client(landing)
    versions = s3.list_object_versions(Bucket=landing.landing_bucket)["Versions"]
    for version in versions:
        s3.delete_object(Bucket=landing.landing_bucket, Key=version["Key"], VersionId=version["VersionId"])
    s3.delete_bucket(Bucket=landing.landing_bucket)

    def bring(refs: list[ObjectRef], removed: list[ObjectRef]) -> BatchResult:
        return bring_in(refs, lake, landing, removed=removed, pool=pool)

    for _ in range(MAX_RECEIVE_COUNT):
        notices = [notice for notice in upload_queue.collect(landing) if notice.kind == "created"]
        list(upload_queue.work_off(notices, landing, bring))
        extend({notice.receipt_handle for notice in notices}, 0, landing)
    assert drawn(landing) == []
    found = status(lake, landing)
    assert found.dead is not None and found.dead.total == 1
    assert found.dead_keys == (f"s3://{landing.landing_bucket}/预算 +.txt",)
    assert found.states == {"failed": 1}
