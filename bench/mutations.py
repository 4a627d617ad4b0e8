"""Damaged files counted: ``python -m bench.mutations --each 500 --seed 1``.

Takes a small good file of every format, damages it ``--each`` times (bytes changed, cut out, doubled, set to
extremes, ends cut off; in ZIPs, Office files and PDFs also inside one unpacked part), and lets the parsers
understand it in a worker process under limits of time and memory. Prints how many ended in rows, in which reason
otherwise, and what must not happen: another exception, a dead worker, more than ``--seconds`` for one file.
Exit status 1 when any of these happened.
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import sys
import time
import zlib
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace

from parsers.document import parse_document
from parsers.limits import Limits
from schemas.errors import DocumentError
from tests.generator.archive import zip_files
from tests.generator.disclosure import Disclosure
from tests.generator.office import write_docx, write_html, write_xls, write_xlsx
from tests.generator.pdf import draw_pdf
from tests.generator.style import Style
from tests.generator.text import write_text
from tests.parsers.mutations import damaged, damaged_parts
from tests.parsers.round_trip import made

MEMORY = 2 << 30
LIMITS = Limits(max_seconds=20, max_cells=200_000, max_unpacked_bytes=50_000_000)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def sources() -> dict[str, tuple[str, bytes]]:
    """A small good file of each format: its name and its bytes."""
    small = _few_tables(made("shanghai", 1))
    name = f"{small.unit_name}{small.year}年部门预算"
    word = Style(borders="thin_rectangles", fake_bold=True, wide="rotated")
    text = write_text(_few_tables(made("hunan", 1)))
    return {
        "pdf": (f"{name}.pdf", draw_pdf(small)),
        "pdf, rotated": (f"{name}.pdf", draw_pdf(small, word)),
        "pdf, three lines": (f"{name}.pdf", draw_pdf(small, Style(borders="three_lines"))),
        "xlsx": (f"{name}.xlsx", write_xlsx(small)),
        "xls": (f"{name}.xls", write_xls(small)),
        "docx": (f"{name}.docx", write_docx(small)),
        "html": (f"{name}.html", write_html(small)),
        "text": (f"{name}.txt", text),
        "zip": (f"{name}.zip", zip_files({f"{name}.html": write_html(small), "说明.txt": text})),
    }


def _few_tables(disclosure: Disclosure) -> Disclosure:
    return replace(disclosure, tables=disclosure.tables[:3])


def mutate(data: bytes, number: int) -> bytes:
    """A damaged copy: one of the ways that fit the container, chosen by the number."""
    rng = random.Random(number)
    way = rng.randrange(4)
    if way == 0:
        return data[: rng.randrange(len(data))]
    if way == 1 and data.startswith(b"PK"):
        return damaged_parts(data, rng)
    if way <= 2 and data.startswith(b"%PDF"):
        return damaged_stream(data, rng, swap=way == 2)
    return damaged(data, rng)


def damaged_stream(data: bytes, rng: random.Random, swap: bool) -> bytes:
    """A PDF with one stream damaged after unpacking, or with two of its streams swapped."""
    streams = list(_STREAM.finditer(data))
    if not streams:
        return damaged(data, rng)
    if swap and len(streams) > 1:
        one, other = sorted(rng.sample(streams, 2), key=lambda match: match.start())
        return b"".join(
            (
                data[: one.start(1)],
                other.group(1),
                data[one.end(1) : other.start(1)],
                one.group(1),
                data[other.end(1) :],
            )
        )
    match = rng.choice(streams)
    try:
        inner = zlib.compress(damaged(zlib.decompress(match.group(1)), rng))
    except zlib.error:
        inner = damaged(match.group(1), rng)
    return data[: match.start(1)] + inner + data[match.end(1) :]


def outcome(name: str, data: bytes) -> tuple[str, float]:
    """What the parsers make of the file, and the processor time in seconds; runs in the worker."""
    started = time.process_time()
    try:
        parse_document(data, name, limits=LIMITS)
        said = "rows"
    except DocumentError as error:
        said = error.reason
    except MemoryError:
        said = "!MemoryError"
    except Exception as error:
        said = f"!{type(error).__name__}: {error}"[:120]
    return said, time.process_time() - started


def _limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def main() -> int:
    """Damage, read, count."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--each", type=int, default=50, help="damaged copies of each file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--formats", nargs="+", choices=list(sources()), default=list(sources()))
    options = parser.parse_args()
    bad = 0
    for kind, (name, data) in sources().items():
        if kind not in options.formats:
            continue
        seen: Counter[str] = Counter()
        longest = 0.0
        pool = ProcessPoolExecutor(1, initializer=_limit_memory)
        for number in range(options.seed, options.seed + options.each):
            try:
                said, seconds = pool.submit(outcome, name, mutate(data, number)).result()
            except BrokenProcessPool:
                said, seconds = "!dead worker", 0.0
                pool = ProcessPoolExecutor(1, initializer=_limit_memory)
            longest = max(longest, seconds)
            seen[said] += 1
            if said.startswith("!") or seconds > options.seconds:
                bad += 1
                print(f"{kind} {number}: {said} after {seconds:.1f} s", flush=True)
        pool.shutdown()
        counts = ", ".join(f"{reason} {count}" for reason, count in seen.most_common())
        print(f"| {kind} | {seen.total()} | {counts} | {longest:.2f} |", flush=True)
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
