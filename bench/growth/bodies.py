"""Bodies by number, the same for the lake that is made by rule and for the documents that come to it.

A district has 200 bodies of ten years; districts are those of GB/T 2260 in their order. ``parse_body`` is the parser
of the measured reading processes: the real one, with the body and the year that the address names.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from parsers import rereading
from parsers.document import Parsed, parse_document
from schemas.division import COUNTY, divisions

#: As ``flows.pool.DocumentPool`` takes it.
PARSER = f"{__name__}:parse_body"
YEARS = tuple(range(2016, 2026))
_UNITS = 200
_ADDRESS = re.compile(r"/body-(\d+)/")


def body(number: int) -> tuple[str, str, int]:
    """Region, body's code and year of the unit-year of this number."""
    unit, year = divmod(number, len(YEARS))
    district, code = divmod(unit, _UNITS)
    return _counties()[district], f"{code + 1:06}", YEARS[year]


@cache
def _counties() -> list[str]:
    return [each.code for each in divisions() if each.level == COUNTY and each.last_year is None]


def address(number: int, edition: int, name: str) -> str:
    """Where a document of the body lies below the landing folder."""
    return f"edition-{edition}/body-{number}/{name}"


def parse_body(data: bytes, file_name: str, **options: Any) -> Parsed:
    """``parse_document``, for the body that the address names."""
    return _given(parse_document(data, file_name, **options), options.get("source_uri"))


def _given(parsed: Parsed, source_uri: str | None) -> Parsed:
    found = _ADDRESS.search(source_uri or "")
    if found is None:
        return parsed
    region, code, year = body(int(found[1]))
    told = {"region_code": region, "org_unit_code": code, "unit_code": f"{region}-{code}", "year": year}
    for rows in (*parsed.tables.values(), parsed.row_heads):
        for row in rows:
            row.update({name: value for name, value in told.items() if name in row})
    return parsed


_parse_again = rereading.parse_again


def _again(data: bytes, file_name: str, pages: Any = None, **options: Any) -> Parsed | None:
    parsed = _parse_again(data, file_name, pages, **options)
    return None if parsed is None else _given(parsed, options.get("source_uri"))


# The reading process asks for the second reading by this name; only such a process imports this module.
rereading.parse_again = _again
