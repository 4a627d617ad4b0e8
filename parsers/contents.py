"""The table of contents (目录): a promise, not a fact. Evidence for a check, never for recognition.

Its lines are the commonest false anchors, since every title occurs there first. A run of titles without
amounts, as lines or as a grid of its own, is a contents list.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

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


def contents_of_grid(grid: Grid) -> list[Entry] | None:
    """The entries of a grid that is a drawn contents list, ``None`` for any other grid."""
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
    return entries if len(entries) >= _RUN and len(entries) * 2 > filled else None


def contents_of_lines(lines: Sequence[Line]) -> tuple[list[Entry], set[int]]:
    """The entries of contents runs among lines, and the positions of those lines.

    A run ends with its page; one line that is no title (a heading, a page number) does not end it. A last
    title that the run has already named is no entry but the title of the first table.
    """
    found = [entry_of(line.text) for line in lines]
    entries: list[Entry] = []
    positions: set[int] = set()
    run: list[int] = []
    for position in range(len(lines) + 1):
        here = found[position] if position < len(lines) else None
        ends = position == len(lines) or (
            bool(run) and (position - run[-1] > 2 or lines[position].page != lines[run[-1]].page)
        )
        if ends and run:
            named = [e.form for p in run if (e := found[p])]
            if named[-1] in named[:-1] and _is_title_line(lines[run[-1]].text):
                run.pop()
            if len(run) >= _RUN:
                entries += [e for p in run if (e := found[p])]
                positions |= set(run)
            run = []
        if here is not None:
            run.append(position)
    return entries, positions


def _is_title_line(text: str) -> bool:
    """Whether a line is a bare title, without the number that contents lines carry."""
    return not _NUMBERED.match(text) and not _LEADERS.search(text)
