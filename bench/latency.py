"""From an upload to rows that a query finds, one document at a time, on the stack of ``budgetlake up``."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import polars as pl

from bench.documents import copy_of, key_of
from bench.page import table
from bench.processor import load
from flows.stack import Stack
from infra.aws import s3_client
from infra.lake import Lake

_POLL = 0.05
_PATIENCE = 120.0
_PAUSE = 1.0  # between uploads, so that each finds the stack idle


def measure_latency(files: Sequence[tuple[Path, str]], uploads: int) -> list[str]:
    """Lines of Markdown: seconds from before the upload until the rows are found.

    The first upload is apart: it finds nothing imported and no reading process.
    """
    seconds = []
    with (
        tempfile.TemporaryDirectory(prefix="budgetlake-bench-") as folder,
        Stack(f"{folder}/lake", Path(folder, "state"), tells=False) as stack,
    ):
        lake, s3 = Lake.of(stack.settings()), s3_client(stack.settings())
        for number in range(uploads + 1):
            path, name = files[number % len(files)]
            data = copy_of(path, number)
            begun = time.monotonic()
            s3.put_object(Bucket=stack.loopback.bucket, Key=key_of(name, number), Body=data)
            _wait(lake, hashlib.sha256(data).hexdigest(), begun + _PATIENCE)
            seconds.append(time.monotonic() - begun)
            time.sleep(_PAUSE)
    first, rest = seconds[0], sorted(seconds[1:])
    return [
        f"{uploads} uploads of real documents, one after the other, on the idle local stack; {load()}.",
        "",
        *table(
            ["upload to queryable row", "seconds"],
            [
                ["median", f"{median(rest):.2f}"],
                ["fastest", f"{rest[0]:.2f}"],
                ["slowest", f"{rest[-1]:.2f}"],
                ["the first after the start", f"{first:.2f}"],
            ],
        ),
    ]


def _wait(lake: Lake, document: str, until: float) -> None:
    while time.monotonic() < until:
        rows = lake.snapshot().scan("budget_line").filter(pl.col("document_id") == document)
        if not rows.head(1).collect().is_empty():
            return
        time.sleep(_POLL)
    raise SystemExit(f"Document {document} did not come into the lake within {_PATIENCE:.0f} s.")
