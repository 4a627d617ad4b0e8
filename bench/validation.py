"""Processor time of validating a batch against stock pdfplumber's reading: ``python -m bench.validation FILES…``.

A batch is the files over and over, each time as another document, up to ``--batch`` documents. Validation is what
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

import polars as pl

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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--batch", type=int, default=40, help="documents of a batch (40)")
    options = parser.parse_args()
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    readings: list[tuple[Path, Reading]] = []
    for path in options.files:
        try:
            reading = read(path.read_bytes(), path.name, Limits())
            interpret_reading(reading, "0" * 64, 1, path.name, source_uri=path.name)
        except DocumentError as error:
            print(f"left out: {error}")
        else:
            readings.append((path, reading))
    batch = [_parsed(*readings[number % len(readings)], number) for number in range(options.batch)]
    validate_batch(batch)  # the rules are loaded once in a process, not once in a batch
    spent = min(_validation(batch) for _ in range(REPEATS))
    stock = sum(seconds(lambda path=path: read_stock(path.read_bytes())) for path, _ in readings)  # type: ignore[misc]
    each, read_each = spent / len(batch), stock / len(readings)
    print(f"{len(readings)} files, batches of {len(batch)} documents")
    print(f"validation {1e3 * each:8.1f} ms a document")
    print(f"stock      {1e3 * read_each:8.1f} ms a document")
    print(f"ratio      {read_each / each:8.1f}")


def _parsed(path: Path, reading: Reading, number: int) -> Parsed:
    document = hashlib.sha256(f"{number} {path.name}".encode()).hexdigest()
    return interpret_reading(reading, document, 1, path.name, source_uri=path.name)


def _validation(batch: Sequence[Parsed]) -> float:
    start = time.process_time()
    validate_batch(batch)
    return time.process_time() - start


def validate_batch(batch: Sequence[Parsed]) -> dict[str, str]:
    """The grades of parsed documents, by all that ``flows.check.check_items`` does but the second reading."""
    for parsed in batch:
        for row in parsed.tables[REGISTER]:
            row |= {"retrieved_at": None, "ingested_at": datetime.now(UTC), "is_current": True}
    built = []
    for frames, parsed in zip(build_together([each.tables for each in batch]), batch, strict=True):
        assert not isinstance(frames, Breach), frames
        frames["notice"] = notices(
            frames[REGISTER].row(0, named=True), parsed.oddities, parsed.identity.conflicts
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
