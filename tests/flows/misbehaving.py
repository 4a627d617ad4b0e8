"""Parsers for reading processes in tests: they do what hostile documents make a parser do, by file name."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

from parsers.document import Parsed, parse_document


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
    parsed = parse_document(data, file_name, **options)
    if "breaks" in file_name:
        parsed.tables["budget_line"][4]["unit_code"] = "430202-999999"
    if "misreads" in file_name:
        row = next(row for row in parsed.tables["budget_line"] if row.get("function_code") == "2010301")
        row["amount_wan"], row["amount_yuan"] = row["amount_wan"] + 10, row["amount_yuan"] + 100_000
        row["text_raw"] = str(row["amount_wan"])
    if "misfits" in file_name:
        parsed.tables["budget_line"][4]["amount_wan"] = 1.5
    return parsed
