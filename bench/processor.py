"""Processor time of other processes, from Linux' own books: ``/proc``."""

from __future__ import annotations

import os
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def spent(pid: int) -> float:
    """Processor seconds of a running process, with those of its children that have ended; 0 where it is gone."""
    fields = _fields(pid)
    return sum(map(int, fields[11:15])) / _TICK if fields else 0.0


def children(pid: int) -> list[int]:
    """The processes that a process has started and that run."""
    running = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [each for each in running if _fields(each)[1:2] == [str(pid)]]


def peak_memory(pid: int | str = "self") -> int:
    """The most bytes of memory that a process had so far (resident)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def load() -> str:
    """How busy the machine is: the mean number of running processes of the last minute, and its processors."""
    return f"load {os.getloadavg()[0]:.0f} on {os.cpu_count()} processors"


def _fields(pid: int) -> list[str]:
    """The fields of ``/proc/PID/stat`` after the name, state first."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
