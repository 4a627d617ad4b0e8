"""Parsers for reading processes in tests: they do what hostile documents make a parser do, by file name."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from dataclasses import replace
from typing import Any

from parsers.document import Parsed, interpret_reading, parse_document
from parsers.grid import Grid
from parsers.limits import Limits
from parsers.reader import read
from schemas.origin import Origin


def parse(data: bytes, file_name: str, **options: Any) -> Parsed:
    """Parse, after doing what the file's name says."""
    if "spins" in file_name:
        while True:
            pass
    if "sleeps" in file_name:
        time.sleep(600)
    if "eats" in file_name:
        hoard = []
        while True:
            hoard.append(bytearray(b"x") * (1 << 24))
    if "crashes" in file_name:
        raise ZeroDivisionError("nobody thought of this")
    if "dies" in file_name:
        os.kill(os.getpid(), signal.SIGSEGV)
    if "misreads" in file_name:
        return misread(data, file_name, **options)
    parsed = parse_document(data, file_name, **options)
    if "breaks" in file_name:
        parsed.tables["budget_line"][4]["unit_code"] = "430202-999999"
    if "misfits" in file_name:
        parsed.tables["budget_line"][4]["amount_wan"] = 1.5
    return parsed


def misread(
    data: bytes,
    file_name: str,
    *,
    source_uri: str,
    limits: Limits,
    region: str | None = None,
    origin: Origin | None = None,
) -> Parsed:
    """Parse with a reader that takes the first amount beside 2010301 for ten times as much."""
    reading = read(data, file_name, limits)
    at, grid = next(
        (at, block)
        for at, block in enumerate(reading.blocks)
        if isinstance(block, Grid) and any(cell.text == "2010301" for cell in block.cells)
    )
    row = next(cell.row for cell in grid.cells if cell.text == "2010301")
    wrong = next(cell for cell in grid.cells if cell.row == row and "." in cell.text)
    cells = tuple(cell._replace(text=f"1{cell.text}") if cell is wrong else cell for cell in grid.cells)
    blocks = (*reading.blocks[:at], replace(grid, cells=cells), *reading.blocks[at + 1 :])
    document_id = hashlib.sha256(data).hexdigest()
    return interpret_reading(
        replace(reading, blocks=blocks),
        document_id,
        len(data),
        file_name,
        source_uri=source_uri,
        region=region,
        origin=origin,
    )
