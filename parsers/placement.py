"""Cells with spans, as Office and web formats state them, made into a ``Grid`` that they cover exactly.

Stated spans are wishes: they overlap, run over the edge and leave holes. Columns in which no cell begins
(``colspan=10`` over six columns, two columns merged in every row) have no width of their own on the page
and are closed up, so that a table counts as many columns as a reader sees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from parsers.grid import Cell, Grid
from schemas.errors import Unreadable


class Placed(NamedTuple):
    """A cell as its format states it: first row and column, spans of at least 1, text and locator."""

    row: int
    col: int
    row_span: int
    col_span: int
    text: str
    locator: str


def place_cells(
    placed: Iterable[Placed],
    n_rows: int,
    n_cols: int,
    *,
    blank_locator: Callable[[int, int], str],
    locator: str,
    max_cells: int,
) -> Grid | None:
    """The grid of ``placed`` cells, holes filled with blank cells; ``None`` where nothing is placed.

    Cells come in order of precedence: a span that meets an earlier cell ends before it, and a cell that
    begins inside an earlier one is added to that one's text, so that no character is lost.
    ``blank_locator(row, col)`` names a hole's place, by the rows and columns as stated.
    Raises ``Unreadable`` (``too_large``) beyond ``max_cells``.
    """
    if n_rows * n_cols > max_cells:
        raise Unreadable(
            "too_large",
            f"The table at {locator} has {n_rows:,} x {n_cols:,} cells, more than the {max_cells:,} left "
            "for this file; split it.",
            place=locator,
        )
    owners: dict[tuple[int, int], int] = {}
    cells: list[Placed] = []
    for cell in placed:
        if cell.row >= n_rows or cell.col >= n_cols:
            continue
        owner = owners.get((cell.row, cell.col))
        if owner is not None:
            if cell.text:
                whole = "\n".join(filter(None, (cells[owner].text, cell.text)))
                cells[owner] = cells[owner]._replace(text=whole)
            continue
        cell = _fit(cell, owners, n_rows, n_cols)
        for r in range(cell.row, cell.row + cell.row_span):
            for c in range(cell.col, cell.col + cell.col_span):
                owners[r, c] = len(cells)
        cells.append(cell)
    if not cells:
        return None
    rows = sorted({cell.row for cell in cells})
    cols = sorted({cell.col for cell in cells})
    holes = (Placed(r, c, 1, 1, "", blank_locator(r, c)) for r in rows for c in cols if (r, c) not in owners)
    return _close_up([*cells, *holes], rows, cols, locator)


def _fit(cell: Placed, owners: dict[tuple[int, int], int], n_rows: int, n_cols: int) -> Placed:
    """The cell with its spans cut at the table's edge and at cells already there."""
    col_span = 1
    while col_span < min(cell.col_span, n_cols - cell.col) and (cell.row, cell.col + col_span) not in owners:
        col_span += 1
    row_span = 1
    while row_span < min(cell.row_span, n_rows - cell.row) and all(
        (cell.row + row_span, c) not in owners for c in range(cell.col, cell.col + col_span)
    ):
        row_span += 1
    return cell._replace(row_span=row_span, col_span=col_span)


def _close_up(cells: list[Placed], rows: list[int], cols: list[int], locator: str) -> Grid:
    """The grid of those rows and columns in which a cell begins."""
    row_at = {row: index for index, row in enumerate(rows)}
    col_at = {col: index for index, col in enumerate(cols)}
    closed = [
        Cell(
            row_at[cell.row],
            col_at[cell.col],
            cell.text,
            row_span=_count(row_at, cell.row, cell.row_span),
            col_span=_count(col_at, cell.col, cell.col_span),
            locator=cell.locator,
        )
        for cell in cells
    ]
    closed.sort(key=lambda cell: (cell.row, cell.col))
    return Grid(len(rows), len(cols), tuple(closed), locator=locator)


def _count(kept: dict[int, int], start: int, span: int) -> int:
    return 1 if span == 1 else sum(index in kept for index in range(start, start + span))
