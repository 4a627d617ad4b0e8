"""What a body carries over from the year before and into the next, by who pays for it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from tests.generator.families.books import Figure, function_codes
from tests.generator.ledger import Ledger

ITEM = 7  # digits of a functional item


@dataclass(frozen=True, slots=True)
class Balances:
    """Opening and closing balances in yuan by source, booked on the body's first functional item.

    Revenue follows from them: what was spent, and on that item also what the balance grew by.
    """

    books: Ledger
    item: str
    opening: Mapping[str, Decimal]
    closing: Mapping[str, Decimal]

    def revenue(self, source: str) -> Figure:
        """The income of a source by function code."""
        growth = self.closing[source] - self.opening[source]

        def income(code: str) -> Decimal | None:
            spent = self.books.total("all", function=code, source=source)
            return (spent or Decimal(0)) + growth if self.item.startswith(code) else spent

        return income


def random_balances(rng: random.Random, books: Ledger) -> Balances:
    """Balances at random, none of them so large that the year's revenue would be negative."""

    def balance() -> Decimal:
        return Decimal(rng.randint(0, 10**8)) / 100 if rng.random() < 0.5 else Decimal(0)

    item = next(code for code in function_codes(books) if len(code) == ITEM)
    closing = {source: balance() for source in ("general", "own")}
    spent = {source: books.total("all", function=item, source=source) or Decimal(0) for source in closing}
    opening = {source: min(balance(), closing[source] + spent[source]) for source in closing}
    return Balances(books, item, opening, closing)
