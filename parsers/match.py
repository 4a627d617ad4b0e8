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
from parsers.label import strip_ordinal
from schemas.fold import fold
from schemas.form import Column, Layout, Meaning, forms_of_paths, layouts, layouts_of
from schemas.header_path import canonical_path
from schemas.indicator import report_labels

_MAX_HEADER = 7
_TOTALS = frozenset({"合计", "总计", "小计"})
_CODE = re.compile(r"\d{3,21}")
_YEAR = re.compile(r"(20\d\d)年度?")
#: A layout fits when it knows so much of the printed header, and so much of the layout is printed.
_FIT = 0.8
#: So much is enough where the title names the form and only amount columns are unknown or missing.
_FIT_BY_TITLE = 0.6
_TIE = 1e-3
#: A list without its title has so many lines of its form at least.
_KNOWN_LINES = 0.5
#: Of two layouts that fit alike the one that knows more columns.
_BONUS = 1e-4


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


@dataclass(frozen=True, slots=True)
class _Header:
    """One possible header: its number of rows, its leaf paths, and the same as layouts say them."""

    rows: int
    paths: list[Path]
    canonical: list[str]


def best_match(matrix: Sequence[Sequence[Cell]], n_cols: int, title_form: str | None) -> Match | None:
    """The layout that fits a table best: of the title's form, or else of a form whose header is its own.

    Without a title, a header that several forms share decides nothing: ``None``. An amount column that is worded
    in an unknown way does not cost a titled table its form; the column stays unknown and is reported.
    """
    limit = header_limit(matrix)
    paths = [leaf_paths(matrix, rows, n_cols) for rows in range(1, limit + 1)]
    year = _latest_year(paths[-1]) if paths else None
    headers = [
        _Header(rows, leaves, [_comparable(path, year) for path in leaves])
        for rows, leaves in enumerate(paths, start=1)
    ]
    filled = _filled_columns(matrix, n_cols, limit)
    candidates = layouts_of(title_form) if title_form is not None else ()
    matches = [m for layout in candidates if (m := _best(headers, layout, filled, True))]
    if not matches:
        matches = [m for m in _distinctive_matches(headers, filled) if _may_be_list(m, matrix)]
    if not matches:
        loose = [m for layout in candidates if (m := _best(headers, layout, filled, True, _FIT_BY_TITLE))]
        matches = [match for match in loose if _knows_rows(match)]
    if not matches:
        return None
    top = max(match.score for match in matches)
    best = [match for match in matches if match.score >= top - _TIE]
    if len({match.layout.form for match in best}) > 1:
        return None
    return best[0] if len(best) == 1 else max(best, key=lambda match: _known_labels(match, matrix))


def _distinctive_matches(headers: Sequence[_Header], filled: list[bool]) -> list[Match]:
    """Layouts of forms that a header names by a path of their own (上缴上级支出, 因公出国（境）费)."""
    own = forms_of_paths()
    named = [{form for path in header.canonical if (form := own.get(path))} for header in headers]
    matches = []
    for form in sorted(set().union(*named)):
        speaking = [header for header, forms in zip(headers, named, strict=True) if form in forms]
        matches += [m for layout in layouts_of(form) if (m := _best(speaking, layout, filled, False))]
    return matches


def _may_be_list(match: Match, matrix: Sequence[Sequence[Cell]]) -> bool:
    """Whether a list's header is backed by its lines: 项目 | 行次 | 决算数 stands over lists of every kind."""
    return match.layout.kind != "list" or _known_labels(match, matrix, leave_out=_TOTALS) >= _KNOWN_LINES


def _known_labels(
    match: Match, matrix: Sequence[Sequence[Cell]], leave_out: frozenset[str] = frozenset()
) -> float:
    """The share of list labels that the layout's lines know: families that share a header differ there."""
    labels = [(col, c.block) for col, c in enumerate(match.columns) if c and c.role == "label" and c.block]
    known = printed = 0
    for row in matrix[match.header_rows :]:
        for col, block in labels:
            text = clean(row[col].text)
            if text and fold(text) not in leave_out:
                printed += 1
                known += bool(match.layout.blocks[block].lines_of(fold(strip_ordinal(text))))
    return known / printed if printed else 1.0


def _filled_columns(matrix: Sequence[Sequence[Cell]], n_cols: int, limit: int) -> list[bool]:
    return [any(clean(row[col].text) for row in matrix[limit:]) for col in range(n_cols)]


def _knows_rows(match: Match) -> bool:
    """Whether every code, name and label column that the layout must have is there: only amounts are missing."""
    known = {id(column) for column in match.columns}
    columns = match.layout.columns
    return all(columns[p].role == "amount" or id(columns[p]) in known for p in match.layout.required)


def _best(
    headers: Iterable[_Header], layout: Layout, filled: list[bool], by_title: bool, fit: float = _FIT
) -> Match | None:
    """The header length with which one layout fits best."""
    best: Match | None = None
    for header in headers:
        if not _may_fit(header.canonical, layout, by_title, fit):
            continue
        columns, score = _fit(header.canonical, layout, filled, by_title)
        # Equal scores: the longer header; 类 款 项 below 功能科目 adds nothing a layout must know.
        if score >= fit and (best is None or score >= best.score):
            best = Match(layout, header.rows, header.paths, columns, score)
    return best


def _may_fit(paths: Sequence[str], layout: Layout, by_title: bool, fit: float) -> bool:
    """Whether a layout knows enough of the paths, each for itself, to be worth a closer look."""
    printed = [path for path in paths if path and path != _OTHER_YEAR and path not in _BESIDE]
    known = sum(1 for path in printed if path in layout.index or (by_title and _suffixed(layout, path)))
    return known > 0 and known / len(printed) + known * _BONUS >= fit


def _fit(
    paths: list[str], layout: Layout, filled: list[bool], by_title: bool
) -> tuple[list[Column | None], float]:
    """The layout column of each path, and the share of both sides that found its partner."""
    used: set[int] = set()
    last = -1
    columns: list[Column | None] = []
    printed = 0
    for path, has_body in zip(paths, filled, strict=True):
        if path == _OTHER_YEAR:
            columns.append(None)
            continue
        if path in _BESIDE and path not in layout.index:
            columns.append(_IGNORED)
            continue
        # Blocks side by side repeat their paths: go on from the column before, in print order.
        free = [p for p in layout.index.get(path, ()) if p not in used]
        if not free and by_title:
            free = [p for p in _suffixed(layout, path) if p not in used]
        if not free:
            columns.append(None)
            # A column without header and without content is a drawing artefact, not a column.
            printed += bool(path) or has_body
            continue
        last = next((p for p in free if p > last), free[0])
        used.add(last)
        columns.append(layout.columns[last])
        printed += 1
    if not printed or not any(c and c.role == "amount" for c in columns):
        return columns, 0.0
    missing = len(layout.required - used) / max(len(layout.required), 1)
    return columns, len(used) / printed * (1 - missing) + len(used) * _BONUS


def _suffixed(layout: Layout, path: str) -> list[int]:
    """Columns that the end of a path names (``*合计``), whatever group stands above; only under the form's title."""
    return [position for ending, position in layout.endings if path.endswith(ending)]


def _latest_year(paths: Iterable[Path]) -> str | None:
    """The latest year that a header names: a column of another year (上年预算数) is not this year's column."""
    years = {year for path in paths for label in path for year in _YEAR.findall(label)}
    return max(years, default=None)


#: Columns that any form may have beside its own, and that say nothing about it.
_BESIDE = frozenset({"序号", "备注", "说明", "行次", "栏次"})
_IGNORED = Column(("序号",), "ignore", Meaning())
#: Stands for the path of a column of another year, which is neither known nor held against a layout.
_OTHER_YEAR = "~"


@lru_cache(maxsize=65_536)
def _comparable(path: Path, year: str | None) -> str:
    """A printed path as layouts say it; one of another year than the table's is no layout's path."""
    joined = "/".join(path)
    return _OTHER_YEAR if set(_YEAR.findall(joined)) - {year} else canonical_path(joined)


#: Words of a row that numbers the columns (栏次) under a header; 甲 and 乙 stand over the label columns.
_NUMBERING = frozenset({"栏次", "行次", "甲", "乙", "丙", "丁", "**", "*"})
_COLUMN_NUMBER = re.compile(r"(\d{1,2})(?:=[\d+\-()]+)?")


def is_numbering(texts: Sequence[str]) -> bool:
    """Whether a row (its cell texts) numbers the columns from 1 on: 栏次 | 1 | 2 | 3=1+2. Not data."""
    words = [text for text in texts if text in _NUMBERING]
    rest = [text for text in texts if text and text not in _NUMBERING]
    numbers = [int(match.group(1)) for text in rest if (match := _COLUMN_NUMBER.fullmatch(text))]
    whole = len(numbers) == len(rest) and numbers == list(range(1, len(numbers) + 1))
    return whole and len(numbers) >= (1 if words else 3)


def performance_layouts(form: str | None) -> list[Layout]:
    """The performance layouts (绩效目标表) of a form, or of every form."""
    return [each for each in (layouts_of(form) if form else layouts()) if each.kind == "performance"]


def performance_layout(matrix: Sequence[Sequence[Cell]], title_form: str | None) -> Layout | None:
    """The performance form that a table without a column header is, by the labels it carries.

    A first page may hold no indicators yet: then the title must say so. A report on targets (绩效自评表) is none.
    """
    labels = {fold(cell.text).rstrip(":") for row in matrix for cell in row if len(cell.text) <= 24}
    titled = performance_layouts(title_form) if title_form else []
    indicators = bool({"一级指标", "二级指标", "三级指标"} & labels)
    if not titled and (not indicators or report_labels() & labels):
        return None
    best: tuple[int, Layout] | None = None
    for layout in titled or performance_layouts(None):
        hits = sum(1 for names in layout.fields.values() if any(name in labels for name in names))
        if best is None or hits > best[0]:
            best = (hits, layout)
    return best[1] if best and best[0] >= (1 if titled and indicators else 2) else None
