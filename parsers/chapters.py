"""Files that hold the disclosures of several bodies: where each body's chapter begins, by what is printed.

A file is looked at only where a form stands twice that a disclosure has once. Marks then say whose part it is: the
caption that names a body, the name before a table's title, a cover's title or label, a file's name in an archive.
The marks must cut the file into one unbroken run of tables a body. Where they do not (a body comes back, a table
at a border tells nothing, a set of tables begins again under one name) the file is refused whole: a figure under
another body's name would be worse than none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from parsers.body_marks import Body, Mark, cover_marks, part_of, statement_bodies
from parsers.caption import declares_empty, is_caption, is_note
from parsers.grid import Grid, Line, Reading
from parsers.header import clean
from parsers.heading import begins
from parsers.recognise import Recognition, recognise
from parsers.statement import Statement
from schemas.errors import NotUnderstood
from schemas.title import form_of_title

#: So many lines above a title may be its captions.
_ABOVE = 3
#: Longer lines are prose.
_LONGEST_COVER_LINE = 40
#: So many forms that stand twice are a set of tables that begins again, whoever they are of.
_SET = 3


@dataclass(slots=True)
class Chapter:
    """One body's part of a file, understood by itself: tables and pages are numbered as in the file.

    ``body`` is None for a file of one body; ``title`` is the cover's title that begins the chapter, if one does;
    ``number`` and ``count`` say which of how many it is.
    """

    reading: Reading
    recognition: Recognition
    body: Body | None = None
    title: Line | None = None
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


@dataclass(slots=True, eq=False)
class _Run:
    """Marks of one body in a row and the statements (positions) that stand under them."""

    body: Body
    first: Mark
    last: Mark
    statements: list[int] = field(default_factory=list)

    def covers(self) -> bool:
        return self.first.is_cover


def find_chapters(reading: Reading, recognition: Recognition, file_name: str) -> list[Chapter]:
    """The chapters of a file, one where it is of one body.

    Raises ``NotUnderstood`` (``unit_conflict``) where a file holds the tables of several bodies, or a set of tables
    twice, and what is printed does not say for certain which table is whose.
    """
    twice = _printed_twice(recognition.statements)
    if not twice:
        return [Chapter(reading, recognition)]
    split = _Split(reading, recognition, file_name)
    if len(split.runs) < 2:
        unnamed = [again for again in twice.values() if not statement_bodies(again)]
        if len(unnamed) >= _SET:
            raise _refusal(
                f"{file_name} prints {len(unnamed)} of its tables twice and does not say whose the second ones are; "
                "split it into one file a disclosure.",
                unnamed[0],
            )
        return [Chapter(reading, recognition)]
    split.require_certain()
    return split.chapters()


def _printed_twice(statements: Sequence[Statement]) -> dict[str, Statement]:
    """Forms that a disclosure has once and the file twice or more, each with its second statement."""
    seen: Counter[str] = Counter()
    twice: dict[str, Statement] = {}
    for statement in statements:
        if _is_once(statement):
            seen[statement.form] += 1
            if seen[statement.form] == 2:
                twice[statement.form] = statement
    return twice


def _is_once(statement: Statement) -> bool:
    return statement.layout is not None and not statement.layout.repeats


def _refusal(message: str, statement: Statement | None = None) -> NotUnderstood:
    return NotUnderstood("unit_conflict", message, place=statement.place() if statement else None)


class _Split:
    """The runs of a file's marks, and the chapters that they make where they are certain."""

    def __init__(self, reading: Reading, recognition: Recognition, file_name: str) -> None:
        self._reading, self._recognition, self._name = reading, recognition, file_name
        self._statements = recognition.statements
        self._bodies = [statement_bodies(each) for each in self._statements]
        self._heads = [self._head(number) for number in range(len(self._statements))]
        self._covers = cover_marks(reading, recognition.spans)
        self.runs = self._runs()

    def _head(self, number: int) -> int:
        """The block that a statement begins with: the first of the lines that are its title and its captions."""
        first = self._recognition.spans[number][0]
        after = self._recognition.spans[number - 1][1] + 1 if number else 0
        statement = self._statements[number]
        title = statement.title_line
        lines = [
            (at, block)
            for at in range(first - 1, after - 1, -1)
            if isinstance(block := self._block(at), Line)
        ]
        titled = next((at for at, line in lines if title is not None and begins(title, line)), first)
        captions = {line.text for line in statement.captions if is_caption(line.text)}
        return min([titled, *(at for at, line in lines if at >= titled - _ABOVE and line.text in captions)])

    def _block(self, at: int) -> Line | Grid:
        return self._reading.blocks[at]

    def _marks(self) -> list[Mark]:
        marks = list(self._covers)
        for number, bodies in enumerate(self._bodies):
            statement = self._statements[number]
            if len(bodies) > 1 and _is_once(statement):
                one, other, *_ = bodies
                raise _refusal(
                    f"{self._name} holds tables of several bodies, and one names both {one.name} and {other.name}; "
                    "split it into one file a body.",
                    statement,
                )
            marks += [Mark(self._heads[number], body, number) for body in bodies[:1]]
        return sorted(marks, key=lambda mark: (mark.at, mark.statement is not None))

    def _runs(self) -> list[_Run]:
        """Runs of marks; one under which no table of a form stands (a list of chapters, a whole file's cover) is
        none."""
        runs: list[_Run] = []
        for mark in self._marks():
            last = runs[-1] if runs else None
            same = last is not None and last.body.is_same(mark.body)
            if mark.statement is not None and not _is_once(self._statements[mark.statement]):
                # A department's targets may be told by unit: such a name begins no chapter.
                if same and last is not None:
                    last.last = mark
                continue
            if same and last is not None:
                last.body, last.last = last.body.with_level_of(mark.body), mark
            else:
                runs.append(_Run(mark.body, mark, mark))
        while True:
            _assign(runs, self._heads)
            kept = [run for run in runs if any(self._statements[each].recognised for each in run.statements)]
            for run, after in pairwise(runs):
                if run not in kept and after in kept and run.body.is_like(after.body):
                    after.first, after.body = run.first, replace(after.body, level=None)
            merged: list[_Run] = []
            for run in kept:
                if merged and merged[-1].body.is_same(run.body):
                    merged[-1].last = run.last
                else:
                    merged.append(run)
            if len(merged) == len(runs):
                return merged
            runs = merged

    def require_certain(self) -> None:
        """Refuse a file whose runs leave a doubt."""
        for number, run in enumerate(self.runs):
            for other in self.runs[:number]:
                if other.body.is_same(run.body):
                    raise _refusal(
                        f"{self._name} holds chapters of several bodies, and tables of {run.body.name} stand before "
                        f"and after those of {self.runs[number - 1].body.name}; split it into one file a body.",
                        self._statements[run.statements[0]],
                    )
        for run, after in pairwise(self.runs):
            if after.covers():
                continue
            first = self._recognition.spans[after.statements[0] - 1][1]
            if any(
                first < mark.at < after.first.at for mark in self._covers if not mark.body.is_like(after.body)
            ):
                raise _refusal(
                    f"{self._name} has a chapter whose tables name {after.body.name} and whose cover names another "
                    "body; split it into one file a body.",
                    self._statements[after.statements[0]],
                )
            for number in run.statements:
                if self._heads[number] > run.last.at:
                    raise _refusal(
                        f"{self._name} has a chapter for {run.body.name} and one for {after.body.name}, and a table "
                        "between them does not say whose it is; split it into one file a body.",
                        self._statements[number],
                    )
        self._require_sets()

    def _require_sets(self) -> None:
        most = max(len(self._forms(run)) for run in self.runs)
        for run in self.runs:
            own = [self._statements[number] for number in run.statements]
            if not run.covers() and len(self._forms(run)) * 2 < most:
                raise _refusal(
                    f"{self._name} has {len(own)} of its tables under the name of {run.body.name}, which is not a "
                    "whole chapter; split it into one file a body, or mend the name.",
                    own[0],
                )
            for again in _printed_twice(own).values():
                unnamed = [each for each in own if each.form == again.form and not statement_bodies(each)]
                if unnamed:
                    raise _refusal(
                        f"{self._name} holds chapters of several bodies, and a table that stands again in the one of "
                        f"{run.body.name} names nobody; split it into one file a body.",
                        unnamed[-1],
                    )
            if len(_printed_twice(own)) >= _SET:
                raise _refusal(
                    f"{self._name} holds chapters of several bodies, and under the name of {run.body.name} the tables "
                    "stand twice; split it into one file a body.",
                    next(iter(_printed_twice(own).values())),
                )

    def _forms(self, run: _Run) -> set[str]:
        return {self._statements[n].form for n in run.statements if self._statements[n].recognised}

    def chapters(self) -> list[Chapter]:
        """The chapters, each read again by itself; what stands before the first one's marks is of nobody."""
        starts = [self._start(run) for run in self.runs]
        ends = [*starts[1:], len(self._reading.blocks)]
        found = []
        before = 0
        for number, (run, start, end) in enumerate(zip(self.runs, starts, ends, strict=True), start=1):
            part = replace(self._reading, blocks=self._reading.blocks[start:end], oddities=())
            recognition = recognise(part)
            for statement in recognition.statements:
                statement.table_no += before
            whole = self._statements[before : before + len(recognition.statements)]
            if list(map(_what, recognition.statements)) != list(map(_what, whole)) or (
                len(whole) != len(run.statements)
            ):
                raise _refusal(
                    f"{self._name} has a chapter for {run.body.name} whose tables are not the same when they are "
                    "read by themselves; split it into one file a body.",
                    self._statements[run.statements[0]],
                )
            before += len(whole)
            found.append(Chapter(part, recognition, run.body, run.first.title, number, len(self.runs)))
        return found

    def _start(self, run: _Run) -> int:
        """The first block of a chapter: the head of the page, sheet or file that its first mark stands on."""
        spans = self._recognition.spans
        at = min(run.first.at, self._heads[run.statements[0]])
        after = max((last + 1 for _, last in spans if last < at), default=0)
        blocks = self._reading.blocks
        if after == 0 and run is self.runs[0] and not run.covers():
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


def _assign(runs: Sequence[_Run], heads: Sequence[int]) -> None:
    """Give every statement to the last run that begins before it; those before all of them to the first."""
    for run in runs:
        run.statements = []
    for number, head in enumerate(heads):
        owner = next((run for run in reversed(runs) if run.first.at <= head), runs[0] if runs else None)
        if owner is not None:
            owner.statements.append(number)


def _what(statement: Statement) -> tuple[object, ...]:
    rows = [row.texts for row in statement.rows]
    return statement.form, statement.table_no, statement.page_from, statement.page_to, rows
