"""A piece of a table: one grid as drawn, with the caption and note rows inside its frame taken out.

Printers put the title, the money unit and the note above the table, inside its frame, or on the page
before. Inside the frame they are rows of merged cells: here they become lines again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from parsers.caption import is_note, is_tag, money_unit, names_organisation
from parsers.columns import drop_phantoms
from parsers.grid import Cell, Grid, Line
from parsers.header import cell_matrix, clean
from parsers.match import Match, best_match
from schemas.fold import fold
from schemas.title import form_of_title


@dataclass
class Piece:
    """The table's rows as covering cells, and the lines from inside its frame."""

    grid: Grid
    matrix: list[list[Cell]]
    inner_captions: list[Line]
    inner_notes: list[Line]

    @property
    def n_cols(self) -> int:
        """Number of columns, phantom columns left out."""
        return len(self.matrix[0]) if self.matrix else 0

    @cached_property
    def own_header(self) -> Match | None:
        """The layout that the piece's first rows are the header of, whatever title stands above."""
        return best_match(self.matrix, self.n_cols, None)


def cut_piece(grid: Grid) -> Piece:
    """The table proper of a grid: caption rows at its top and note rows at its foot become lines."""
    matrix = cell_matrix(grid)
    captions: list[Line] = []
    notes: list[Line] = []
    first, last = 0, len(matrix)
    while first < last - 1 and (cells := _caption_cells(matrix[first], grid.n_cols)):
        captions += [_line(cell) for cell in cells]
        first += 1
    while last > first + 1 and (cells := _note_cells(matrix[last - 1], grid.n_cols)):
        notes[:0] = [_line(cell) for cell in cells]
        last -= 1
    return Piece(grid, drop_phantoms(matrix[first:last]), captions, notes)


def _line(cell: Cell) -> Line:
    return Line(cell.text, cell.page, cell.box, cell.locator)


def _filled(row: list[Cell]) -> list[Cell]:
    seen: list[Cell] = []
    for cell in row:
        if clean(cell.text) and not any(cell is other for other in seen):
            seen.append(cell)
    return seen


def _caption_cells(row: list[Cell], n_cols: int) -> list[Cell]:
    """The filled cells of a row that holds nothing but captions (title, money unit, organisation)."""
    filled = _filled(row)
    if not filled:
        return []
    if any(cell.row_span > 1 for cell in filled):
        return []
    whole = len(filled) == 1 and filled[0].col_span == n_cols > 1
    labelled = any(":" in fold(cell.text) for cell in filled)
    if not (whole or labelled or len(filled) < n_cols):
        return []
    after_label = False
    for cell in filled:
        text = fold(cell.text)
        if not (
            after_label or _is_caption(text) or _LABEL.fullmatch(text) or (labelled and _YEAR.fullmatch(text))
        ):
            return []
        after_label = _LABEL.fullmatch(text) is not None
    return filled


# A label whose value stands in the next cell: 部门： | 江苏省财政厅 | 单位： | 万元.
_LABEL = re.compile(r"(?:(?:编制|填报|公开|预算)?(?:部门|单位)|金额单位):")
_YEAR = re.compile(r"\(?20\d\d年度?\)?")


def _is_caption(folded: str) -> bool:
    if form_of_title(folded) is not None:
        return True
    if len(folded) > 60:
        return False
    stated = money_unit(folded) is not None and len(folded) <= 30 and ("单位" in folded or len(folded) <= 4)
    return stated or names_organisation(folded) or is_tag(folded)


def _note_cells(row: list[Cell], n_cols: int) -> list[Cell]:
    filled = _filled(row)
    if len(filled) != 1:
        return []
    text = filled[0].text
    whole = filled[0].col_span == n_cols > 1
    return filled if is_note(text) and (whole or clean(text).startswith(("注", "备注"))) else []
