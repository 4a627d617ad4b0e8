"""Our reading beside stock pdfplumber's tables, cell by cell: ``python -m bench.agreement FILES…``.

Stock is ``find_tables`` and ``extract`` with their defaults. A cell counts as equal if box and text are, the text
as a string. Each difference is put into a class by a rule (``bench.difference``); what fits none is unexplained
and is listed with its file, page, box and both texts. Exit status 1 when there is any.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

import pdfplumber

from bench.difference import AROUND, CUT, NO_TABLE, OFF_PAGE, Compared, Difference, compare
from bench.page import DOCS, table, write_section
from bench.stock_page import DOUBLES, OPEN_SIDES, RADICALS, WIDE_SET, StockPage
from parsers.grid import Grid
from parsers.pdf import read_pdf

#: Every class: what it is, and who is right.
CLASSES = {
    CUT: ("a filled background within a table cuts its cells into more", "ours"),
    AROUND: ("filled backgrounds round a table make cells of its title, unit and margin", "ours"),
    NO_TABLE: ("filled backgrounds on a page without a table make one of its lines", "ours"),
    OFF_PAGE: ("cells beyond the page's edge, which nobody sees", "ours"),
    OPEN_SIDES: ("rows that a page end cuts: their side has no rule, and stock leaves them out", "ours"),
    DOUBLES: ("characters drawn twice to look bold are doubled", "ours"),
    RADICALS: ("a font's code for a radical instead of the ideograph it shows", "ours"),
    WIDE_SET: ("characters set apart, with no blank printed between them, get blanks", "ours"),
}


def compare_file(data: bytes) -> Iterator[Compared]:
    """All pages of a PDF, one after the other."""
    grids: dict[int, list[Grid]] = {}
    for block in read_pdf(data).blocks:
        if isinstance(block, Grid) and block.page is not None:
            grids.setdefault(block.page, []).append(block)
    with pdfplumber.open(BytesIO(data)) as pdf:
        for page in pdf.pages:
            yield compare(page.page_number, grids.get(page.page_number, []), StockPage(page))
            page.close()


def report(files: dict[str, list[Compared]]) -> list[str]:
    """The two tables, as lines of Markdown: per file, and per class."""
    rows = [[name, *map(str, _figures(pages))] for name, pages in files.items()]
    everything = [page for pages in files.values() for page in pages]
    rows.append(["in sum", *map(str, _figures(everything))])
    head = [
        "file",
        "pages",
        "tables ours",
        "stock",
        "matched",
        "cells equal",
        "text differs",
        "only ours",
        "only stock",
        "unexplained",
    ]
    lines = [
        *table(head, rows),
        "",
        "| class | text differs | only ours | only stock | who is right | example |",
    ]
    lines.append("|---|---:|---:|---:|---|---|")
    found = [(name, each) for name, pages in files.items() for page in pages for each in page.differences]
    for cause in dict.fromkeys((*CLASSES, *(each.cause for _, each in found if each.cause))):
        members = [(name, each) for name, each in found if each.cause == cause]
        if members:
            count = Counter(each.kind for _, each in members)
            what, right = _of(cause)
            place = f"{members[0][0]}, page {members[0][1].page}"
            counts = " | ".join(str(count[kind]) for kind in ("text", "only ours", "only stock"))
            lines.append(f"| {what} | {counts} | {right} | {place} |")
    return lines


def unexplained(files: dict[str, list[Compared]]) -> list[tuple[str, Difference]]:
    """Every difference without a class, with its file."""
    return [
        (name, each)
        for name, pages in files.items()
        for page in pages
        for each in page.differences
        if not each.cause
    ]


def _of(cause: str) -> tuple[str, str]:
    """What a class says of a cell and who is right, or two classes together."""
    whats, rights = zip(*(CLASSES[each] for each in cause.split(" and ")), strict=True)
    return "; ".join(whats), ", ".join(dict.fromkeys(rights))


def _figures(pages: Sequence[Compared]) -> list[int]:
    differences = [each for page in pages for each in page.differences]
    kinds = Counter(each.kind for each in differences)
    return [
        len(pages),
        sum(page.ours for page in pages),
        sum(page.stock for page in pages),
        sum(page.paired for page in pages),
        sum(page.equal for page in pages),
        kinds["text"],
        kinds["only ours"],
        kinds["only stock"],
        sum(not each.cause for each in differences),
    ]


def main() -> int:
    """Compare, print, and write the note where asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument(
        "--show", action="store_true", help="list every difference, not only unexplained ones"
    )
    parser.add_argument("--write", action="store_true", help="write docs/notes/reading.md")
    options = parser.parse_args()
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    files = {path.name: list(compare_file(path.read_bytes())) for path in options.files}
    lines = report(files)
    print("\n".join(lines))
    left = unexplained(files)
    listed = left
    if options.show:
        listed = [(n, each) for n, pages in files.items() for page in pages for each in page.differences]
    for name, each in listed:
        box = ", ".join(f"{side:.1f}" for side in each.box)
        cause = each.cause or "unexplained"
        print(f"{name} page {each.page} ({box}) {each.kind}, {cause}: {each.ours!r} / {each.stock!r}")
    if options.write:
        write_section("agreement", lines, DOCS / "notes" / "reading.md")
    return int(bool(left))


if __name__ == "__main__":
    sys.exit(main())
