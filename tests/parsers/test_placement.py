"""Cells with spans made into a grid."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from parsers.placement import Placed, place_cells
from tests.parsers.renderings import covers_exactly


def place(cells: list[Placed], n_rows: int, n_cols: int):
    return place_cells(
        cells, n_rows, n_cols, blank_locator=lambda r, c: f"{r},{c}", locator="t", max_cells=10_000
    )


def test_a_span_ends_before_a_cell_that_is_already_there():
    grid = place(
        [Placed(0, 2, 1, 1, "b", ""), Placed(0, 0, 1, 3, "a", ""), Placed(1, 1, 1, 1, "c", "")], 2, 3
    )
    assert grid is not None
    assert grid.texts() == [["a", "", "b"], ["", "c", ""]]


def test_a_cell_that_begins_inside_another_adds_its_text():
    grid = place(
        [Placed(0, 0, 1, 2, "a", ""), Placed(0, 1, 1, 1, "b", ""), Placed(1, 1, 1, 1, "c", "")], 2, 2
    )
    assert grid is not None
    assert grid.texts() == [["a\nb", ""], ["", "c"]]


def test_nothing_placed_is_no_grid():
    assert place([], 3, 3) is None


CELLS = st.builds(
    Placed,
    st.integers(0, 6),
    st.integers(0, 6),
    st.integers(1, 5),
    st.integers(1, 5),
    st.text("甲1", max_size=2),
    st.just(""),
)


@given(st.lists(CELLS, max_size=20))
def test_any_cells_cover_their_grid_exactly_and_no_character_is_lost(cells: list[Placed]):
    grid = place(cells, 6, 6)
    inside = [cell for cell in cells if cell.row < 6 and cell.col < 6]
    assert (grid is None) == (not inside)
    if grid is not None:
        assert covers_exactly(grid)
        assert [(c.row, c.col) for c in grid.cells] == sorted((c.row, c.col) for c in grid.cells)
        kept = "".join(cell.text for cell in grid.cells).replace("\n", "")
        assert sorted(kept) == sorted("".join(cell.text for cell in inside))
