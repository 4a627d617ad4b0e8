"""What a process of the harness is told, and how it says what befell it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from infra.settings import Settings


@dataclass(frozen=True, slots=True)
class Orders:
    """What becomes of a process: killed at the ``nth`` coming to ``step`` (None: never), storage failing at
    ``rate``. Each fault is written to the file ``report`` as a line, before it happens. ``own_pool``: with
    reading processes of its own, as the real watcher has them."""

    settings: Settings
    lake_options: dict[str, str]
    step: str | None
    nth: int
    rate: float
    seed: int
    report: Path
    own_pool: bool = False


def teller(report: Path) -> Callable[[str], None]:
    """A function that writes a line to the report; lines of several processes do not mix."""

    def tell(fault: str) -> None:
        with report.open("a") as lines:
            lines.write(f"{fault}\n")

    return tell
