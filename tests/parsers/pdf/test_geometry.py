"""How tables are found, whatever a program draws their lines with."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.grid import Grid, Line, Reading
from parsers.pdf import read_pdf, read_pdf_again
from tests.parsers.pdf.drawing import Sheet, fill_cells

XS = [50.0, 150.0, 300.0, 420.0]
YS = [100.0, 120.0, 145.0, 170.0]
ROWS = [["科目", "合计", "基本支出"], ["205", "1,234.50", "0.00"], ["教育支出", "", "88"]]


def grids(reading: Reading) -> list[Grid]:
    return [block for block in reading.blocks if isinstance(block, Grid)]


def lines(reading: Reading) -> list[str]:
    return [block.text for block in reading.blocks if isinstance(block, Line)]


@pytest.mark.parametrize("style", ["stroke", "dash", "dots", "word"])
@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_table_reads_the_same_however_its_lines_are_drawn_and_its_page_is_turned(
    style: str, turns: int
) -> None:
    sheet = Sheet(turns=turns)
    sheet.grid(XS, YS, style)
    fill_cells(sheet, XS, YS, ROWS)
    reading = read_pdf(sheet.pdf())
    (grid,) = grids(reading)
    assert grid.texts() == ROWS
    assert grid.box == pytest.approx((50, 100, 420, 170), abs=1)
    assert reading.oddities == ()


@pytest.mark.parametrize(
    "sides", [["left"], ["right"], ["left", "right"], ["top"], ["bottom"], ["top", "bottom"]]
)
@pytest.mark.parametrize("read", [read_pdf, read_pdf_again])
def test_sides_without_a_border_are_closed_in_both_readings(sides: list[str], read: object) -> None:
    sheet = Sheet()
    sheet.grid(XS, YS, without=sides)
    fill_cells(sheet, XS, YS, ROWS)
    (grid,) = grids(read(sheet.pdf()))  # type: ignore[operator]
    assert grid.texts() == ROWS


@pytest.mark.parametrize("read", [read_pdf, read_pdf_again])
@pytest.mark.parametrize(
    "sides", [["left", "right", "top", "bottom"], ["left", "top"], ["right", "bottom", "top"]]
)
def test_a_table_with_inner_rules_only_keeps_its_outer_cells(sides: list[str], read: object) -> None:
    xs = [50.0, 130.0, 210.0, 300.0, 380.0, 460.0]
    ys = [60.0, 85.0, 110.0, 140.0, 165.0, 190.0]
    rows = [[f"{r}{c}.{r}0" for c in range(5)] for r in range(5)]
    sheet = Sheet()
    sheet.grid(xs, ys, without=sides)
    fill_cells(sheet, xs, ys, rows)
    (grid,) = grids(read(sheet.pdf()))  # type: ignore[operator]
    assert grid.texts() == rows


@pytest.mark.parametrize("read", [read_pdf, read_pdf_again])
def test_the_last_row_alone_on_a_page_keeps_its_outer_cells_without_outer_borders(read: object) -> None:
    sheet = Sheet()
    sheet.grid(XS, YS[:2], without=["left", "right"])
    fill_cells(sheet, XS, YS[:2], ROWS[1:2])
    (grid,) = grids(read(sheet.pdf()))  # type: ignore[operator]
    assert grid.texts() == ROWS[1:2]


def test_two_rules_without_a_row_between_them_are_no_table() -> None:
    sheet = Sheet()
    for y in YS[:2]:
        sheet.line(XS[0], y, XS[-1], y)
    sheet.line(XS[1], YS[0], XS[1], YS[1])
    fill_cells(sheet, XS, YS[:2], ROWS[1:2])
    assert not grids(read_pdf(sheet.pdf()))


@pytest.mark.parametrize(("side", "flags"), [("top", (True, False)), ("bottom", (False, True))])
def test_a_row_without_a_rule_at_the_page_end_is_marked_open(side: str, flags: tuple[bool, bool]) -> None:
    sheet = Sheet()
    sheet.grid(XS, YS, without=[side])
    fill_cells(sheet, XS, YS, ROWS)
    (grid,) = grids(read_pdf(sheet.pdf()))
    assert (grid.open_top, grid.open_bottom) == flags


def test_verticals_that_stick_out_without_text_make_no_row() -> None:
    sheet = Sheet()
    sheet.grid(XS, [80.0, *YS], without=["top"])
    fill_cells(sheet, XS, YS, ROWS)
    (grid,) = grids(read_pdf(sheet.pdf()))
    assert grid.texts() == ROWS
    assert not grid.open_top


def test_merged_cells_become_spans() -> None:
    sheet = Sheet()
    sheet.grid(XS, YS[1:])
    sheet.line(50, 100, 420, 100)
    for x in (50.0, 150.0, 420.0):
        sheet.line(x, 100, x, 120)
    sheet.text(200, 115, "本年支出")
    (grid,) = grids(read_pdf(sheet.pdf()))
    spans = [(c.row, c.col, c.row_span, c.col_span, c.text) for c in grid.cells if c.row == 0]
    assert spans == [(0, 0, 1, 1, ""), (0, 1, 1, 2, "本年支出")]


def test_tables_below_each_other_stay_apart_and_in_order_with_their_captions() -> None:
    sheet = Sheet()
    other = [y + 150 for y in YS]
    sheet.text(200, 80, "收入预算总表")
    sheet.grid(XS, YS)
    fill_cells(sheet, XS, YS, ROWS)
    sheet.text(200, 230, "支出预算总表")
    sheet.grid([50, 240, 420], other)
    fill_cells(sheet, [50, 240, 420], other, [["甲", "乙"], ["1", "2"], ["3", "4"]])
    blocks = read_pdf(sheet.pdf()).blocks
    kinds = [b.text if isinstance(b, Line) else (b.n_rows, b.n_cols) for b in blocks]
    assert kinds == ["收入预算总表", (3, 3), "支出预算总表", (3, 2)]


def test_captions_left_and_right_of_one_printed_line_stay_apart() -> None:
    sheet = Sheet()
    sheet.text(50, 90, "单位：052001_审批局")
    sheet.text(360, 90, "金额单位：万元")
    sheet.grid(XS, YS)
    assert lines(read_pdf(sheet.pdf())) == ["单位：052001_审批局", "金额单位：万元"]


def test_background_fills_are_no_rulings() -> None:
    sheet = Sheet()
    for top, bottom in ((100, 120), (145, 170)):
        sheet.fill(48, top + 4, 422, bottom - 4, grey=0.9)
    sheet.fill(200, 100, 260, 170, grey=0.8)
    sheet.grid(XS, YS)
    fill_cells(sheet, XS, YS, ROWS)
    (grid,) = grids(read_pdf(sheet.pdf()))
    assert grid.texts() == ROWS


def test_an_underline_in_a_cell_does_not_cut_it() -> None:
    sheet = Sheet()
    sheet.grid(XS, YS)
    fill_cells(sheet, XS, YS, ROWS)
    sheet.line(160, 134, 220, 134)
    (grid,) = grids(read_pdf(sheet.pdf()))
    assert grid.texts() == ROWS


def test_underlines_below_each_other_are_no_table() -> None:
    sheet = Sheet()
    for y in (100, 130, 160, 190):
        sheet.line(100, y, 300, y)
    sheet.text(100, 98, "负责人签字")
    assert grids(read_pdf(sheet.pdf())) == []


def test_a_frame_round_the_page_is_no_cell_and_joins_no_tables() -> None:
    sheet = Sheet()
    sheet.grid([20, 580], [20, 380])
    sheet.grid(XS, YS)
    fill_cells(sheet, XS, YS, ROWS)
    other = [y + 150 for y in YS]
    sheet.grid(XS, other)
    assert [(g.n_rows, g.n_cols) for g in grids(read_pdf(sheet.pdf()))] == [(3, 3), (3, 3)]


def test_a_double_border_adds_no_cells() -> None:
    sheet = Sheet()
    sheet.grid(XS, YS)
    sheet.grid([45, 425], [95, 175])
    fill_cells(sheet, XS, YS, ROWS)
    (grid,) = grids(read_pdf(sheet.pdf()))
    assert grid.texts() == ROWS


def test_a_table_inside_a_cell_has_its_own_text() -> None:
    sheet = Sheet()
    sheet.grid([40, 200, 500], [80, 100, 200])
    sheet.text(45, 95, "项目")
    sheet.text(205, 112, "明细如下")
    sheet.grid([220, 300, 400], [120, 140, 160])
    fill_cells(sheet, [220, 300, 400], [120, 140, 160], [["甲", "1"], ["乙", "2"]])
    outer, inner = grids(read_pdf(sheet.pdf()))
    assert outer.texts() == [["项目", ""], ["", "明细如下"]]
    assert inner.texts() == [["甲", "1"], ["乙", "2"]]


def test_the_visible_part_of_a_cropped_page_is_its_frame() -> None:
    sheet = Sheet()
    sheet.canvas.setCropBox((30, 50, 500, 380))
    sheet.grid(XS, YS)
    fill_cells(sheet, XS, YS, ROWS)
    sheet.text(520, 115, "页外")
    reading = read_pdf(sheet.pdf())
    (grid,) = grids(reading)
    assert grid.texts() == ROWS
    assert grid.box == pytest.approx((20, 80, 390, 150), abs=1)
    assert lines(reading) == []


def test_rulings_inside_a_form_object_count_where_the_form_is_placed() -> None:
    sheet = Sheet()
    sheet.canvas.beginForm("table")
    sheet.grid(XS, YS)
    sheet.canvas.endForm()
    sheet.canvas.translate(30, -40)
    sheet.canvas.doForm("table")
    fill_cells(sheet, XS, YS, ROWS)
    (grid,) = grids(read_pdf(sheet.pdf()))
    assert grid.texts() == ROWS
    assert grid.box == pytest.approx((80, 140, 450, 210), abs=1)


def test_a_grid_drawn_as_one_path_is_read_like_single_lines() -> None:
    sheet = Sheet()
    path = sheet.canvas.beginPath()
    for y in YS:
        path.moveTo(XS[0], sheet.height - y)
        path.lineTo(XS[-1], sheet.height - y)
    for left, right in pairwise(XS):
        path.rect(left, sheet.height - YS[-1], right - left, YS[-1] - YS[0])
    sheet.canvas.drawPath(path)
    fill_cells(sheet, XS, YS, ROWS)
    (grid,) = grids(read_pdf(sheet.pdf()))
    assert grid.texts() == ROWS


def test_a_blank_ruled_table_stays_with_its_empty_cells() -> None:
    sheet = Sheet()
    sheet.text(50, 50, "政府性基金预算支出表")
    sheet.grid(XS, YS)
    (grid,) = grids(read_pdf(sheet.pdf()))
    assert grid.texts() == [["", "", ""]] * 3


@st.composite
def layouts(draw: st.DrawFn) -> tuple[int, int, list[tuple[int, int, int, int]]]:
    """A grid of cells, some merged: rows, columns and (row, column, row span, column span) row-major."""
    n_rows, n_cols = draw(st.integers(2, 6)), draw(st.integers(2, 6))
    owner: dict[tuple[int, int], tuple[int, int]] = {}
    cells = []
    for row in range(n_rows):
        for col in range(n_cols):
            if (row, col) in owner:
                continue
            width = 1
            while col + width < n_cols and (row, col + width) not in owner and draw(st.integers(0, 3)) == 0:
                width += 1
            height = 1
            while row + height < n_rows and draw(st.integers(0, 3)) == 0:
                height += 1
            for r in range(row, row + height):
                for c in range(col, col + width):
                    owner[r, c] = (row, col)
            cells.append((row, col, height, width))
    return n_rows, n_cols, cells


@settings(max_examples=60, deadline=None)
@given(layouts(), st.sampled_from(["stroke", "dash", "word"]), st.integers(0, 3))
def test_every_layout_of_merged_cells_comes_back_as_drawn(
    layout: tuple[int, int, list[tuple[int, int, int, int]]], style: str, turns: int
) -> None:
    n_rows, n_cols, cells = layout
    xs = [40.0 + 70 * i for i in range(n_cols + 1)]
    ys = [50.0 + 30 * i for i in range(n_rows + 1)]
    sheet = Sheet(turns=turns)
    for row, col, height, width in cells:
        x0, x1, top, bottom = xs[col], xs[col + width], ys[row], ys[row + height]
        for y in (top, bottom):
            sheet.rule(x0, y, x1, y, [x0, x1], style)
        for x in (x0, x1):
            sheet.rule(x, top, x, bottom, [top, bottom], style)
        sheet.text(x0 + 4, top + 15, f"{row},{col}")
    # What no line shows is no column: positions that no cell begins at disappear, as in any reading.
    rows_used = sorted({c[0] for c in cells} | {c[0] + c[2] for c in cells})
    cols_used = sorted({c[1] for c in cells} | {c[1] + c[3] for c in cells})
    expected = [
        (
            rows_used.index(r),
            cols_used.index(c),
            rows_used.index(r + h) - rows_used.index(r),
            cols_used.index(c + w) - cols_used.index(c),
            f"{r},{c}",
        )
        for r, c, h, w in cells
    ]
    found = grids(read_pdf(sheet.pdf()))
    if len(cells) == 1:
        assert found == []
        return
    (grid,) = found
    assert [(c.row, c.col, c.row_span, c.col_span, c.text) for c in grid.cells] == sorted(expected)


def test_letters_drawn_as_outlines_do_not_drag_rulings_away() -> None:
    sheet = Sheet()
    sheet.grid(XS, YS)
    fill_cells(sheet, XS, YS, ROWS)
    canvas = sheet.canvas
    path = canvas.beginPath()  # bold words as one stroked path: short straight pieces and curves
    for at in range(40):
        x, y = 302 + 2.4 * at, sheet.height - 115 + at % 5
        path.moveTo(x, y)
        path.lineTo(x, y + 8)
        path.lineTo(x + 7, y + 8)
        path.curveTo(x + 8, y + 6, x + 8, y + 2, x + 7, y)
    canvas.setLineWidth(0.1)
    canvas.drawPath(path, stroke=1, fill=0)
    (grid,) = grids(read_pdf(sheet.pdf()))
    assert grid.texts() == ROWS
