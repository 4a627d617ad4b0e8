"""Readings made by hand: grids from headings and rows, lines of text, for tests of recognition."""

from __future__ import annotations

from collections.abc import Sequence

from parsers.document import Parsed, interpret_reading
from parsers.grid import Cell, Grid, Line, Reading
from parsers.recognise import Recognition, recognise
from tests.generator.table import Heading, Span, Table

#: A heading's words, or its words and the headings under it.
Head = str | tuple[str, Sequence["Head"]]


def headings(heads: Sequence[Head]) -> tuple[Heading, ...]:
    """Headings from words and pairs: ``["科目", ("金额", ["合计", "其中"])]``."""
    return tuple(
        Heading(head) if isinstance(head, str) else Heading(head[0], headings(head[1])) for head in heads
    )


def grid(
    heads: Sequence[Head], rows: Sequence[Sequence[str]], spans: Sequence[Span] = (), page: int | None = 1
) -> Grid:
    """A grid as a printer merges it: labels over their columns, and down to the last header row."""
    table = Table("", "", headings(heads), tuple(map(tuple, rows)), spans=tuple(spans))
    cells = tuple(Cell(f.row, f.col, f.text, f.rows, f.cols, page) for f in table.fields())
    return Grid(table.n_header + len(rows), table.n_cols, cells, page)


def plain_grid(rows: Sequence[Sequence[str]], page: int | None = None) -> Grid:
    """A grid without merges, as a tab-separated text has it."""
    cells = tuple(
        Cell(r, c, text, page=page, locator=f"line {r + 1}, field {c + 1}")
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    )
    return Grid(len(rows), len(rows[0]), cells, page)


def lines(*texts: str, page: int | None = 1) -> list[Line]:
    """Lines of one page."""
    return [Line(text, page) for text in texts]


def reading(*blocks: Line | Grid | Sequence[Line]) -> Reading:
    """A reading of lines, grids, and lists of lines."""
    flat: list[Line | Grid] = []
    for block in blocks:
        flat += [block] if isinstance(block, Line | Grid) else list(block)
    return Reading(tuple(flat), "text/plain", "made", "1", page_count=None)


def recognised(*blocks: Line | Grid | Sequence[Line]) -> Recognition:
    """Recognition of blocks."""
    return recognise(reading(*blocks))


def understood(*blocks: Line | Grid | Sequence[Line], file_name: str = "样例局2024年部门预算.pdf") -> Parsed:
    """Rows of blocks."""
    return interpret_reading(reading(*blocks), "0" * 64, 1, file_name, source_uri=file_name)
