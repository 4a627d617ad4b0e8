"""Recognition: from the blocks of a reading to statements, the statutory tables of a disclosure.

Walks the lines and grids in reading order. The lines before a grid give its title and captions, its
header says which layout fits; when both speak and disagree the header is trusted and the disagreement
is recorded. A grid without title and header of its own goes on with the table before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from parsers.caption import declares_empty, is_caption, is_note
from parsers.contents import Entry, contents_of_grid, contents_of_lines
from parsers.declared_unit import share_declared_unit
from parsers.grid import Grid, Line, Reading
from parsers.header import clean
from parsers.heading import find_title
from parsers.join import is_furniture
from parsers.label import has_ordinal
from parsers.piece import cut_piece
from parsers.statement import Statement
from parsers.table import Table
from parsers.wide import join_wide
from schemas.title import form_of_title


@dataclass(slots=True)
class Recognition:
    """What recognition found: statements in reading order, contents entries, lines outside every table.

    ``spans`` has the positions of each statement's first and last grid among the blocks of ``reading``: what was
    recognised, tables that were printed in two parts put together.
    """

    statements: list[Statement] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    contents: list[Entry] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    reading: Reading | None = None


def recognise(reading: Reading) -> Recognition:
    """The statements of a reading, pieces joined, each with its form, title, captions and money unit."""
    reading = join_wide(reading)
    result = Recognition(reading=reading)
    tables: list[Table] = []
    lines_before: list[int] = []
    pending: list[Line] = []
    listing: Grid | None = None
    for at, block in enumerate(reading.blocks):
        if isinstance(block, Line):
            pending.append(block)
            result.lines.append(block)
            continue
        entries = contents_of_grid(block, listing)
        if entries is not None:
            result.contents += entries
            pending, listing = [], block
            continue
        piece = cut_piece(block)
        between = [*pending, *piece.inner_captions]
        result.lines += piece.inner_captions
        pending = []
        if tables and tables[-1].goes_on_with(piece, between, result.lines):
            tables[-1].append(piece, between)
            result.spans[-1] = (result.spans[-1][0], at)
            continue
        if tables:
            _take_notes(tables[-1], between)
        listed, positions = contents_of_lines(between)
        result.contents += listed
        own = [line for number, line in enumerate(between) if number not in positions]
        lines_before.append(len(result.lines))
        tables.append(Table(piece, own, len(tables) + 1, *find_title(own)))
        result.spans.append((at, at))
    if tables:
        _take_notes(tables[-1], pending)
    else:
        listed, _ = contents_of_lines(pending)
        result.contents += listed
    result.statements = [table.finish() for table in tables]
    _share_unit_of_page(result.statements)
    share_declared_unit(result.statements, lines_before, result.lines)
    return result


#: A line under a table that says no more than 无政府性基金支出 is a note; a longer one is prose.
_LONGEST_NOTE = 40
_PART = re.compile(r"第[一二三四五六七八九十]{1,3}(?:部分|章|节)")
_NOTE_ENDS = ("。", "！", "；", ")", "）")


def _take_notes(table: Table, between: Sequence[Line]) -> None:
    """The notes right under a table: on its last page or at the head of the next; a note may take more lines."""
    notes = table.statement.notes
    open_note: Line | None = None
    for number, line in enumerate(each for each in between if not is_furniture(each)):
        text = clean(line.text)
        elsewhere = line.page is not None and line.page != table.statement.page_to
        if form_of_title(line.text) is not None or is_caption(line.text) or (elsewhere and number):
            return
        if is_note(line.text) or (len(text) <= _LONGEST_NOTE and declares_empty(line.text)) or open_note:
            notes.append(line)
            open_note = None if text.endswith(_NOTE_ENDS) else line
        elif len(text) > _LONGEST_NOTE or has_ordinal(text) or _PART.match(text):
            return  # prose begins


def _share_unit_of_page(statements: Sequence[Statement]) -> None:
    """A table under another on one page shares the page's caption when it has none of its own."""
    for before, statement in pairwise(statements):
        same_page = before.page_to is not None and before.page_to == statement.page_from
        if statement.money_unit is None and same_page and before.money_unit_from in ("caption", "page"):
            statement.money_unit = before.money_unit
            statement.money_unit_from = "page"
