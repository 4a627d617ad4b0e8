"""The command ``budgetlake`` for shell lines in tests, without the two seconds that each loads its libraries for.

``WarmCommand`` writes a program ``budgetlake`` into a folder, for a ``PATH``. It hands its arguments, environment,
folder and streams to a process that has loaded the libraries, and that forks itself for each command: from there
on it is what the installed command does. That one is run as it is by ``tests/docs/test_readme.py``.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import socket
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Self

_ROOT = Path(__file__).resolve().parents[1]

_PROGRAM = """#!{python} -IS
import json, os, socket, sys

server = socket.socket(socket.AF_UNIX)
server.connect({address!r})
told = json.dumps([sys.argv, os.getcwd(), dict(os.environ)]).encode()
socket.send_fds(server, [len(told).to_bytes(8, "big")], [0, 1, 2])
server.sendall(told)
status = server.recv(1)
sys.exit(status[0] if status else 70)
"""


class WarmCommand:
    """The process and its program; use as a context manager. ``path`` is a ``PATH`` that the program is first on.

    ``folder`` is empty and the program's own; its name is short, for an address of a socket is.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._address = str(folder / "socket")
        self.path = os.pathsep.join([str(folder), str(Path(sys.executable).parent), os.environ["PATH"]])

    def __enter__(self) -> Self:
        program = self._folder / "budgetlake"
        program.write_text(_PROGRAM.format(python=sys.executable, address=self._address), encoding="utf-8")
        program.chmod(0o755)
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(self._address)
            server.listen()
            command = [sys.executable, "-m", "tests.warm_command", str(server.fileno())]
            self._process = subprocess.Popen(command, cwd=_ROOT, pass_fds=[server.fileno()])
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()


def _serve(server: socket.socket) -> None:
    # No lake is opened and no frame made here: threads of Polars and delta-rs do not live on in a fork.
    for module in ("boto3", "flows.cli.entry", "flows.line", "infra.export", "infra.lake"):
        import_module(module)
    from schemas import rules, tables, view

    # Read from data files and kept; each command would read them anew.
    rules.rules()
    view.defined()
    for table in tables.TABLES:
        tables.polars_schema(table)
    # Or each command would look through all of it when it ends.
    gc.freeze()

    while True:
        caller, _ = server.accept()
        if os.fork() == 0:
            server.close()
            _wait_for_command(caller)
        caller.close()
        _reap()


def _reap() -> None:
    """Take note of waiters that have ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _wait_for_command(caller: socket.socket) -> None:
    """In a process of its own: run one command in another, and tell how it ended."""
    head, streams, _, _ = socket.recv_fds(caller, 8, 3)
    size = int.from_bytes(head, "big")
    arguments, folder, environment = json.loads(caller.recv(size, socket.MSG_WAITALL))
    if (command := os.fork()) == 0:
        caller.close()
        _become(arguments, folder, environment, streams)
    for stream in streams:
        os.close(stream)
    _, status = os.waitpid(command, 0)
    code = os.waitstatus_to_exitcode(status)
    caller.sendall(bytes([code if code >= 0 else 128 - code]))
    os._exit(0)


def _become(arguments: list[str], folder: str, environment: dict[str, str], streams: list[int]) -> None:
    """Be the installed command; ends the process as an interpreter ends."""
    from flows.cli import main

    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = arguments
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w")
    main()


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
