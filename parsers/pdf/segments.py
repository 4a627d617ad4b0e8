"""Pieces of text that stand apart on a line: what the eye takes for one cell where no ruling parts cells."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from parsers.pdf.characters import Characters

#: A gap over this share of the font size parts two texts; within one text there is next to none.
_APART = 0.3
#: Baselines nearer than this share of the height are one line.
_SAME_LINE = 0.3
#: 合　计, 收　入: the characters of these words may be set apart, up to so many heights.
_SPACED = 2.6
_NUMBER = re.compile(r"[(（]?[-−－]?[\d,，]*\d(?:[.．]\d+)?[)）]?%?")
#: Any others side by side are the headings of narrow columns.
_WORDS = frozenset({"合计", "总计", "小计", "共计", "收入", "支出", "项目", "科目", "金额", "名称", "备注"})


@dataclass(frozen=True, slots=True)
class Segment:
    """One text of a line: its words without blanks, its box, its line's baseline."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    baseline: float

    @property
    def middle(self) -> float:
        """The middle from left to right."""
        return (self.x0 + self.x1) / 2

    @property
    def level(self) -> float:
        """The middle from top to bottom."""
        return (self.top + self.bottom) / 2

    @property
    def is_number(self) -> bool:
        """Whether it is a number and nothing else."""
        return _NUMBER.fullmatch(self.text) is not None


def segments_of(characters: Characters, box: tuple[float, float, float, float]) -> list[Segment]:
    """The texts inside a box (x0, top, x1, bottom), line by line from the top, each from left to right."""
    x0, top, x1, bottom = box
    middle = (characters.boxes[:, :2] + characters.boxes[:, 2:]) / 2
    inside = (middle[:, 0] > x0) & (middle[:, 0] < x1) & (middle[:, 1] > top) & (middle[:, 1] < bottom)
    shown = characters.take(inside & ~characters.blanks())
    if not len(shown):
        return []
    order = np.argsort(shown.baselines, kind="stable")
    baseline = shown.baselines[order]
    height = np.maximum(shown.boxes[order, 3] - shown.boxes[order, 1], 1.0)
    new = np.diff(baseline) > _SAME_LINE * np.minimum(height[1:], height[:-1])
    line = np.empty(len(order), np.int64)
    line[order] = np.concatenate(([0], np.cumsum(new)))
    shown_order = np.lexsort((shown.boxes[:, 0], line))
    found: list[Segment] = []
    text = shown.take(shown_order)
    words, boxes, lines = text.text(), text.boxes.tolist(), line[shown_order].tolist()
    baselines = text.baselines.tolist()
    start = 0
    for at in range(1, len(words) + 1):
        if at < len(words) and lines[at] == lines[at - 1] and not _parts(words, boxes, at):
            continue
        part = boxes[start:at]
        found.append(
            Segment(
                words[start:at],
                min(b[0] for b in part),
                min(b[1] for b in part),
                max(b[2] for b in part),
                max(b[3] for b in part),
                baselines[start],
            )
        )
        start = at
    return _with_spaced_words(found)


def _parts(words: str, boxes: list[list[float]], at: int) -> bool:
    """Whether a gap parts two characters: number and word touch only where they are one (2024年)."""
    before, after = boxes[at - 1], boxes[at]
    one, other = words[at - 1], words[at]
    em = max(_em(one, before), _em(other, after))
    gap = after[0] - before[2]
    if one == "." and other.isdigit():
        return gap > em  # 525. 41 is printed so
    return gap > em * (_APART / 2 if one.isascii() or other.isascii() else _APART)


def _em(character: str, box: list[float]) -> float:
    """The font size by the width of a character: figures are half as wide as words."""
    return (box[2] - box[0]) * (2 if character.isdigit() else 1)


def _with_spaced_words(segments: list[Segment]) -> list[Segment]:
    """Words of two characters that are set apart made whole; those of two headings set downwards are none."""
    single = [segment for segment in segments if len(segment.text) == 1]
    found: list[Segment] = []
    for segment in segments:
        last = found[-1] if found else None
        if (
            last is not None
            and last.baseline == segment.baseline
            and last.text + segment.text in _WORDS
            and segment.x0 - last.x1 < _SPACED * (segment.bottom - segment.top)
            and not any(_is_set_downwards(each, single) for each in (last, segment))
        ):
            found[-1] = Segment(
                last.text + segment.text,
                last.x0,
                min(last.top, segment.top),
                segment.x1,
                max(last.bottom, segment.bottom),
                last.baseline,
            )
        else:
            found.append(segment)
    return found


def _is_set_downwards(segment: Segment, single: Sequence[Segment]) -> bool:
    """Whether a character stands in a word that is written from top to bottom: three of them at least."""
    reach = 2.5 * (segment.bottom - segment.top)
    stacked = sum(
        abs(each.x0 - segment.x0) < 1 and abs(each.baseline - segment.baseline) < reach for each in single
    )
    return stacked > 2  # itself included


def lines_of(segments: Iterable[Segment]) -> list[list[Segment]]:
    """Segments by line, from the top."""
    lines: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda each: (each.baseline, each.x0)):
        if lines and abs(lines[-1][0].baseline - segment.baseline) < _SAME_LINE * (
            segment.bottom - segment.top
        ):
            lines[-1].append(segment)
        else:
            lines.append([segment])
    return lines


def rows_of(band: Sequence[Segment]) -> list[list[Segment]]:
    """What stands between two rules as rows: one, unless numbers stand under each other; then its lines."""
    numbers = [segment for segment in band if segment.is_number]
    stacked = any(
        one.x0 < other.x1 and other.x0 < one.x1 for one, other in itertools.combinations(numbers, 2)
    )
    return lines_of(band) if stacked else [list(band)]


def row_cuts(segments: Iterable[Segment]) -> list[float]:
    """Where rows that no ruling parts end: in the wide gaps between lines; lines close together are one row.

    With gaps all alike every line is a row.
    """
    lines = lines_of(segments)
    spans: list[tuple[float, float]] = []
    for line in lines:
        top, bottom = min(s.top for s in line), max(s.bottom for s in line)
        if spans and top < spans[-1][1] - 0.2 * (bottom - top):
            spans[-1] = (spans[-1][0], max(spans[-1][1], bottom))  # lines that overlap are one row
        else:
            spans.append((top, bottom))
    gaps = [below[0] - above[1] for above, below in pairwise(spans)]
    least = _wide_from(gaps, min((bottom - top for top, bottom in spans), default=1.0))
    return [
        (above[1] + below[0]) / 2
        for (above, below), gap in zip(pairwise(spans), gaps, strict=True)
        if gap >= least
    ]


def _wide_from(gaps: list[float], height: float) -> float:
    """The least gap that parts rows: above the widest step between gaps, where there is a clear one."""
    ordered = sorted(gaps)
    steps = [(after - before, after) for before, after in pairwise(ordered)]
    step, least = max(steps, default=(0.0, 0.0))
    return least if step > 0.2 * height else min(ordered, default=0.0)
