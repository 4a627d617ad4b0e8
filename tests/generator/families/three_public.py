"""The tables of 三公经费 (travel abroad, official cars, reception) as the families lay them out.

Figures come from the department economic codes 30212, 31013 and 30231, and 30217; every total is the sum of
exact amounts.
"""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

from tests.generator.families.books import Money
from tests.generator.ledger import Ledger
from tests.generator.table import Heading

ABROAD, BUY, RUN, RECEPTION = "30212", "31013", "30231", "30217"
CARS = (BUY, RUN)
MEETINGS, TRAINING = "30215", "30216"


def with_meetings(books: Ledger, money: Money) -> dict[str, Any]:
    """Jiangsu: 三公 beside 会议费 and 培训费, basic and project expenditure together."""

    def sum_of(*codes: str) -> str:
        return money(books.total(" ".join(f"all/{code}" for code in codes)))

    three = (ABROAD, *CARS, RECEPTION)
    row = [sum_of(*three, MEETINGS, TRAINING), sum_of(*three), sum_of(ABROAD), sum_of(*CARS)]
    row += [sum_of(code) for code in (BUY, RUN, RECEPTION, MEETINGS, TRAINING)]
    cars = tuple(map(Heading, ("小计", "公务用车购置费", "公务用车运行维护费")))
    parts = (
        Heading("小计"),
        Heading("因公出国（境）费"),
        Heading("公务用车购置及运行维护费", cars),
        Heading("公务接待费"),
    )
    header = (Heading("合计"), Heading("“三公”经费", parts), Heading("会议费"), Heading("培训费"))
    return {"header": header, "rows": [row], "amounts": frozenset(range(9))}


def with_operating(books: Ledger, money: Money, public: str) -> dict[str, Any]:
    """Shanghai: 三公 beside 机关运行经费 (the selector ``public``), basic expenditure only."""

    def sum_of(*codes: str) -> str:
        return money(books.total(" ".join(f"basic/{code}" for code in codes)))

    row = [sum_of(ABROAD, RECEPTION, *CARS), sum_of(ABROAD), sum_of(RECEPTION), sum_of(*CARS)]
    row += [sum_of(BUY), sum_of(RUN), money(books.total(public))]
    cars = tuple(map(Heading, ("小计", "购置费", "运行费")))
    parts = (
        Heading("合计"),
        Heading("因公出国(境)费"),
        Heading("公务接待费"),
        Heading("公务用车购置及运行费", cars),
    )
    header = (Heading("“三公”经费预算数", parts), Heading("机关运行经费预算数"))
    return {"header": header, "rows": [row], "amounts": frozenset(range(7))}


def budget_and_actual(rng: random.Random, books: Ledger, money: Money) -> dict[str, Any]:
    """Final accounts: 预算数 and 决算数 of every part; the actual is what basic expenditure spent on it."""
    parts = (ABROAD, *CARS, RECEPTION)
    actual = {code: books.total(f"basic/{code}") or Decimal(0) for code in parts}
    budget = {code: spent * rng.randint(100, 150) / 100 for code, spent in actual.items()}
    row = [
        money(sum((amounts[code] for code in codes), Decimal(0)))
        for codes in (parts, (ABROAD,), CARS, (BUY,), (RUN,), (RECEPTION,))
        for amounts in (budget, actual)
    ]
    pair = (Heading("预算数"), Heading("决算数"))
    cars = tuple(Heading(label, pair) for label in ("小计", "公务用车购置费", "公务用车运行维护费"))
    header = Heading(
        "财政拨款“三公”经费",
        (
            Heading("合计", pair),
            Heading("因公出国（境）费", pair),
            Heading("公务用车购置及运行维护费", cars),
            Heading("公务接待费", pair),
        ),
    )
    note = "注：本表反映部门本年度“三公”经费支出预决算情况。"
    return {"header": (header,), "rows": [row], "amounts": frozenset(range(12)), "note": note}
