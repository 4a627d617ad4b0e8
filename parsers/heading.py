"""The lines above a table: its title, its captions, its money unit.

A title may be broken over lines, stand under captions, or on the page before; the nearest one counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from parsers.caption import is_caption, money_unit
from parsers.grid import Cell, Line
from parsers.header import clean
from parsers.join import is_furniture
from schemas.title import form_of_title

_LONGEST_TITLE_LINES = 3
_CAPTIONS_ABOVE_TITLE = 3
_CAPTIONS_WITHOUT_TITLE = 4


def find_title(between: Sequence[Line]) -> tuple[Line | None, str | None]:
    """The title nearest above a table, and the form it names; lines that a title is broken over are joined.

    The most lines that are one title count: 一般公共预算财政拨款 | 支出决算表 is not the 支出决算表.
    """
    for at in range(len(between) - 1, -1, -1):
        form = form_of_title(between[at].text)
        for count in range(_LONGEST_TITLE_LINES, 1, -1):
            joined = _joined(between, at - count + 1, at)
            # A body's name on the line before a whole title is no part of it: the two name the same form.
            other = form_of_title(joined.text) if joined is not None else None
            if joined is not None and other is not None and other != form:
                return joined, other
        if form is not None:
            return _longer(between, at, form)
    return None, None


def _longer(between: Sequence[Line], at: int, form: str) -> tuple[Line, str]:
    """A title whose first line is a title of another form already: 一般公共预算支出表 | (按…分类)."""
    longer = _joined(between, at, at + 1)
    if longer is not None:
        other = form_of_title(longer.text, after_body=False)
        if other is not None and other != form:
            return longer, other
    return between[at], form


def _joined(lines: Sequence[Line], first: int, last: int) -> Line | None:
    if first < 0 or last >= len(lines):
        return None
    part = lines[first : last + 1]
    if any(
        line.page != part[0].page or len(line.text) > 60 or _is_label(line) or is_caption(line.text)
        for line in part
    ):
        return None
    return replace(part[0], text="".join(line.text for line in part))


def _is_label(line: Line) -> bool:
    return clean(line.text).endswith(("：", ":"))


def find_captions(between: Sequence[Line], title: Line | None) -> list[Line]:
    """The lines round a title that may be captions; a label whose value is the next line is joined with it."""
    lines = [line for line in between if not is_furniture(line)]
    start = next((n for n, line in enumerate(lines) if title is not None and begins(title, line)), None)
    if start is None:
        kept = lines[-_CAPTIONS_WITHOUT_TITLE:]
    else:
        kept = [*lines[max(0, start - _CAPTIONS_ABOVE_TITLE) : start], *lines[start + 1 :]]
    joined = [
        replace(line, text=line.text + after.text)
        for line, after in pairwise(kept)
        if _is_label(line) and line.page == after.page
    ]
    return [*kept, *joined]


def begins(title: Line, line: Line) -> bool:
    """Whether a line is a title, or the first of the lines that the title is joined of."""
    return line is title or (
        title.page == line.page and title.box == line.box and title.text.startswith(line.text)
    )


def unit_of_lines(lines: Sequence[Line]) -> str | None:
    """The money unit that the nearest of some caption lines states."""
    for line in reversed(lines):
        unit = money_unit(line.text) if len(clean(line.text)) <= 80 else None
        if unit:
            return unit
    return None


def unit_of_labels(rows: Sequence[Sequence[Cell]]) -> str | None:
    """The one money unit that labels such as 预算数（万元） or 预算情况（万元） state."""
    units = {
        unit
        for row in rows
        for cell in row
        if (text := clean(cell.text)).endswith(("元）", "元)"))
        and len(text) <= 30
        and (unit := money_unit(text))
    }
    return units.pop() if len(units) == 1 else None
