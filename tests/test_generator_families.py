"""Made disclosures of the other families are consistent in themselves and come back from a drawing."""

from __future__ import annotations

import random
from collections.abc import Iterable
from decimal import Decimal

import pypdfium2
import pytest

from tests.generator.disclosure import Disclosure
from tests.generator.families import FAMILIES
from tests.generator.pdf import draw_pdf
from tests.generator.style import Style, random_style
from tests.generator.table import Table
from tests.test_generator_pdf import digits, grids, joined, rows_of

SEEDS = range(8)
MADE = [(name, number) for name in FAMILIES for number in SEEDS]


def made(name: str, number: int) -> Disclosure:
    return FAMILIES[name](random.Random(number))


def amount(text: str) -> Decimal:
    return Decimal(text or "0")


def adds_up(total: str, parts: Iterable[str]) -> bool:
    """Whether the printed total is the sum of the printed parts within rounding."""
    printed = [amount(text) for text in parts if text]
    step = Decimal(1).scaleb(int(Decimal(total or "0").as_tuple().exponent))
    return abs(amount(total) - sum(printed)) <= step * (len(printed) + 1) / 2


def total_row(table: Table) -> tuple[str, ...]:
    return next(row for row in table.rows if "合计" in row)


def classes(table: Table) -> list[tuple[str, ...]]:
    """The rows of functional or economic classes: three digits, nothing in the deeper code columns."""
    split = any(path.endswith("/款") for path in table.paths())
    return [row for row in table.rows if len(row[0]) == 3 and row[0].isdigit() and not (split and row[1])]


@pytest.mark.parametrize(("name", "number"), MADE)
def test_every_row_has_the_table_s_width_and_every_table_its_money_unit(name: str, number: int) -> None:
    for table in made(name, number).tables:
        assert {len(row) for row in table.rows} == {table.n_cols} == {len(table.paths())}
        assert any(f"单位：{table.money_unit}" in caption for caption in table.captions)


@pytest.mark.parametrize(("name", "number"), MADE)
def test_totals_by_function_are_the_sum_of_their_classes(name: str, number: int) -> None:
    disclosure = made(name, number)
    forms = ["general_budget_expenditure", "expenditure_summary", "revenue_summary"]
    for form in forms[: 1 if name == "jiangsu" else 3]:
        table = disclosure.table(form)
        for col in table.amounts:
            assert adds_up(total_row(table)[col], (row[col] for row in classes(table))), (form, col)


@pytest.mark.parametrize(("name", "number"), MADE)
def test_rows_by_function_are_the_sum_of_their_columns(name: str, number: int) -> None:
    if name == "jiangsu":
        return
    for form in ("general_budget_expenditure", "expenditure_summary", "revenue_summary"):
        table = made(name, number).table(form)
        first, *others = sorted(table.amounts)
        for row in table.rows:
            assert adds_up(row[first], (row[col] for col in others)), (form, row)


@pytest.mark.parametrize(("name", "number"), MADE)
def test_income_and_spending_meet_in_the_summary(name: str, number: int) -> None:
    table = made(name, number).table("revenue_expenditure_summary")
    last = table.rows[-1]
    income, spending, *_ = (last[col] for col in sorted(table.amounts) if last[col])
    assert income == spending
    assert amount(income) > 0
    assert not any(text.startswith("-") for row in table.rows for text in row)


@pytest.mark.parametrize("number", SEEDS)
def test_final_accounts_carry_their_balances_over(number: int) -> None:
    table = made("final_accounts", number).table("revenue_expenditure_summary")
    income, spent = sorted(table.amounts)
    rows = {row[0]: row for row in table.rows if row[0]}
    year, opening, whole = rows["本年收入合计"], rows["年初结转和结余"], rows["总计"]
    assert adds_up(whole[income], (year[income], opening[income]))
    assert adds_up(whole[spent], (year[spent], opening[spent]))


@pytest.mark.parametrize("number", SEEDS)
def test_basic_expenditure_by_item_adds_up_to_its_two_totals(number: int) -> None:
    table = made("final_accounts", number).table("general_budget_basic_expenditure")
    left, right = sorted(table.amounts)
    split = left == 3
    for col, start in ((left, 0), (right, right - left)):
        tops = [row for row in table.rows if len(row[start]) == 3 and not (split and row[start + 1])]
        assert adds_up(table.rows[-1][col], (row[col] for row in tops))


@pytest.mark.parametrize("name", FAMILIES)
def test_stock_pdfplumber_reads_the_drawn_tables_back(name: str) -> None:
    style = Style(numbers="thousands", contents="none")
    disclosure = made(name, 3)
    printed = style.printed_all(disclosure)
    found = joined(grids(draw_pdf(disclosure, style), style), printed, style)
    for table, rows in zip(printed.tables, found, strict=True):
        assert rows == rows_of(table, style), table.title


@pytest.mark.parametrize(("name", "number"), [(name, number) for name in FAMILIES for number in range(4)])
def test_every_style_prints_every_digit_once(name: str, number: int) -> None:
    rng = random.Random(number)
    style = random_style(
        rng, fake_bold=False, labels_again=False, repeat_header=False, page_numbers=False, contents="none"
    )
    disclosure = FAMILIES[name](rng)
    printed = style.printed_all(disclosure)
    wanted = [*printed.cover]
    for table in printed.tables:
        wanted += [
            table.title,
            *table.captions,
            table.note or "",
            *(text for row in table.grid() for text in row),
        ]
    with pypdfium2.PdfDocument(draw_pdf(disclosure, style)) as pdf:
        assert digits(page.get_textpage().get_text_range() for page in pdf) == digits(wanted)
