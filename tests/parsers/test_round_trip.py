"""Any disclosure of any family, drawn or written in any style, comes back as it went in.

``BUDGETLAKE_EXAMPLES=500`` tries that many examples of each property, other ones every time. Two things are
left out, since nothing on such a page says what is a cell: no outer border, on a page with one row only, and
no rule at either end of a page (tests/parsers/pdf draw what can be known of them).
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.amount import read_amount
from parsers.caption import money_unit
from parsers.document import Parsed, parse_document
from parsers.header import clean
from parsers.listing import tables_of
from tests.generator.disclosure import Disclosure
from tests.generator.families import FAMILIES
from tests.generator.office import write_docx, write_html, write_xlsx
from tests.generator.pdf import draw_pdf
from tests.generator.strategies import disclosures, styles
from tests.generator.style import Style
from tests.generator.table import Table
from tests.parsers.blocks import headings
from tests.parsers.variants import VARIANTS, Variant

EXAMPLES = os.environ.get("BUDGETLAKE_EXAMPLES")
CALM = settings(max_examples=int(EXAMPLES or 25), deadline=None, derandomize=EXAMPLES is None)
BORDERS = ("lines", "boxes", "thin_rectangles", "fills")


def family(name: str) -> st.SearchStrategy[Disclosure]:
    if name == "hunan":
        return disclosures()
    return st.integers(0, 2**32 - 1).map(lambda number: FAMILIES[name](random.Random(number)))


def closed_styles() -> st.SearchStrategy[Style]:
    """Styles in which every page says where its rows begin and end."""
    ends = st.sampled_from(("closed_start", "closed_end"))
    return st.tuples(st.sampled_from(BORDERS), ends).flatmap(
        lambda pair: styles(borders=pair[0], **{pair[1]: True})
    )


def read_back(disclosure: Disclosure, data: bytes, ending: str) -> Parsed:
    level = "部门" if disclosure.level == "department" else "单位"
    kind = "决算" if disclosure.phase == "actual" else "预算"
    return parse_document(data, f"{disclosure.unit_name}{disclosure.year}年{level}{kind}.{ending}")


def filled(rows: list[list[str]]) -> list[list[str]]:
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
        )
    return plain + rows[len(wanted) :]


def assert_comes_back(parsed: Parsed, disclosure: Disclosure, printed: Disclosure) -> None:
    found = tables_of(parsed.recognition)
    said = [(each["form"], clean(each["title"] or ""), each["money_unit"]) for each in found]
    assert said == [(each.form, clean(each.title), each.money_unit) for each in printed.tables]
    for table, got in zip(printed.tables, found, strict=True):
        wanted = filled([[clean(text) for text in row] for row in table.rows])
        assert without_repeats(table, filled(got["rows"]), wanted) == wanted, table.title
    identity = parsed.identity
    assert (identity.org_unit_name, identity.year) == (disclosure.unit_name, disclosure.year)
    assert (identity.budget_phase, identity.disclosure_level) == (disclosure.phase, disclosure.level)
    assert (identity.region_code, identity.conflicts) == (disclosure.region, ())
    assert parsed.oddities == ()


def assert_amounts_come_back(parsed: Parsed, printed: Disclosure) -> None:
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
        assert found == wanted, table.title
        assert all(line["measure_code"] and line["direction"] for line in lines), table.title


@pytest.mark.parametrize("name", [*FAMILIES, "hunan"])
def test_a_disclosure_drawn_in_any_style_comes_back_as_it_went_in(name: str) -> None:
    @CALM
    @given(family(name), closed_styles())
    def check(disclosure: Disclosure, style: Style) -> None:
        printed = style.printed_all(disclosure)
        parsed = read_back(disclosure, draw_pdf(disclosure, style), "pdf")
        assert_comes_back(parsed, disclosure, printed)
        assert_amounts_come_back(parsed, printed)

    check()


def variant_disclosure(variant: Variant) -> Disclosure:
    """A disclosure of one table as ``data/variants.yaml`` says it."""
    kind = "预算" if "预算" in variant.title or "决算" not in variant.title else "决算"
    heads = headings(variant.heads)
    table = Table(
        variant.form or "",
        variant.title,
        heads,
        tuple(map(tuple, variant.rows)),
        captions=tuple(variant.captions),
        money_unit=next(unit for text in reversed(variant.captions) if (unit := money_unit(text))),
    )
    cover = (f"上海市普陀区样例局2024年度部门{kind}",)
    return Disclosure("上海市普陀区样例局", None, 2024, cover, "", (), (table,))


@CALM
@given(st.sampled_from([variant for variant in VARIANTS if variant.form]), closed_styles())
def test_a_variant_drawn_in_any_style_is_recognised_with_all_its_rows(variant: Variant, style: Style) -> None:
    plain = replace(style, numbers="plain", decimal_blank=False, labels_again=False)
    disclosure = variant_disclosure(variant)
    parsed = read_back(disclosure, draw_pdf(disclosure, plain), "pdf")
    (found,) = tables_of(parsed.recognition)
    assert (found["form"], found["money_unit"]) == (variant.form, disclosure.tables[0].money_unit)
    wanted = [[clean(text) for text in row] for row in variant.rows]
    assert filled(found["rows"]) in (wanted, wanted[1:])  # 栏次 is header


@pytest.mark.parametrize(
    ("ending", "write"), [("xlsx", write_xlsx), ("docx", write_docx), ("html", write_html)]
)
def test_a_disclosure_written_in_another_format_comes_back_as_it_went_in(
    ending: str, write: Callable[[Disclosure], bytes]
) -> None:
    @CALM
    @given(st.sampled_from([*FAMILIES, "hunan"]).flatmap(family))
    def check(disclosure: Disclosure) -> None:
        parsed = read_back(disclosure, write(disclosure), ending)
        assert_comes_back(parsed, disclosure, disclosure)
        assert_amounts_come_back(parsed, disclosure)

    check()
