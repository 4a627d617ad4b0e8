"""Tables ruled by horizontal lines only: their columns are told by what stands in them.

Where rules of one width lie under each other and no vertical rule parts them, numbers and headings that stand
under each other are a column, and the missing rulings are drawn between columns (``column_rulings``), so that the
lattice finds cells as in any other table. A heading reaches over the columns that a rule under it joins. Rows
that no rule parts (三线表) end in the wide gaps between lines.

Safe rather than complete: where texts overlap, two numbers share a cell, or a column has no heading, nothing is
drawn, and the printed rows are told as unread by ``parsers.unread``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from parsers.pdf.characters import Characters
from parsers.pdf.column_spans import Columns, columns_of, spans_over
from parsers.pdf.edges import TOLERANCE
from parsers.pdf.lattice import Table, find_tables
from parsers.pdf.open_blocks import LEAST_RULES, Block, Rule, is_extent, left_over, open_blocks, tables_in
from parsers.pdf.pdfium import Floats
from parsers.pdf.segments import Segment, lines_of, row_cuts, rows_of, segments_of


@dataclass(slots=True)
class Missing:
    """Rulings to be added, and the places of the columns of the lowest table (outer sides included)."""

    horizontal: list[Rule] = field(default_factory=list)
    vertical: list[Rule] = field(default_factory=list)
    columns: list[list[float]] = field(default_factory=list)

    def arrays(self) -> tuple[Floats, Floats]:
        """The rulings as arrays n x 3: position, start, end."""
        return np.array(self.horizontal).reshape(-1, 3), np.array(self.vertical).reshape(-1, 3)


def find_open_tables(
    horizontal: Floats,
    vertical: Floats,
    tables: list[Table],
    characters: Callable[[], Characters],
    before: list[list[float]],
) -> tuple[list[Table], list[list[float]]]:
    """All tables of a page, with those whose columns no ruling parts, and the columns of these.

    ``tables`` are those of the rulings alone; characters are asked for where rules are left over only.
    ``before``: the columns of such tables on the page before, which may go on without their header.
    """
    blocks = open_blocks(left_over(horizontal, tables), vertical, 2 if before else LEAST_RULES)
    if not blocks:
        return tables, []
    missing = column_rulings(blocks, characters(), before)
    if not missing.vertical:
        return tables, []
    added_h, added_v = missing.arrays()
    found = find_tables(np.concatenate((horizontal, added_h)), np.concatenate((vertical, added_v)))
    return found, missing.columns


def column_rulings(
    blocks: list[Block], characters: Characters, before: list[list[float]] | None = None
) -> Missing:
    """The rulings missing in ``blocks``; ``before``: the columns of such tables on the page before.

    A table that goes on over a page end without its header has the columns of the page before.
    """
    missing = Missing()
    for block in sorted(blocks, key=lambda each: each.ys[0]):
        texts = segments_of(characters, (block.x0 - 2, block.ys[0], block.x1 + 2, block.ys[-1]))
        leads = not ((characters.boxes[:, 3] < block.ys[0]) & ~characters.blanks()).any()
        for part in tables_in(block, texts):
            _Reading(part, texts, before or [], leads).add_to(missing)
            before = None  # only the first table of a page goes on from the page before
    return missing


class _Reading:
    """One table between rules: its header, its columns, its rows."""

    def __init__(
        self, block: Block, texts: list[Segment], before: list[list[float]], leads: bool = False
    ) -> None:
        self.block = block
        #: Whether nothing is printed above it on its page.
        self.leads = leads
        self.before = before
        self.texts = [s for s in texts if block.ys and block.ys[0] < s.level < block.ys[-1]]
        self.bands = [[s for s in self.texts if top < s.level < bottom] for top, bottom in pairwise(block.ys)]
        #: Where the body begins: the number of bands of the header.
        self.first = 0

    def add_to(self, missing: Missing) -> None:
        """Adds the rulings of this table, where its columns and rows can be told."""
        if len(self.block.ys) < 2 or not self.texts:
            return
        columns = self._columns()
        if columns is None:
            return
        rows = self._rows(columns)
        if rows is None:
            return
        walls = _Walls(columns.edges, self.block.ys[0], self.block.ys[-1])
        if not self._open_header(walls, 0, columns.n - 1, self.block.ys[0], self.block.ys[self.first]):
            return
        for top, bottom in pairwise(rows):
            self._open_row(walls, columns, top, bottom)
        drawn = set(self.block.ys)
        missing.horizontal += [(y, self.block.x0, self.block.x1) for y in rows if y not in drawn]
        missing.vertical += walls.rulings()
        missing.columns = [columns.edges]  # the lowest table is the one that may go on on the next page

    def _columns(self) -> Columns | None:
        block = self.block
        beside = [any(len(line) > 1 for line in lines_of(band)) for band in self.bands]
        numbered = next(
            (at for at, band in enumerate(self.bands) if any(s.is_number for s in band)), len(beside)
        )
        if len(block.ys) >= LEAST_RULES and any(beside[:numbered]):
            # Rows may have no number at all, so any of these may be the header's last: the one whose headings
            # name most columns, and the least of those.
            found = [
                (own.unnamed, first, own)
                for first in range(beside.index(True) + 1, numbered + 1)
                if (own := self._columns_under(first)) is not None
            ]
            if found:
                _, self.first, columns = min(found, key=lambda each: each[:2])
                if not self._begins_with_a_row():
                    # A row without a number at the head of a page, such as 上年结转 | 年终结转, is no header.
                    before = (
                        self._columns_before(columns.n) if columns.unnamed and self._may_be_rows() else None
                    )
                    self.first = 0 if before else self.first
                    return before or columns
        self.first = 0
        return self._columns_before()

    def _columns_before(self, n: int | None = None) -> Columns | None:
        """The columns of the page before, only if they are ``n``, where all texts stand within them."""
        for edges in self.before:
            if is_extent((edges[0], edges[-1]), (self.block.x0, self.block.x1)):
                columns = Columns([self.block.x0, *edges[1:-1], self.block.x1])
                within = n is None or all(len(set(columns.crossed(text))) == 1 for text in self.texts)
                if n in (None, columns.n) and within and columns.holds(self.texts):
                    return columns
        return None

    def _may_be_rows(self) -> bool:
        """Whether a header may be rows: at the head of a page, several texts a band, no rule under a group."""
        end = self.block.ys[self.first] - TOLERANCE
        return (
            self.leads
            and all(len(band) > 1 for band in self.bands[: self.first])
            and not any(y < end for y, _, _ in self.block.partial)
        )

    def _begins_with_a_row(self) -> bool:
        """Whether what was taken for the header is a row: its words begin where those below begin."""
        head = [s for band in self.bands[: self.first] for s in band]
        words = [s for s in self._body() if not s.is_number]
        compared = []
        for heading in head:
            below = [s for s in words if s.x0 < heading.x1 and heading.x0 < s.x1]
            width = max((s.x1 for s in below), default=0) - min((s.x0 for s in below), default=0)
            if len(below) > 1 and heading.x1 - heading.x0 < 0.8 * width:
                compared.append(abs(heading.x0 - min(s.x0 for s in below)) < 1)
        return bool(compared) and all(compared)

    def _columns_under(self, first: int) -> Columns | None:
        """The columns if the first so many bands are the header."""
        self.first = first
        # A heading over several header rows stands beside the rules of the others.
        leaves = [s for band in self.bands[:first] for s in band if not self._stands_over_rule(s)]
        rows = [row for band in self.bands[first:] for row in rows_of(band)]
        return columns_of(leaves, rows, self.block.x0, self.block.x1)

    def _body(self) -> list[Segment]:
        return [s for band in self.bands[self.first :] for s in band]

    def _stands_over_rule(self, segment: Segment) -> bool:
        """Whether a rule of the header lies below a heading: then it is the heading of other headings."""
        end = self.block.ys[self.first] - TOLERANCE
        full = any(segment.level < y < end for y in self.block.ys)
        return full or any(
            segment.level < y < end and x0 < segment.middle < x1 for y, x0, x1 in self.block.partial
        )

    def _rows(self, columns: Columns) -> list[float] | None:
        """Where rows begin and end in the body; ``None`` where two numbers would share a cell."""
        ys = self.block.ys[self.first :]
        bands = self.bands[self.first :]
        cut = any(columns.stacks_numbers(band) for band in bands) or len(bands) == 1
        rows = [ys[0]]
        for band, bottom in zip(bands, ys[1:], strict=True):
            cuts = row_cuts(band) if cut else []
            tops = [rows[-1], *cuts, bottom]
            for top, end in pairwise(tops):
                if columns.stacks_numbers([s for s in band if top < s.level < end]):
                    return None
            rows += [*cuts, bottom]
        return rows

    def _open_header(self, walls: _Walls, first: int, last: int, top: float, bottom: float) -> bool:
        """Takes out the walls that headings reach over, rule by rule downwards; ``False`` where they do not fit."""
        if first > last or bottom - top <= TOLERANCE:
            return True
        inner = [
            (y, *covered)
            for y, x0, x1 in [
                *((y, self.block.x0, self.block.x1) for y in self.block.ys),
                *self.block.partial,
            ]
            if top + TOLERANCE < y < bottom - TOLERANCE
            and (covered := walls.columns_under(x0, x1, first, last))
        ]
        if not inner:
            return self._open_band(walls, first, last, top, bottom) is not None
        y, left, right = min(inner)
        if (left, right) == (first, last):
            spans = self._open_band(walls, first, last, top, y)
            if (first, last) == (0, len(walls.edges) - 2):
                # A row of captions has other cells than the header under it.
                if spans is None and self._has_captions(top, y):
                    walls.open(first, last, top, y)
                    spans = [(first, last)]
                spans = spans and [(first, last)]
            return spans is not None and all(self._open_header(walls, *span, y, bottom) for span in spans)
        parts = ((first, left - 1), (left, right), (right + 1, last))
        return all(self._open_header(walls, *part, top, bottom) for part in parts)

    def _has_captions(self, top: float, bottom: float) -> bool:
        """Whether a band says whose table it is, or in which unit."""
        return any(":" in s.text or "：" in s.text for s in self.texts if top < s.level < bottom)

    def _open_band(
        self, walls: _Walls, first: int, last: int, top: float, bottom: float
    ) -> list[tuple[int, int]] | None:
        """The columns of each heading of a band; all of them where it has none."""
        x0, x1 = walls.edges[first], walls.edges[last + 1]
        texts = [s for s in self.texts if top < s.level < bottom and x0 < s.middle < x1]
        if not texts:
            return [(first, last)]
        spans = spans_over(texts, walls.edges, first, last)
        if spans is not None:
            for left, right in spans:
                walls.open(left, right, top, bottom)
        return spans

    def _open_row(self, walls: _Walls, columns: Columns, top: float, bottom: float) -> None:
        """Takes out the walls that a word of a row runs over (合计 over code and name)."""
        texts = [s for s in self.texts if top < s.level < bottom]
        filled = {columns.at(s) for s in texts}
        for segment in texts:
            first, last = columns.crossed(segment)
            if first == last:
                continue
            best = (first, last)
            for left in range(first, -1, -1):
                if left < first and left in filled:
                    break
                for right in range(last, columns.n):
                    if right > last and right in filled:
                        break
                    best = min(best, (left, right), key=lambda span: columns.off_centre(segment, *span))
            walls.open(*best, top, bottom)


class _Walls:
    """The vertical rulings between columns, each less the parts that a merged cell reaches over."""

    def __init__(self, edges: list[float], top: float, bottom: float) -> None:
        self.edges = edges
        self.top, self.bottom = top, bottom
        self._open: list[list[tuple[float, float]]] = [[] for _ in edges]

    def open(self, first: int, last: int, top: float, bottom: float) -> None:
        """Columns ``first`` to ``last`` are one cell between two heights."""
        for edge in range(first + 1, last + 1):
            self._open[edge].append((top, bottom))

    def columns_under(self, x0: float, x1: float, first: int, last: int) -> tuple[int, int] | None:
        """Which of some columns a rule covers, by their middles."""
        middles = [(self.edges[n] + self.edges[n + 1]) / 2 for n in range(first, last + 1)]
        under = [first + n for n, middle in enumerate(middles) if x0 < middle < x1]
        return (under[0], under[-1]) if under else None

    def rulings(self) -> list[Rule]:
        """The pieces that are left."""
        rules: list[Rule] = []
        for x, gaps in zip(self.edges, self._open, strict=True):
            y = self.top
            for top, bottom in sorted(gaps):
                if top > y + TOLERANCE:
                    rules.append((x, y, top))
                y = max(y, bottom)
            if self.bottom > y + TOLERANCE:
                rules.append((x, y, self.bottom))
        return rules
