"""Joining the pieces of one table that page ends have cut: whole rows, repeated headers, rows cut in two.

A piece goes on with the table before it when nothing between them says otherwise: no title of another
table, no finished note, the same columns. A row that a page end cuts through is one row again: what
stands in its two halves is put together column by column, and no character is lost.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from parsers.amount import is_number
from parsers.caption import is_note
from parsers.grid import Cell, Line
from parsers.header import clean
from parsers.piece import Piece
from schemas.fold import fold
from schemas.title import form_of_title

Row = list[Cell]

# What stands at the foot or head of a page without meaning anything: page numbers and running heads.
_FURNITURE = re.compile(r"^[\s\-–—_~·|/第共页页码\d()（）.]*$")
# Text that may go on in the next cell half: it does not end a sentence or a bracket.
_ENDED = ("。", "；", ";", "！", "!")


def is_furniture(line: Line) -> bool:
    """Whether a line is a page number or an empty rule line."""
    return bool(_FURNITURE.match(line.text))


def separates(lines: Sequence[Line], title: str | None) -> bool:
    """Whether the lines between two grids end the first table: a title of another table, a note, prose."""
    own = fold(title) if title else None
    for line in lines:
        if is_furniture(line):
            continue
        form = form_of_title(line.text)
        if form is not None:
            if own is None or own not in fold(line.text):
                return True
            continue
        if is_note(line.text) or len(clean(line.text)) > 40:
            return True
    return False


def repeated_header_rows(header: Sequence[Row], piece: Piece) -> int:
    """How many of a piece's first rows repeat the table's header (0 when it goes on without one)."""
    n_rows = len(header)
    if not n_rows or len(piece.matrix) < n_rows:
        return 0
    for ours, theirs in zip(header, piece.matrix, strict=False):
        if [fold(clean(c.text)) for c in ours] != [fold(clean(c.text)) for c in theirs]:
            return 0
    return n_rows


def cut_in_two(last: Row, first: Row, key_columns: Sequence[int]) -> bool:
    """Whether ``first`` (of a piece without header) is the second half of ``last`` (of the piece before).

    The half has nothing in the key columns (code, name, label) and no amount of its own beside one that
    the first half has; what it holds goes on in columns that are filled above it.
    """
    filled = [col for col, cell in enumerate(first) if clean(cell.text)]
    if not filled or any(is_number(first[col].text) and is_number(last[col].text) for col in filled):
        return False
    keys = [col for col in key_columns if clean(first[col].text)]
    if keys and any(is_number(cell.text) for cell in first):
        return False
    return bool(key_columns) and all(col not in key_columns for col in filled)


def merge_halves(body: list[Row], second: Row) -> None:
    """Make the last row of ``body`` and ``second`` one row again, in place.

    The text of each column is joined; spans and places are those of the first half. A cell that is merged
    over rows above keeps being one cell in all of them.
    """
    changed: dict[int, Cell] = {}
    for upper, lower in zip(body[-1], second, strict=True):
        if not clean(lower.text) or id(upper) in changed:
            continue
        kept = upper if clean(upper.text) else replace(upper, page=lower.page, box=lower.box, locator=lower.locator)
        text = f"{upper.text}\n{lower.text}" if clean(upper.text) else lower.text
        changed[id(upper)] = replace(kept, text=text)
    for row in reversed(body):
        if not any(id(cell) in changed for cell in row):
            break
        row[:] = [changed.get(id(cell), cell) for cell in row]
