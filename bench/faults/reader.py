"""A reader that looks at the lake all the time, while it is written to and cared for."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from random import Random

from bench.faults.carer import RETENTION
from bench.faults.judge import halves
from infra.lake import Lake
from infra.settings import Settings


class Reader(threading.Thread):
    """Looks again and again, sometimes some seconds after it took its snapshot; ``wrong`` is what it saw of
    parts of documents, ``late`` the looks that failed after the retention was over, as they may."""

    def __init__(
        self, settings: Settings, options: dict[str, str], contents: Mapping[str, bytes], seed: int
    ) -> None:
        super().__init__(daemon=True)
        self._settings, self._options, self._contents = settings, options, contents
        self._dice = Random(seed)
        self.looks, self.held, self.late = 0, 0, 0
        self.versions, self.wrong = set[int | None](), list[str]()
        self._over = threading.Event()

    def run(self) -> None:
        lake = Lake(self._settings.lake, self._options, self._settings.lake_split)
        while not self._over.wait(0.3):
            began = time.monotonic()
            try:
                view = lake.snapshot()
                if self._dice.random() < 0.15:
                    self.held += 1
                    self._over.wait(self._dice.uniform(0, RETENTION / 3))
                wrong = halves(view, self._contents)
            except Exception as error:
                if time.monotonic() - began > RETENTION:
                    self.late += 1
                    continue
                wrong = [f"the reader failed: {error!r}"[:300]]
            self.wrong += wrong
            self.looks += 1
            self.versions.add(view.version)

    def end(self) -> None:
        """Look no more."""
        self._over.set()
        self.join()
