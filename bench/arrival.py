"""How fast small documents arrive that are uploaded at once: ``python -m bench.arrival --documents N --watchers N``.

The whole stack of ``budgetlake up`` on this machine, with more watching processes beside its own that draw from the
same queue. What is measured is what the ledger says: from each upload to its commit. The last line is the result.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from flows.anew import STANDING
from flows.stack import Stack
from infra.aws import s3_client
from infra.lake import Lake
from infra.notifications import queue_depth
from infra.settings import Settings
from tests.generator.tiny import SMALL, tiny

_PATIENCE = 1800.0


@contextmanager
def more_watchers(stack: Stack, count: int, settings: Settings) -> Iterator[None]:
    """Watching processes beside the stack's own; given when all of them watch."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "flows.watcher", settings.lake],
            env={**os.environ, **stack.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(count)
    ]
    try:
        until = time.monotonic() + _PATIENCE
        while _watching(stack) < count + 1:
            assert time.monotonic() < until, "the watchers did not start"
            time.sleep(1)
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(120)


def _watching(stack: Stack) -> int:
    """How many runs of the flow ``watch`` Prefect's server knows as running."""
    wanted = {"flows": {"name": {"any_": ["watch"]}}, "flow_runs": {"state": {"type": {"any_": ["RUNNING"]}}}}
    body = json.dumps(wanted).encode()
    assert stack.page.startswith("http://127.0.0.1:")
    request = urllib.request.Request(  # noqa: S310
        f"{stack.page}/api/flow_runs/count", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return int(json.load(answer))


def upload(documents: list[bytes], settings: Settings) -> float:
    """Put all of them at once; gives the seconds that it took."""
    s3, began = s3_client(settings), time.monotonic()
    with ThreadPoolExecutor(8) as threads:
        puts = [
            threads.submit(s3.put_object, Bucket=settings.landing_bucket, Key=f"{number:04}.txt", Body=data)
            for number, data in enumerate(documents)
        ]
    for put in puts:
        put.result()
    return time.monotonic() - began


def wait_for(count: int, settings: Settings) -> pl.DataFrame:
    """The ledger, once so many object versions are committed and the queue is empty."""
    lake, until = Lake.of(settings), time.monotonic() + _PATIENCE
    while True:
        found = lake.scan("object").filter(pl.col("state").is_in(STANDING))
        # One that a batch found in the lake, which another began, has no time of commit of its own.
        ledger = found.with_columns(at=pl.coalesce("committed_at", "received_at")).collect()
        if ledger.height >= count and queue_depth(settings)[0].total == 0:
            return ledger
        if time.monotonic() > until:
            raise SystemExit(f"only {ledger.height} of {count} arrived in time")
        time.sleep(2)


def main() -> int:
    """Measure, and print one line."""
    parser = argparse.ArgumentParser(prog="python -m bench.arrival", description=__doc__)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--watchers", type=int, default=2)
    chosen = parser.parse_args()
    documents = [tiny(unit, 1, (SMALL,)) for unit in range(1, chosen.documents + 1)]
    os.environ.setdefault("BUDGETLAKE_WORKERS", "1")
    with (
        tempfile.TemporaryDirectory() as folder,
        Stack(f"{folder}/lake", Path(folder, "state"), tells=False) as stack,
        more_watchers(stack, chosen.watchers - 1, stack.settings()),
    ):
        settings = stack.settings()
        uploaded = upload(documents, settings)
        ledger = wait_for(chosen.documents, settings)
        register = Lake.of(settings).scan("document").collect()
    seconds = [(row["at"] - row["uploaded_at"]).total_seconds() for row in ledger.rows(named=True)]
    median, late = (sorted(seconds)[int(len(seconds) * share)] for share in (0.5, 0.95))
    span = float((max(ledger["at"]) - min(ledger["uploaded_at"])).total_seconds())
    print(
        f"{chosen.documents:,} documents, uploaded in {uploaded:.1f} s, {chosen.watchers} watchers: all committed "
        f"{span:.1f} s after the first upload, {chosen.documents / span:.1f} documents a second; from upload to "
        f"commit median {median:.1f} s, 95th percentile {late:.1f} s; "
        f"{ledger['run_id'].n_unique()} batches, {max(ledger['attempts'])} attempts at most"
    )
    return 0 if register.height == chosen.documents == register["document_id"].n_unique() else 1


if __name__ == "__main__":
    sys.exit(main())
