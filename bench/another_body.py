"""The parser of the measured reading processes: the real one, with the copies' bodies told apart.

The same bytes are an alias to the lake, and other bytes of the same body and year are a new version of its
document; a country's batch is neither. So the code of the body is made another one for each copy, in all rows
of both ways of reading: it is what the lake is partitioned by. Nothing else differs from ``parsers.document``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from parsers import rereading
from parsers.document import Parsed, parse_document

#: As ``flows.pool.DocumentPool`` takes it.
PARSER = f"{__name__}:parse_copy"
_COPY = re.compile(r"/copy-(\d+)/")


def parse_copy(data: bytes, file_name: str, **options: Any) -> Parsed:
    """``parse_document``, for the body of the copy that the address names."""
    return _renamed(parse_document(data, file_name, **options), options.get("source_uri"))


def _again(parse_again: Callable[..., Parsed | None]) -> Callable[..., Parsed | None]:
    def parse(data: bytes, file_name: str, pages: Any = None, **options: Any) -> Parsed | None:
        parsed = parse_again(data, file_name, pages, **options)
        return None if parsed is None else _renamed(parsed, options.get("source_uri"))

    return parse


def _renamed(parsed: Parsed, source_uri: str | None) -> Parsed:
    found = _COPY.search(source_uri or "")
    if found is None:
        return parsed
    who = parsed.identity
    code = f"x{sha256(f'{who.unit_code} {found[1]}'.encode()).hexdigest()[:8]}"
    for rows in (*parsed.tables.values(), parsed.row_heads):
        for row in rows:
            row["unit_code"] = f"{who.region_code}-{code}"
            if "org_unit_code" in row:
                row["org_unit_code"] = code
    return parsed


# The reading process asks for the second reading by this name; only such a process imports this module.
rereading.parse_again = _again(rereading.parse_again)
