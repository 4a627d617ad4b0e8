"""Command lines of ``budgetlake``, run one after another in one process that has loaded it once.

``python -m tests.command_line FILE`` reads a command line a line of its standard input, with what it adds to the
environment, and answers with its exit status and what it said. Its crawls are forked (``tests.crawl_fork``); the
number of the crawling process that was started last stands in FILE, for whoever wants to kill it.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Self

from tests.crawl_fork import ROOT, CrawlForks, ForkedCrawl, forked


class Said(NamedTuple):
    """What a command line came to."""

    status: int
    out: str
    err: str


class CommandLine:
    """The process; use as a context manager. ``folder`` is for its own files."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self._environment = {**os.environ, **environment}
        self._file = folder / "crawl.pid"
        self._log = folder / "command_line.log"

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.command_line", str(self._file)],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def run(self, *arguments: str, **environment: str) -> Said:
        """Run ``budgetlake ARGUMENTS``."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps([arguments, environment]) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"the process that runs commands has died; see {self._log}"
        return Said(*json.loads(answer))

    def crawling(self) -> int:
        """The number of the crawling process that was started last."""
        return int(self._file.read_text())


def _serve(file: Path) -> None:
    from flows.cli.entry import _run

    answers = sys.stdout
    with CrawlForks() as forks:
        begin = forks.start

        def start(job: Path, environment: dict[str, str]) -> ForkedCrawl:
            crawl = begin(job, environment)
            file.write_text(str(crawl.pid))
            return crawl

        forks.start = start  # type: ignore[method-assign]
        with forked(forks):
            for line in sys.stdin:
                arguments, environment = json.loads(line)
                os.environ.update(environment)
                out, err = io.StringIO(), io.StringIO()
                with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                    status = _run(arguments)
                print(json.dumps([status, out.getvalue(), err.getvalue()]), file=answers, flush=True)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
