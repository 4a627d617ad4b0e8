"""The seed's tables follow from its ledger; made units and years keep every identity."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.generator.disclosure import blank, derive, seed, with_change, without_money_unit
from tests.generator.ledger import Rule
from tests.generator.text import write_text
from tests.shared import shared

RULES = [
    Rule(),
    Rule(Fraction(97, 100), Fraction(13, 12), Fraction(3, 7)),
    Rule(Fraction(22, 7), Fraction(1, 3), Fraction(5, 2), frozenset({"30107", "30217"})),
]


def test_the_seed_as_text_is_the_published_file() -> None:
    published = "b5cde97ad41756b3162a3880d13b4eafb83070a85d68515b9ae46656b67e4d9d"
    assert hashlib.sha256(write_text(seed())).hexdigest() == published


def test_the_seed_s_tables_are_those_expected() -> None:
    expected = json.loads(shared("seed", "expected_seed.json").read_text("utf-8"))["tables"]
    for table, truth in zip(seed().tables, expected, strict=True):
        assert (table.form, table.title, list(table.captions)) == (
            truth["form_code"],
            truth["title"],
            truth["captions"],
        )
        rows = [["".join(text.split()) for text in row] for row in table.rows]
        assert rows == truth["rows"]


@pytest.mark.parametrize("rule", RULES)
def test_rounded_parts_add_up_to_the_rounded_total_within_the_envelope(rule: Rule) -> None:
    disclosure = derive("053001", "株洲市荷塘区样例事务中心", 2023, rule)
    table = disclosure.table("basic_goods_department_economic")
    for row in table.rows:
        total, *parts = [Decimal(text) for text in row[5:] if text]
        assert abs(total - sum(parts)) <= Decimal("0.005") * (len(parts) + 1)


@pytest.mark.parametrize("rule", RULES)
def test_one_quantity_is_printed_alike_in_all_tables(rule: Rule) -> None:
    disclosure = derive("053001", "株洲市荷塘区样例事务中心", 2023, rule)
    total = disclosure.table("expenditure_summary").rows[0][5]
    assert disclosure.table("revenue_expenditure_summary").rows[0][1] == total
    assert disclosure.table("appropriation_summary").rows[0][1] == total
    assert disclosure.table("general_budget_expenditure").rows[0][5] == total
    assert disclosure.table("overall_performance").rows[8][1] == total
    project = disclosure.table("special_funds_summary").rows[0][2]
    assert disclosure.table("expenditure_summary").rows[0][7] == project
    assert disclosure.table("overall_performance").rows[8][7] == project


def test_a_code_that_a_unit_does_not_have_is_in_none_of_its_tables() -> None:
    disclosure = derive("053001", "株洲市荷塘区样例事务中心", 2023, RULES[2])
    assert b"30107" not in write_text(disclosure)
    goods = disclosure.table("basic_goods_department_economic")
    assert {row[goods.paths().index("公务接待费")] for row in goods.rows} == {""}


def test_a_made_unit_carries_its_own_code_and_year_everywhere() -> None:
    text = write_text(derive("053001", "株洲市荷塘区样例事务中心", 2023)).decode()
    assert "053001_株洲市荷塘区样例事务中心" in text
    assert "2023年1－12月" in text
    for old in ("052", "行政审批服务局", "2024"):
        assert old not in text


def test_a_published_error_changes_one_cell_only() -> None:
    changed = with_change(seed(), 3, 0, 5, "525.42")
    before, after = write_text(seed()).split(b"\n"), write_text(changed).split(b"\n")
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 1
    assert blank(changed, 3, 0, 5).tables[3].rows[0][5] == ""


def test_a_disclosure_can_be_without_any_money_unit() -> None:
    tables = without_money_unit(seed()).tables
    assert not any("元）" in text or "单位：万元" in text for table in tables for text in table.captions)
    assert not any("（万元）" in text for table in tables for row in table.rows for text in row)


def test_a_header_tree_gives_its_spans() -> None:
    table = seed().table("general_budget_expenditure")
    assert [cell[:2] + cell[3:] for cell in table.header_fields() if cell.text == "人员经费"] == [
        (1, 7, 1, 2)
    ]
    assert [cell.rows for cell in table.header_fields() if cell.text == "功能科目"] == [3]
    assert table.paths()[7] == "基本支出/人员经费/工资福利支出"
