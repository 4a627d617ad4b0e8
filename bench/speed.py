"""Processor time of reading PDFs, fast and by stock pdfplumber, file by file: ``python -m bench.speed FILES…``.

Both read the same bytes in this process, in turn, so that what else the machine does meets both alike. The
fast time is the least of several runs; stock pdfplumber runs once (it takes some fifteen times as long).
"""

from __future__ import annotations

import argparse
import logging
import resource
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pdfplumber

from parsers.pdf import read_pdf

REPEATS = 5


def seconds(function: Callable[[], Any]) -> float:
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--fast-only", action="store_true", help="leave stock pdfplumber out")
    options = parser.parse_args()
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    total_fast = total_stock = total_pages = 0.0
    print("pages  fast ms/page  stock ms/page   ratio  file")
    for path in options.files:
        data = path.read_bytes()
        pages = read_pdf(data).page_count or 0
        fast = min(seconds(lambda data=data: read_pdf(data)) for _ in range(REPEATS))  # type: ignore[misc]
        stock = 0.0 if options.fast_only else seconds(lambda data=data: read_stock(data))  # type: ignore[misc]
        fast = min(fast, *(seconds(lambda data=data: read_pdf(data)) for _ in range(REPEATS)))  # type: ignore[misc]
        total_fast, total_stock, total_pages = total_fast + fast, total_stock + stock, total_pages + pages
        _print(pages, fast, stock, path.name)
    _print(int(total_pages), total_fast, total_stock, "all")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _print(pages: int, fast: float, stock: float, name: str) -> None:
    print(f"{pages:5d}  {1e3 * fast / pages:12.2f}  {1e3 * stock / pages:13.2f}  {stock / fast:6.1f}  {name}")


if __name__ == "__main__":
    main()
