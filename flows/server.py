"""Prefect's server on 127.0.0.1 as a process: ``python -m flows.server PORT``.

The same as ``prefect server start``, but it ends when its standard input closes, so that it never outlives
who started it, and it loads no more than the server.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading

import uvicorn

ADDRESS = "127.0.0.1"


def serve(port: int) -> None:
    """Serve the API and the web pages until SIGTERM or the end of standard input."""
    # What is loaded stays: to look through it again and again for garbage takes a quarter of the start.
    gc.disable()
    from prefect.server.api.server import create_app

    gc.freeze()
    gc.enable()
    threading.Thread(target=_end_with_starter, daemon=True).start()
    # A browser keeps its connections open; the end must not wait for it.
    uvicorn.run(
        create_app(final=True), host=ADDRESS, port=port, log_level="warning", timeout_graceful_shutdown=3
    )


def _end_with_starter() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
