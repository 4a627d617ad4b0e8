"""Any generated disclosure is consistent, and any style draws it without losing a digit."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import chain

import pypdfium2
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.generator.disclosure import Disclosure
from tests.generator.ledger import Ledger, Rule, print_wan
from tests.generator.pdf import draw_pdf
from tests.generator.strategies import (
    disclosures,
    family_disclosures,
    ledgers,
    rules,
    small_disclosures,
    styles,
)
from tests.generator.style import Style

CALM = settings(max_examples=30, deadline=None)


@CALM
@given(disclosures())
def test_totals_are_their_parts_within_rounding(disclosure: Disclosure) -> None:
    table = disclosure.table("expenditure_summary")
    total, basic, project = (Decimal(text or 0) for text in table.rows[0][5:8])
    assert abs(total - basic - project) <= Decimal("0.015")
    classes = [Decimal(row[5]) for row in table.rows if row[0] and not row[1]]
    assert abs(total - sum(classes)) <= Decimal("0.005") * (len(classes) + 1)


@CALM
@given(ledgers(), rules())
def test_scaling_by_one_rule_keeps_which_cells_are_empty(ledger: Ledger, rule: Rule) -> None:
    scaled = ledger.derived(rule=rule)
    for selector in ("all", "basic/301", "basic/302", "project"):
        assert (ledger.total(selector) is None) == (scaled.total(selector) is None)


@given(st.decimals(0, 10**10, places=2))
def test_a_printed_amount_is_within_half_a_step_of_the_exact_one(yuan: Decimal) -> None:
    assert abs(Decimal(print_wan(yuan)) * 10_000 - yuan) <= 50


@CALM
@given(
    small_disclosures() | family_disclosures(),
    styles(fake_bold=False, labels_again=False, repeat_header=False, page_numbers=False),
)
def test_any_style_prints_every_digit_once(disclosure: Disclosure, style: Style) -> None:
    printed = style.printed_all(disclosure)
    wanted = list(
        chain.from_iterable((table.title, *table.captions, table.note or "") for table in printed.tables)
    )
    wanted += chain.from_iterable(chain.from_iterable(table.grid()) for table in printed.tables)
    wanted += printed.cover
    if style.contents != "none":
        wanted += [printed.contents_heading, *(f"{number}{title}" for number, title in printed.contents)]
    with pypdfium2.PdfDocument(draw_pdf(disclosure, style)) as pdf:
        found = [page.get_textpage().get_text_range() for page in pdf]
    assert digits(found) == digits(wanted)


def digits(texts: list[str]) -> Counter[str]:
    return Counter(char for text in texts for char in text if char in "0123456789")
