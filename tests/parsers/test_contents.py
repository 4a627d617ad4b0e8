"""A list of contents is a promise: its entries are read, and never taken for tables."""

from __future__ import annotations

import pytest

from parsers.contents import contents_of_grid, contents_of_lines, entry_of
from tests.parsers.blocks import lines, plain_grid


@pytest.mark.parametrize(
    ("text", "number", "title", "form"),
    [
        ("1 收支总表", 1, "收支总表", "revenue_expenditure_summary"),
        ("一、收支预算总表", 1, "收支预算总表", "revenue_expenditure_summary"),
        ("十二、政府采购支出预算表", 12, "政府采购支出预算表", "government_procurement"),
        ("二十一、专项资金预算汇总表", 21, "专项资金预算汇总表", "special_funds_summary"),
        ("（三）支出预算总表", 3, "支出预算总表", "expenditure_summary"),
        ("2.收入决算表…………………8", 2, "收入决算表", "revenue_summary"),
        ("支出决算表........................ 9", None, "支出决算表", "expenditure_summary"),
        ("2026年部门收入预算总表", None, "2026年部门收入预算总表", "revenue_summary"),
    ],
)
def test_an_entry_has_its_number_title_and_form(text: str, number: int | None, title: str, form: str) -> None:
    entry = entry_of(text)
    assert entry is not None
    assert (entry.number, entry.title, entry.form) == (number, title, form)


@pytest.mark.parametrize("text", ["第一部分 部门概况", "一、主要职能", "目 录", "", "— 2 —"])
def test_other_lines_of_a_contents_page_are_no_entries(text: str) -> None:
    assert entry_of(text) is None


def forms(*texts: str) -> list[str]:
    return [entry.form for entry in contents_of_lines(lines(*texts))[0]]


def test_a_run_of_titles_is_a_contents_list() -> None:
    assert forms("目录", "1 收支总表", "2 收入总表", "3 支出总表") == [
        "revenue_expenditure_summary",
        "revenue_summary",
        "expenditure_summary",
    ]


def test_two_titles_in_a_row_are_titles() -> None:
    assert forms("收支总表", "收入总表") == []


def test_an_entry_broken_over_two_lines_is_one() -> None:
    entries, positions = contents_of_lines(
        lines(
            "八、一般公共预算支出预算表",
            "九、2018年某院“三公”经费、会议费、培训费支",
            "出预算表",
            "十、政府采购预算表",
        )
    )
    assert [entry.number for entry in entries] == [8, 9, 10]
    assert entries[1].title == "2018年某院“三公”经费、会议费、培训费支出预算表"
    assert positions == {0, 1, 2, 3}


def test_a_list_goes_on_over_the_page_while_its_numbers_do() -> None:
    first = lines("一、收支总表", "二、收入总表", "三、支出总表", page=1)
    assert len(contents_of_lines([*first, *lines("四、财政拨款收支总表", page=2)])[0]) == 4
    assert len(contents_of_lines([*first, *lines("财政拨款收支总表", page=2)])[0]) == 3


def test_the_title_of_the_first_table_under_the_list_is_no_entry() -> None:
    entries, positions = contents_of_lines(
        lines("1 收支总表", "2 收入总表", "3 支出总表", "收支总表", "单位：万元")
    )
    assert len(entries) == 3
    assert positions == {0, 1, 2}


def test_a_title_that_begins_with_the_word_general_is_not_taken_for_a_number() -> None:
    _, positions = contents_of_lines(
        lines("1 收支总表", "2 收入总表", "3 一般公共预算支出表", "一般公共预算支出表")
    )
    assert positions == {0, 1, 2}


def test_a_title_with_a_year_is_not_taken_for_a_number() -> None:
    _, positions = contents_of_lines(
        lines("1 2026年收支总表", "2 2026年收入总表", "3 2026年支出总表", "2026年收支总表")
    )
    assert positions == {0, 1, 2}


def test_a_drawn_list_is_a_contents_list() -> None:
    entries = contents_of_grid(
        plain_grid([["目录", ""], ["1", "收支总表"], ["2", "收入总表"], ["3", "支出总表"]])
    )
    assert entries is not None
    assert [entry.number for entry in entries] == [1, 2, 3]


def test_a_table_of_amounts_is_no_contents_list() -> None:
    rows = [["收支总表", "1.00", "2.00", "3.00"]] * 4
    assert contents_of_grid(plain_grid(rows)) is None


def test_the_short_end_of_a_drawn_list_goes_on_with_it() -> None:
    first = plain_grid([["1", "收支总表"], ["2", "收入总表"], ["3", "支出总表"]], page=1)
    rest = plain_grid([["4", "财政拨款收支总表"]], page=2)
    assert contents_of_grid(rest) is None
    assert contents_of_grid(rest, first) is not None
    assert contents_of_grid(plain_grid([["合计", "1.00"]], page=2), first) is None
