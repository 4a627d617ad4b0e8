"""Runs of marks of one body, and whether they tell for certain which table of a file is whose.

Every body must have one unbroken run of tables that begins with its name; what is less certain is refused
(``Runs.require_certain``), each doubt with its own sentence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from parsers.body import Body
from parsers.body_marks import Mark, cover_marks, member_of, statement_bodies
from parsers.caption import is_caption
from parsers.grid import Grid, Line, Reading
from parsers.heading import begins
from parsers.recognise import Recognition
from parsers.statement import Statement
from schemas.errors import NotUnderstood

#: So many lines above a title may be its captions.
_ABOVE = 3


@dataclass(slots=True, eq=False)
class Run:
    """Marks of one body in a row and the statements (positions) that stand under them."""

    body: Body
    first: Mark
    last: Mark
    statements: list[int] = field(default_factory=list)

    def covers(self) -> bool:
        """Whether a cover begins it."""
        return self.first.is_cover


def printed_twice(statements: Sequence[Statement]) -> dict[str, Statement]:
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


def refusal(message: str, statement: Statement | None = None) -> NotUnderstood:
    """The refusal of a file whose chapters are in doubt."""
    return NotUnderstood("unit_conflict", message, place=statement.place() if statement else None)


class Runs:
    """The runs of a file's marks, in order, and ``heads``: the block that each of its statements begins with."""

    def __init__(self, reading: Reading, recognition: Recognition, file_name: str) -> None:
        self._reading, self._recognition, self._name = reading, recognition, file_name
        self._statements = recognition.statements
        self._bodies = [statement_bodies(each) for each in self._statements]
        self.heads = [self._head(number) for number in range(len(self._statements))]
        self._covers = cover_marks(reading, recognition.spans)
        self._marks = self._all_marks()
        self.runs = self._find()

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

    def _all_marks(self) -> list[Mark]:
        marks = list(self._covers)
        for number, bodies in enumerate(self._bodies):
            statement = self._statements[number]
            if len(bodies) > 1 and _is_once(statement):
                one, other, *_ = bodies
                raise refusal(
                    f"{self._name} holds tables of several bodies, and one names both {one.name} and {other.name}; "
                    "split it into one file a body.",
                    statement,
                )
            marks += [Mark(self.heads[number], body, number) for body in bodies[:1]]
        return sorted(marks, key=lambda mark: (mark.at, mark.statement is not None))

    def _find(self) -> list[Run]:
        """Runs of marks; one under which no table of a form stands (a list of chapters, a whole file's cover) is
        none."""
        runs: list[Run] = []
        for mark in self._marks:
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
                runs.append(Run(mark.body, mark, mark))
        while True:
            _assign(runs, self.heads)
            kept = [run for run in runs if any(self._statements[each].recognised for each in run.statements)]
            for run, after in pairwise(runs):
                if run not in kept and after in kept and run.body.is_like(after.body):
                    after.first, after.body = run.first, replace(after.body, level=None)
            merged: list[Run] = []
            for run in kept:
                if merged and merged[-1].body.is_same(run.body):
                    merged[-1].last = run.last
                else:
                    merged.append(run)
            if len(merged) == len(runs):
                return merged
            runs = merged

    def standing_again(self, numbers: Sequence[int]) -> list[Statement]:
        """Of these statements (positions) the first of each form that stands a second time in one file.

        An archive may hold the tables of one disclosure in two files: a narrative and a workbook.
        """
        seen: set[tuple[str, str]] = set()
        again: dict[str, Statement] = {}
        for number in numbers:
            statement = self._statements[number]
            key = statement.form, member_of(self._block(self._recognition.spans[number][0]))
            if _is_once(statement) and key in seen:
                again.setdefault(statement.form, statement)
            seen.add(key)
        return list(again.values())

    def require_certain(self) -> None:
        """Refuse a file whose runs leave a doubt."""
        for number, run in enumerate(self.runs):
            for other in self.runs[:number]:
                if other.body.is_same(run.body):
                    raise refusal(
                        f"{self._name} holds chapters of several bodies, and tables of {run.body.name} stand before "
                        f"and after those of {self.runs[number - 1].body.name}; split it into one file a body.",
                        self._statements[run.statements[0]],
                    )
        first = self.runs[0]
        if first.covers() and self.heads[first.statements[0]] < first.first.at:
            raise refusal(
                f"{self._name} holds chapters of several bodies, and a table before the cover of {first.body.name} "
                "does not say whose it is; split it into one file a body.",
                self._statements[first.statements[0]],
            )
        for run, after in pairwise(self.runs):
            if after.covers():
                continue
            end = self._recognition.spans[after.statements[0] - 1][1]
            if any(
                end < mark.at < after.first.at for mark in self._covers if not mark.body.is_like(after.body)
            ):
                raise refusal(
                    f"{self._name} has a chapter whose tables name {after.body.name} and whose cover names another "
                    "body; split it into one file a body.",
                    self._statements[after.statements[0]],
                )
            for number in run.statements:
                if self.heads[number] > run.last.at:
                    raise refusal(
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
                raise refusal(
                    f"{self._name} has {len(own)} of its tables under the name of {run.body.name}, which is not a "
                    "whole chapter; split it into one file a body, or mend the name.",
                    own[0],
                )
            if again := self.standing_again(run.statements):
                raise refusal(
                    f"{self._name} holds chapters of several bodies, and a table stands twice in the one of "
                    f"{run.body.name}; split it into one file a body.",
                    again[0],
                )

    def _forms(self, run: Run) -> set[str]:
        return {self._statements[n].form for n in run.statements if self._statements[n].recognised}


def _assign(runs: Sequence[Run], heads: Sequence[int]) -> None:
    """Give every statement to the last run that begins before it; those before all of them to the first."""
    for run in runs:
        run.statements = []
    for number, head in enumerate(heads):
        owner = next((run for run in reversed(runs) if run.first.at <= head), runs[0] if runs else None)
        if owner is not None:
            owner.statements.append(number)
