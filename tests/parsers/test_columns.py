"""Columns brought to one footing: slivers dropped, pieces with other rules aligned."""

from __future__ import annotations

from parsers.columns import align, column_edges, drop_phantoms, remap
from parsers.grid import Box, Cell, Grid
from parsers.header import cell_matrix


def drawn(rows: list[list[tuple[float, float, str]]]) -> Grid:
    """A grid from the x positions and texts of its cells, row by row."""
    edges = sorted({x for row in rows for cell in row for x in cell[:2]})
    cells = []
    for number, row in enumerate(rows):
        for x0, x1, text in row:
            col = edges.index(x0)
            span = edges.index(x1) - col
            cells.append(Cell(number, col, text, 1, span, 1, Box(x0, number, x1, number + 1)))
    return Grid(len(rows), len(edges) - 1, tuple(cells), 1)


def test_a_header_drawn_over_the_wrong_columns_leaves_no_column_of_its_own() -> None:
    grid = drawn([[(0, 52, "编码"), (52, 100, "名称")], [(0, 50, "201"), (50, 100, "支出")]])
    assert grid.n_cols == 3
    matrix = drop_phantoms(cell_matrix(grid))
    assert [[cell.text for cell in row] for row in matrix] == [["编码", "名称"], ["201", "支出"]]


def test_columns_that_a_cell_has_for_itself_are_kept() -> None:
    grid = drawn([[(0, 100, "合计")], [(0, 50, "201"), (50, 100, "支出")]])
    assert len(drop_phantoms(cell_matrix(grid))[0]) == 2


def test_column_rules_are_the_sides_of_the_cells() -> None:
    grid = drawn([[(0, 100, "合计")], [(0, 50, "201"), (50, 100, "支出")]])
    assert column_edges(cell_matrix(grid)) == [0, 50, 100]


def test_without_geometry_there_are_no_column_rules() -> None:
    assert column_edges([[Cell(0, 0, "x")]]) is None


def test_a_piece_with_fewer_rules_is_brought_to_the_rules_of_the_other() -> None:
    ranges = align([0, 50, 70, 100], [10, 60, 110])
    assert ranges is not None
    first, second, n_cols = ranges
    assert n_cols == 3
    assert first == [(0, 1), (1, 2), (2, 3)]
    assert second == [(0, 1), (1, 3)]


def test_pieces_of_another_width_or_with_crossing_rules_are_two_tables() -> None:
    assert align([0, 50, 100], [0, 50, 140]) is None
    assert align([0, 50, 100], [0, 30, 100]) is None


def test_parts_of_a_form_of_labels_and_values_need_only_share_some_rules() -> None:
    head, indicators = [0.0, 120.0, 290.0, 350.0, 410.0, 515.0], [0.0, 65.0, 120.0, 290.0, 410.0, 515.0]
    assert align(head, indicators) is None
    ranges = align(head, indicators, form=True)
    assert ranges is not None
    assert ranges[2] == 6
    assert align(head, [0.0, 50.0, 200.0, 515.0], form=True) is None


def test_remapping_keeps_every_cell_once_over_its_new_columns() -> None:
    matrix = cell_matrix(drawn([[(0, 50, "合计"), (50, 100, "9.00")]]))
    moved = remap(matrix, [(0, 2), (2, 3)], 3)
    assert [cell.text for cell in moved[0]] == ["合计", "合计", "9.00"]
    assert moved[0][0] is moved[0][1]
    assert (moved[0][0].col_span, moved[0][2].col) == (2, 2)
