"""The functional and economic classifications of expenditure, by year.

Codes are nested by their digits: 类 3, 款 5, 项 7. A code keeps its number and changes its name (20805
became 行政事业单位养老支出 in 2020), so a name is asked for with a year. The data files are not the
Ministry's book: a code that they lack is *unknown*, never wrong, and local renumbering exists (a body that
prints 30204 for 电费). What this module says can be a warning, not an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from schemas.data_file import load_tsv
from schemas.fold import fold

#: Kind to its data file; ``dept`` and ``gov`` are the codes of ``econ_scheme``.
KINDS = {"function": "functional", "dept": "department_economic", "gov": "government_economic"}

MATCH, OTHER_YEAR, DIFFERS, UNKNOWN = "match", "other_year", "differs", "unknown"


@dataclass(frozen=True, slots=True)
class ClassificationName:
    """A name of a code and the fiscal years in which it holds, as far as known (``None``: no limit known)."""

    code: str
    name: str
    first_year: int | None
    last_year: int | None
    source: str

    def holds_in(self, year: int | None) -> bool:
        """True where the name holds in the year; for no year, where it holds to this day."""
        if year is None:
            return self.last_year is None
        return (self.first_year or year) <= year <= (self.last_year or year)


@cache
def classification(kind: str) -> dict[str, tuple[ClassificationName, ...]]:
    """Every code of a kind (``function``, ``dept``, ``gov``) with its names, the usual one first."""
    codes: dict[str, list[ClassificationName]] = {}
    for row in load_tsv(f"classifications/{KINDS[kind]}.tsv"):
        first, last = (int(row[column]) if row[column] else None for column in ("from", "to"))
        codes.setdefault(row["code"], []).append(
            ClassificationName(row["code"], row["name"], first, last, row["source"])
        )
    return {code: tuple(names) for code, names in codes.items()}


def names(kind: str, code: str, year: int | None = None) -> tuple[str, ...]:
    """The names of a code in a year (to this day for ``None``), the usual one first; empty where unknown."""
    return tuple(entry.name for entry in classification(kind).get(code, ()) if entry.holds_in(year))


def name(kind: str, code: str, year: int | None = None) -> str | None:
    """The usual name of a code in a year, ``None`` where unknown."""
    return next(iter(names(kind, code, year)), None)


def compare_name(kind: str, code: str, printed: str, year: int | None = None) -> str:
    """What a printed name says beside its code: ``match``, ``other_year``, ``differs`` or ``unknown``.

    ``other_year``: a name of the code, in other years. ``unknown``: the data files lack the code.
    """
    entries = _folded(kind).get(code)
    if entries is None:
        return UNKNOWN
    same = [entry for folded, entry in entries if folded == fold(printed)]
    if not same:
        return DIFFERS
    return MATCH if any(entry.holds_in(year) for entry in same) else OTHER_YEAR


@cache
def _folded(kind: str) -> dict[str, list[tuple[str, ClassificationName]]]:
    return {
        code: [(fold(entry.name), entry) for entry in entries]
        for code, entries in classification(kind).items()
    }


def codes_of(kind: str, printed: str, year: int | None = None) -> tuple[str, ...]:
    """The codes that have the printed name in a year (in any year for ``None``), in code order."""
    return tuple(
        entry.code for entry in _by_name(kind).get(fold(printed), ()) if year is None or entry.holds_in(year)
    )


@cache
def _by_name(kind: str) -> dict[str, list[ClassificationName]]:
    found: dict[str, list[ClassificationName]] = {}
    for entries in _folded(kind).values():
        for folded, entry in entries:
            found.setdefault(folded, []).append(entry)
    return found


def classes(kind: str, year: int | None = None) -> tuple[str, ...]:
    """The codes of the top level (类) that hold in a year, in code order."""
    return tuple(code for code in sorted(classification(kind)) if len(code) == 3 and names(kind, code, year))


def parent(code: str) -> str | None:
    """The code one level up: 2010301 to 20103 to 201; ``None`` for a 类."""
    return code[:-2] if len(code) > 3 else None


def level(code: str) -> int | None:
    """1, 2, 3 for a code of 3, 5, 7 digits (类, 款, 项); ``None`` for any other."""
    return {3: 1, 5: 2, 7: 3}.get(len(code)) if code.isascii() and code.isdigit() else None
