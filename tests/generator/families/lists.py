"""Tables of lists side by side, with or without the numbers of lines and columns (行次, 栏次)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.generator.table import Heading

Rows = Sequence[Sequence[str]]


def side_by_side(left: Rows, right: Rows, widths: tuple[int, int]) -> list[tuple[str, ...]]:
    """Two lists of different length as rows of one table, the shorter one filled with empty cells."""
    rows = []
    for place in range(max(len(left), len(right))):
        one = left[place] if place < len(left) else [""] * widths[0]
        other = right[place] if place < len(right) else [""] * widths[1]
        rows.append((*one, *other))
    return rows


def list_table(
    sides: Sequence[tuple[str, Sequence[str]]], rows: Rows, note: str, numbered: bool
) -> dict[str, Any]:
    """A table of two lists, each a label column and amount columns, as the parts of a ``Table``.

    Numbered, it has a column 行次 behind each label column and a row 栏次 under the header.
    """
    first = len(sides[0][1])
    if not numbered:
        header = tuple(Heading(side, tuple(map(Heading, columns))) for side, columns in sides)
        amounts = {*range(1, first), *range(first + 1, first + len(sides[1][1]))}
        return {"header": header, "rows": rows, "amounts": frozenset(amounts), "note": note}
    headings, number = [], 0
    for side, (label, *columns) in sides:
        inner = [Heading(label, (Heading("栏次"),)), Heading("行次", (Heading(""),))]
        for column in columns:
            number += 1
            inner.append(Heading(column, (Heading(str(number)),)))
        headings.append(Heading(side, tuple(inner)))
    lines = [
        [row[0], str(place), *row[1 : first + 1], str(len(rows) + place), *row[first + 1 :]]
        for place, row in enumerate(rows, start=1)
    ]
    amounts = {*range(2, first + 1), *range(first + 3, first + 2 + len(sides[1][1]))}
    return {"header": tuple(headings), "rows": lines, "amounts": frozenset(amounts), "note": note}
