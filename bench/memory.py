"""Peak memory of a reading process, file by file: ``python -m bench.memory FILES… [--pages 1000] [--write]``.

Each file is parsed by a fresh process as the line starts it (``flows.worker``), to rows that are sent back; the
peak is the kernel's own figure of resident memory. ``--pages`` adds a made file of at least so many pages, all of
them tables drawn by the tests' generator: the forms of a department, again and again.
"""

from __future__ import annotations

import argparse
import os
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.page import table, write_section
from bench.processor import children, peak_memory
from flows.pool import DocumentPool
from flows.worker import Job, Rows
from infra.settings import Settings
from parsers.limits import Limits
from parsers.reader import read
from tests.generator.families import shanghai
from tests.generator.pdf import draw_pdf

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Peak:
    """A file, how many pages and rows it has, and the most bytes that reading it took."""

    name: str
    pages: int
    rows: int
    memory: int


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--pages", type=int, default=0, help="pages of a made file (0: none)")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    options = parser.parse_args()
    peaks = [peak_of(path.name, path.read_bytes()) for path in options.files]
    lines = []
    if peaks:
        largest = sorted(peaks, key=lambda peak: -peak.memory)[:_SHOWN]
        lines += [f"The {len(largest)} files of {len(peaks)} that take most:", "", *_table(largest)]
    if options.pages:
        lines += ["", "A made file:", "", *_table([peak_of("made", make_pages(options.pages))])]
    print("\n".join(lines))
    if options.write:
        write_section("memory", lines)


def peak_of(name: str, data: bytes) -> Peak:
    """Parse a file in a reading process of its own; a refused file has no rows."""
    with DocumentPool(Settings(workers=1, max_memory=1 << 34), workers=1) as pool:
        before = set(children(os.getpid()))
        pool.start()
        (process,) = set(children(os.getpid())) - before
        ((_, answer),) = pool.parse([Job(0, data, name, name)])
        memory = peak_memory(process)
    rows = sum(map(len, answer.tables.values())) if isinstance(answer, Rows) else 0
    pages = answer.tables["document"][0]["page_count"] if isinstance(answer, Rows) else None
    return Peak(name, pages or 0, rows, memory)


def make_pages(pages: int) -> bytes:
    """A disclosure whose tables are printed again and again until it has so many pages."""
    one = shanghai(random.Random(1))
    # Cover and contents are printed once, so what a second round of the tables adds is counted.
    once, twice = (
        read(draw_pdf(replace(one, tables=one.tables * times)), "made.pdf", Limits()).page_count or 0
        for times in (1, 2)
    )
    return draw_pdf(replace(one, tables=one.tables * (pages // (twice - once) + 1)))


def _table(peaks: Sequence[Peak]) -> list[str]:
    rows = [
        [peak.name, str(peak.pages or ""), f"{peak.rows:,}", f"{peak.memory / 1e6:.0f}"] for peak in peaks
    ]
    return table(["file", "pages", "rows", "peak MB"], rows)


if __name__ == "__main__":
    main()
