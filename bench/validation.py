"""Processor time of validating a batch against stock pdfplumber's reading: ``python -m bench.validation FILES…``.

A batch is the files over and over, each time as another document, ``--batch`` in all. Validation is what
happens between reading and writing: contracts, rules, grades. The second reading is reading, and is left out: it
costs what stock pdfplumber costs, on the pages in doubt only. Stock pdfplumber reads each file once. Both
are processor time of this process with all its threads.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import polars as pl

from bench.page import table, write_section
from bench.processor import load
from bench.speed import read_stock, seconds
from flows.check import PARSED
from flows.contract import Breach, build_together, find_breaches, join_frames
from flows.validate import judge
from flows.worker import NoOtherWay
from infra.lake.layout import REGISTER
from parsers.document import Parsed, interpret_reading
from parsers.grid import Reading
from parsers.limits import Limits
from parsers.reader import read
from schemas.errors import DocumentError
from schemas.rules import notices, row_head_frame

REPEATS = 3


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--batch", type=int, default=100, help="documents of a batch (100)")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    options = parser.parse_args()
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    files = [(path, path.read_bytes()) for path in options.files]
    batch = make_batch(files, options.batch)
    used = {row["file_name"] for parsed in batch for row in parsed.tables[REGISTER]}
    validate_batch(batch)  # the rules are loaded once in a process, not once in a batch
    spent: list[float] = []
    stock = 0.0
    with_rows = [data for path, data in files if path.name in used]
    for at in range(REPEATS):
        spent.append(_validation(batch))
        # A part of the stock reading between the batches, so that other work meets both alike.
        stock += sum(seconds(lambda data=data: read_stock(data)) for data in with_rows[at::REPEATS])  # type: ignore[misc]
    each, read_each = median(spent) / len(batch), stock / len(with_rows)
    lines = table(
        ["files", "documents of a batch", "validation", "stock reading", "ratio"],
        [
            [
                f"the {len(with_rows)} files that hold tables",
                str(len(batch)),
                f"{1e3 * each:.1f} ms a document",
                f"{1e3 * read_each:,.1f} ms a document",
                f"{read_each / each:.1f}",
            ]
        ],
    )
    lines += ["", f"Medians of {REPEATS} batches; {load()}."]
    print("\n".join(lines))
    if options.write:
        write_section("validation", lines)


def make_batch(files: Sequence[tuple[Path, bytes]], count: int) -> list[Parsed]:
    """So many documents: the files that give rows, over and over, each time as another document."""
    readings: list[tuple[Path, Reading]] = []
    for path, data in files:
        try:
            reading = read(data, path.name, Limits())
            interpret_reading(reading, "0" * 64, 1, path.name, source_uri=path.name)
        except DocumentError:
            continue
        readings.append((path, reading))
    return [_parsed(*readings[number % len(readings)], number) for number in range(count)] if readings else []


def _parsed(path: Path, reading: Reading, number: int) -> Parsed:
    document = hashlib.sha256(f"{number} {path.name}".encode()).hexdigest()
    return interpret_reading(reading, document, 1, path.name, source_uri=path.name)


def _validation(batch: Sequence[Parsed]) -> float:
    start = time.process_time()
    validate_batch(batch)
    return time.process_time() - start


def validate_batch(batch: Sequence[Parsed]) -> dict[tuple[str, str], str]:
    """The grades of parsed documents by id and unit, by all that ``check_items`` does but the second reading."""
    for parsed in batch:
        for row in parsed.tables[REGISTER]:
            row |= {"retrieved_at": None, "ingested_at": datetime.now(UTC), "is_current": True}
    built = []
    for frames, parsed in zip(build_together([each.tables for each in batch]), batch, strict=True):
        assert not isinstance(frames, Breach), frames
        frames["notice"] = pl.concat(
            notices(row, each.oddities, each.identity.conflicts)
            for row, each in zip(frames[REGISTER].to_dicts(), parsed.disclosures, strict=True)
        )
        built.append(frames)
    joined = join_frames(built, (*PARSED, REGISTER))
    assert not find_breaches({name: joined[name] for name in PARSED})
    joined["notice"] = pl.concat([frames["notice"] for frames in built])
    joined["row_head"] = row_head_frame(head for parsed in batch for head in parsed.row_heads)
    verdict = judge(joined, lambda pages: dict.fromkeys(pages, NoOtherWay()))
    assert not find_breaches({"finding": verdict.findings})
    return verdict.grades


if __name__ == "__main__":
    main()
