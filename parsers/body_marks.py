"""Marks of bodies in a file: who says whose the tables after it are, and where.

A table's own caption or title says it of that table; a cover's title (株洲市荷塘区样例中心2024年单位预算) or label
(单位名称：…), or the name of a file in an archive, says it of what follows. A list of chapters (a contents page)
names several bodies side by side and marks nothing, nor does a running head.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Literal

from parsers.body import BEHIND, Body, body_of_cover
from parsers.caption import is_name, organisation
from parsers.grid import Grid, Line, Reading
from parsers.header import clean
from parsers.statement import Statement
from schemas.fold import fold
from schemas.title import body_of_title

#: A cover's title that leaves the body to a label: 2024年部门预算公开表.
_ANNOUNCED = re.compile(
    rf"[一-鿿]{{0,8}}(?:20\d\d年?度?)?(?:[省市区县]级)?(?:部门|单位)(?:预算|决算){BEHIND.pattern}"
)
_LABEL = re.compile(
    r"(?:编制|填报|公开|预算|决算)?(?:部门|单位)(?:\(单位\)|/单位|及单位)?(?:名称)?(?:\((?:公章|盖章|签章)\))?:"
)
_NAME_BEFORE_YEAR = re.compile(r"(?:.*[:：、])?([一-鿿()（）]{4,40}?)20\d\d年")
#: Files of an archive are numbered: 01株洲市…2024年单位预算.xlsx; a year is no number.
_ORDINAL = re.compile(r"^\d{1,2}(?![\d年])[\s、.．_\-]*")
#: A cover's title is broken over so many lines at most, each no longer than this.
_COVER_LINES, _LONGEST_LINE = 4, 40
#: A text that stands on so many pages is a running head.
_RUNNING = 4
#: Names so near to each other, with no table between them, are a list.
_LIST = 8


@dataclass(frozen=True, slots=True)
class Mark:
    """A body named at a block; ``statement`` is the position of the table that names it, None on a cover.

    ``title`` is a cover's title, its lines joined, or the name of a file, as ``source`` says.
    """

    at: int
    body: Body
    statement: int | None = None
    title: Line | None = None
    source: Literal["cover", "file name"] = "cover"

    @property
    def is_cover(self) -> bool:
        """Whether it speaks of all that follows."""
        return self.statement is None


def part_of(block: Line | Grid) -> str:
    """The page, sheet or file of an archive that a block stands in; '' where the format has none."""
    locator = block.locator or ""
    if "!" in locator:
        return locator.partition("!")[0]
    if block.page is not None:
        return f"{member_of(block)} page {block.page}"
    return member_of(block)


def member_of(block: Line | Grid) -> str:
    """The file of an archive that a block stands in; '' where the file is no archive."""
    name, colon, _ = (block.locator or "").partition(": ")
    return name if colon and PurePosixPath(name).suffix else ""


def statement_bodies(statement: Statement) -> list[Body]:
    """The bodies that a table's captions and its title name, each once."""
    found: list[Body] = []
    names = [body.name for line in statement.captions if (body := organisation(line.text))]
    title = clean(statement.title or "")
    if body_of_title(title) and (match := _NAME_BEFORE_YEAR.match(title)) and is_name(match.group(1)):
        names.append(match.group(1))
    for name in names:
        if not any(body.is_like(Body(name)) for body in found):
            found.append(Body(name))
    return found


def cover_marks(reading: Reading, spans: Sequence[tuple[int, int]]) -> list[Mark]:
    """The marks outside tables, in order: covers' titles and labels, and the names of an archive's files.

    ``spans`` are the positions of tables among the blocks.
    """
    lines = [(at, block) for at, block in enumerate(reading.blocks) if isinstance(block, Line)]
    marks = [mark for at, line in lines if (mark := _title(reading, at, line) or _label(reading, at, line))]
    marks += _members(reading)
    marks.sort(key=lambda mark: mark.at)
    return _without_lists(_without_running_heads(marks, reading), reading, spans)


def _label(reading: Reading, at: int, line: Line) -> Mark | None:
    """The body that a cover's label names; without the cover's title near it, it is a table's caption."""
    if len(line.text) > 2 * _LONGEST_LINE or not _LABEL.match(fold(line.text)):
        return None
    found = organisation(line.text)
    return Mark(at, Body(found.name)) if found and _is_on_cover(reading, at) else None


def _is_on_cover(reading: Reading, at: int) -> bool:
    for step in (-1, 1):
        for place in range(at + step, at + step * (_COVER_LINES + 1), step):
            block = reading.blocks[place] if 0 <= place < len(reading.blocks) else None
            if not isinstance(block, Line) or part_of(block) != part_of(reading.blocks[at]):
                break
            if _ANNOUNCED.fullmatch(fold(block.text)):
                return True
    return False


def _title(reading: Reading, at: int, line: Line) -> Mark | None:
    """The cover's title that ends in a line, alone or with the lines before it."""
    text = ""
    for first in range(at, max(-1, at - _COVER_LINES), -1):
        block = reading.blocks[first]
        if not isinstance(block, Line) or part_of(block) != part_of(line):
            return None
        if len(clean(block.text)) > _LONGEST_LINE or ":" in fold(block.text):
            return None
        text = clean(block.text) + text
        if (body := body_of_cover(text)) is not None:
            return Mark(first, body, title=replace(block, text=text))
        if "预算" not in text and "决算" not in text:
            return None
    return None


def _members(reading: Reading) -> Iterator[Mark]:
    """The names of an archive's files at their first blocks, where they say whose they are."""
    before = ""
    for at, block in enumerate(reading.blocks):
        name = member_of(block)
        if name and name != before:
            stem = _ORDINAL.sub("", PurePosixPath(name).stem)
            if (body := body_of_cover(clean(stem).replace("_", ""))) is not None:
                yield Mark(at, body, title=Line(stem, locator=name), source="file name")
        before = name


def _without_running_heads(marks: Sequence[Mark], reading: Reading) -> list[Mark]:
    parts: dict[str, set[str]] = defaultdict(set)
    for mark in marks:
        parts[_text(reading, mark)].add(part_of(reading.blocks[mark.at]))
    return [mark for mark in marks if len(parts[_text(reading, mark)]) < _RUNNING]


def _text(reading: Reading, mark: Mark) -> str:
    block = reading.blocks[mark.at]
    return clean(block.text) if isinstance(block, Line) else str(mark.at)


def _without_lists(marks: Sequence[Mark], reading: Reading, spans: Sequence[tuple[int, int]]) -> list[Mark]:
    """The marks without those of other bodies side by side, with no table between them."""
    listed: set[int] = set()
    for number, (one, other) in enumerate(pairwise(marks)):
        if one.body.is_like(other.body) or any(one.at < first < other.at for first, _ in spans):
            continue
        parts = part_of(reading.blocks[one.at]), part_of(reading.blocks[other.at])
        if parts[0] == parts[1] if parts[0] else other.at - one.at <= _LIST:
            listed |= {number, number + 1}
    return [mark for number, mark in enumerate(marks) if number not in listed]
