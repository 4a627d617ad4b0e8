"""Where rules of one width lie under each other with no vertical rule between them: a table without columns.

Rules inside tables that have columns do not count, and a page has few others, so most pages cost nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from parsers.pdf.edges import TOLERANCE, join
from parsers.pdf.lattice import Table
from parsers.pdf.pdfium import Floats
from parsers.pdf.segments import Segment, lines_of

#: Rules shorter than this are underlines, not tables (points).
_LEAST_WIDTH = 150.0
#: A page with more rules that are in no table is a drawing (most seen: 90).
_MOST_RULES = 500
#: 收支总表; a shorter text in the middle is a row's 合计.
_SHORTEST_TITLE = 4
#: A table has a rule above and under its header and one at its end.
LEAST_RULES = 3

Rule = tuple[float, float, float]


@dataclass(slots=True)
class Block:
    """Rules of one extent under each other (``ys``, ascending), and the shorter ones between them."""

    x0: float
    x1: float
    ys: list[float]
    partial: list[Rule] = field(default_factory=list)


def left_over(horizontal: Floats, tables: list[Table]) -> Floats:
    """The rules outside every table of several columns; a frame with rules inside may lack its columns."""
    left = np.ones(len(horizontal), np.bool_)
    for table in tables:
        if len(table.xs) > 2:
            x0, top, x1, bottom = table.box
            inside = (horizontal[:, 0] > top - TOLERANCE) & (horizontal[:, 0] < bottom + TOLERANCE)
            left &= ~(inside & (horizontal[:, 1] < x1) & (horizontal[:, 2] > x0))
    return horizontal[left]


def open_blocks(horizontal: Floats, vertical: Floats, least: int = LEAST_RULES) -> list[Block]:
    """Where rules of one width lie under each other with no vertical rule between them."""
    if not least <= len(horizontal) <= _MOST_RULES or len(vertical) > _MOST_RULES:
        return []
    if (horizontal[:, 2] - horizontal[:, 1]).sum() < least * _LEAST_WIDTH:
        return []
    h, v = join(horizontal), join(vertical)
    rules = sorted(zip(h.at[h.line].tolist(), h.start.tolist(), h.end.tolist(), strict=True))
    inner = list(zip(v.at[v.line].tolist(), v.start.tolist(), v.end.tolist(), strict=True))
    blocks: list[Block] = []
    for extent in _extents(rules):
        ys = [y for y, x0, x1 in rules if is_extent((x0, x1), extent)]
        runs: list[list[float]] = [ys[:1]]
        for above, below in pairwise(ys):
            if any(_parts(rule, extent, above, below) for rule in inner):
                runs.append([])
            runs[-1].append(below)
        blocks += [Block(*extent, run) for run in runs if len(run) >= least]
    blocks = [block for block in blocks if not any(_is_within(block, other) for other in blocks)]
    for block in blocks:
        block.partial = [
            rule
            for rule in rules
            if block.ys[0] < rule[0] < block.ys[-1]
            and block.x0 - TOLERANCE < rule[1]
            and rule[2] < block.x1 + TOLERANCE
            and not is_extent(rule[1:], (block.x0, block.x1))
        ]
    return blocks


def _is_within(block: Block, other: Block) -> bool:
    """Whether the rules are those of a header's groups in another table."""
    wider = other.x0 - TOLERANCE < block.x0 and block.x1 < other.x1 + TOLERANCE
    return block is not other and wider and other.ys[0] < block.ys[0] and block.ys[-1] < other.ys[-1]


def _extents(rules: list[Rule]) -> list[tuple[float, float]]:
    extents: list[tuple[float, float]] = []
    for _, x0, x1 in rules:
        if x1 - x0 >= _LEAST_WIDTH and not any(is_extent((x0, x1), other) for other in extents):
            extents.append((x0, x1))
    return extents


def is_extent(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether two rules begin and end at the same places."""
    return abs(one[0] - other[0]) <= TOLERANCE and abs(one[1] - other[1]) <= TOLERANCE


def _parts(rule: Rule, extent: tuple[float, float], above: float, below: float) -> bool:
    """Whether a vertical rule runs inside, between two rules."""
    x, top, bottom = rule
    inside = extent[0] + TOLERANCE < x < extent[1] - TOLERANCE
    return inside and top < below - TOLERANCE and bottom > above + TOLERANCE


def tables_in(block: Block, texts: list[Segment]) -> Iterator[Block]:
    """The tables of a block: another one begins where text stands between two rules as no row does."""
    start, columns = 0, False
    bands = [[s for s in texts if top < s.level < bottom] for top, bottom in pairwise(block.ys)]
    for at, band in enumerate(bands):
        if columns and _is_title(band, block):
            # Between two frames there is nothing, or the note of the first.
            gap = len(bands[at - 1]) == 0 or (len(lines_of(bands[at - 1])) == len(bands[at - 1]) == 1)
            yield _cut(block, start, at - gap)
            start, columns = at, False
        elif columns and _is_title_gap(band, block):
            yield _cut(block, start, at)
            start, columns = at + 1, False
        else:
            columns = columns or any(len(line) > 1 for line in lines_of(band))
    yield _cut(block, start, len(bands))


def _cut(block: Block, first: int, last: int) -> Block:
    ys = block.ys[first : last + 1]
    return Block(block.x0, block.x1, ys, [rule for rule in block.partial if ys[0] < rule[0] < ys[-1]])


def _is_title_gap(band: list[Segment], block: Block) -> bool:
    """Whether texts between two rules are a title with captions under it, perhaps below a note."""
    lines = lines_of(band)
    return not any(s.is_number for s in band) and any(
        _is_title(line, block) for line in lines[:2][: len(lines) - 1]
    )


def _is_title(texts: list[Segment], block: Block) -> bool:
    """Whether a row is one text in the middle, as a title inside the frame of the next table is."""
    middle, width = (block.x0 + block.x1) / 2, block.x1 - block.x0
    return (
        len(texts) == 1
        and len(texts[0].text) >= _SHORTEST_TITLE
        and not texts[0].is_number
        and abs(texts[0].middle - middle) < 0.015 * width
    )
