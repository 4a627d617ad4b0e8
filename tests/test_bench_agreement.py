"""Each class of ``bench.agreement`` has its rule: a page that falls in it, and one that looks alike and does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pdfplumber
import pytest

from bench.agreement import CLASSES, report, unexplained
from bench.difference import (
    AROUND,
    CUT,
    NO_TABLE,
    OFF_PAGE,
    Compared,
    compare,
    figures,
    pair,
)
from bench.stock_page import DOUBLES, OPEN_SIDES, RADICALS, WIDE_SET, StockPage
from parsers.grid import Box, Cell, Grid
from parsers.pdf import read_pdf
from tests.parsers.pdf.drawing import Sheet, fill_cells
from tests.parsers.pdf.test_geometry import ROWS, XS, YS, grids
from tests.shared import shared

WHITE = 0.9


def plain(sheet: Sheet, without: tuple[str, ...] = ()) -> None:
    sheet.grid(XS, YS, without=without)
    fill_cells(sheet, XS, YS, ROWS)


def cut(sheet: Sheet) -> None:
    sheet.fill(XS[0] + 20, YS[1] + 1, XS[1] - 20, YS[2] - 1, WHITE)
    plain(sheet)


def around(sheet: Sheet) -> None:
    sheet.fill(XS[0], YS[0] - 40, XS[-1], YS[0], WHITE)
    sheet.text(XS[0] + 50, YS[0] - 15, "收支预算总表")
    plain(sheet)


def figure_around(sheet: Sheet) -> None:
    around(sheet)
    sheet.text(XS[0] + 150, YS[0] - 15, "1,234.50")


def off_page(sheet: Sheet) -> None:
    plain(sheet)
    sheet.fill(XS[0], 420, XS[-1], 460, WHITE)
    sheet.fill(XS[0], 460, XS[-1], 500, WHITE)
    sheet.text(XS[0] + 50, 450, "1,234.50")


def shaded_figures(sheet: Sheet) -> None:
    shaded_prose(sheet)
    sheet.text(300, 65, "1,234.50")


def shaded_prose(sheet: Sheet) -> None:
    for line in range(3):
        sheet.fill(50, 50 + 20 * line, 400, 70 + 20 * line, WHITE)
        sheet.text(60, 65 + 20 * line, "一、部门主要职能")


def open_top(sheet: Sheet) -> None:
    plain(sheet, without=("top",))


def bold(sheet: Sheet) -> None:
    plain(sheet)
    for shift in (0, 0.3):
        sheet.text(XS[1] + 3 + shift, YS[3] - 5, "收入")


def printed_twice(sheet: Sheet) -> None:
    plain(sheet)
    sheet.text(XS[1] + 3, YS[3] - 5, "收收入入")


def blank_printed(sheet: Sheet) -> None:
    plain(sheet)
    sheet.text(XS[1] + 3, YS[3] - 5, "收 入")


def set_apart(sheet: Sheet) -> None:
    plain(sheet)
    for place, letter in enumerate("收入"):
        sheet.text(XS[1] + 3 + 16 * place, YS[3] - 5, letter)


def compared(
    draw: Callable[[Sheet], None], ours: Callable[[Cell], Cell | None] = lambda cell: cell
) -> Compared:
    """A drawn page by both readings; ``ours`` changes or drops the cells of our own."""
    sheet = Sheet()
    draw(sheet)
    data = sheet.pdf()
    read = [
        Grid(grid.n_rows, grid.n_cols, tuple(filter(None, map(ours, grid.cells))), grid.page, grid.box)
        for grid in grids(read_pdf(data))
    ]
    with pdfplumber.open(BytesIO(data)) as pdf:
        return compare(1, read, StockPage(pdf.pages[0]))


def causes(page: Compared) -> set[str]:
    return {each.cause for each in page.differences}


def other_text(before: str, after: str) -> Callable[[Cell], Cell]:
    """Our reading as if it gave ``after`` for the cell that holds ``before``."""
    return lambda cell: cell._replace(text=after) if cell.text == before else cell


@pytest.mark.parametrize(
    ("draw", "cause"),
    [
        (cut, CUT),
        (around, AROUND),
        (shaded_prose, NO_TABLE),
        (off_page, OFF_PAGE),
        (open_top, OPEN_SIDES),
        (bold, DOUBLES),
        (set_apart, WIDE_SET),
    ],
)
def test_a_difference_has_the_cause_that_was_drawn(draw: Callable[[Sheet], None], cause: str) -> None:
    page = compared(draw)
    assert page.differences
    assert causes(page) == {cause}


def test_a_radical_in_place_of_its_ideograph_is_a_cause() -> None:
    data = shared("seed", "rendered", "C_html.pdf").read_bytes()
    read = [grid for grid in grids(read_pdf(data)) if grid.page == 1]
    with pdfplumber.open(BytesIO(data), pages=[1]) as pdf:
        stock = StockPage(pdf.pages[0])
        assert causes(compare(1, read, stock)) == {RADICALS}
        wrong = [
            replace(grid, cells=tuple(c._replace(text=c.text + "额") for c in grid.cells)) for grid in read
        ]
        assert causes(compare(1, wrong, stock)) == {""}


def test_a_plain_table_is_equal_in_every_cell() -> None:
    page = compared(plain)
    assert page == Compared(equal=sum(map(len, ROWS)), ours=1, stock=1, paired=1)


@pytest.mark.parametrize(
    ("draw", "ours"),
    [
        (plain, other_text("1,234.50", "1,234.05")),
        (plain, other_text("1,234.50", "1,234.50 ")),
        (plain, other_text("教育支出", "教 育支出")),
        (bold, other_text("收入", "收人")),
        (printed_twice, other_text("收收入入", "收入")),
        (blank_printed, other_text("收 入", "收入")),
        (set_apart, other_text("收入", "入")),
    ],
)
def test_a_wrong_text_of_ours_is_unexplained(
    draw: Callable[[Sheet], None], ours: Callable[[Cell], Cell]
) -> None:
    assert "" in causes(compared(draw, ours))


@pytest.mark.parametrize("draw", [plain, cut, around, open_top])
def test_a_cell_that_ours_loses_is_unexplained(draw: Callable[[Sheet], None]) -> None:
    page = compared(draw, lambda cell: None if cell.text == "88" else cell)
    (lost,) = [each for each in page.differences if not each.cause]
    assert (lost.kind, lost.ours, lost.stock) == ("only stock", None, "88")


@pytest.mark.parametrize("draw", [plain, cut, around, open_top])
def test_a_cell_that_ours_invents_is_unexplained(draw: Callable[[Sheet], None]) -> None:
    def halved(cell: Cell) -> Cell:
        box = cell.box
        assert box is not None
        return cell._replace(box=box._replace(x1=(box.x0 + box.x1) / 2)) if cell.text == "88" else cell

    assert "only ours" in {each.kind for each in compared(draw, halved).differences if not each.cause}


@pytest.mark.parametrize("draw", [figure_around, shaded_figures])
def test_a_figure_on_a_shaded_ground_that_no_cell_of_ours_holds_is_unexplained(
    draw: Callable[[Sheet], None],
) -> None:
    assert "" in causes(compared(draw))


def test_no_box_is_paired_twice_and_none_with_a_far_one() -> None:
    box, near, far = Box(0, 0, 10, 10), Box(1, 0, 11, 10), Box(4, 0, 14, 10)
    assert pair([box, near], [near]) == {box: near}
    assert pair([box], [far]) == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("合计 1,642.08", {"1,642.08": 1}),
        ("24 24.5 24.5", {"24.5": 2}),
        ("2024年 9. 表", {}),
        ("1,000", {"1,000": 1}),
    ],
)
def test_figures_are_amounts_not_years_or_numbers_of_chapters(text: str, found: dict[str, int]) -> None:
    assert figures(text) == found


def test_the_report_counts_by_file_and_by_class_and_lists_what_is_unexplained() -> None:
    files = {"a.pdf": [compared(plain), compared(cut)], "b.pdf": [compared(figure_around)]}
    lines = report(files)
    assert lines[2] == "| a.pdf | 2 | 2 | 2 | 2 | 17 | 0 | 1 | 3 | 0 |"
    assert [name for name, _ in unexplained(files)] == ["b.pdf"]
    assert any(line.startswith(f"| {CLASSES[CUT][0]} | 0 | 1 | 3 | ours | a.pdf") for line in lines)
