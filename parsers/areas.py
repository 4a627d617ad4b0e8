"""Where the tables of a sheet are: a spreadsheet is one endless grid, a disclosure has tables on it.

Drawn rules decide where there are any: what is ruled together is a table, the rest is text. Sheets
without rules are taken apart by their filling: rows of one text, or of few that read ``name: value``,
above a wider table are its title and captions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from parsers.looks import Slot

_COLON = re.compile(r"[:：]")
_SENTENCE = re.compile(r"[:：。]")


class Area(NamedTuple):
    """A rectangle of cells, ends inclusive, 0-based."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, row: int, col: int) -> bool:
        """Whether the cell is inside."""
        return self.top <= row <= self.bottom and self.left <= col <= self.right

    @property
    def n_rows(self) -> int:
        """Rows inside."""
        return self.bottom - self.top + 1

    @property
    def n_cols(self) -> int:
        """Columns inside."""
        return self.right - self.left + 1

    def slots(self) -> Iterator[Slot]:
        """Every cell inside, row by row."""
        for row in range(self.top, self.bottom + 1):
            for col in range(self.left, self.right + 1):
                yield row, col

    def touches(self, other: Area) -> bool:
        """Whether the two have a cell in common."""
        return (
            self.top <= other.bottom
            and other.top <= self.bottom
            and self.left <= other.right
            and other.left <= self.right
        )

    def around(self, other: Area) -> Area:
        """The smallest area with both in it."""
        return Area(
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
        )


@dataclass(slots=True)
class Sheet:
    """A sheet's printed content: texts that are not blank and merges by their first cell, ruled cells."""

    texts: dict[Slot, str]
    merges: dict[Slot, Area] = field(default_factory=dict)
    ruled: set[Slot] = field(default_factory=set)

    def span(self, slot: Slot) -> Area:
        """The merge that begins at a cell, or the cell itself."""
        return self.merges.get(slot, Area(*slot, *slot))


def find_areas(sheet: Sheet) -> list[Area]:
    """The tables of a sheet from top to bottom; every text outside them is a line.

    Titles merged over a whole table are cut off at its top and bottom, blank rows too.
    """
    areas = [cut for area in _ruled_areas(sheet) if (cut := _cut(area, sheet)) is not None]
    taken = {row for area in areas for row in range(area.top, area.bottom + 1)}
    filled = (_filled_area(run, sheet) for run in _runs(sheet, taken))
    return sorted([*areas, *(area for area in filled if area is not None)])


def _ruled_areas(sheet: Sheet) -> list[Area]:
    """The boxes round ruled cells that hang together; at least two rows and two columns each."""
    left = set(sheet.ruled)
    for slot, merge in sheet.merges.items():
        # Some programs store the rules of a merge at its first cell only.
        if slot in sheet.ruled:
            left.update(merge.slots())
    areas: list[Area] = []
    while left:
        todo = [left.pop()]
        top, col_left = bottom, right = todo[0]
        while todo:
            row, col = todo.pop()
            top, col_left, bottom, right = (
                min(top, row),
                min(col_left, col),
                max(bottom, row),
                max(right, col),
            )
            for slot in ((row - 1, col), (row + 1, col), (row, col - 1), (row, col + 1)):
                if slot in left:
                    left.remove(slot)
                    todo.append(slot)
        if bottom > top and right > col_left:
            areas.append(Area(top, col_left, bottom, right))
    return _joined(areas)


def _joined(areas: list[Area]) -> list[Area]:
    """The areas with those that overlap made one."""
    joined: list[Area] = []
    for area in sorted(areas):
        while (other := next((a for a in joined if a.touches(area)), None)) is not None:
            joined.remove(other)
            area = area.around(other)
        joined.append(area)
    return joined


def _cut(area: Area, sheet: Sheet) -> Area | None:
    """The area without blank rows and full-width texts at its ends; ``None`` where nothing is left."""
    spans = [sheet.span(slot) for slot in sheet.texts if area.holds(*slot)]
    titles = [span for span in spans if span.left <= area.left and span.right >= area.right]
    cells = [span for span in spans if not (span.left <= area.left and span.right >= area.right)]
    if not cells:
        return None
    top, bottom = area.top, area.bottom
    first, last = min(span.top for span in cells), max(span.bottom for span in cells)
    top = max([first, *(title.bottom + 1 for title in titles if title.bottom < first)])
    bottom = min([last, bottom, *(title.top - 1 for title in titles if title.top > last)])
    return area._replace(top=top, bottom=bottom)


def _runs(sheet: Sheet, taken: set[int]) -> Iterator[dict[int, list[Slot]]]:
    """The texts of rows that follow each other without a blank row or a table between, by row."""
    rows: dict[int, list[Slot]] = {}
    for slot in sorted(sheet.texts):
        if slot[0] in taken:
            continue
        rows.setdefault(slot[0], []).append(slot)
        for row in range(slot[0] + 1, sheet.span(slot).bottom + 1):
            if row not in taken:
                rows.setdefault(row, [])
    run: dict[int, list[Slot]] = {}
    for row in sorted(rows):
        if run and row - 1 not in run:
            yield run
            run = {}
        run[row] = rows[row]
    if run:
        yield run


def _filled_area(run: dict[int, list[Slot]], sheet: Sheet) -> Area | None:
    """The table in a run of rows without rules, if at least two rows are wide."""
    rows = sorted(run)
    widest = max(len(slots) for slots in run.values())
    while rows and _is_caption(run[rows[0]], sheet, widest):
        rows.pop(0)
    while rows and len(run[rows[-1]]) == 1 and _SENTENCE.search(sheet.texts[run[rows[-1]][0]]):
        rows.pop()
    if sum(len(run[row]) > 1 for row in rows) < 2:
        return None
    spans = [sheet.span(slot) for row in rows for slot in run[row]]
    left, right = min(span.left for span in spans), max(span.right for span in spans)
    return Area(rows[0], left, rows[-1], right)


def _is_caption(slots: list[Slot], sheet: Sheet, widest: int) -> bool:
    """Whether a row above a table is text: one cell, or up to three of which one reads ``name: value``."""
    if len(slots) < 2:
        return True
    return len(slots) <= min(3, widest - 1) and any(_COLON.search(sheet.texts[slot]) for slot in slots)
