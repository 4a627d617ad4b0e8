"""The whole line on this machine: ``python -m bench.throughput FILES… [--latency] [--requests] [--write]``.

Documents a second: copies of real files are uploaded to the local S3; then watching processes draw a batch
from the queue, read, check and commit it to a lake in a folder, until the messages are acknowledged. The upload
is the publisher's and is not in it. A worker is what a fleet adds: a watching process with one reading process. The
first batch of each is not measured (imports, tables made). Settings of one and two workers take turns.

Processor time is that of all processes that a deployment has: watching and reading processes and Prefect's server.
The local S3 and SQS (moto) stands for AWS and is shown beside.

``--latency``: one upload at a time on the idle local stack of ``budgetlake up``, until a query finds its rows.
``--requests``: what a batch asks of S3 and SQS, with the lake on S3, by the local server's own log.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench.documents import copy_of, key_of, readable
from bench.latency import measure_latency
from bench.object_requests import measure_requests
from bench.page import bars, table, write_section
from bench.processor import children, load, spent
from flows.stack import Stack, wait_for_server
from infra.aws import s3_client
from infra.settings import PREFIX

#: What is called what in the table, in the order of the line.
STAGES = (
    "parse",
    "parse again",
    "fetch and frames",
    "validate",
    "commit",
    "settle",
    "queue",
    "Prefect",
    "rest",
)


@dataclass(slots=True)
class Run:
    """One batch for each worker: seconds by the clock, documents, processor seconds by stage."""

    seconds: float
    documents: int
    stages: dict[str, float] = field(default_factory=dict)
    emulator: float = 0.0
    memory: int = 0

    @property
    def processor(self) -> float:
        return sum(self.stages.values())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--batch", type=int, default=100, help="documents of a batch (100)")
    parser.add_argument("--runs", type=int, default=3, help="batches measured for each setting (3)")
    parser.add_argument("--name", help="file name that files which tell no unit or year are given")
    parser.add_argument("--latency", action="store_true", help="measure upload to queryable row instead")
    parser.add_argument("--requests", action="store_true", help="count requests to S3 and SQS instead")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    options = parser.parse_args()
    files = readable(options.files, options.name)
    print(f"{len(files)} files give rows; {load()}")
    if options.latency:
        lines = measure_latency(files, max(options.runs, 10))
    elif options.requests:
        lines = measure_requests(files, options.batch)
    else:
        lines = report(measure(files, options.batch, options.runs), options)
    print("\n".join(lines))
    if options.write:
        name = "latency" if options.latency else "requests" if options.requests else "throughput"
        write_section(name, lines)


def measure(files: Sequence[tuple[Path, str]], batch: int, runs: int) -> dict[int, list[Run]]:
    """Runs by number of workers, in turns on one local stack."""
    uploaded = 0
    found: dict[int, list[Run]] = {1: [], 2: []}
    with _stack() as stack, ExitStack() as workers:
        s3, bucket = s3_client(stack.settings()), stack.loopback.bucket

        def upload(count: int) -> None:
            nonlocal uploaded
            for _ in range(count):
                path, name = files[uploaded % len(files)]
                s3.put_object(Bucket=bucket, Key=key_of(name, uploaded), Body=copy_of(path, uploaded))
                uploaded += 1

        lines = [workers.enter_context(_worker(stack, batch)) for _ in found]
        for line in lines:
            upload(len(files))
            _run(stack, [line])
        for _ in range(runs):
            for count, results in found.items():
                upload(count * batch)
                results.append(_run(stack, lines[:count]))
    return found


def _run(stack: _Stack, lines: Sequence[_Worker]) -> Run:
    before = [spent(pid) for pid in (stack.server, stack.emulator)]
    for line in lines:
        line.go()
    said = [line.says() for line in lines]
    server, emulator = (
        spent(pid) - used for pid, used in zip((stack.server, stack.emulator), before, strict=True)
    )
    run = Run(
        max(each["to"] for each in said) - min(each["from"] for each in said),
        sum(each["documents"] for each in said),
        emulator=emulator,
        memory=max(each["memory"] for each in said),
    )
    for each in said:
        for stage, value in _stages(each).items():
            run.stages[stage] = run.stages.get(stage, 0.0) + value
    run.stages["Prefect"] += server
    return run


def _stages(said: dict[str, Any]) -> dict[str, float]:
    """The processor seconds of one worker by stage; everything is in exactly one."""
    inside = said["stages"]
    # "read" and "validate" are this process's part of it, the reading processes' is beside.
    in_batch = sum(inside[name] for name in ("ledger", "read", "validate", "commit"))
    return {
        "parse": inside["parse"],
        "parse again": inside["parse again"],
        "fetch and frames": inside["read"],
        "validate": inside["validate"],
        "commit": inside["commit"] + inside["ledger"],
        "settle": inside["bring_in"] - in_batch,
        "queue": inside["queue"],
        "Prefect": said["watcher"] - inside["bring_in"] - inside["queue"],
        # The reading processes' own: bytes taken in, rows given out.
        "rest": max(0.0, said["readers"] - inside["parse"] - inside["parse again"]),
    }


def report(found: dict[int, list[Run]], options: argparse.Namespace) -> list[str]:
    """The table and the plot, as lines of Markdown."""
    per = {count: _per_document(runs) for count, runs in found.items()}
    speed = {count: median(run.documents / run.seconds for run in runs) for count, runs in found.items()}
    cpu = {count: median(run.processor / run.documents for run in runs) for count, runs in found.items()}
    emulator = {count: median(run.emulator / run.documents for run in runs) for count, runs in found.items()}
    rows = [
        ["documents a second", *(f"{speed[count]:.2f}" for count in found)],
        ["processor time, ms a document", *(f"{1e3 * cpu[count]:.0f}" for count in found)],
    ]
    for stage in STAGES:
        shares = [per[count][stage] for count in found]
        rows.append(
            [
                f"· {stage}",
                *(f"{1e3 * s:.1f} ({s / cpu[c]:.1%})" for c, s in zip(found, shares, strict=True)),
            ]
        )
    rows.append(["local S3 and SQS, ms a document", *(f"{1e3 * emulator[count]:.0f}" for count in found)])
    peak = {count: max(run.memory for run in runs) for count, runs in found.items()}
    rows.append(["peak memory of a reading process, MB", *(f"{peak[count] / 1e6:.0f}" for count in found)])
    bars(
        "performance-stages.svg",
        "Processor time of a document by stage",
        "ms a document",
        {f"{count} worker{'s' * (count > 1)}": {s: 1e3 * per[count][s] for s in STAGES} for count in found},
    )
    ratio = {
        "by the clock": speed[2] / speed[1],
        "by processor time": 2 * cpu[1] / cpu[2],
    }
    return [
        f"Batches of {options.batch} documents, medians of {options.runs} runs; {load()}.",
        "",
        *table(["", "one worker", "two workers"], rows),
        "",
        f"Two workers give {ratio['by the clock']:.2f} times one by the clock of this machine, on which everything "
        f"else runs too, and {ratio['by processor time']:.2f} times by processor time a document, which is what two "
        "free processors give.",
        "",
        "![Processor time of a document by stage](images/performance-stages.svg)",
    ]


def _per_document(runs: Sequence[Run]) -> dict[str, float]:
    return {stage: median(run.stages[stage] / run.documents for run in runs) for stage in STAGES}


@dataclass(frozen=True, slots=True)
class _Stack:
    stack: Stack
    emulator: int
    server: int

    def settings(self) -> Any:
        return self.stack.settings()

    @property
    def loopback(self) -> Any:
        return self.stack.loopback


@contextmanager
def _stack() -> Iterator[_Stack]:
    """The local stack without its watching flow; its processes by id."""
    with tempfile.TemporaryDirectory(prefix="budgetlake-bench-") as folder, ExitStack() as ending:
        stack = Stack(f"{folder}/lake", Path(folder, "state"), tells=False)
        stack.state.mkdir()  # Prefect would fall back to the user's own
        known = set(children(os.getpid()))
        ending.enter_context(stack.loopback)
        (emulator,) = set(children(os.getpid())) - known
        server = subprocess.Popen(
            [sys.executable, "-m", "flows.server", str(stack.port)],
            env={**os.environ, **stack.environment},
            stdin=subprocess.PIPE,
        )
        ending.callback(_end, server)
        if not wait_for_server(f"{stack.page}/api"):
            raise SystemExit("Prefect's server did not start.")
        yield _Stack(stack, emulator, server.pid)


class _Worker:
    """A watching process with one reading process that waits for its word before each batch."""

    def __init__(self, stack: _Stack, batch: int) -> None:
        out, theirs = os.pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.line", str(theirs)],
            env={
                **os.environ,
                **stack.stack.environment,
                f"{PREFIX}WORKERS": "1",
                f"{PREFIX}BATCH_DOCUMENTS": str(batch),
                f"{PREFIX}BATCH_WAIT_SECONDS": "5",
                "PREFECT_LOGGING_LEVEL": "WARNING",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs],
            text=True,
        )
        os.close(theirs)
        self._out = os.fdopen(out)

    def go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def says(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self._out.readline())
        return said


@contextmanager
def _worker(stack: _Stack, batch: int) -> Iterator[_Worker]:
    worker = _Worker(stack, batch)
    try:
        yield worker
    finally:
        _end(worker.process)


def _end(process: subprocess.Popen[Any]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()
