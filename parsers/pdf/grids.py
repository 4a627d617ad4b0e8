"""From a table of the lattice and its texts to a grid, for both readings.

Its cells are most of what a reading makes. They are made field by field: a frozen class sets each field by a call.
"""

from __future__ import annotations

from collections import deque
from dataclasses import fields
from functools import partial
from itertools import repeat

from parsers.grid import Box, Cell, Grid
from parsers.pdf.lattice import Table

#: What sets each field of a frozen cell, and what makes a box of four numbers; both without a check.
_PUT = [Cell.__dict__[field.name].__set__ for field in fields(Cell)]
_BOX = partial(tuple.__new__, Box)


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
    made = map(_BOX, boxes.tolist())
    values = (row, col, words, row_span, col_span, repeat(page), made, repeat(None))
    cells = tuple(map(object.__new__, repeat(Cell, len(words))))
    for put, column in zip(_PUT, values, strict=True):
        deque(map(put, cells, column), maxlen=0)
    return cells
