"""Every layout of the families is recognised, all its columns known, every printed number in a row of the lake."""

from __future__ import annotations

from collections import Counter

import pytest

from parsers.amount import read_amount
from parsers.recognise import Recognition
from tests.parsers.blocks import grid, lines, recognised, understood
from tests.parsers.variants import VARIANTS, Variant

KNOWN = [variant for variant in VARIANTS if variant.form]
UNKNOWN = [variant for variant in VARIANTS if not variant.form]


def seen(variant: Variant) -> Recognition:
    return recognised(lines(variant.title, *variant.captions), grid(variant.heads, variant.rows))


@pytest.mark.parametrize("variant", KNOWN, ids=lambda variant: f"{variant.form} {variant.title}")
def test_the_form_is_recognised_with_all_its_columns(variant: Variant) -> None:
    (statement,) = seen(variant).statements
    assert statement.form == variant.form
    assert None not in statement.columns
    assert statement.money_unit is not None


@pytest.mark.parametrize("variant", KNOWN, ids=lambda variant: f"{variant.form} {variant.title}")
def test_every_number_of_an_amount_column_is_a_row_with_a_measure(variant: Variant) -> None:
    (statement,) = seen(variant).statements
    parsed = understood(
        lines("上海市样例局2024年部门预算" if "预算" in variant.title else "上海市样例局2024年部门决算"),
        lines(variant.title, *variant.captions, page=2),
        grid(variant.heads, variant.rows, page=2),
    )
    printed = Counter(
        amount.value
        for row in statement.rows
        for col, column in enumerate(statement.columns)
        if column and column.role == "amount" and (amount := read_amount(row.text(col))) and amount.value
    )
    rows = [row for row in parsed.tables["budget_line"] if row["cell_state"] == "value"]
    found = Counter((read := read_amount(row["text_raw"])) and read.value for row in rows)
    assert found == printed
    assert printed or not any(row["cell_state"] == "value" for row in rows)
    assert all(row["measure_code"] and row["direction"] for row in rows)


@pytest.mark.parametrize("variant", UNKNOWN, ids=lambda variant: variant.title)
def test_what_no_form_fits_stays_unrecognised(variant: Variant) -> None:
    (statement,) = seen(variant).statements
    assert not statement.recognised


@pytest.mark.parametrize("variant", KNOWN, ids=lambda variant: f"{variant.form} {variant.title}")
def test_without_its_title_no_table_becomes_another_form(variant: Variant) -> None:
    (statement,) = recognised(lines("单位：万元"), grid(variant.heads, variant.rows)).statements
    assert statement.form in (variant.form, "unrecognised")
