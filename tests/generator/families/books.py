"""Random exact books of one body, and how a family prints their amounts and lists their codes."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any, NamedTuple

import yaml

from tests.generator.ledger import DATA, Entry, Ledger, Unit

CLASS, GROUP = 3, 5  # digits of a functional class and group

Figure = Callable[[str], Decimal | None]
"""The exact amount of a function code (or of all, for an empty code)."""


class AmountColumn(NamedTuple):
    """An amount column of a table by function: its heading and where its figures come from."""

    label: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Money:
    """How amounts are printed: unit, decimals, and what stands where there is none."""

    unit: str
    decimals: int = 2
    nothing: str = ""

    def __call__(self, yuan: Decimal | None) -> str:
        """The amount rounded half up; ``nothing`` for ``None`` or an exact zero."""
        if not yuan:
            return self.nothing
        exact = yuan / (10_000 if self.unit == "万元" else 1)
        return str(exact.quantize(Decimal(1).scaleb(-self.decimals), ROUND_HALF_UP))


@cache
def _classification() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((DATA / "classification.yaml").read_text("utf-8"))
    return data


def names(kind: str, year: int) -> dict[str, str]:
    """Code to name of the ``functions`` or ``economics``, as of a year."""

    def name(given: str | Mapping[Any, str]) -> str:
        if isinstance(given, str):
            return given
        old = [text for until, text in given.items() if until != "now" and year <= until]
        return old[0] if old else given["now"]

    return {code: name(given) for code, given in _classification()[kind].items()}


def class_list(family: str) -> list[str]:
    """The functional classes that a family's summaries list, in print order."""
    codes: list[str] = _classification()["class_lists"][family]
    return codes


def random_books(
    rng: random.Random,
    unit: Unit,
    year: int,
    own_revenue: bool = False,
    reserve: bool = False,
    fen: bool = True,
) -> Ledger:
    """Books with personnel, goods, equipment and projects, amounts in yuan (whole ones without ``fen``).

    With ``own_revenue`` some projects are paid from the body's own income (source ``own``); with ``reserve``
    an amount is kept back (kind ``reserve``).
    """
    classification = _classification()
    functions, economics = names("functions", year), names("economics", year)
    contributions: dict[str, str] = classification["contributions"]
    group = rng.choice(classification["work"])
    items = [code for code in functions if code.startswith(group) and len(code) > GROUP]

    def amount(low: int, high: int) -> Decimal:
        return Decimal(rng.randint(low * 100, high * 100)) / 100 if fen else Decimal(rng.randint(low, high))

    entries = [
        Entry(contributions.get(code, items[0]), code, "basic", amount(3_000, 9_000_000))
        for code in economics
        if len(code) > CLASS and code[:3] in ("301", "302", "303", "310") and _is_had(rng, code)
    ]
    for item in items[1:] or items:
        for code in rng.sample(["30201", "30227", "30213", "31002", "31007"], rng.randint(1, 2)):
            source = "own" if own_revenue and rng.random() < 0.4 else "general"
            entries.append(Entry(item, code, "project", amount(10_000, 40_000_000), source=source))
    if reserve:
        entries.append(Entry(items[0], "", "reserve", amount(100_000, 9_000_000)))
    return Ledger(unit, year, tuple(entries), functions, economics, (), {})


def _is_had(rng: random.Random, code: str) -> bool:
    share = {"301": 0.9, "302": 0.7, "303": 0.3, "310": 0.3}[code[:3]]
    return code in ("30101", "30201") or rng.random() < share


def figure(books: Ledger, selector: str, source: str | None = None) -> Figure:
    """The figures of a selector of the ledger."""
    return lambda function: books.total(selector, function=function, source=source)


def nothing(_: str) -> Decimal | None:
    """The figures of a column that has none."""
    return None


def function_codes(books: Ledger, selector: str = "all") -> list[str]:
    """Classes, groups and items in use, each parent before its children."""
    items = books.items(selector)
    return sorted({item[:digits] for item in items for digits in (CLASS, GROUP, len(item))})


def code_cells(code: str, split: bool) -> list[str]:
    """A functional code in one cell, or in three: 类, 款, 项."""
    return [code[:CLASS], code[CLASS:GROUP], code[GROUP:]] if split else [code]


def economic_cells(code: str, split: bool) -> list[str]:
    """A department economic code in one cell, or in two: 类, 款."""
    return [code[:CLASS], code[CLASS:]] if split else [code]


def function_rows(
    books: Ledger, columns: Sequence[AmountColumn], money: Money, split: bool, codes: Sequence[str]
) -> Iterator[tuple[str, ...]]:
    """A row a code: the code's cells, its name, and the amounts of the columns."""
    for code in codes:
        amounts = [money(column.figure(code)) for column in columns]
        yield (*code_cells(code, split), books.functions[code], *amounts)


def chinese_number(number: int) -> str:
    """一 to 三十九, as lists are numbered."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    lead = "" if tens == 0 else "十" if tens == 1 else digits[tens] + "十"
    return lead + (digits[ones] if ones else "") if number else digits[0]
