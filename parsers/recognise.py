"""Recognition: from the blocks of a reading to statements, the statutory tables of a disclosure.

Walks the lines and grids in reading order. The lines before a grid give its title and captions, its
header says which layout fits; when both speak and disagree the header is trusted and the disagreement
is recorded. A grid without title and header of its own goes on with the table before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from parsers.caption import is_note, money_unit
from parsers.contents import Entry, contents_of_grid, contents_of_lines
from parsers.grid import Box, Cell, Line, Reading
from parsers.header import clean
from parsers.join import Row, cut_in_two, is_furniture, merge_halves, repeated_header_rows, separates
from parsers.match import best_match, performance_layout
from parsers.piece import Piece, cut_piece
from parsers.statement import BodyRow, Statement
from schemas.fold import fold
from schemas.form import UNRECOGNISED
from schemas.title import form_of_title


@dataclass(slots=True)
class Recognition:
    """What recognition found: statements in reading order, contents entries, lines outside every table."""

    statements: list[Statement] = field(default_factory=list)
    contents: list[Entry] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class _Table:
    """A statement under construction, with its header rows as printed and its body rows over all pieces."""

    statement: Statement
    header: list[Row]
    body: list[Row]
    n_cols: int
    last_page: int | None
    pieces: list[Piece]


def recognise(reading: Reading) -> Recognition:
    """The statements of a reading, pieces joined, each with its form, title, captions and money unit."""
    result = Recognition()
    open_table: _Table | None = None
    pending: list[Line] = []
    tables: list[_Table] = []
    for block in reading.blocks:
        if isinstance(block, Line):
            pending.append(block)
            result.lines.append(block)
            continue
        entries = contents_of_grid(block)
        if entries is not None:
            result.contents += entries
            pending.clear()
            continue
        piece = cut_piece(block)
        between = [*pending, *piece.inner_captions]
        result.lines += piece.inner_captions
        pending = []
        if open_table is not None and _goes_on(open_table, piece, between):
            _append(open_table, piece, between)
            continue
        if open_table is not None:
            _take_notes(open_table, between)
        listed, positions = contents_of_lines(between)
        result.contents += listed
        own = [line for number, line in enumerate(between) if number not in positions]
        open_table = _begin(piece, own, len(tables) + 1)
        tables.append(open_table)
    if open_table is not None:
        _take_notes(open_table, pending)
    result.statements = [_finish(table) for table in tables]
    _unit_of_page(result)
    return result


def _goes_on(table: _Table, piece: Piece, between: Sequence[Line]) -> bool:
    statement = table.statement
    if piece.grid.page is not None and table.last_page is not None and piece.grid.page - table.last_page > 1:
        return False
    if separates(between, None if statement.layout and statement.layout.repeats else statement.title):
        return False
    if piece.n_cols != table.n_cols:
        return False
    if statement.layout is not None and statement.layout.kind == "performance":
        return not _starts_form(table, piece)
    if repeated_header_rows(table.header, piece):
        return True
    own = best_match(piece.matrix, piece.n_cols, None)
    return own is None or own.layout.form == statement.form


def _starts_form(table: _Table, piece: Piece) -> bool:
    """Whether a piece begins a performance form of its own: its first label is that form's first label."""
    first = fold(clean(table.body[0][0].text)) if table.body else ""
    return bool(first) and fold(clean(piece.matrix[0][0].text)) == first


def _begin(piece: Piece, between: Sequence[Line], table_no: int) -> _Table:
    title_line, title_form = _title(between)
    match = best_match(piece.matrix, piece.n_cols, title_form)
    performance = performance_layout(piece.matrix) if match is None else None
    header_rows = match.header_rows if match else 0
    layout = match.layout if match else performance
    if layout is None:
        header_rows = 0
    grid = piece.grid
    statement = Statement(
        form=layout.form if layout else UNRECOGNISED,
        table_no=table_no,
        title=clean(title_line.text) if title_line else None,
        header=match.header if match else [()] * piece.n_cols,
        header_rows=header_rows,
        rows=[],
        layout=layout,
        columns=match.columns if match else [None] * piece.n_cols,
        score=min(match.score, 1.0) if match else (1.0 if performance else 0.0),
        title_line=title_line,
        title_form=title_form,
        captions=_captions(between, title_line),
        page_from=grid.page,
        page_to=grid.page,
        box=grid.box,
        locator=grid.locator or (grid.cells[0].locator if grid.cells else None),
    )
    _read_unit(statement, piece, header_rows)
    table = _Table(statement, piece.matrix[:header_rows], [], piece.n_cols, grid.page, [piece])
    _extend(table, piece.matrix[header_rows:])
    statement.notes += piece.inner_notes
    return table


def _append(table: _Table, piece: Piece, between: Sequence[Line]) -> None:
    """Add a continuation piece: its repeated header dropped, a row cut by the page end made one again."""
    statement = table.statement
    skip = repeated_header_rows(table.header, piece)
    rows = piece.matrix[skip:]
    if rows and table.body and cut_in_two(table.body[-1], rows[0], statement.layout, statement.columns):
        merge_halves(table.body, rows[0])
        rows = rows[1:]
    _extend(table, rows)
    table.pieces.append(piece)
    table.last_page = piece.grid.page
    statement.page_to = piece.grid.page
    statement.dropped_rows += skip
    statement.notes += piece.inner_notes
    if statement.money_unit is None:
        _unit_from(statement, between)


def _extend(table: _Table, rows: Sequence[Row]) -> None:
    table.body += [list(row) for row in rows if any(clean(cell.text) for cell in row)]


def _title(between: Sequence[Line]) -> tuple[Line | None, str | None]:
    for line in reversed(between):
        form = form_of_title(line.text)
        if form is not None:
            return line, form
    return None, None


def _captions(between: Sequence[Line], title_line: Line | None) -> list[Line]:
    lines = [line for line in between if not is_furniture(line)]
    if title_line is not None:
        at = next(number for number, line in enumerate(lines) if line is title_line)
        # A caption may stand above the title, on its page: keep the three lines before it.
        return lines[max(0, at - 3) : at] + lines[at + 1 :]
    return lines[-4:]


def _read_unit(statement: Statement, piece: Piece, header_rows: int) -> None:
    """The money unit from the captions, else from the header's labels; never a default."""
    _unit_from(statement, statement.captions)
    if statement.money_unit is None and statement.title_line is not None:
        statement.money_unit = money_unit(statement.title_line.text)
        statement.money_unit_from = "title" if statement.money_unit else None
    if statement.money_unit is None:
        rows = piece.matrix[:header_rows] if header_rows else piece.matrix
        units = {unit for row in rows for cell in row if (unit := _label_unit(cell))}
        if len(units) == 1:
            statement.money_unit = units.pop()
            statement.money_unit_from = "header"


def _label_unit(cell: Cell) -> str | None:
    text = clean(cell.text)
    return money_unit(text) if len(text) <= 30 and text.endswith(("元）", "元)")) else None


def _unit_from(statement: Statement, lines: Sequence[Line]) -> None:
    for line in reversed(lines):
        unit = money_unit(line.text) if len(clean(line.text)) <= 80 else None
        if unit:
            statement.money_unit = unit
            statement.money_unit_from = "caption"
            return


def _unit_of_page(result: Recognition) -> None:
    """A table under another on one page shares the page's caption when it has none of its own."""
    before: Statement | None = None
    for statement in result.statements:
        same_page = before is not None and before.page_to == statement.page_from is not None
        if (
            statement.money_unit is None
            and same_page
            and before is not None
            and before.money_unit_from == "caption"
        ):
            statement.money_unit = before.money_unit
            statement.money_unit_from = "page"
        before = statement


def _take_notes(table: _Table, between: Sequence[Line]) -> None:
    """The lines under a table up to the next title, as far as they are its notes."""
    for line in between:
        if form_of_title(line.text) is not None:
            return
        if is_note(line.text):
            table.statement.notes.append(line)


def _finish(table: _Table) -> Statement:
    statement = table.statement
    seen: set[int] = set()
    for number, cells in enumerate(table.body, start=1):
        owned = []
        for col, cell in enumerate(cells):
            owned.append(id(cell) not in seen)
            seen.add(id(cell))
            del col
        statement.rows.append(BodyRow(number, tuple(cells), tuple(owned)))
    boxes = [
        piece.grid.box for piece in table.pieces if piece.grid.box and piece.grid.page == statement.page_from
    ]
    if boxes:
        statement.box = Box(
            min(b.x0 for b in boxes),
            min(b.top for b in boxes),
            max(b.x1 for b in boxes),
            max(b.bottom for b in boxes),
        )
    return statement
