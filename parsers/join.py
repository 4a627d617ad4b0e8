"""Joining the pieces of one table that page ends have cut: whole rows, repeated headers, rows cut in two.

A piece goes on with the table before it when nothing between them says otherwise: no title of another
table, no finished note, the same columns. A row that a page end cuts through is one row again: what
stands in its two halves is put together column by column, and no character is lost.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from parsers.amount import is_number
from parsers.grid import Cell, Line
from parsers.header import clean
from parsers.label import has_ordinal, strip_ordinal
from schemas.fold import fold
from schemas.form import Block, Column, Layout
from schemas.indicator import whole_words

Row = list[Cell]

# What stands at the foot or head of a page without meaning anything: page numbers and running heads.
_FURNITURE = re.compile(r"^[\s\-–—_~·|/第共页页码\d()（）.]*$")
# Text that may go on in the next cell half: it does not end a sentence or a bracket.
_ENDED = ("。", "；", ";", "！", "!")


def is_furniture(line: Line) -> bool:
    """Whether a line is a page number or an empty rule line."""
    return bool(_FURNITURE.match(line.text))


def repeated_header_rows(header: Sequence[Row], matrix: Sequence[Row]) -> int:
    """How many of a piece's first rows repeat the table's header (0 when it goes on without one)."""
    n_rows = len(header)
    if not n_rows or len(matrix) < n_rows:
        return 0
    for ours, theirs in zip(header, matrix, strict=False):
        if [fold(clean(c.text)) for c in ours] != [fold(clean(c.text)) for c in theirs]:
            return 0
    return n_rows


def cut_in_two(
    body: Sequence[Row], first: Row, layout: Layout | None, columns: Sequence[Column | None]
) -> bool:
    """Whether ``first``, the first body row of a new page, and the last row of ``body`` are one row cut in two.

    A half has no code and no amount of its own, only text that goes on in a column where the other half
    has text too. In list forms the two halves of a label make a line of the form that neither is alone.
    """
    last = body[-1]
    filled = [col for col in range(len(first)) if clean(first[col].text) and first[col].col == col]
    above = [col for col in range(len(last)) if clean(last[col].text) and last[col].col == col]
    if layout is None or not filled or not above:
        return False
    if any(is_number(first[col].text) and is_number(last[col].text) for col in filled):
        return False
    if layout.kind == "list":
        return _label_cut(last, first, layout, columns)
    if layout.kind == "performance":
        return _text_cut(last, first, filled, above) and not _ends_early(body, filled)
    if layout.kind == "procurement":
        return _procurement_cut(first, filled, above, columns) and not _ends_early(body, filled)
    shared = any(not is_number(first[col].text) and col in above for col in filled)
    return shared and (_is_half(first, filled, columns) or _is_half(last, above, columns))


_KEYS = frozenset(
    [
        "class",
        "group",
        "item",
        "row_code",
        "function_code",
        "econ_code",
        "econ_class",
        "econ_item",
        "org_code",
    ]
)
_TOTAL = frozenset({"合计", "总计"})


def _is_half(row: Row, filled: Sequence[int], columns: Sequence[Column | None]) -> bool:
    """Whether a matrix row holds only text outside its code and amount columns."""
    has_keys = any(column is not None and column.role in _KEYS for column in columns)
    text_only = all(
        (column := columns[col]) is None or (column.role not in _KEYS and column.role != "amount")
        for col in filled
    )
    return has_keys and text_only and not any(fold(row[col].text) in _TOTAL for col in filled)


def _label_cut(last: Row, first: Row, layout: Layout, columns: Sequence[Column | None]) -> bool:
    for col, column in enumerate(columns):
        if column is None or column.role != "label" or column.block is None:
            continue
        upper, lower = clean(last[col].text), clean(first[col].text)
        block = layout.blocks[column.block]
        if upper and lower and _knows(block, upper + lower) and not _knows(block, lower):
            return True
    return False


def _knows(block: Block, label: str) -> bool:
    return bool(block.lines_of(fold(strip_ordinal(label))))


def _text_cut(last: Row, first: Row, filled: Sequence[int], above: Sequence[int]) -> bool:
    """Whether text of a target form goes on: the same columns, no value of its own, no end of sentence before."""
    if not set(filled) <= set(above) or any(
        is_number(row[col].text) for row in (first, last) for col in filled
    ):
        return False
    if any(first[col].col_span != last[col].col_span for col in filled):
        return False
    fresh = [
        fold(clean(first[col].text)) for col in filled if clean(first[col].text) != clean(last[col].text)
    ]
    if not fresh or any(text in whole_words() for text in fresh):
        return False
    at = filled[-1]
    return not clean(last[at].text).endswith(_ENDED) and not has_ordinal(clean(first[filled[0]].text))


def _procurement_cut(
    first: Row, filled: Sequence[int], above: Sequence[int], columns: Sequence[Column | None]
) -> bool:
    """Whether a procurement row goes on: every row of that form has an amount, a second half has text alone."""
    amounts = [col for col, column in enumerate(columns) if column is not None and column.role == "amount"]
    text_only = not any(is_number(first[col].text) for col in filled) and not set(filled) & set(amounts)
    return text_only and set(filled) <= set(above) and bool(set(amounts) & set(above))


#: A line that is this much shorter than its column's longest had room for more: its text ended there.
_FULL_LINE = 0.6


def _ends_early(body: Sequence[Row], filled: Sequence[int]) -> bool:
    """Whether the last row's text in one of some columns had room for more in its line, so that it is complete.

    Measured by the longest line that the column prints; a text is only broken where its line is full.
    """
    for col in filled:
        cell = body[-1][col]
        lines = [
            width
            for row in body
            for part in row[col].text.split("\n")
            if row[col].col_span == cell.col_span and (width := _width(part))
        ]
        if lines and _width(cell.text.split("\n")[-1]) < _FULL_LINE * max(lines):
            return True
    return False


def _width(text: str) -> float:
    """How wide a text is set, in full-width characters."""
    return sum(1.0 if ord(character) > 0x2E7F else 0.5 for character in text.strip())


def merge_halves(body: list[Row], second: Row) -> None:
    """Make the last row of ``body`` and ``second`` one row again, in place.

    The text of each column is joined; spans and places are those of the first half. A cell that is merged
    over rows above keeps being one cell in all of them.
    """
    changed: dict[int, Cell] = {}
    for upper, lower in zip(body[-1], second, strict=True):
        if not clean(lower.text) or id(upper) in changed:
            continue
        kept = (
            upper
            if clean(upper.text)
            else upper._replace(page=lower.page, box=lower.box, locator=lower.locator)
        )
        text = f"{upper.text}\n{lower.text}" if clean(upper.text) else lower.text
        if len(clean(upper.text)) > 1 and fold(upper.text) == fold(lower.text):
            text = upper.text  # a merged cell's label, printed again after the page end
        changed[id(upper)] = kept._replace(text=text)
    for row in reversed(body):
        if not any(id(cell) in changed for cell in row):
            break
        row[:] = [changed.get(id(cell), cell) for cell in row]
