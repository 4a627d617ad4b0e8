"""Recognition: from the blocks of a reading to statements, the statutory tables of a disclosure.

Walks the lines and grids in reading order. The lines before a grid give its title and captions, its
header says which layout fits; when both speak and disagree the header is trusted and the disagreement
is recorded. A grid without title and header of its own goes on with the table before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from parsers.caption import is_note
from parsers.contents import Entry, contents_of_grid, contents_of_lines
from parsers.grid import Line, Reading
from parsers.heading import find_title
from parsers.piece import cut_piece
from parsers.statement import Statement
from parsers.table import Table
from schemas.title import form_of_title


@dataclass(slots=True)
class Recognition:
    """What recognition found: statements in reading order, contents entries, lines outside every table."""

    statements: list[Statement] = field(default_factory=list)
    contents: list[Entry] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


def recognise(reading: Reading) -> Recognition:
    """The statements of a reading, pieces joined, each with its form, title, captions and money unit."""
    result = Recognition()
    tables: list[Table] = []
    pending: list[Line] = []
    for block in reading.blocks:
        if isinstance(block, Line):
            pending.append(block)
            result.lines.append(block)
            continue
        entries = contents_of_grid(block)
        if entries is not None:
            result.contents += entries
            pending = []
            continue
        piece = cut_piece(block)
        between = [*pending, *piece.inner_captions]
        result.lines += piece.inner_captions
        pending = []
        if tables and tables[-1].goes_on_with(piece, between):
            tables[-1].append(piece, between)
            continue
        if tables:
            _take_notes(tables[-1], between)
        listed, positions = contents_of_lines(between)
        result.contents += listed
        own = [line for number, line in enumerate(between) if number not in positions]
        tables.append(Table(piece, own, len(tables) + 1, *find_title(own)))
    if tables:
        _take_notes(tables[-1], pending)
    else:
        listed, _ = contents_of_lines(pending)
        result.contents += listed
    result.statements = [table.finish() for table in tables]
    _share_unit_of_page(result.statements)
    return result


def _take_notes(table: Table, between: Sequence[Line]) -> None:
    """The lines under a table up to the next title, as far as they are its notes."""
    for line in between:
        if form_of_title(line.text) is not None:
            return
        if is_note(line.text):
            table.statement.notes.append(line)


def _share_unit_of_page(statements: Sequence[Statement]) -> None:
    """A table under another on one page shares the page's caption when it has none of its own."""
    for before, statement in pairwise(statements):
        same_page = before.page_to is not None and before.page_to == statement.page_from
        if statement.money_unit is None and same_page and before.money_unit_from in ("caption", "page"):
            statement.money_unit = before.money_unit
            statement.money_unit_from = "page"
