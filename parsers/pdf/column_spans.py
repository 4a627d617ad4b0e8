"""Columns that no ruling parts: from headings and numbers that stand under each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from parsers.pdf.segments import Segment, lines_of

#: Columns nearer than this have no room for a rule between them (points).
_GUTTER = 1.0
#: A heading may stand so far outside the columns that it is put over (points).
_SLACK = 3.0


@dataclass(slots=True)
class _Cluster:
    """Texts that stand under each other, and whether a heading is among them."""

    x0: float
    x1: float
    headed: bool = False
    numeric: bool = False

    def meets(self, other: _Cluster | Segment) -> bool:
        """Whether the two have a place from left to right in common."""
        return self.x0 < other.x1 and other.x0 < self.x1

    def take(self, other: _Cluster | Segment) -> None:
        """Makes room for another."""
        self.x0, self.x1 = min(self.x0, other.x0), max(self.x1, other.x1)


class Columns:
    """``edges``: where columns begin and end, ascending, one more than there are columns.

    ``unnamed``: columns without a heading of their own, under one that reaches over them.
    """

    def __init__(self, edges: list[float], unnamed: int = 0) -> None:
        self.edges = edges
        self.unnamed = unnamed
        self.n = len(edges) - 1

    def at(self, segment: Segment) -> int:
        """The column that the middle of a text is in."""
        return self._column(segment.middle)

    def _column(self, x: float) -> int:
        inside = sum(edge <= x for edge in self.edges) - 1
        return min(max(inside, 0), self.n - 1)

    def crossed(self, segment: Segment) -> tuple[int, int]:
        """The first and last column that a text reaches into."""
        return self._column(segment.x0 + _GUTTER), self._column(segment.x1 - _GUTTER)

    def off_centre(self, segment: Segment, first: int, last: int) -> float:
        """How far the middle of a text is from the middle of some columns."""
        return abs((self.edges[first] + self.edges[last + 1]) / 2 - segment.middle)

    def stacks_numbers(self, texts: Iterable[Segment]) -> bool:
        """Whether two of the texts are numbers in one column."""
        held = [self.at(segment) for segment in texts if segment.is_number]
        return len(held) > len(set(held))

    def holds(self, body: Sequence[Segment]) -> bool:
        """Whether no number runs over an edge and no line has two texts in a column; words may run over."""
        numbers = [segment for segment in body if segment.is_number]
        if not numbers or any(len(set(self.crossed(number))) > 1 for number in numbers):
            return False
        return not any(self._shares(line) for line in lines_of(body))

    def _shares(self, line: Sequence[Segment]) -> bool:
        """Whether two texts of a line are in one column."""
        held = [self.at(segment) for segment in line]
        return len(held) > len(set(held))


def columns_of(
    leaves: Sequence[Segment], rows: Sequence[Sequence[Segment]], x0: float, x1: float
) -> Columns | None:
    """The columns of lowest headings and body rows between two sides; ``None`` where they cannot be told."""
    body = [segment for row in rows for segment in row]
    numeric = _clusters((s for s in body if s.is_number), numeric=True)
    headings = _clusters(leaves, headed=True)
    if len(headings) < 2:
        return None
    single: list[_Cluster] = []
    wide: list[_Cluster] = []
    for heading in headings:
        over = sum(heading.meets(cluster) for cluster in numeric)
        (wide if over > 1 else single).append(heading)
    base = _joined([*numeric, *single])
    base = [cluster for cluster in base if not _is_among_words(cluster, base, body)]
    words: list[_Cluster] = []
    for segment in body:
        met = [cluster for cluster in base if cluster.meets(segment)]
        if len(met) < 2:  # a word over more columns is a merged cell, 合计 over code and name
            words.append(_Cluster(segment.x0, segment.x1, numeric=bool(met) and met[0].numeric))
    joined = _joined([*base, *_joined(words)])
    for cluster in joined:
        cluster.headed = cluster.headed or any(cluster.meets(heading) for heading in wide)
    found = _with_headings(joined, rows)
    if found is None or len(found) < 2:
        return None
    edges = [x0, *((one.x1 + other.x0) / 2 for one, other in pairwise(found)), x1]
    columns = Columns(edges, len(found) - len(single))
    tight = any(other.x0 - one.x1 < _GUTTER for one, other in pairwise(found))
    if tight or (numeric and not columns.holds(body)) or (not numeric and len(found) < 3):
        return None
    return columns


def _is_among_words(cluster: _Cluster, base: Sequence[_Cluster], body: Sequence[Segment]) -> bool:
    """Whether numbers without a heading stand in a column of words: more words run over them than they are."""
    if cluster.headed:
        return False
    inside = [segment for segment in body if cluster.meets(segment)]
    over = sum(sum(other.meets(segment) for other in base) > 1 for segment in inside if not segment.is_number)
    return over > sum(segment.is_number for segment in inside)


def _clusters(texts: Iterable[Segment], headed: bool = False, numeric: bool = False) -> list[_Cluster]:
    return _joined([_Cluster(text.x0, text.x1, headed, numeric) for text in texts])


def _joined(clusters: Sequence[_Cluster]) -> list[_Cluster]:
    """Clusters from left to right, those that overlap made one."""
    joined: list[_Cluster] = []
    for cluster in sorted(clusters, key=lambda each: each.x0):
        if joined and joined[-1].meets(cluster):
            last = joined[-1]
            last.take(cluster)
            last.headed, last.numeric = last.headed or cluster.headed, last.numeric or cluster.numeric
        else:
            joined.append(_Cluster(cluster.x0, cluster.x1, cluster.headed, cluster.numeric))
    return joined


def _with_headings(found: list[_Cluster], rows: Sequence[Sequence[Segment]]) -> list[_Cluster] | None:
    """Columns that each have a heading, or stand beside one that reaches over them.

    Numbers end at the right of their column, words begin at its left; the heading stands in the middle. Where
    a row has a text of its own under the heading too, the texts beside it are another column.
    """
    columns: list[_Cluster] = list(found)
    while (at := next((n for n, each in enumerate(columns) if not each.headed), None)) is not None:
        texts = columns[at]
        nearest = [at - 1, at + 1] if texts.numeric else [at + 1, at - 1]
        beside = [columns[n] for n in nearest if 0 <= n < len(columns) and columns[n].headed]
        if not beside:
            return None
        alone = [each for each in beside if not any(_holds_both(row, each, texts) for row in rows)]
        if alone:
            alone[0].take(texts)
            alone[0].numeric = alone[0].numeric or texts.numeric
            del columns[at]
        else:
            texts.headed = True
    return columns


def _holds_both(row: Sequence[Segment], one: _Cluster, other: _Cluster) -> bool:
    """Whether a row has a text in each of two clusters; one that reaches over both is in neither alone."""
    places = {(one.meets(text), other.meets(text)) for text in row}
    return (True, False) in places and (False, True) in places


def spans_over(
    texts: Sequence[Segment], edges: Sequence[float], first: int, last: int
) -> list[tuple[int, int]] | None:
    """The columns (first, last) that each of some headings stands over, from left to right, none left over.

    Of all ways to share the columns the one in which headings stand nearest to the middle of their columns;
    ``None`` where there are more headings than columns.
    """
    headings = _clusters(texts)
    n, m = last - first + 1, len(headings)
    if m > n:
        return None
    # best[j][k]: least cost of the first j headings over the first k columns, and where the last one begins
    infinite = float("inf")
    best = [[(infinite, 0)] * (n + 1) for _ in range(m + 1)]
    best[0][0] = (0.0, 0)
    for j, heading in enumerate(headings, start=1):
        for k in range(j, n + 1):
            for start in range(j - 1, k):
                before = best[j - 1][start][0]
                left, right = edges[first + start], edges[first + k]
                if before == infinite or heading.x0 < left - _SLACK or heading.x1 > right + _SLACK:
                    continue
                cost = before + abs((left + right) - (heading.x0 + heading.x1)) / 2
                if cost < best[j][k][0]:
                    best[j][k] = (cost, start)
    if best[m][n][0] == infinite:
        return None
    spans: list[tuple[int, int]] = []
    k = n
    for j in range(m, 0, -1):
        start = best[j][k][1]
        spans.insert(0, (first + start, first + k - 1))
        k = start
    return spans
