"""SeaweedFS on 127.0.0.1 for tests: a real S3 server over HTTP, with its data on disk.

It has versions, conditional puts and checked credentials; it sends no notifications to SQS, and refuses keys with
``..`` between slashes.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from infra.settings import Settings

ADDRESS = "127.0.0.1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "loopback", "AWS_SECRET_ACCESS_KEY": "loopback"}
_PORTS = tuple(f"{part}.port{kind}" for part in ("s3", "master", "volume", "filer") for kind in ("", ".grpc"))
_PATIENCE = 60.0


def program() -> Path | None:
    """The server's program, as its wheel installs it; None: there is no wheel for this system."""
    path = Path(sys.executable).with_name("weed")
    return path if path.exists() else None


class Seaweed:
    """A running server; ``folder`` has its data. Use as a context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.endpoint_url = ""

    @property
    def pid(self) -> int:
        """The server's process."""
        assert self._process is not None
        return self._process.pid

    def settings(self, **choices: object) -> Settings:
        """Settings that point here."""
        return Settings(**{"endpoint_url": self.endpoint_url, **choices})  # type: ignore[arg-type]

    def __enter__(self) -> Self:
        weed = program()
        assert weed is not None
        self._folder.mkdir(parents=True, exist_ok=True)
        ports = dict(zip(_PORTS, _free_ports(len(_PORTS)), strict=True))
        self.endpoint_url = f"http://{ADDRESS}:{ports['s3.port']}"
        choices = {
            "dir": self._folder,
            "ip": ADDRESS,
            "ip.bind": ADDRESS,
            "filer": "true",
            "s3": "true",
            "s3.iam": "false",
            "s3.port.iceberg": 0,
            "s3.port.lance": 0,
            "master.volumeSizeLimitMB": 64,
            "volume.max": 50,
            **ports,
        }
        self._process = subprocess.Popen(
            [weed, "server", *(f"-{name}={value}" for name, value in choices.items())],
            env={**os.environ, **CREDENTIALS, "HOME": str(self._folder)},
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + _PATIENCE
        while not _answers(ports["s3.port"]):
            assert self._process.poll() is None and time.monotonic() < until, "SeaweedFS did not start"
            time.sleep(0.05)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        # Told to stop, it waits ten seconds for others of a cluster.
        self._process.kill()
        self._process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((ADDRESS, port)) == 0


def _free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((ADDRESS, 0))
        return [int(probe.getsockname()[1]) for probe in probes]
