"""Processor time of reading and parsing PDFs beside stock pdfplumber and others: ``python -m bench.speed FILES…``.

All read the same bytes in this process, in turn and in several rounds, so that what else the machine does meets
all alike; the figure of each is its median. Peak memory is that of a process that reads all files one way, its
libraries included. ``read`` is our reading (lines and grids), ``parse`` the whole way to
rows, ``whole`` that and the document's share of validating a batch (contracts, rules, grade; ``bench.validation``).
Beside them: stock pdfplumber's ``extract_tables``, which gives less than ``read`` does; ``pdfium``, the
characters and paths fetched from pdfium and nothing made of them, which no reading on it can be faster than; and
the text of other libraries where they are installed.
"""

from __future__ import annotations

import argparse
import gc
import logging
import resource
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.util import find_spec
from io import BytesIO
from math import exp, log
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

import pdfplumber

from bench.page import bars, table, write_section
from bench.processor import load
from parsers.document import parse_document
from parsers.limits import Limits
from parsers.pdf import pdfium, read_pdf
from parsers.pdf.opening import open_document
from schemas.errors import DocumentError

OURS = ("read", "parse", "pdfium")
#: Documents of the batch whose validation is shared out.
BATCH = 100


def seconds(function: Callable[[], Any]) -> float:
    """Processor seconds of a call, which begins without the garbage of others."""
    gc.collect()
    start = time.process_time()
    function()
    return time.process_time() - start


def read_stock(data: bytes) -> int:
    """All tables of a file by pdfplumber with its defaults, every page closed; the number of pages."""
    with pdfplumber.open(BytesIO(data)) as pdf:
        for page in pdf.pages:
            page.extract_tables()
            page.close()
        return len(pdf.pages)


def read_bare(data: bytes) -> None:
    """Every character's code and box and every object's box out of pdfium, through the reader's own calls."""
    with open_document(data, Limits()) as document:
        for number in range(len(document)):
            page = pdfium.load_page(document.raw, number)
            pdfium.bounds(pdfium.objects(page))
            text = pdfium.load_text(page)
            count = pdfium.count_characters(text)
            pdfium.code_points(text, count)
            pdfium.character_boxes(text, range(count))
            pdfium.close_text(text)
            pdfium.close_page(page)


def parse(data: bytes, name: str) -> None:
    """Bytes to rows; a file that is refused costs what it costs until then."""
    with suppress(DocumentError):
        parse_document(data, name)


def _pypdf(data: bytes) -> None:
    from pypdf import PdfReader

    for page in PdfReader(BytesIO(data)).pages:
        page.extract_text()


def _pdfminer(data: bytes) -> None:
    from pdfminer.high_level import extract_pages

    for _ in extract_pages(BytesIO(data)):
        pass


#: Others by module: what they do, and how. They find no tables.
PEERS: dict[str, tuple[str, Callable[[bytes], None]]] = {
    "pdfminer": ("pdfminer.six, layout only", _pdfminer),
    "pypdf": ("pypdf, text only", _pypdf),
}


def main() -> None:
    """Measure, print, and write the page where asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument(
        "--rounds", type=int, default=3, help="rounds over all files (3); ours three times in each"
    )
    parser.add_argument("--fast-only", action="store_true", help="leave all others out")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    options = parser.parse_args()
    _silence()
    files = [(path.name, path.read_bytes()) for path in options.files]
    memory = measure_memory(options.files, options.fast_only)
    lines = report(*measure(files, options.rounds, options.fast_only), memory, options.rounds)
    print("\n".join(lines))
    if options.write:
        write_section("speed", lines)


def ways_of_reading(fast_only: bool = False) -> dict[str, Callable[[bytes, str], Any]]:
    """What reads a file's bytes, by name; those of others only without ``fast_only`` and where installed."""
    ways: dict[str, Callable[[bytes, str], Any]] = {
        "read": lambda data, _: read_pdf(data),
        "parse": parse,
        "pdfium": lambda data, _: read_bare(data),
    }
    if not fast_only:
        ways["stock"] = lambda data, _: read_stock(data)
        for module, (called, peer) in PEERS.items():
            if find_spec(module) is not None:
                ways[called] = lambda data, _, peer=peer: peer(data)  # type: ignore[misc]
    return ways


def measure_memory(files: Sequence[Path], fast_only: bool) -> dict[str, float]:
    """Peak memory by what reads, in MB: each reads all files in a process of its own."""
    peaks = {}
    for way in ways_of_reading(fast_only):
        with get_context("spawn").Pool(1) as pool:
            peaks[way] = pool.apply(peak_memory, (way, files))
    return peaks


def peak_memory(way: str, files: Sequence[Path]) -> float:
    """The peak of this process after reading files one way, in MB."""
    _silence()
    read = ways_of_reading()[way]
    for path in files:
        read(path.read_bytes(), path.name)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def _silence() -> None:
    for library in ("pdfminer", "pypdf"):
        logging.getLogger(library).setLevel(logging.ERROR)


def measure(
    files: Sequence[tuple[str, bytes]], rounds: int, fast_only: bool
) -> tuple[dict[str, dict[str, float]], dict[str, int], float]:
    """Median seconds by what reads and by file, pages by file, and seconds of validating a document."""
    pages = {name: read_pdf(data).page_count or 0 for name, data in files}
    ways = ways_of_reading(fast_only)
    spent: dict[str, dict[str, list[float]]] = {way: {name: [] for name, _ in files} for way in ways}
    validation = []
    from bench.validation import make_batch, validate_batch  # it measures with this module's clock

    batch = make_batch([(Path(name), data) for name, data in files], BATCH)
    for _ in range(rounds):
        for name, data in files:
            # Ours before, between and after the others, which take many times as long.
            others = [way for way in ways if way not in OURS]
            for way in (*OURS, *others[:1], *OURS, *others[1:], *OURS):
                spent[way][name].append(seconds(lambda: ways[way](data, name)))  # noqa: B023  called here
        if batch:
            validation.append(seconds(lambda: validate_batch(batch)) / len(batch))
    medians = {way: {name: median(each) for name, each in by.items()} for way, by in spent.items()}
    return medians, pages, median(validation) if validation else 0.0


def report(
    spent: dict[str, dict[str, float]],
    pages: dict[str, int],
    validation: float,
    memory: dict[str, float],
    rounds: int,
) -> list[str]:
    """The tables and the plot, as lines of Markdown."""
    total = {way: sum(by.values()) for way, by in spent.items()}
    total["whole"] = total["parse"] + validation * len(pages)
    count = sum(pages.values())
    lines = [
        f"{len(pages)} files, {count} pages, medians of {rounds} rounds (ours three times in each), validation by "
        f"batches of {BATCH}; {load()}.",
        "",
    ]
    per_page = {way: 1e3 * spent / count for way, spent in total.items()}
    order = sorted(per_page, key=lambda way: per_page[way])
    stock = total.get("stock")
    rows = [
        [
            way,
            f"{per_page[way]:.2f}",
            f"{memory[way]:.0f}" if way in memory else "",
            f"{total[way] / total['pdfium']:.1f}",
        ]
        + ([f"{stock / total[way]:.1f}"] if stock else [])
        for way in order
    ]
    head = ["", "ms a page", "peak MB", "times bare pdfium"] + (["times faster than stock"] if stock else [])
    lines += table(head, rows)
    if not stock:
        return lines
    ratios = {name: spent["stock"][name] / spent["read"][name] for name in pages}
    mean = exp(sum(map(log, ratios.values())) / len(ratios))
    lines += [
        "",
        f"Reading is {mean:.1f} times as fast as stock, the geometric mean over the files "
        f"({min(ratios.values()):.1f} to {max(ratios.values()):.1f}), and {stock / total['read']:.1f} times in sum. "
        f"The whole parse, bytes to validated rows, is {stock / total['whole']:.1f} times as fast as stock's tables "
        "alone.",
        "",
    ]
    rows = [
        [
            name,
            str(number),
            *(f"{1e3 * spent[way][name] / number:.2f}" for way in ("read", "parse", "stock")),
            f"{ratios[name]:.1f}",
        ]
        for name, number in pages.items()
    ]
    lines += table(["file", "pages", "read, ms a page", "parse", "stock", "stock to read"], rows)
    bars(
        "performance-speed.svg", "Processor time of a page", "ms", {way: {"": per_page[way]} for way in order}
    )
    return [*lines, "", "![Processor time of a page](images/performance-speed.svg)"]


if __name__ == "__main__":
    main()
