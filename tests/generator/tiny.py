"""Very small disclosures: whole documents of a form or two as text, read in milliseconds, in editions that differ."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from tests.generator.disclosure import derive
from tests.generator.ledger import Rule
from tests.generator.text import write_text

SMALL, LIST, FUNDS = "three_public_expenditure", "general_budget_expenditure", "government_fund_expenditure"


@lru_cache(maxsize=512)
def tiny(
    unit: int = 1,
    edition: int = 1,
    forms: tuple[str, ...] = (SMALL, LIST),
    year: int = 2024,
    place: str = "株洲市荷塘区",
) -> bytes:
    """A disclosure of these forms only; another edition has other figures, another unit another code and name."""
    scale = Fraction(50 + edition, 100)
    whole = derive(f"{52000 + unit:06}", f"{place}样例第{unit}中心", year, Rule(scale, scale, scale))
    kept = tuple(table for table in whole.tables if table.form in forms)
    titles = {table.title for table in kept}
    contents = tuple(each for each in whole.contents if each[1] in titles)
    return write_text(replace(whole, tables=kept, contents=contents))
