"""Hypothesis strategies: styles, and small disclosures of the seed's family with figures of their own."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from tests.generator.disclosure import Disclosure, disclose
from tests.generator.families import FAMILIES
from tests.generator.ledger import Entry, Ledger, Rule, Unit, seed_ledger
from tests.generator.style import Style, random_style

NAMES = ("民政局", "财政局", "档案馆", "融媒体中心", "机关事务中心", "城市管理和综合执法局")


def styles(**fixed: Any) -> st.SearchStrategy[Style]:
    """Any style; the named settings stay as given."""
    return st.integers(0, 2**32 - 1).map(lambda number: random_style(random.Random(number), **fixed))


def rules() -> st.SearchStrategy[Rule]:
    """Factors from a tenth to twenty times."""
    factor = st.fractions(Fraction(1, 10), Fraction(20), max_denominator=999)
    return st.builds(Rule, factor, factor, factor)


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """A ledger with some of the seed's items, each with an amount of its own, for a made unit."""
    ledger = seed_ledger()
    basic = [entry for entry in ledger.entries if entry.kind == "basic"]
    kept = draw(st.lists(st.sampled_from(basic), min_size=1, unique=True))
    projects = [entry for entry in ledger.entries if entry.kind == "project"]
    kept += draw(st.lists(st.sampled_from(projects), unique=True))
    amounts = st.integers(1, 10**12).map(lambda fen: Decimal(fen) / 100)
    entries: list[Entry] = [entry._replace(yuan=draw(amounts)) for entry in kept]
    names = {entry.project for entry in entries}
    code = f"{draw(st.integers(1, 999)):03d}{draw(st.integers(1, 999)):03d}"
    return replace(
        ledger,
        unit=Unit(code, "株洲市荷塘区样例" + draw(st.sampled_from(NAMES)), ledger.unit.region),
        year=draw(st.integers(2019, 2026)),
        entries=tuple(entries),
        projects=tuple(each for each in ledger.projects if each["name"] in names),
    )


def disclosures() -> st.SearchStrategy[Disclosure]:
    """Disclosures of the seed's family that a publisher could have made: every identity holds."""
    return ledgers().map(disclose)


def family_disclosures(*names: str) -> st.SearchStrategy[Disclosure]:
    """Full disclosures of the other families, or of those named."""
    makers = st.sampled_from([FAMILIES[name] for name in names or FAMILIES])
    return st.builds(lambda maker, number: maker(random.Random(number)), makers, st.integers(0, 2**32 - 1))


@st.composite
def small_disclosures(draw: st.DrawFn, most: int = 3) -> Disclosure:
    """A disclosure cut down to a few of its tables, for properties that draw and read."""
    disclosure = draw(disclosures())
    places = draw(
        st.lists(st.sampled_from(range(len(disclosure.tables))), min_size=1, max_size=most, unique=True)
    )
    return replace(disclosure, tables=tuple(disclosure.tables[place] for place in sorted(places)))
