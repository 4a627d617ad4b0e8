"""The exact amounts of one unit and year, from which every table of its disclosure follows.

A figure printed in a table is always the rounded sum of exact amounts, never a sum of rounded ones: so all
identities of the tables hold within rounding, as they do in published disclosures, and for the same reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

DATA = Path(__file__).parent / "data"
FEN = Decimal("0.01")
YUAN_PER_WAN = 10_000


class Entry(NamedTuple):
    """An exact amount in yuan: function item (7 digits), department economic code, basic or project.

    ``source`` is who pays: ``general`` (the general public budget) or ``own`` (the body's own income).
    """

    function: str
    economic: str
    kind: str
    yuan: Decimal
    project: str | None = None
    source: str = "general"


class Unit(NamedTuple):
    """A budgetary unit: code with leading zeros, official name, region code (GB/T 2260)."""

    code: str
    name: str
    region: str

    @property
    def department(self) -> str:
        """The department's code: the first three digits of the unit's."""
        return self.code[:3]


@dataclass(frozen=True, slots=True)
class Rule:
    """How another year or unit differs: a factor each kind of spending, economic codes it does not have."""

    personnel: Fraction = Fraction(1)
    goods: Fraction = Fraction(1)
    projects: Fraction = Fraction(1)
    without: frozenset[str] = frozenset()

    def amount(self, entry: Entry) -> Decimal:
        """The entry's amount by this rule, in yuan to the fen (half up)."""
        factor = self.projects if entry.kind == "project" else self.personnel
        if entry.kind == "basic" and entry.economic.startswith("302"):
            factor = self.goods
        return (entry.yuan * factor.numerator / factor.denominator).quantize(FEN, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Ledger:
    """All exact amounts, the names of all codes, the performance forms as in ``data/seed.yaml``."""

    unit: Unit
    year: int
    entries: tuple[Entry, ...]
    functions: Mapping[str, str]
    economics: Mapping[str, str]
    projects: tuple[Mapping[str, Any], ...]
    overall: Mapping[str, Any]

    def total(
        self, selector: str, project: str | None = None, function: str = "", source: str | None = None
    ) -> Decimal | None:
        """The exact sum in yuan of the entries a selector names; ``None`` where there is not one.

        The selector is that of ``data/forms.yaml``: ``kind[@function][/economic]``, prefixes, several added.
        """
        found = [
            entry.yuan
            for entry in self.entries
            if entry.function.startswith(function)
            and (project is None or entry.project == project)
            and (source is None or entry.source == source)
            and _selects(selector, entry)
        ]
        return sum(found, Decimal(0)) if found else None

    def items(self, selector: str) -> list[str]:
        """The function items that have an entry of the selector, in code order."""
        return sorted({entry.function for entry in self.entries if _selects(selector, entry)})

    def derived(
        self, *, unit: Unit | None = None, year: int | None = None, rule: Rule | None = None
    ) -> Ledger:
        """Another unit's or year's ledger made by rule from this one."""
        rule = rule or Rule()
        entries = tuple(
            entry._replace(yuan=rule.amount(entry))
            for entry in self.entries
            if entry.economic not in rule.without
        )
        return replace(self, unit=unit or self.unit, year=year or self.year, entries=entries)


@cache
def _terms(selector: str) -> tuple[tuple[str, str, str], ...]:
    terms = []
    for term in selector.split():
        if term != "zero":
            head, _, economic = term.partition("/")
            kind, _, function = head.partition("@")
            terms.append((kind, function, economic))
    return tuple(terms)


def _selects(selector: str, entry: Entry) -> bool:
    return any(
        kind in ("all", entry.kind)
        and entry.function.startswith(function)
        and entry.economic.startswith(economic)
        for kind, function, economic in _terms(selector)
    )


def print_wan(yuan: Decimal | None) -> str:
    """An exact amount as printed: 万元, two decimals, half up; nothing for ``None``."""
    return "" if yuan is None else str((yuan / YUAN_PER_WAN).quantize(FEN, ROUND_HALF_UP))


def read_ledger(data: Mapping[str, Any]) -> Ledger:
    """A ledger from the form of ``data/seed.yaml``."""
    basic: Iterable[tuple[str, str, str]] = data["basic"]
    entries = [Entry(function, economic, "basic", Decimal(yuan)) for function, economic, yuan in basic]
    entries += [
        Entry(each["function"], each["economic"], "project", Decimal(each["amount"]), each["name"])
        for each in data["projects"]
    ]
    return Ledger(
        Unit(**data["unit"]),
        data["year"],
        tuple(entries),
        data["functions"],
        data["economics"],
        tuple(data["projects"]),
        data["overall"],
    )


@cache
def seed_ledger() -> Ledger:
    """The ledger of the seed disclosure."""
    return read_ledger(yaml.safe_load((DATA / "seed.yaml").read_text("utf-8")))
