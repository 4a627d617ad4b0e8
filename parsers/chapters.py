"""Files that hold the disclosures of several bodies: where each body's chapter begins, by what is printed.

A file is looked at where a form stands twice that a disclosure has once, or where captions or covers name two bodies,
each over several tables. Marks then say whose part it is: the
caption that names a body, the name before a table's title, a cover's title or label, a file's name in an archive.
The marks must cut the file into one unbroken run of tables a body. Where they do not (a body comes back, a table
at a border tells nothing, a set of tables begins again under one name) the file is refused whole: a figure under
another body's name would be worse than none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from parsers.body import Body, body_of_cover
from parsers.body_marks import Mark, part_of, statement_bodies
from parsers.body_runs import Run, Runs, printed_twice, refusal
from parsers.caption import declares_empty, is_caption, is_note
from parsers.grid import Grid, Line, Reading
from parsers.header import clean
from parsers.recognise import Recognition, recognise
from parsers.statement import Statement
from schemas.title import form_of_title

#: So many forms that stand twice are a set of tables that begins again, whoever they are of.
_SET = 3
#: Where no form stands twice, a chapter has so many tables; a single name may be a slip of the publisher's.
_TABLES = 2
#: Longer lines are prose.
_LONGEST_COVER_LINE = 40


@dataclass(slots=True)
class Chapter:
    """One body's part of a file, understood by itself: tables and pages are numbered as in the file.

    ``body`` is None for a file of one body; ``opening`` is the mark that begins the chapter; ``number`` and ``count``
    say which of how many it is.
    """

    reading: Reading
    recognition: Recognition
    body: Body | None = None
    opening: Mark | None = None
    number: int = 1
    count: int = 1

    @property
    def place(self) -> str | None:
        """Its pages, or where it begins and ends."""
        blocks = [block for block in self.reading.blocks if block.page is not None or block.locator]
        if not blocks:
            return None
        first, last = (
            block.locator or f"page {block.page}" if block.page is None or block.locator else str(block.page)
            for block in (blocks[0], blocks[-1])
        )
        if blocks[0].page is not None and blocks[0].locator is None:
            return f"page {first}" if first == last else f"pages {first}-{last}"
        return f"{first} to {last}"


def find_chapters(reading: Reading, recognition: Recognition, file_name: str) -> list[Chapter]:
    """The chapters of a file, one where it is of one body.

    Raises ``NotUnderstood`` (``unit_conflict``) where a file holds the tables of several bodies, or a set of tables
    twice, and what is printed does not say for certain which table is whose.
    """
    statements = recognition.statements
    twice = printed_twice(statements)
    if not twice:
        if not _may_name_two(recognition):
            return [Chapter(reading, recognition)]
        found = Runs(reading, recognition, file_name)
        if len(_unlike([run.body for run in found.runs if len(run.statements) >= _TABLES])) < 2:
            return [Chapter(reading, recognition)]  # one stray name is no chapter
        found.require_certain()
        return _cut(reading, recognition, found, file_name)
    found = Runs(reading, recognition, file_name)
    if len(found.runs) < 2:
        again = found.standing_again(range(len(statements)))
        forms = {each.form for each in statements if each.recognised}
        if len(again) >= _SET or (len(again) > 1 and len(again) * 2 >= len(forms)):
            raise refusal(
                f"{file_name} prints {len(again)} of its tables twice and does not say that they are of two bodies; "
                "split it into one file a disclosure.",
                again[0],
            )
        return [Chapter(reading, recognition)]
    found.require_certain()
    return _cut(reading, recognition, found, file_name)


def _may_name_two(recognition: Recognition) -> bool:
    """Whether captions name two bodies over several tables each, or a cover after the first table names another one."""
    named = [bodies[0] for each in recognition.statements if (bodies := statement_bodies(each))]
    if sum(sum(_may_be_one(one, other) for other in named) >= _TABLES for one in _unlike(named)) > 1:
        return True
    covers = [
        body
        for line in recognition.lines
        if len(line.text) <= _LONGEST_COVER_LINE
        and ("预算" in line.text or "决算" in line.text)
        and (body := body_of_cover(clean(line.text))) is not None
    ]
    return len(_unlike([*covers, *named])) > 1


def _unlike(bodies: Sequence[Body]) -> list[Body]:
    """The bodies, each once; one whose name has all characters of another's is that one, shortened or cut off."""
    found: list[Body] = []
    for body in sorted(bodies, key=lambda each: -len(each.key)):
        if not any(_may_be_one(body, other) for other in found):
            found.append(body)
    return found


def _may_be_one(one: Body, other: Body) -> bool:
    short, long = sorted((one.key, other.key), key=len)
    rest = iter(long)
    return all(character in rest for character in short)


def _cut(reading: Reading, recognition: Recognition, found: Runs, file_name: str) -> list[Chapter]:
    """The chapters, each recognised again by itself; what stands before the first one's marks is of nobody."""
    starts = [_start(reading, recognition, found, run) for run in found.runs]
    ends = [*starts[1:], len(reading.blocks)]
    chapters: list[Chapter] = []
    before = 0
    for run, start, end in zip(found.runs, starts, ends, strict=True):
        part = replace(reading, blocks=reading.blocks[start:end], oddities=())
        own = recognise(part)
        for statement in own.statements:
            statement.table_no += before
        whole = recognition.statements[before : before + len(run.statements)]
        if list(map(_what, own.statements)) != list(map(_what, whole)):
            raise refusal(
                f"{file_name} has a chapter for {run.body.name} whose tables are not the same when they are read by "
                "themselves; split it into one file a body.",
                whole[0],
            )
        before += len(whole)
        chapters.append(Chapter(part, own, run.body, run.first, len(chapters) + 1, len(found.runs)))
    return chapters


def _start(reading: Reading, recognition: Recognition, found: Runs, run: Run) -> int:
    """The first block of a chapter: the head of the page, sheet or file that its first mark stands on."""
    at = min(run.first.at, found.heads[run.statements[0]])
    after = max((last + 1 for _, last in recognition.spans if last < at), default=0)
    blocks = reading.blocks
    if run is found.runs[0] and not run.covers():
        return 0
    part = part_of(blocks[at])
    if part and (after == 0 or part_of(blocks[after - 1]) != part):
        while at > after and part_of(blocks[at - 1]) == part:
            at -= 1
        return at
    belongs = _heads_a_chapter if run.covers() else _heads_a_table
    while at > after and belongs(blocks[at - 1]):
        at -= 1
    return at


def _heads_a_table(block: Line | Grid) -> bool:
    return isinstance(block, Line) and (is_caption(block.text) or form_of_title(block.text) is not None)


def _heads_a_chapter(block: Line | Grid) -> bool:
    """Whether a line before a cover's mark is of the cover too, and not what ends the table before it."""
    if not isinstance(block, Line) or is_note(block.text) or declares_empty(block.text):
        return False
    text = clean(block.text)
    return 0 < len(text) <= _LONGEST_COVER_LINE and "。" not in text


def _what(statement: Statement) -> tuple[object, ...]:
    rows = [row.texts for row in statement.rows]
    return statement.form, statement.table_no, statement.page_from, statement.page_to, rows
