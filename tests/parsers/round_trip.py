"""What a disclosure that was drawn or written must give back: its tables, its identity and every amount.

``differences`` says in words what did not come back; nothing else decides whether a round trip held.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import zip_longest

from parsers.amount import read_amount
from parsers.document import Parsed, parse_document
from parsers.header import clean
from parsers.listing import tables_of
from tests.generator.disclosure import Disclosure, derive
from tests.generator.families import FAMILIES
from tests.generator.ledger import Rule
from tests.generator.style import Style, random_style
from tests.generator.table import Table

NAMES = [*FAMILIES, "hunan"]


def made(family: str, number: int) -> Disclosure:
    """The disclosure of a family that a number stands for; the seed's family scaled, some lines left out."""
    rng = random.Random(number)
    if family != "hunan":
        return FAMILIES[family](rng)
    scale = [Fraction(rng.randint(1, 20_000), rng.randint(1, 999)) for _ in range(3)]
    codes = ("30107", "30113", "30201", "30207", "30217", "30299", "30302", "30399")
    missing = frozenset(code for code in codes if rng.random() < 0.3)
    name = "株洲市荷塘区样例" + rng.choice(("民政局", "财政局", "档案馆", "机关事务中心"))
    whole = derive(
        f"{rng.randint(1, 999_999):06}",
        name,
        rng.randint(2019, 2026),
        Rule(scale[0], scale[1], scale[2], missing),
    )
    kept = sorted(rng.sample(range(len(whole.tables)), rng.randint(3, len(whole.tables))))
    return replace(whole, tables=tuple(whole.tables[place] for place in kept))


def closed_style(number: int, borders: str) -> Style:
    """The style that a number stands for, in which every page says where its rows begin and end."""
    rng = random.Random(number)
    return random_style(rng, **{"borders": borders, rng.choice(("closed_start", "closed_end")): True})


def read_back(disclosure: Disclosure, data: bytes, ending: str) -> Parsed:
    """What the parsers make of the file, under a name as its publisher gives it."""
    level = "部门" if disclosure.level == "department" else "单位"
    kind = "决算" if disclosure.phase == "actual" else "预算"
    return parse_document(data, f"{disclosure.unit_name}{disclosure.year}年{level}{kind}.{ending}")


def differences(parsed: Parsed, disclosure: Disclosure, printed: Disclosure) -> list[str]:
    """What of a disclosure did not come back as it was printed; empty when all did."""
    return [
        *_other_tables(parsed, printed),
        *_other_identity(parsed, disclosure),
        *(f"{oddity.kind}: {oddity.message}" for oddity in parsed.oddities),
        *_other_amounts(parsed, printed),
    ]


def _other_tables(parsed: Parsed, printed: Disclosure) -> Iterator[str]:
    found = tables_of(parsed.recognition)
    said = [(each["form"], clean(each["title"] or ""), each["money_unit"]) for each in found]
    wanted = [(each.form, clean(each.title), each.money_unit) for each in printed.tables]
    if said != wanted:
        pairs = zip_longest(said, wanted)
        number, (have, true) = next((n, pair) for n, pair in enumerate(pairs, start=1) if pair[0] != pair[1])
        yield f"table {number} of {len(wanted)} is {have}, printed {true}"
        return
    for table, got in zip(printed.tables, found, strict=True):
        rows = filled([[clean(text) for text in row] for row in table.rows])
        have = without_repeats(table, filled(got["rows"]), rows)
        yield from (f"{table.title} row {n}: {h}, printed {r}" for n, (h, r) in _unequal(have, rows))


def _unequal(
    have: list[list[str]], rows: list[list[str]]
) -> Iterator[tuple[int, tuple[list[str], list[str]]]]:
    longest = max(len(have), len(rows))
    for number in range(longest):
        pair = (have[number] if number < len(have) else [], rows[number] if number < len(rows) else [])
        if pair[0] != pair[1]:
            yield number + 1, pair


def filled(rows: list[list[str]]) -> list[list[str]]:
    """The rows that print anything."""
    return [row for row in rows if any(row)]


def without_repeats(table: Table, rows: list[list[str]], wanted: list[list[str]]) -> list[list[str]]:
    """Rows without the words of merged cells that the page after repeats, where the style prints them again."""
    last: dict[int, str] = {}
    plain = []
    for row, true in zip(rows, wanted, strict=False):
        last |= {col: text for col, text in enumerate(true) if text}
        plain.append(
            [
                "" if not true[col] and col not in table.amounts and text == last.get(col) else text
                for col, text in enumerate(row)
            ]
            if len(row) == len(true)
            else row
        )
    return plain + rows[len(wanted) :]


def _other_identity(parsed: Parsed, disclosure: Disclosure) -> Iterator[str]:
    identity = parsed.identity
    pairs = (
        (identity.org_unit_name, disclosure.unit_name),
        (identity.year, disclosure.year),
        (identity.budget_phase, disclosure.phase),
        (identity.disclosure_level, disclosure.level),
        (identity.region_code, disclosure.region),
        (identity.conflicts, ()),
    )
    yield from (f"identity {have}, true {true}" for have, true in pairs if have != true)


def _other_amounts(parsed: Parsed, printed: Disclosure) -> Iterator[str]:
    """Every printed amount of a matrix or list is in exactly one row, in its place and exact; no other is."""
    for number, table in enumerate(printed.tables, start=1):
        if not table.header:
            continue
        rows = filled([[clean(text) for text in row] for row in table.rows])
        wanted: Counter[tuple[int, int, Decimal]] = Counter()
        for row_no, row in enumerate(rows, start=1):
            for col in table.amounts:
                amount = read_amount(row[col])
                if amount is not None and amount.value is not None:
                    yuan = amount.yuan(table.money_unit or "")
                    assert yuan is not None
                    wanted[row_no, col + 1, yuan] += 1
        lines = [line for line in parsed.tables["budget_line"] if line["table_no"] == number]
        found = Counter(
            (line["row_no"], line["col_no"], line["amount_yuan"])
            for line in lines
            if line["cell_state"] != "blank"
        )
        if found != wanted:
            yield f"{table.title}: amounts {found - wanted} for {wanted - found}"
        if not all(line["measure_code"] and line["direction"] for line in lines):
            yield f"{table.title}: a row without measure or direction"
