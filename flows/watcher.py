"""A process that watches until it is told to stop: ``python -m flows.watcher [LAKE]``.

It waits for Prefect's server, then runs the flow ``watch`` again and again. It ends on SIGTERM, after the
batch at hand, and when its standard input closes, so that it never outlives who started it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

from prefect import tags
from prefect.exceptions import TerminationSignal

from flows.stack import wait_for_server
from flows.watch import stop, watch
from schemas.errors import BudgetlakeError

_PAUSE = 5.0


def main(lake: str | None, source: str | None = None) -> int:
    """Watch; gives the exit status."""
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    url = os.environ.get("PREFECT_API_URL")
    if url is not None and not wait_for_server(url, stop.is_set):
        return 0 if stop.is_set() else 1
    while not stop.is_set():
        try:
            with tags("budgetlake"):
                done = watch(lake=lake, source=source)
        except (TerminationSignal, KeyboardInterrupt):
            return 0
        except BudgetlakeError as error:
            print(error, file=sys.stderr, flush=True)
            stop.wait(_PAUSE)
        except Exception as error:
            # Prefect has written what happened; the messages come again.
            print(f"The watching flow broke off and starts again: {error!r}", file=sys.stderr, flush=True)
            stop.wait(_PAUSE)
        else:
            if done.stopped:
                return 0
    return 0


def _end_with_starter() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_with_starter, daemon=True).start()
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else None))
