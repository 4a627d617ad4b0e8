"""Matching of a table's header with the layouts of the forms: how many header rows, which form, which columns.

Title and header signature both speak. The header's length is not taken for granted: each possible length
gives leaf paths, and the length whose paths a layout knows best is the right one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from parsers.amount import is_number
from parsers.grid import Cell
from parsers.header import Path, clean, leaf_paths
from schemas.fold import fold
from schemas.form import Column, Layout, layouts, layouts_of

_MAX_HEADER = 7
_TOTALS = frozenset({"合计", "总计", "小计"})
_CODE = re.compile(r"\d{3,21}")
#: A layout fits when it knows so much of the printed header, and so much of the layout is printed.
_FIT = 0.8


@dataclass(frozen=True, slots=True)
class Match:
    """A layout that fits: its header rows, leaf paths, the layout column of each grid column, and 0..1."""

    layout: Layout
    header_rows: int
    header: list[Path]
    columns: list[Column | None]
    score: float


def header_limit(matrix: Sequence[Sequence[Cell]]) -> int:
    """The most rows that can be header: up to the first row with an amount, a code or a total label."""
    for number, row in enumerate(matrix[:_MAX_HEADER]):
        if number and (_is_body(row) or not any(clean(cell.text) for cell in row)):
            return number
    return min(len(matrix), _MAX_HEADER)


def _is_body(row: Sequence[Cell]) -> bool:
    texts = [clean(cell.text) for cell in row]
    numbers = sum(1 for text in texts if text and is_number(text))
    if numbers and any("." in text or "," in text for text in texts if is_number(text) and text):
        return True
    if any(_CODE.fullmatch(text) for text in texts[:4]):
        return True
    return texts[0] in {"合计", "总计"} and numbers > 0


def best_match(
    matrix: Sequence[Sequence[Cell]], n_cols: int, title_form: str | None, *, any_form: bool = True
) -> Match | None:
    """The layout that fits a table best; the title's form is tried first, then (``any_form``) every other.

    Without a title, a header that several forms share decides nothing: ``None``.
    """
    limit = header_limit(matrix)
    headers = [(rows, leaf_paths(matrix, rows, n_cols)) for rows in range(1, limit + 1)]
    folded = [(rows, paths, [_fold_path(path) for path in paths]) for rows, paths in headers]
    filled = _filled_columns(matrix, n_cols, limit)
    if title_form is not None:
        match = _best(folded, layouts_of(title_form), filled)
        if match is not None:
            return match
    if not any_form:
        return None
    matches = [m for layout in layouts() if (m := _best(folded, [layout], filled))]
    if not matches:
        return None
    top = max(match.score for match in matches)
    best = [match for match in matches if match.score == top]
    if len({match.layout.form for match in best}) > 1:
        return None
    return best[0]


def _filled_columns(matrix: Sequence[Sequence[Cell]], n_cols: int, limit: int) -> list[bool]:
    return [any(clean(row[col].text) for row in matrix[limit:]) for col in range(n_cols)]


def _best(
    headers: Iterable[tuple[int, list[Path], list[str]]], candidates: Iterable[Layout], filled: list[bool]
) -> Match | None:
    best: Match | None = None
    headers = list(headers)
    for layout in candidates:
        if not layout.columns:
            continue
        for rows, paths, folded in headers:
            columns, score = _fit(folded, layout, filled)
            # Equal scores: the longer header; 类 款 项 below 功能科目 adds nothing a layout must know.
            if score >= _FIT and (best is None or score >= best.score):
                best = Match(layout, rows, paths, columns, score)
    return best


def _fit(paths: list[str], layout: Layout, filled: list[bool]) -> tuple[list[Column | None], float]:
    """The layout column of each path, and the share of both sides that found its partner."""
    index = _index(layout.form, layout.family, layout.number)
    used: set[int] = set()
    columns: list[Column | None] = []
    matched = 0
    printed = 0
    for path, has_body in zip(paths, filled, strict=True):
        position = next((p for p in index.get(path, ()) if p not in used), None)
        if position is None:
            columns.append(None)
            # A column without header and without content is a drawing artefact, not a column.
            printed += bool(path) or has_body
        else:
            used.add(position)
            columns.append(layout.columns[position])
            matched += 1
            printed += 1
    required = [p for p, column in enumerate(layout.columns) if not column.optional]
    missing = sum(1 for p in required if p not in used)
    if not printed or not any(c and c.role == "amount" for c in columns):
        return columns, 0.0
    share = matched / printed
    return columns, share * (1 - missing / max(len(required), 1)) + matched * 1e-4


@lru_cache(maxsize=1024)
def _index(form: str, family: str, number: int | None) -> dict[str, tuple[int, ...]]:
    layout = next(l for l in layouts_of(form) if l.family == family and l.number == number)
    index: dict[str, tuple[int, ...]] = {}
    for position, column in enumerate(layout.columns):
        for path in column.paths:
            index[path] = (*index.get(path, ()), position)
    return index


@lru_cache(maxsize=65_536)
def _fold_path(path: Path) -> str:
    return "/".join(fold(part) for part in path)


def performance_layout(matrix: Sequence[Sequence[Cell]]) -> Layout | None:
    """The performance form (绩效目标表) that a table without a column header is, by the labels it carries."""
    labels = {fold(clean(cell.text)) for row in matrix for cell in row if len(cell.text) <= 24}
    if not {"一级指标", "二级指标", "三级指标"} & labels:
        return None
    best: tuple[int, Layout] | None = None
    for layout in layouts():
        if layout.kind != "performance":
            continue
        hits = sum(1 for names in layout.fields.values() if any(name in labels for name in names))
        if best is None or hits > best[0]:
            best = (hits, layout)
    return best[1] if best and best[0] >= 2 else None
