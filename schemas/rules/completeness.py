"""Whether a table's own rows are all there, once: what a lost, doubled or merged row leaves behind (S16-S23).

Sums do not see rows without an amount, nor the last item under a group: adding nothing changes no sum, and a
group without items is compared with none. But statutory forms say themselves which rows they have: their
lines by name, ordinals that go on, one total, codes down to the items.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import polars as pl

from schemas.enumerations import term
from schemas.form import layouts_of
from schemas.rules.content import FUNCTION_KINDS, Batch
from schemas.rules.draft import Drafts

_ORDINAL = re.compile(
    r"^(?:(?P<outer>[一二三四五六七八九十]{1,3})、|[（(](?P<inner>[一二三四五六七八九十]{1,3})[）)])"
)
_TOTAL = re.compile(r"(?:总计|合计|小计)$")
_NUMERALS = {char: value for value, char in enumerate("零一二三四五六七八九")}
_SAYS_EMPTY = re.compile(r"(?<!如)(?<!若)[本此该]表为空|故[^。]*空表")
_EMPTY = re.compile(r"为空|空表|[无没][有]?|未安排|不涉及|不适用")

Row = Mapping[str, Any]


def lines_of_lists(batch: Batch, drafts: Drafts) -> None:
    """S16 each line once, S17 lines that the form knows, S18 ordinals go on, S19 the total closes the list."""
    listed = batch.facts.lines.filter((pl.col("row_kind") == "list_row") & pl.col("label").is_not_null())
    for (doc, _), rows in listed.group_by("doc", "table_no", maintain_order=True):
        table = rows.to_dicts()
        form = table[0]["form_code"]
        known = _labels(form, batch.facts.families[int(str(doc))])
        if not known:
            continue
        title = term("form_code", form).zh
        for column in _columns(table):
            _once(int(str(doc)), title, column, known, drafts)
            _known(int(str(doc)), title, column, known, drafts)
            _ordinals(int(str(doc)), title, column, drafts)
        # 其中：动用上年结转 explains the total above it.
        end = max(row["row_no"] for row in table if not row["line_label"].startswith("其中"))
        last = [row for row in table if row["row_no"] == end]
        words = " / ".join(dict.fromkeys(row["line_label"] for row in last))
        closed = any(_TOTAL.search(row["label"]) for row in last)
        drafts.add(int(str(doc)), "S19", title, closed, f"末行：{words}", f"last row: {words}", last)


def _columns(table: Sequence[Row]) -> Iterator[list[Row]]:
    """The rows of each list side by side: those of its first amount column."""
    by_column: dict[int, list[Row]] = defaultdict(list)
    for row in table:
        by_column[row["col_no"]].append(row)
    seen: set[tuple[tuple[int, str], ...]] = set()
    for rows in by_column.values():
        key = tuple((row["row_no"], row["label"]) for row in rows)
        if key not in seen:
            seen.add(key)
            yield rows


@cache
def _labels(form: str, family: str | None) -> Mapping[str, int]:
    """How often at most a label stands in one list of a form; groups (政府性基金/小计) by their last word."""
    most: Counter[str] = Counter()
    for layout in layouts_of(form):
        if layout.family != family:
            continue
        for block in layout.blocks.values():
            own = Counter(
                word for line in block.lines for word in {label.rsplit("/", 1)[-1] for label in line.labels}
            )
            most |= own
    return most


def _once(doc: int, title: str, rows: list[Row], known: Mapping[str, int], drafts: Drafts) -> None:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["label"]].append(row)
    doubled = {label: own for label, own in found.items() if len(own) > max(known.get(label, 1), 1)}
    words = "、".join(doubled)
    cells = [row for own in doubled.values() for row in own]
    scope = f"{title} {rows[0]['column_path']}"
    said = (
        (f"重复：{words}", f"printed twice: {words}")
        if doubled
        else (f"{len(rows)} 行", f"{len(rows)} lines")
    )
    drafts.add(doc, "S16", scope, not doubled, *said, cells)


def _known(doc: int, title: str, rows: list[Row], known: Mapping[str, int], drafts: Drafts) -> None:
    strange = [row for row in rows if row["label"] not in known]
    words = "、".join(dict.fromkeys(row["line_label"] for row in strange))
    said = (f"未知：{words}", f"unknown: {words}") if strange else (f"{len(rows)} 行", f"{len(rows)} lines")
    drafts.add(doc, "S17", f"{title} {rows[0]['column_path']}", not strange, *said, strange)


def _ordinals(doc: int, title: str, rows: list[Row], drafts: Drafts) -> None:
    """一、二、 and （一）（二）, each a count of its own that goes on by one or begins again."""
    last: dict[str, tuple[int, Row]] = {}
    gaps, cells, count = [], [], 0
    for row in rows:
        found = _ORDINAL.match(row["line_label"])
        if found is None:
            continue
        count += 1
        level = str(found.lastgroup)
        value, before = last.get(level, (0, None))
        number = _number(found[level])
        if number not in (value + 1, 1):
            gaps.append(f"{before['line_label'] if before else '-'} → {row['line_label']}")
            cells += [row] if before is None else [before, row]
        last[level] = number, row
    if count:
        zh, en = ("；".join(gaps),) * 2 if gaps else (f"{count} 行", f"{count} lines")
        drafts.add(doc, "S18", f"{title} {rows[0]['column_path']}", not gaps, zh, en, cells)


def _number(text: str) -> int:
    tens, ten, ones = text.rpartition("十")
    return (_NUMERALS.get(tens, 1) if ten else 0) * 10 + (_NUMERALS.get(ones, 0) if ones else 0)


def rows_of_tables(batch: Batch, drafts: Drafts) -> None:
    """S20 one grand total in a table, S21 items under each code, S22 a table without rows says that it is empty,
    S23 one that says so has no figures."""
    tables: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for row in batch.heads():
        tables[row["doc"], row["table_no"]].append(row)
    for (doc, _), rows in tables.items():
        title = term("form_code", rows[0]["form_code"]).zh
        totals = [row for row in rows if row["row_kind"] == "grand_total"]
        if totals or not any(row["row_kind"] == "subtotal" for row in rows):
            count = len(totals)
            drafts.add(
                doc, "S20", title, count == 1, f"合计行 {count} 行", f"{count} total rows", totals or rows[:1]
            )
        _childless(doc, title, rows, drafts)
    valued = dict(
        batch.facts.lines.filter(pl.col("value") != 0)
        .select(pl.concat_str("doc", "table_no", separator="/"), "text_raw")
        .iter_rows()
    )
    for row in batch.rows("statement"):
        if row["table_no"] is None or row["form_code"] == "unrecognised":
            continue
        note, title = row["note"] or "", term("form_code", row["form_code"]).zh
        if not row["row_count"]:
            said = (f"没有数据行，注：{note or '-'}", f"no rows, note: {note or '-'}")
            drafts.add(row["doc"], "S22", title, bool(_EMPTY.search(note)), *said, [row])
        if _SAYS_EMPTY.search(note):
            figure = valued.get(f"{row['doc']}/{row['table_no']}")
            said = (f"注：{note}；列有 {figure or '-'}", f"note: {note}; printed: {figure or '-'}")
            drafts.add(row["doc"], "S23", title, figure is None, *said, [row])


def _childless(doc: int, title: str, rows: list[dict[str, Any]], drafts: Drafts) -> None:
    codes: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row["row_kind"] in FUNCTION_KINDS and row["function_code"]:
            codes.setdefault(row["function_code"], row)
    depths = {len(code) for code in codes}
    parents = {code[:-2] for code in codes}
    asked = [code for code in codes if len(code) + 2 in depths]
    if not asked:
        return
    alone = [code for code in asked if code not in parents]
    words = " ".join(alone)
    said = (
        (f"没有下级：{words}", f"nothing under {words}")
        if alone
        else (f"{len(asked)} 个", f"{len(asked)} codes")
    )
    drafts.add(doc, "S21", title, not alone, *said, [codes[code] for code in alone])


COMPLETENESS: tuple[Callable[[Batch, Drafts], None], ...] = (lines_of_lists, rows_of_tables)
