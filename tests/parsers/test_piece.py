"""What stands inside a table's frame and is no row: title, captions, notes; and rules that differ by page."""

from __future__ import annotations

from parsers.grid import Box, Cell, Grid
from parsers.piece import cut_piece
from tests.parsers.blocks import grid, lines, plain_grid, recognised

HEADER = ["科目编码", "科目名称", "金额"]


def whole(row: int, text: str, n_cols: int = 3) -> Cell:
    return Cell(row, 0, text, 1, n_cols, 1)


def framed(*rows: list[str] | str) -> Grid:
    """A grid in which a text alone is merged over the whole row."""
    cells: list[Cell] = []
    for number, row in enumerate(rows):
        if isinstance(row, str):
            cells.append(whole(number, row))
        else:
            cells += [Cell(number, col, text, page=1) for col, text in enumerate(row)]
    return Grid(len(rows), 3, tuple(cells), 1)


def test_title_captions_and_note_inside_the_frame_become_lines() -> None:
    piece = cut_piece(
        framed("一般公共预算支出预算表", "单位：万元", HEADER, ["201", "支出", "8.00"], "注：本表反映支出。")
    )
    assert [line.text for line in piece.inner_captions] == ["一般公共预算支出预算表", "单位：万元"]
    assert [line.text for line in piece.inner_notes] == ["注：本表反映支出。"]
    assert [[cell.text for cell in row] for row in piece.matrix] == [HEADER, ["201", "支出", "8.00"]]


def test_two_captions_that_share_a_row_are_both_lines() -> None:
    piece = cut_piece(framed(["编制部门：上海市财政局", "", "单位：元"], HEADER, ["201", "支出", "8.00"]))
    assert [line.text for line in piece.inner_captions] == ["编制部门：上海市财政局", "单位：元"]


def test_the_first_row_of_a_table_is_no_caption() -> None:
    piece = cut_piece(framed(HEADER, ["201", "支出", "8.00"], ["", "合计", ""]))
    assert (piece.inner_captions, piece.inner_notes) == ([], [])
    assert len(piece.matrix) == 3


def test_a_note_in_the_first_cell_only_is_a_note_too() -> None:
    piece = cut_piece(framed(HEADER, ["201", "支出", "8.00"], ["备注：无", "", ""]))
    assert [line.text for line in piece.inner_notes] == ["备注：无"]


def placed(row: int, col: int, span: int, x: tuple[float, float], text: str, page: int) -> Cell:
    return Cell(row, col, text, 1, span, page, Box(x[0], 100.0 + row, x[1], 101.0 + row))


def test_a_last_page_with_one_merged_row_is_brought_to_the_columns_before() -> None:
    heads = [
        ("项目", ["功能分类科目编码", "功能分类科目名称"]),
        ("支出预算", ["合计", "基本支出", "项目支出"]),
    ]
    edges = [0.0, 50.0, 150.0, 200.0, 250.0, 300.0]
    drawn = grid(heads, [["201", "一般公共服务支出", "3", "1", "2"]])
    cells = tuple(
        Cell(
            cell.row,
            cell.col,
            cell.text,
            cell.row_span,
            cell.col_span,
            1,
            Box(edges[cell.col], cell.row * 20.0, edges[cell.col + cell.col_span], cell.row * 20.0 + 20),
        )
        for cell in drawn.cells
    )
    first = Grid(drawn.n_rows, drawn.n_cols, cells, 1)
    last = Grid(
        1,
        4,
        (
            placed(0, 0, 1, (1.0, 151.0), "合计", 2),
            placed(0, 1, 1, (151.0, 201.0), "3", 2),
            placed(0, 2, 1, (201.0, 251.0), "1", 2),
            placed(0, 3, 1, (251.0, 301.0), "2", 2),
        ),
        2,
    )
    (statement,) = recognised(lines("支出预算总表", "单位：元"), first, last).statements
    rows = [[row.text(col) for col in range(5)] for row in statement.rows]
    assert rows == [["201", "一般公共服务支出", "3", "1", "2"], ["合计", "", "3", "1", "2"]]
    assert statement.page_to == 2


def test_a_piece_of_another_width_is_another_table() -> None:
    found = recognised(
        lines("一般公共预算支出预算表", "单位：万元"),
        plain_grid([HEADER, ["201", "支出", "8.00"]], page=1),
        plain_grid([["汽车", "3"]], page=2),
    )
    assert len(found.statements) == 2


def test_labels_and_values_in_cells_of_their_own_are_captions() -> None:
    (statement,) = recognised(
        lines("一般公共预算支出预算表"),
        framed(["部门：", "江苏省财政厅", "单位：万元"], HEADER, ["201", "支出", "8.00"]),
    ).statements
    assert (statement.form, statement.money_unit) == ("general_budget_expenditure", "万元")
    assert len(statement.rows) == 1


def test_the_caption_of_a_blank_form_is_a_caption_too() -> None:
    piece = cut_piece(framed("编制部门：上海市XX局", HEADER, ["201", "支出", ""]))
    assert [line.text for line in piece.inner_captions] == ["编制部门：上海市XX局"]


def test_the_first_row_of_a_target_form_is_no_caption() -> None:
    for label in ("项目名称：", "单位名称：", "主管部门："):
        piece = cut_piece(framed([label, "甲经费", ""], ["年度资金总额：", "12.00", ""]))
        assert piece.inner_captions == []
