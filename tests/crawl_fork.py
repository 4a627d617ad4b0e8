"""Crawling processes for tests, each forked from one that has loaded the crawler: a second less a crawl.

``python -m tests.crawl_fork FD`` loads ``infra.crawl`` and forks a process for each job that comes over its
socket, with the job's own streams and environment; it tells the process's number and, when it ends, its exit
status. But for the loading of its modules a crawl is what ``python -m infra.crawl`` makes of it.
"""

from __future__ import annotations

import array
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

ROOT = Path(__file__).resolve().parents[1]


class ForkedCrawl:
    """A running crawl with the part of ``subprocess.Popen`` that ``flows.crawling`` uses."""

    def __init__(self, job: Path, environment: dict[str, str], server: socket.socket) -> None:
        (child_in, self_in), (self_out, child_out), (self_err, child_err) = (os.pipe() for _ in range(3))
        self._channel, theirs = socket.socketpair()
        streams = array.array("i", [child_in, child_out, child_err, theirs.fileno()])
        message = json.dumps([str(job), environment]).encode()
        frame = len(message).to_bytes(4, "big") + message
        socket.send_fds(server, [frame[:1]], streams.tolist())
        server.sendall(frame[1:])
        for descriptor in (child_in, child_out, child_err):
            os.close(descriptor)
        theirs.close()
        self.stdin: IO[str] = os.fdopen(self_in, "w")
        self.stdout: IO[str] = os.fdopen(self_out)
        self.stderr: IO[str] = os.fdopen(self_err)
        self.pid = int.from_bytes(self._read(4), "big")
        self.returncode: int | None = None

    def wait(self) -> int:
        """The exit status, of a killed process the negative number of the signal."""
        if self.returncode is None:
            self.returncode = int.from_bytes(self._read(4), "big", signed=True)
            self._channel.close()
        return self.returncode

    def _read(self, size: int) -> bytes:
        data = self._channel.recv(size, socket.MSG_WAITALL)
        assert len(data) == size, "the process that forks crawls has died"
        return data


class CrawlForks:
    """The process that forks; use as a context manager. ``running`` is the crawl that was started last."""

    def __init__(self) -> None:
        self.running: ForkedCrawl | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> CrawlForks:
        self._socket, theirs = socket.socketpair()
        command = [sys.executable, "-m", "tests.crawl_fork", str(theirs.fileno())]
        self._process = subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()])
        theirs.close()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        self._process.wait()

    def start(self, job: Path, environment: dict[str, str]) -> ForkedCrawl:
        """In place of ``flows.crawling.start``."""
        with self._lock:
            self.running = ForkedCrawl(job, environment, self._socket)
        return self.running


@contextmanager
def forked(forks: CrawlForks) -> Iterator[None]:
    """Let ``flows.crawling`` start its crawls by forking."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flows.crawling.start", forks.start)
        yield


def _serve(server: socket.socket) -> None:
    from infra.crawl.__main__ import main

    while True:
        start, descriptors, _, _ = socket.recv_fds(server, 1, 4)
        if not start:
            return
        size = int.from_bytes(start + server.recv(3, socket.MSG_WAITALL), "big")
        job, environment = json.loads(server.recv(size, socket.MSG_WAITALL))
        channel = socket.socket(fileno=descriptors[3])
        # Its waiter is a process of its own, so that crawls may overlap.
        if (waiter := os.fork()) == 0:
            server.close()
            crawl = os.fork()
            if crawl == 0:
                channel.close()
                _crawl(main, job, environment, descriptors[:3])
            for descriptor in descriptors[:3]:
                os.close(descriptor)
            channel.sendall(crawl.to_bytes(4, "big"))
            _, status = os.waitpid(crawl, 0)
            channel.sendall(os.waitstatus_to_exitcode(status).to_bytes(4, "big", signed=True))
            os._exit(0)
        channel.close()
        for descriptor in descriptors[:3]:
            os.close(descriptor)
        _reap(waiter)


def _reap(_: int) -> None:
    """Take note of waiters that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _crawl(main: object, job: str, environment: dict[str, str], streams: list[int]) -> None:
    status = 1
    try:
        os.setsid()
        for number, descriptor in enumerate(streams):
            os.dup2(descriptor, number)
        os.environ.clear()
        os.environ.update(environment)
        sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w")
        assert callable(main)
        status = main(job)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
