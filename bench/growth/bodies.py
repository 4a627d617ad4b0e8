"""Bodies by number, the same for the lake that is made by rule and for the documents that come to it.

A country has so many provinces and each the same number of units and years: a district has 200 bodies of ten years,
districts are those of GB/T 2260 in their order, and more bodies each where a province has too few of them.
``parse_body`` is the parser of the measured reading processes: the real one, with the body and the year that the
address names. ``parse_once`` reads each file once and gives its copies the same rows, for what is measured without
the reading.
"""

from __future__ import annotations

import hashlib
import pickle
import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, cast

from infra.lake.layout import Partition
from parsers import rereading
from parsers.document import Parsed, parse_document
from parsers.recognise import Recognition
from schemas.division import COUNTY, divisions

#: As ``flows.pool.DocumentPool`` takes it.
PARSER, PARSER_ONCE = f"{__name__}:parse_body", f"{__name__}:parse_once"
YEARS = tuple(range(2016, 2026))
_UNITS = 200
_ADDRESS = re.compile(r"/body-(\d{6})-(\d{6})-(\d{4})/")


@dataclass(frozen=True, slots=True)
class Body:
    """A unit in one year: the ``number``-th of its province."""

    province: str
    number: int

    @property
    def unit_year(self) -> Partition:
        """Unit code and year."""
        unit, year = divmod(self.number, len(YEARS))
        districts = _counties()[self.province]
        row, code = divmod(unit, _UNITS)
        above, district = divmod(row, len(districts))
        return f"{districts[district]}-{above * _UNITS + code + 1:06}", YEARS[year]

    def address(self, edition: int, name: str) -> str:
        """Where a document of the body lies below the landing folder."""
        unit, year = self.unit_year
        return f"edition-{edition}/body-{unit}-{year}/{name}"


def provinces() -> list[str]:
    """The provinces, the one with the most districts first."""
    return sorted(_counties(), key=lambda code: (-len(_counties()[code]), code))


@cache
def _counties() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in divisions():
        if each.level == COUNTY and each.last_year is None:
            found.setdefault(each.code[:2], []).append(each.code)
    return found


def parse_body(data: bytes, file_name: str, **options: Any) -> Parsed:
    """``parse_document``, for the body that the address names."""
    return _given(parse_document(data, file_name, **options), options.get("source_uri"))


def parse_once(data: bytes, file_name: str, **options: Any) -> Parsed:
    """``parse_body`` of what the first file of this name gave: files of a name have to be copies of one."""
    if not _first:
        _read_once()
    if file_name not in _first:
        _first[file_name] = _kept(parse_document(data, file_name, **options))
    return _given(_copied(_first[file_name], data), options.get("source_uri"))


_first: dict[Any, bytes | None] = {}


def _read_once() -> None:
    """Make the second reading such a one too."""
    again = rereading.parse_again

    def once(data: bytes, file_name: str, pages: Any = None, **options: Any) -> Parsed | None:
        key = file_name, frozenset(pages or ())
        if key not in _first:
            parsed = again(data, file_name, pages, **options)
            _first[key] = None if parsed is None else _kept(parsed)
        kept = _first[key]
        return None if kept is None else _given(_copied(kept, data), options.get("source_uri"))

    rereading.parse_again = once


def _kept(parsed: Parsed) -> bytes:
    return pickle.dumps(replace(parsed, recognition=Recognition()))


def _copied(kept: bytes | None, data: bytes) -> Parsed:
    assert kept is not None
    parsed = cast("Parsed", pickle.loads(kept))  # noqa: S301  our own
    document = hashlib.sha256(data).hexdigest()
    parsed.document_id = document
    for rows in (*parsed.tables.values(), parsed.row_heads):
        for row in rows:
            row["document_id"] = document
    return parsed


def _given(parsed: Parsed, source_uri: str | None) -> Parsed:
    found = _ADDRESS.search(source_uri or "")
    if found is None:
        return parsed
    region, code, year = found[1], found[2], int(found[3])
    told = {"region_code": region, "org_unit_code": code, "unit_code": f"{region}-{code}", "year": year}
    for rows in (*parsed.tables.values(), parsed.row_heads):
        for row in rows:
            row.update({name: value for name, value in told.items() if name in row})
    for row in parsed.tables["document"]:
        row["source_uri"] = source_uri
    return parsed


_parse_again = rereading.parse_again


def _again(data: bytes, file_name: str, pages: Any = None, **options: Any) -> Parsed | None:
    parsed = _parse_again(data, file_name, pages, **options)
    return None if parsed is None else _given(parsed, options.get("source_uri"))


# The reading process asks for the second reading by this name; only such a process imports this module.
rereading.parse_again = _again
