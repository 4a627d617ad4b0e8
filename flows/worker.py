"""A process that parses documents, one after another: ``python -m flows.worker FD PARSER``.

It is a program of its own and no fork or ``multiprocessing`` child: it imports the parsers and nothing of
Prefect, pandera or the lake, and ends by itself when its starter is gone, for then its socket closes. The
kernel holds its limits: processor seconds a document (it is killed, also inside native code) and memory.
"""

from __future__ import annotations

import resource
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from math import ceil
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from parsers.grid import Oddity
from parsers.limits import Limits
from schemas.errors import DocumentError
from schemas.origin import Origin

PARSER = "parsers.document:parse_document"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one document may use: ``limits`` in the parsers' own care, the rest in the kernel's.

    ``processor_seconds`` and ``memory_bytes`` (private memory beyond what the process has at its start).
    """

    limits: Limits
    processor_seconds: float
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Job:
    """A document to parse; ``number`` is its sender's. ``origin`` is where it was published, ``again``: with
    these pages read the second way.
    """

    number: int
    data: bytes
    file_name: str
    source_uri: str
    region: str | None = None
    origin: Origin | None = None
    again: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Noticed:
    """What readers noticed in one body's disclosure, and the fields of its identity whose evidence is divided."""

    oddities: tuple[Oddity, ...] = ()
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    """A parsed document: rows by lake table, and beside them what only the rules ask for.

    That is the printed heads of rows, and what was noticed, one for each row of ``document`` in their order: a
    file may hold chapters of several bodies.
    """

    tables: dict[str, list[dict[str, Any]]]
    row_heads: Sequence[dict[str, Any]] = ()
    noticed: tuple[Noticed, ...] = ()


@dataclass(frozen=True, slots=True)
class NoOtherWay:
    """The answer to a second reading of a format that has only one way of reading."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A document that gives no rows: reason code, one sentence, place; ``trace`` where the fault is ours."""

    reason: str
    message: str
    place: str | None = None
    trace: str = ""


def serve(connection: Connection, parser: str) -> None:
    """Answer jobs until the other side closes: the answer and the processor seconds that it took.

    The first message is the ``Bounds``.
    """
    module, _, name = parser.partition(":")
    parse = getattr(import_module(module), name)
    bounds: Bounds = connection.recv()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _bound_memory(bounds.memory_bytes)
    while True:
        try:
            job: Job = connection.recv()
        except EOFError:
            return
        started = _bound_time(bounds.processor_seconds)
        answer = _answer(parse, job, bounds)
        del job
        try:
            connection.send((answer, time.process_time() - started))
        except BrokenPipeError:
            return


def _answer(parse: Callable[..., Any], job: Job, bounds: Bounds) -> Rows | Refusal | NoOtherWay:
    options: dict[str, Any] = {"source_uri": job.source_uri, "limits": bounds.limits}
    options |= {"region": job.region, "origin": job.origin}
    try:
        if job.again is None:
            parsed = parse(job.data, job.file_name, **options)
        else:
            from parsers.rereading import parse_again

            parsed = parse_again(job.data, job.file_name, job.again, **options)
            if parsed is None:
                return NoOtherWay()
        noticed = tuple(Noticed(each.oddities, each.identity.conflicts) for each in parsed.disclosures)
        return Rows(parsed.tables, parsed.row_heads, noticed)
    except DocumentError as error:
        return Refusal(error.reason, error.message, error.place)
    except MemoryError:
        return Refusal("too_much_memory", memory_sentence(bounds))
    except Exception as error:
        # Whatever else happens is a fault of ours, but it must cost this document only.
        says = " ".join(f"{type(error).__name__}: {error}".split())[:500]
        message = f"The program failed on this document ({says}); please report it."
        return Refusal("internal_error", message, trace=traceback.format_exc())


def memory_sentence(bounds: Bounds) -> str:
    """The sentence for a document that asked for more memory than allowed."""
    return (
        f"Reading it takes more than the {bounds.memory_bytes / 2**20:,.0f} MiB of memory allowed; "
        "look at the file for damage, or raise BUDGETLAKE_MAX_MEMORY."
    )


def _bound_time(seconds: float) -> float:
    """Bound the processor seconds from now on; gives those used until now."""
    used = time.process_time()
    until = ceil(used + seconds)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if hard == resource.RLIM_INFINITY or until < hard:
        resource.setrlimit(resource.RLIMIT_CPU, (until, hard))
    return used


def _bound_memory(allowed: int) -> None:
    """Bound private memory (RLIMIT_DATA); address space would count what is only reserved."""
    status = Path("/proc/self/status")
    if not status.exists():
        return
    lines = status.read_text().splitlines()
    now = next(int(line.split()[1]) for line in lines if line.startswith("VmData:")) * 1024
    resource.setrlimit(resource.RLIMIT_DATA, (now + allowed, resource.RLIM_INFINITY))


if __name__ == "__main__":
    # Under its real name, so that what is sent and received are the same classes on both sides.
    from flows import worker

    worker.serve(Connection(int(sys.argv[1])), sys.argv[2])
