"""What stands between two grids, and whether it ends the first table or only a page of it.

A table whose title no form knows must not become the end of the table before it: so whatever looks like a title,
a form's number, a money unit or a body of its own ends a table, unless the first table has it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from parsers.body import body_of_cover
from parsers.caption import is_note, is_tag, organisation
from parsers.grid import Line
from parsers.header import clean
from parsers.heading import find_title, unit_of_lines
from parsers.join import is_furniture
from parsers.statement import Statement
from schemas.fold import fold

_LONGEST_CAPTION = 40
# A title of a table, known or not: 2024年度项目支出绩效自评表.
_SUBJECT = re.compile(r"预算|决算|收支|收入|支出|经费|采购|资金|绩效|资产|负债|债务|项目")
_TABLE_WORD = re.compile(r"[^。,;:!?]{4,56}表(?:\([^()]*\))?")


def ends_table(statement: Statement, lines: Sequence[Line], before: Iterable[Line]) -> bool:
    """Whether the lines between two grids end the first one's table; ``before``: all lines of the file so far."""
    lines = [line for line in lines if not is_furniture(line)]
    title, form = find_title(lines)
    own = fold(statement.title) if statement.title else None
    if title is not None and form is not None:
        if own is None or own not in fold(title.text):
            return True
    elif any(looks_like_title(line) and not _is_running_head(line, statement, before) for line in lines):
        return True
    if any(is_note(line.text) or _is_prose(line, title) for line in lines):
        return True
    if any(_is_cover(line) and not _is_running_head(line, statement, before) for line in _with_joined(lines)):
        return True
    return _has_other_captions(statement, lines)


def _is_prose(line: Line, title: Line | None) -> bool:
    text = clean(line.text)
    return len(text) > _LONGEST_CAPTION and not (title is not None and clean(title.text).find(text) >= 0)


def _is_cover(line: Line) -> bool:
    """Whether a line is the title of a cover: another body's chapter begins."""
    return body_of_cover(clean(line.text)) is not None


def _with_joined(lines: Sequence[Line]) -> list[Line]:
    """The lines, and each joined with the next: a cover's title may be broken over two."""
    return [*lines, *(replace(one, text=one.text + other.text) for one, other in pairwise(lines))]


def looks_like_title(line: Line) -> bool:
    """Whether a line is a table's title, of a known form or not."""
    text = fold(line.text)
    return bool(_TABLE_WORD.fullmatch(text) and _SUBJECT.search(text)) and not is_tag(line.text)


def _is_running_head(line: Line, statement: Statement, before: Iterable[Line]) -> bool:
    """Whether the table's own page has the line too: a running head, or the table's own unknown title again."""
    if line.page is None:
        return False
    text = fold(line.text)
    pages = (statement.page_from, statement.page_to)
    return any(each.page in pages and fold(each.text) == text for each in before)


def _has_other_captions(statement: Statement, lines: Sequence[Line]) -> bool:
    """Whether the lines name another form's number, money unit or body than the table's own captions."""
    unit = unit_of_lines(lines)
    if unit is not None and statement.money_unit_from == "caption" and unit != statement.money_unit:
        return True
    for kind in (_tags, _bodies):
        ours, theirs = kind(statement.captions), kind(lines)
        if ours and theirs and not ours & theirs:
            return True
    return False


def _tags(lines: Iterable[Line]) -> set[str]:
    return {fold(line.text).strip("():") for line in lines if is_tag(line.text)}


def _bodies(lines: Iterable[Line]) -> set[str]:
    return {fold(body.name) for line in lines if (body := organisation(line.text))}
