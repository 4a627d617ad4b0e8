"""Where the cells of a table stand: column widths, wrapped lines, row heights, and the pages' pieces.

Numbers and words in Latin letters are never broken over lines. A piece is what one page shows of a table;
a row that a page end cuts is in two pieces, each with its share of the lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from tests.generator.face import Face
from tests.generator.style import Style
from tests.generator.table import Field, Table

PAD = 2.0  # points between a rule and the text
LEADING = 1.25  # of the font size
SMALLEST = 3.5
_TOKENS = re.compile(r"[\x21-\x7e]+|\s+|[^\x21-\x7e\s]")
_NUMBER = re.compile(r"[\d,.\s-]+")


class RowPart(NamedTuple):
    """A row, or a part of it: its number in the grid, its height, and which of its text lines it shows."""

    row: int
    height: float
    first_line: int = 0
    last_line: int | None = None


@dataclass(slots=True)
class Piece:
    """One page's part of a table: rows from the top, and whether a page end cuts it above or below."""

    rows: list[RowPart] = field(default_factory=list)
    continued: bool = False
    continues: bool = False

    @property
    def height(self) -> float:
        """Points from its first to its last rule."""
        return sum(part.height for part in self.rows)


@dataclass(slots=True)
class Layout:
    """A table set in a frame: font size, column edges, rows and the lines of every cell."""

    fields: list[Field]
    n_head: int
    size: float
    edges: list[float]
    lines: dict[tuple[int, int], list[str]]
    heights: list[float]

    @property
    def leading(self) -> float:
        """Points from baseline to baseline."""
        return self.size * LEADING

    def need(self, cell: Field) -> float:
        """The height that a cell's text takes."""
        return len(self.lines[cell.row, cell.col]) * self.leading + 2 * PAD


def set_table(table: Table, style: Style, face: Face, width: float, above: list[list[str]]) -> Layout:
    """Sets a table to a width in points; ``above`` are rows inside the frame over the header, one cell or two."""
    n_cols = table.n_cols
    inside = [cell for row, texts in enumerate(above) for cell in _share(row, texts, n_cols)]
    fields = inside + [cell._replace(row=cell.row + len(above)) for cell in table.fields()]
    size = style.size
    least = _least_widths(fields, n_cols, face, size)
    while sum(least) > width and size > SMALLEST:
        size -= 0.5
        least = _least_widths(fields, n_cols, face, size)
    wanted = _wanted_widths(fields, n_cols, face, size)
    spare = [max(0.0, want - low) for want, low in zip(wanted, least, strict=True)]
    room = max(0.0, width - sum(least))
    share = room / sum(spare) if sum(spare) > room else 1.0
    widths = [low + each * share for low, each in zip(least, spare, strict=True)]
    rest = max(0.0, width - sum(widths)) / n_cols
    edges = list(accumulate((each + rest for each in widths), initial=0.0))
    lines = {
        (cell.row, cell.col): wrap(
            cell.text, face, size, edges[cell.col + cell.cols] - edges[cell.col] - 2 * PAD
        )
        for cell in fields
    }
    layout = Layout(fields, len(above) + table.n_header, size, edges, lines, [])
    layout.heights = _heights(layout, style)
    return layout


def _share(row: int, texts: list[str], n_cols: int) -> list[Field]:
    """One or two texts that share the whole width of the table."""
    if len(texts) == 1 or n_cols == 1:
        return [Field(row, 0, "  ".join(texts), 1, n_cols)]
    left = n_cols // 2
    return [Field(row, 0, texts[0], 1, left), Field(row, left, texts[1], 1, n_cols - left)]


def wrap(text: str, face: Face, size: float, width: float) -> list[str]:
    """The text's lines in a width; blanks where a line ends are left out, words and numbers stay whole."""
    if _NUMBER.fullmatch(text):
        return [text]
    lines, line = [], ""
    for token in _TOKENS.findall(text):
        if face.width(line + token, size) <= width or not line:
            line += token
        else:
            lines.append(line.rstrip())
            line = "" if token.isspace() else token
    return [*lines, line.rstrip()] if line.strip() else lines


def _least_widths(fields: list[Field], n_cols: int, face: Face, size: float) -> list[float]:
    least = [0.0] * n_cols
    for cell in fields:
        tokens = [cell.text] if _NUMBER.fullmatch(cell.text) else _TOKENS.findall(cell.text)
        need = max((face.width(token, size) for token in tokens), default=0.0) + 2 * PAD + 0.1
        for col in range(cell.col, cell.col + cell.cols):
            least[col] = max(least[col], need / cell.cols)
    return least


def _wanted_widths(fields: list[Field], n_cols: int, face: Face, size: float) -> list[float]:
    wanted = [0.0] * n_cols
    for cell in fields:
        if cell.cols == 1:
            wanted[cell.col] = max(wanted[cell.col], min(face.width(cell.text, size), 16 * size) + 2 * PAD)
    return wanted


def _heights(layout: Layout, style: Style) -> list[float]:
    n_rows = max(cell.row + cell.rows for cell in layout.fields)
    heights = [(layout.leading + 2 * PAD) * style.row_height] * n_rows
    for cell in sorted(layout.fields, key=lambda cell: cell.rows):
        last = cell.row + cell.rows
        lack = layout.need(cell) - sum(heights[cell.row : last])
        if lack > 0:
            heights[last - 1] += lack
    return heights


def cut_pieces(layout: Layout, style: Style, breaks: set[int], first: float, other: float) -> Iterator[Piece]:
    """The pieces for a first page with ``first`` points of room and further ones with ``other``.

    ``breaks`` are grid rows that start a page. The header goes again on every page where the style says so.
    """
    head = [RowPart(row, layout.heights[row]) for row in range(layout.n_head)]
    piece, room = Piece(list(head)), first
    row, line = layout.n_head, 0
    while row < len(layout.heights):
        part = _whole(layout, row, line)
        left = room - piece.height
        if part.height <= left and not (row in breaks and line == 0 and len(piece.rows) > len(head)):
            piece.rows.append(part)
            row, line = row + 1, 0
            continue
        upper = _cut(layout, part, left) if style.cut_rows and row not in breaks else None
        if upper:
            piece.rows.append(upper)
            line = upper.last_line or 0
        elif line == 0:
            row = _step_back(layout, piece, row, len(head))
        piece.continues = True
        yield piece
        head = head if style.repeat_header else []
        piece, room = Piece(list(head), continued=True), other
        if _whole(layout, row, line).height > room - piece.height:  # taller than a page: cut it all the same
            upper = _cut(layout, _whole(layout, row, line), room - piece.height)
            if upper is None:
                raise ValueError(f"row {row} does not fit on a page")
            piece.rows.append(upper)
            line = upper.last_line or 0
    yield piece


def _whole(layout: Layout, row: int, line: int) -> RowPart:
    if line == 0:
        return RowPart(row, layout.heights[row])
    longest = max((len(layout.lines[cell.row, cell.col]) for cell in _starting(layout, row)), default=0)
    return RowPart(row, (longest - line) * layout.leading + 2 * PAD, line)


def _starting(layout: Layout, row: int) -> list[Field]:
    return [cell for cell in layout.fields if cell.row == row and cell.rows == 1]


def _cut(layout: Layout, part: RowPart, room: float) -> RowPart | None:
    """The upper part of a row that fits in ``room``, when at least one line stays and one goes."""
    fit = int((room - 2 * PAD) / layout.leading)
    longest = max((len(layout.lines[cell.row, cell.col]) for cell in _starting(layout, part.row)), default=0)
    if fit < 1 or part.first_line + fit >= longest:
        return None
    return RowPart(part.row, room, part.first_line, part.first_line + fit)


def _step_back(layout: Layout, piece: Piece, row: int, n_head: int) -> int:
    """Moves a page end up where a merged cell's text would not fit above it."""
    for cell in layout.fields:
        if cell.row < row < cell.row + cell.rows and cell.row >= layout.n_head:
            above = [part for part in piece.rows[n_head:] if part.row >= cell.row]
            here = sum(part.height for part in above)
            if (
                above
                and above[0].row == cell.row
                and here < layout.need(cell)
                and len(piece.rows) - len(above) > n_head
            ):
                del piece.rows[-len(above) :]
                return _step_back(layout, piece, cell.row, n_head)
    return row
