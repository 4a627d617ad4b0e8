"""Any disclosure of any family, drawn or written in any style, comes back as it went in.

``BUDGETLAKE_EXAMPLES=500`` tries that many examples of each property, other ones every time. One thing is
left out, since nothing on such a page says what is a cell: pages without a rule at either end
(tests/parsers/pdf draw what can be known of them). ``python -m bench.round_trips`` tries more, and counts.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.caption import money_unit
from parsers.header import clean
from parsers.listing import tables_of
from tests.generator.disclosure import Disclosure
from tests.generator.families import FAMILIES
from tests.generator.office import write_docx, write_html, write_xlsx
from tests.generator.pdf import draw_pdf
from tests.generator.strategies import disclosures, styles
from tests.generator.style import CERTAIN_BORDERS, Borders, Style
from tests.generator.table import Table
from tests.parsers.blocks import headings
from tests.parsers.round_trip import differences, filled, read_back
from tests.parsers.variants import VARIANTS, Variant

EXAMPLES = os.environ.get("BUDGETLAKE_EXAMPLES")
CALM = settings(max_examples=int(EXAMPLES or 15), deadline=None, derandomize=EXAMPLES is None)


def family(name: str) -> st.SearchStrategy[Disclosure]:
    if name == "hunan":
        return disclosures()
    return st.integers(0, 2**32 - 1).map(lambda number: FAMILIES[name](random.Random(number)))


def closed_styles(borders: Sequence[Borders] = CERTAIN_BORDERS) -> st.SearchStrategy[Style]:
    """Styles in which every page says where its rows begin and end."""
    ends = st.sampled_from(("closed_start", "closed_end"))
    return st.tuples(st.sampled_from(borders), ends).flatmap(
        lambda pair: styles(borders=pair[0], **{pair[1]: True})
    )


@pytest.mark.parametrize("name", [*FAMILIES, "hunan"])
def test_a_disclosure_drawn_in_any_style_comes_back_as_it_went_in(name: str) -> None:
    @CALM
    @given(family(name), closed_styles())
    def check(disclosure: Disclosure, style: Style) -> None:
        printed = style.printed_all(disclosure)
        parsed = read_back(disclosure, draw_pdf(disclosure, style), "pdf")
        assert differences(parsed, disclosure, printed) == []

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
        assert differences(parsed, disclosure, disclosure) == []

    check()
