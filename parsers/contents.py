"""The table of contents (目录): a promise, not a fact. Evidence for a check, never for recognition.

Its lines are the commonest false anchors, since every title occurs there first. A run of titles without
amounts, as lines or as a grid of its own, is a contents list.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from parsers.amount import is_number
from parsers.grid import Grid, Line
from parsers.header import clean
from schemas.title import form_of_title

_NUMBERED = re.compile(
    r"^\s*[(（]?(\d{1,2}(?!\d)|[一二三四五六七八九十]{1,3})[)）]?[、.．\s\t]*(.+?)[\s.．…·_\-—]*(\d{1,3})?\s*$"
)
_LEADERS = re.compile(r"[.．…·]{3,}\s*\d*\s*$")
#: So many titles in a run are a contents list; two tables' titles can follow each other on one page.
_RUN = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """A promised table: its number where printed, its title as printed, the form that the title names."""

    number: int | None
    title: str
    form: str


def entry_of(text: str) -> Entry | None:
    """The contents entry that a line states, or ``None``."""
    if "表" not in text:
        return None
    line = _LEADERS.sub("", text.strip())
    match = _NUMBERED.match(line)
    if match:
        form = form_of_title(match.group(2))
        if form:
            return Entry(_number(match.group(1)), clean(match.group(2)), form)
    form = form_of_title(line)
    return Entry(None, clean(line), form) if form else None


_DIGITS = "零一二三四五六七八九"


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, _, ones = text.rpartition("十")
    if "十" not in text:
        return _DIGITS.index(text) if len(text) == 1 else 0
    return (_DIGITS.index(tens) if tens else 1) * 10 + (_DIGITS.index(ones) if ones else 0)


def contents_of_grid(grid: Grid, before: Grid | None = None) -> list[Entry] | None:
    """The entries of a grid that is a drawn contents list, ``None`` for any other grid.

    ``before``: a contents list that this grid may go on with on the next page, however short it is.
    """
    entries: list[Entry] = []
    filled = 0
    for row in grid.texts():
        texts = [text for text in row if clean(text)]
        if not texts:
            continue
        filled += 1
        if sum(is_number(text) for text in texts) > 2:
            return None
        entry = entry_of("\t".join(texts)) or next((e for e in map(entry_of, texts) if e), None)
        if entry:
            number = int(texts[0]) if texts[0].strip().isdigit() and len(texts) > 1 else entry.number
            entries.append(Entry(number, entry.title, entry.form))
    goes_on = before is not None and before.n_cols == grid.n_cols and _follows(before, grid)
    more = goes_on and len(entries) == filled
    return entries if entries and (more or (len(entries) >= _RUN and len(entries) * 2 > filled)) else None


def _follows(before: Grid, grid: Grid) -> bool:
    return before.page is None or grid.page is None or grid.page - before.page == 1


def contents_of_lines(lines: Sequence[Line]) -> tuple[list[Entry], set[int]]:
    """The entries of contents runs among lines, and the positions of those lines.

    An entry may be broken over two lines, or over a page end. A run ends with its page unless the numbers go
    on; one line that is no title (a heading, a page number) does not end it. A last title that the run has
    already named is no entry but the title of the first table.
    """
    entries: list[Entry] = []
    positions: set[int] = set()
    run: list[_Found] = []
    for found in [*_found(lines), None]:
        if found is not None and (not run or _goes_on(run[-1], found, lines)):
            run.append(found)
            continue
        if len(run) > 1 and not run[-1].broken and _is_title_line(run[-1].entry, lines[run[-1].first].text):
            named = [each.entry.form for each in run]
            if named[-1] in named[:-1]:
                run.pop()
        if len(run) >= _RUN:
            entries += [each.entry for each in run]
            positions.update(*(range(each.first, each.last + 1) for each in run))
        run = [found] if found is not None else []
    return entries, positions


class _Found(NamedTuple):
    """An entry and the first and last of its lines; ``broken`` where they are two."""

    entry: Entry
    first: int
    last: int

    @property
    def broken(self) -> bool:
        return self.last > self.first


def _found(lines: Sequence[Line]) -> list[_Found]:
    found = []
    after = 0
    for at, line in enumerate(lines):
        if at < after:
            continue
        last = at
        entry = entry_of(line.text)
        if entry is None and _NUMBERED.match(line.text) and at + 1 < len(lines):
            last = at + 1
            entry = None if entry_of(lines[last].text) else entry_of(line.text.rstrip() + lines[last].text)
        if entry is not None:
            found.append(_Found(entry, at, last))
            after = last + 1
    return found


def _goes_on(before: _Found, found: _Found, lines: Sequence[Line]) -> bool:
    near = found.first - before.last <= 2
    same_page = lines[found.first].page == lines[before.first].page
    one, other = before.entry.number, found.entry.number
    counted = one is not None and other == one + 1
    return near and (same_page or counted)


def _is_title_line(entry: Entry, text: str) -> bool:
    """Whether a line is a bare title, without the number that contents lines carry; 一般 begins with no number."""
    return entry.number is None and not _LEADERS.search(text)
