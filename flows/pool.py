"""A warm pool of reading processes: documents in, rows or refusals out, each document on its own.

Not a ``ProcessPoolExecutor``: there a process that dies breaks the whole pool, and one that hangs cannot be
stopped. Here a document that hangs, eats memory or brings its process down is refused alone; its process
is replaced and the batch goes on.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Self, TypeAlias

from flows.worker import PARSER, Bounds, Job, NoOtherWay, Refusal, Rows, memory_sentence
from infra.settings import Settings
from parsers.limits import Limits

Answer: TypeAlias = Rows | Refusal | NoOtherWay


class DocumentPool:
    """``workers`` processes that parse; started when first needed, kept until ``close``.

    ``parsing`` are the processor seconds of all documents so far, from bytes to rows. Use as a context manager.
    It is used by one thread.
    """

    def __init__(
        self,
        settings: Settings,
        workers: int | None = None,
        *,
        parser: str = PARSER,
    ) -> None:
        self.workers = workers or settings.workers or _processors()
        self.parsing = 0.0
        self._limits = Limits(
            max_bytes=settings.max_bytes,
            max_pages=settings.max_pages,
            max_seconds=settings.max_seconds,
            max_cells=settings.max_cells,
        )
        # The readers look at the clock themselves and say where they were; the kernel comes a little later.
        self._bounds = Bounds(self._limits, settings.max_seconds * 1.25 + 1, settings.max_memory)
        # One that waits instead of working uses no processor time: it is stopped by the clock.
        self._patience = settings.max_seconds * 2 + 5
        self._parser = parser
        self._processes: list[_Process] = []

    def start(self, wanted: int | None = None) -> None:
        """Start up to ``wanted`` processes without waiting for them."""
        wanted = self.workers if wanted is None else min(wanted, self.workers)
        while len(self._processes) < wanted:
            self._processes.append(_Process(self._parser, self._bounds))

    def parse(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Answer]]:
        """Every job with its answer, in the order they are finished. Jobs are drawn as they are needed."""
        waiting = iter(jobs)
        drained = False
        done: tuple[Job, Answer] | None = None
        while True:
            # New work first: the process reads while what it gave is worked on here. One answer at a time, so that
            # no more documents are held than there are processes, and the one in hand.
            while not drained and (free := self._free()) is not None:
                job = next(waiting, None)
                if job is None:
                    drained = True
                    break
                self._give(free, job)
            if done is not None:
                yield done
                done = None
            busy = [process for process in self._processes if process.job is not None]
            if not busy:
                return
            # The longest at work is heard first: none waits while another gives answer upon answer.
            busy.sort(key=lambda process: process.since)
            pause = max(0.0, busy[0].since + self._patience - time.monotonic())
            ready = wait([process.connection for process in busy], timeout=pause)
            for process in busy:
                if process.connection in ready:
                    done = self._take(process)
                elif time.monotonic() - process.since > self._patience:
                    done = self._stop(process)
                if done is not None:
                    break

    def close(self) -> None:
        """End all processes; a second call does nothing."""
        processes, self._processes = self._processes, []
        for process in processes:
            process.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _free(self) -> _Process | None:
        free = next((process for process in self._processes if process.job is None), None)
        if free is None and len(self._processes) < self.workers:
            self.start(len(self._processes) + 1)
            free = self._processes[-1]
        return free

    def _give(self, process: _Process, job: Job) -> None:
        try:
            process.give(job)
        except (BrokenPipeError, ConnectionResetError):
            # It died while idle, which is no fault of this document.
            self._replace(process).give(job)

    def _take(self, process: _Process) -> tuple[Job, Answer]:
        try:
            job, answer, spent = process.take()
            self.parsing += spent
            return job, answer
        except (EOFError, ConnectionResetError):
            job, code = process.given, process.exit_code()
            self._replace(process)
            return job, self._died(code)

    def _stop(self, process: _Process) -> tuple[Job, Answer]:
        job = process.given
        self._replace(process)
        return job, self._too_slow()

    def _replace(self, process: _Process) -> _Process:
        process.end()
        new = _Process(self._parser, self._bounds)
        self._processes[self._processes.index(process)] = new
        return new

    def _died(self, code: int) -> Refusal:
        if code == -signal.SIGXCPU:
            return self._too_slow()
        if code == -signal.SIGKILL:
            return Refusal("too_much_memory", memory_sentence(self._bounds))
        what = signal.Signals(-code).name if code < 0 else f"exit status {code}"
        return Refusal("internal_error", f"The reading process ended ({what}); please report the document.")

    def _too_slow(self) -> Refusal:
        return Refusal(
            "too_slow",
            f"Reading it took longer than the {self._limits.max_seconds:g} seconds allowed and was stopped; "
            "look at the file for damage, or raise BUDGETLAKE_MAX_SECONDS.",
        )


class _Process:
    """One reading process and the job it has."""

    def __init__(self, parser: str, bounds: Bounds) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._popen = subprocess.Popen(  # noqa: S603  our own program and its arguments
                [sys.executable, "-m", "flows.worker", str(theirs.fileno()), parser],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                # Ctrl-C in a terminal goes to every process of it; ours end by their closed socket.
                start_new_session=True,
            )
        self.connection = Connection(ours.detach())
        self.connection.send(bounds)
        self.job: Job | None = None
        self.since = 0.0

    @property
    def given(self) -> Job:
        """The job that it has."""
        assert self.job is not None  # noqa: S101  only asked of busy processes
        return self.job

    def give(self, job: Job) -> None:
        self.connection.send(job)
        self.job, self.since = job, time.monotonic()

    def take(self) -> tuple[Job, Answer, float]:
        job, (answer, spent) = self.given, self.connection.recv()
        self.job = None
        return job, answer, spent

    def exit_code(self) -> int:
        return self._popen.wait()

    def end(self) -> None:
        self.connection.close()
        if self.job is not None:
            self._popen.kill()
        try:
            self._popen.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
