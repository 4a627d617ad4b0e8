"""All of it on one machine: S3 and SQS, Prefect's server and the watching flow, for ``up`` and the demo.

Everything listens on 127.0.0.1 and ends with this process, however that ends: each child holds the reading
end of a pipe. Prefect's files are kept in a folder of their own; the user's profile is neither read nor
written, and nothing is reported to anybody.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from infra.loopback import ADDRESS, Loopback
from infra.settings import PREFIX, Settings
from schemas.errors import StorageError, UsageError

_PATIENCE = 120.0


class Stack:
    """The local stack; use as a context manager. ``state`` is the folder of Prefect's files and the logs.

    ``port`` is the Prefect server's, 0 for any free one. The watching flow writes one line a document on
    this process's standard output if ``tells``; what it and the server log is in ``state``. ``stopped`` says
    that the start is no longer wanted.
    """

    def __init__(
        self, lake: str, state: Path, *, port: int = 0, tells: bool = True, stopped: Callable[[], bool] = bool
    ) -> None:
        self.lake = lake
        self.state = state.absolute()
        self.port = port or _free_port()
        self.loopback = Loopback()
        self._tells = tells
        self._stopped = stopped
        self._server: subprocess.Popen[bytes] | None = None
        self._watcher: subprocess.Popen[bytes] | None = None

    @property
    def page(self) -> str:
        """Address of Prefect's pages."""
        return f"http://{ADDRESS}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What processes need to use this stack."""
        return {
            **self.loopback.environment,
            f"{PREFIX}LAKE": self.lake,
            "PREFECT_HOME": str(self.state / "prefect"),
            "PREFECT_API_URL": f"{self.page}/api",
            "PREFECT_UI_API_URL": f"{self.page}/api",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            "PREFECT_LOGGING_EXTRA_LOGGERS": "budgetlake",
        }

    def settings(self) -> Settings:
        """The settings of this stack."""
        return self.loopback.settings(lake=self.lake)

    def start(self) -> Self:
        """Start everything; returns when the server answers and the watching flow is about to.

        Raises ``UsageError`` where the port is taken or moto is not installed, and ``StorageError`` where a
        part does not start.
        """
        if not _is_free(self.port):
            raise UsageError(f"Port {self.port} of {ADDRESS} is taken; choose another with --port.")
        self.state.mkdir(parents=True, exist_ok=True)
        try:
            self.loopback.start()
            self._server = self._run("server", str(self.port))
            # It waits for the server itself; its imports take as long as the server's start.
            self._watcher = self._run("watcher", self.lake)
            up = wait_for_server(f"{self.page}/api", lambda: self._stopped() or self._ended() is not None)
            if not up and not self._stopped():
                raise StorageError(
                    f"{self._ended() or 'Prefect server'} did not start; see the logs in {self.state}."
                )
        except BaseException:
            self.stop()
            raise
        return self

    def wait(self, stop: threading.Event) -> None:
        """Wait until ``stop`` is set. Raises ``StorageError`` when a part ends by itself."""
        while not stop.wait(0.5):
            if (ended := self._ended()) is not None:
                raise StorageError(f"{ended} ended by itself; see the logs in {self.state}.")

    def stop(self) -> None:
        """End everything and wait until it has ended: first the watching flow, after the batch at hand."""
        watcher, self._watcher = self._watcher, None
        server, self._server = self._server, None
        _end(watcher, patience=30)
        _end(server, patience=10)
        self.loopback.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self, module: str, argument: str) -> subprocess.Popen[bytes]:
        with (self.state / f"{module}.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603  our own program
                [sys.executable, "-m", f"flows.{module}", argument],
                env={**os.environ, **self.environment},
                stdin=subprocess.PIPE,
                stdout=None if module == "watcher" and self._tells else log,
                stderr=log,
                # Ctrl-C goes to every process of a terminal; the end shall come from here, in order.
                start_new_session=True,
            )

    def _ended(self) -> str | None:
        for name, process in (("The Prefect server", self._server), ("The watching flow", self._watcher)):
            if process is not None and process.poll() is not None:
                return name
        return None


def wait_for_server(url: str, given_up: Callable[[], bool] = bool) -> bool:
    """Wait until Prefect's server answers at ``url``; False when it does not within two minutes.

    ``given_up`` is a function that says when to wait no longer.
    """
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and not given_up():
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5):  # noqa: S310  the address is our own
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False


def _end(process: subprocess.Popen[bytes] | None, patience: float) -> None:
    if process is None:
        return
    process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError:
            return False
        return True
