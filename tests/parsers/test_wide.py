"""Tables whose columns go on over the next page: put together where it is certain, left alone otherwise."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from parsers.grid import Box, Cell, Grid, Line
from tests.parsers.blocks import reading, recognised, understood

HEAD = ["功能科目编码", "功能科目名称", "合计", "财政拨款收入", "事业收入", "其他收入"]
ROWS = [
    ["2010301", "行政运行", "9.00", "6.00", "2.00", "1.00"],
    ["2010302", "一般行政管理事务", "5.00", "5.00", "", ""],
    ["2080505", "基本养老保险缴费", "3.00", "3.00", "", ""],
    ["", "合计", "17.00", "14.00", "2.00", "1.00"],
]
TITLE, BODY, UNIT = "收入决算表", "部门：样例市样例局", "单位：万元"


def part(rows: Sequence[Sequence[str]], page: int, top: float = 100.0, height: float = 20.0) -> Grid:
    """A ruled grid of columns 60 points wide, a row ``height`` high."""
    cells = tuple(
        Cell(
            r,
            c,
            text,
            1,
            1,
            page,
            Box(40 + 60 * c, top + height * r, 100 + 60 * c, top + height * (r + 1)),
            None,
        )
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    )
    box = Box(40, top, 40 + 60 * len(rows[0]), top + height * len(rows))
    return Grid(len(rows), len(rows[0]), cells, page, box)


def columns(rows: Sequence[Sequence[str]], first: int, last: int) -> list[list[str]]:
    return [list(row[first:last]) for row in rows]


def above(page: int, *texts: str) -> list[Line]:
    return [Line(text, page, Box(40, 40 + 10 * n, 200, 50 + 10 * n)) for n, text in enumerate(texts)]


TABLE = [HEAD, *ROWS]


def test_columns_on_the_next_page_are_of_the_same_table_and_keep_their_place() -> None:
    (statement,) = recognised(
        above(1, TITLE, BODY),
        part(columns(TABLE, 0, 4), 1),
        above(2, UNIT),
        part(columns(TABLE, 4, 6), 2),
    ).statements
    assert statement.form == "revenue_summary"
    assert (statement.page_from, statement.page_to, statement.money_unit) == (1, 2, "万元")
    assert [list(row.texts) for row in statement.rows] == ROWS
    assert [cell.page for cell in statement.rows[0].cells] == [1, 1, 1, 1, 2, 2]
    assert statement.rows[0].cells[4].box == Box(40, 120, 100, 140)


def test_every_amount_of_both_pages_is_a_row_with_its_own_page() -> None:
    parsed = understood(
        above(1, "样例市样例局2024年度部门决算"),
        above(2, TITLE, BODY),
        part(columns(TABLE, 0, 4), 2),
        above(3, UNIT),
        part(columns(TABLE, 4, 6), 3),
    )
    rows = [
        (row["row_no"], row["col_no"], row["text_raw"], row["page_no"])
        for row in parsed.tables["budget_line"]
    ]
    assert (1, 5, "2.00", 3) in rows
    assert (1, 4, "6.00", 2) in rows
    assert sum(text is not None for _, _, text, _ in rows) == 12


@pytest.mark.parametrize("order", ["down", "over"])
def test_rows_may_take_several_pages_printed_downwards_or_to_the_right_first(order: str) -> None:
    tables = [
        columns(TABLE[:3], 0, 4),
        columns(TABLE[:3], 4, 6),
        columns(TABLE[3:], 0, 4),
        columns(TABLE[3:], 4, 6),
    ]
    places = [0, 2, 1, 3] if order == "down" else [0, 1, 2, 3]
    blocks: list[Line | Grid] = [*above(1, TITLE, BODY, UNIT)]
    blocks += [part(tables[place], page) for page, place in enumerate(places, start=1)]
    (statement,) = recognised(*blocks).statements
    assert [list(row.texts) for row in statement.rows] == ROWS
    assert (statement.page_from, statement.page_to) == (1, 4)


def test_codes_and_names_printed_again_are_kept_once() -> None:
    again = [[*row[:2], *row[4:]] for row in TABLE]
    (statement,) = recognised(
        above(1, TITLE, BODY, UNIT), part(columns(TABLE, 0, 4), 1), above(2, TITLE), part(again, 2)
    ).statements
    assert [list(row.texts) for row in statement.rows] == ROWS
    assert len(statement.header) == 6


RIGHT = columns(TABLE, 4, 6)


@pytest.mark.parametrize(
    ("lines", "grid"),
    [
        (["支出决算表"], part(RIGHT, 2)),
        (["2024年债务付息支出表"], part(RIGHT, 2)),
        (["部门：样例市另一局"], part(RIGHT, 2)),
        (["单位：元"], part(RIGHT, 2)),
        (["另有说明如下所示"], part(RIGHT, 2)),
        ([], part(RIGHT, 2, height=22)),
        ([], part(RIGHT[:-1], 2)),
        ([], part([["人数", "车辆"], *RIGHT[1:]], 2)),
        ([], part(RIGHT, 3)),
        (
            [],
            part(
                [
                    ["2010301", *RIGHT[0]],
                    *([code, *row] for code, row in zip("1234", RIGHT[1:], strict=True)),
                ],
                2,
            ),
        ),
    ],
    ids=[
        "a title",
        "an unknown title",
        "a body",
        "a unit",
        "words",
        "heights",
        "rows",
        "columns",
        "a page",
        "codes",
    ],
)
def test_what_says_otherwise_leaves_the_two_apart(lines: list[str], grid: Grid) -> None:
    page = grid.page or 0
    found = recognised(
        above(1, TITLE, BODY, UNIT), part(columns(TABLE, 0, 4), 1), above(page, *lines), grid
    ).statements
    assert all(len(statement.header) < 6 for statement in found)


def test_a_table_that_goes_on_downwards_stays_one_column_set() -> None:
    whole = reading(above(1, TITLE, BODY, UNIT), part(TABLE, 1), part(TABLE, 2))
    (statement,) = recognised(*whole.blocks).statements
    assert len(statement.header) == 6
    assert len(statement.rows) == 8


def test_a_sheet_may_be_three_pages_wide() -> None:
    parts = [columns(TABLE, first, last) for first, last in ((0, 2), (2, 4), (4, 6))]
    blocks: list[Line | Grid] = [*above(1, TITLE, BODY, UNIT)]
    blocks += [part(rows, page) for page, rows in enumerate(parts, start=1)]
    (statement,) = recognised(*blocks).statements
    assert [list(row.texts) for row in statement.rows] == ROWS
    assert (statement.page_from, statement.page_to) == (1, 3)


@pytest.mark.parametrize(
    ("left", "right"),
    [("2024年度收入", "决算表"), ("2024年度收入决算", "入决算表"), ("2024年度收入决算表", "表")],
)
def test_a_title_that_the_page_end_cuts_is_one_title(left: str, right: str) -> None:
    (statement,) = recognised(
        above(1, left, BODY), part(columns(TABLE, 0, 4), 1), above(2, right, UNIT), part(RIGHT, 2)
    ).statements
    assert (statement.title, statement.form) == ("2024年度收入决算表", "revenue_summary")
    assert [list(row.texts) for row in statement.rows] == ROWS


def test_parts_of_equal_widths_that_print_the_same_labels_are_a_list_that_goes_on_downwards() -> None:
    rows = [["科目编码", "科目名称", "决算数"], *([f"301{n:02}", "津贴补贴", "1.00"] for n in range(1, 5))]
    (statement,) = recognised(
        above(1, "一般公共预算财政拨款基本支出决算表", UNIT), part(rows, 1), part(rows, 2)
    ).statements
    assert len(statement.header) == 3
