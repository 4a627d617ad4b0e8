"""A table as it is printed: a tree of headings over rows of text, with what stands above and below it.

The tree, not a grid of spans, is the model: the spans follow from it. A heading without children reaches
down to the last header row (a vertical merge), one with children spans their columns. ``unnamed`` columns
under a heading are real columns without a word of their own (功能科目 over three columns in the seed).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple


class Span(NamedTuple):
    """A merged area of body cells: first row and column, and how many of each, counted within the body."""

    row: int
    col: int
    rows: int
    cols: int


class Field(NamedTuple):
    """One drawn cell of the whole grid, header rows included; the text stands in its first position."""

    row: int
    col: int
    text: str
    rows: int = 1
    cols: int = 1


@dataclass(frozen=True, slots=True)
class Heading:
    """A column heading: its printed words, the headings under it, and columns it spans without naming."""

    label: str
    children: tuple[Heading, ...] = ()
    unnamed: int = 1

    @property
    def width(self) -> int:
        """How many columns it spans."""
        return sum(child.width for child in self.children) or self.unnamed

    @property
    def depth(self) -> int:
        """How many header rows it and its children need."""
        return 1 + max((child.depth for child in self.children), default=0)

    def paths(self, above: str = "") -> Iterator[str]:
        """The path of every column under it, words joined by ``/``, blanks removed."""
        path = above + "".join(self.label.split())
        if not self.children:
            yield from [path] * self.unnamed
        for child in self.children:
            yield from child.paths(f"{path}/")


@dataclass(frozen=True, slots=True)
class Table:
    """A printed table. ``header`` is empty for forms of labels and values, whose ``spans`` draw them.

    ``amounts`` are the columns that hold money (they change with the style of numbers), ``breaks`` the body
    rows before which the source has a page end, ``decimal_blank`` prints 525.41 as ``525. 41``.
    """

    form: str
    title: str
    header: tuple[Heading, ...]
    rows: tuple[tuple[str, ...], ...]
    captions: tuple[str, ...] = ()
    note: str | None = None
    number: int | None = None
    money_unit: str | None = None
    spans: tuple[Span, ...] = ()
    amounts: frozenset[int] = field(default=frozenset())
    breaks: tuple[int, ...] = ()
    decimal_blank: bool = False

    @property
    def n_cols(self) -> int:
        """Columns of the grid."""
        return sum(heading.width for heading in self.header) or len(self.rows[0])

    @property
    def n_header(self) -> int:
        """Header rows of the grid."""
        return max((heading.depth for heading in self.header), default=0)

    def paths(self) -> list[str]:
        """The header path of every column; empty for a form of labels and values."""
        return [path for heading in self.header for path in heading.paths()]

    def header_fields(self) -> list[Field]:
        """The header's cells with their spans."""
        fields: list[Field] = []

        def place(heading: Heading, row: int, col: int) -> None:
            down = 1 if heading.children else self.n_header - row
            fields.append(Field(row, col, heading.label, down, heading.width))
            for child in heading.children:
                place(child, row + 1, col)
                col += child.width

        col = 0
        for heading in self.header:
            place(heading, 0, col)
            col += heading.width
        return sorted(fields)

    def fields(self) -> list[Field]:
        """Every cell of the grid, header and body, row by row; cells inside a merged area are not there."""
        top = self.n_header
        spans = {(span.row, span.col): span for span in self.spans}
        hidden = {
            (row, col)
            for span in self.spans
            for row in range(span.row, span.row + span.rows)
            for col in range(span.col, span.col + span.cols)
        } - spans.keys()
        body = [
            Field(top + row, col, text, *spans.get((row, col), (0, 0, 1, 1))[2:])
            for row, texts in enumerate(self.rows)
            for col, text in enumerate(texts)
            if (row, col) not in hidden
        ]
        return self.header_fields() + body

    def grid(self) -> list[list[str]]:
        """All rows as text, header rows first; a merged cell's text at its first position."""
        grid = [[""] * self.n_cols for _ in range(self.n_header)]
        for cell in self.header_fields():
            grid[cell.row][cell.col] = cell.text
        return grid + [list(row) for row in self.rows]

    def with_cell(self, row: int, col: int, text: str) -> Table:
        """The same table with another text in a body cell."""
        if not (0 <= row < len(self.rows) and 0 <= col < self.n_cols):
            raise IndexError(f"{self.title} has no body cell ({row}, {col})")
        rows = [list(texts) for texts in self.rows]
        rows[row][col] = text
        return replace(self, rows=tuple(map(tuple, rows)))
