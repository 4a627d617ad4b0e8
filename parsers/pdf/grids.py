"""From a table of the lattice and its texts to a grid, for both readings.

Its cells are most of what a reading makes, so they are made in one pass over columns of their fields.
"""

from __future__ import annotations

from functools import partial
from itertools import repeat

from parsers.grid import Box, Cell, Grid
from parsers.pdf.lattice import Table

#: What makes a cell and a box of a tuple of their fields, without a check.
_CELL, _BOX = partial(tuple.__new__, Cell), partial(tuple.__new__, Box)


def grid_of(table: Table, words: list[str], page: int) -> Grid | None:
    """A grid from a table and the text of each of its cells; ``None`` for one without rows.

    A row that exists only because an open side was closed is real only if something is printed in it.
    """
    low, high = 0, len(table.ys) - 1
    if table.open_top or table.open_bottom:
        places = table.cells.tolist()
        kept = {row for (row, _, rows, _), text in zip(places, words, strict=True) if text or rows > 1}
        reached = {row + rows - 1 for row, _, rows, _ in places if rows > 1}
        low += table.open_top and low not in kept
        high -= table.open_bottom and high - 1 not in kept | reached
    cells = _cells(table, words, page, low, high)
    if not cells:
        return None
    x0, _, x1, _ = table.box
    box = Box(x0, float(table.ys[low]), x1, float(table.ys[high]))
    return Grid(
        high - low,
        len(table.xs) - 1,
        cells,
        page,
        box,
        open_top=table.open_top and low == 0,
        open_bottom=table.open_bottom and high == len(table.ys) - 1,
    )


def _cells(table: Table, words: list[str], page: int, low: int, high: int) -> tuple[Cell, ...]:
    """The cells of rows ``low`` to ``high`` - 1."""
    places, boxes = table.cells, table.cell_boxes()
    if low > 0 or high < len(table.ys) - 1:
        kept = (places[:, 0] >= low) & (places[:, 0] < high)
        words = [word for word, keep in zip(words, kept.tolist(), strict=True) if keep]
        places, boxes = places[kept] - (low, 0, 0, 0), boxes[kept]
    row, col, row_span, col_span = places.T.tolist()
    places_on_page = map(_BOX, boxes.tolist())
    fields = zip(
        row, col, words, row_span, col_span, repeat(page), places_on_page, repeat(None), strict=False
    )
    return tuple(map(_CELL, fields))
