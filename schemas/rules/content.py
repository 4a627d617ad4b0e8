"""Rules about structure: codes, contents and titles (S01-S12), and item sets across tables.

Each rule is a function of the batch that writes one draft a check. What a document does not have (a contents
page, a functional table) gives no check. Rows that print an organisation are known by ``row_head``, the
printed head of each row, which the parsers hand over beside the lake tables: it is not stored.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from schemas.enumerations import term
from schemas.fold import fold
from schemas.form import layouts_of
from schemas.rules.draft import CELL_PLACE, Drafts
from schemas.rules.facts import Facts, plain_label

#: The printed head of each body row: the code parts (类, 款, 项), the whole code and the name, as printed.
ROW_HEAD = pl.Schema(
    {
        "document_id": pl.String(),
        "unit_code": pl.String(),
        "table_no": pl.Int16(),
        "row_no": pl.Int16(),
        "row_kind": pl.String(),
        "parts": pl.List(pl.String()),
        "code": pl.String(),
        "name": pl.String(),
    }
)


def row_head_frame(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """The frame ``row_head`` of printed heads, one dict each."""
    rows = list(rows)
    return pl.DataFrame({name: [row.get(name) for row in rows] for name in ROW_HEAD}, schema=ROW_HEAD)


_HEAD = ["doc", "form_code", "row_kind", "function_code", "function_name", "econ_code"]
_HEAD += ["department_code", "unit_block"]
FUNCTION_KINDS = ("function_class", "function_group", "function_item")
# A code's column may print the name behind it: 2010301-行政运行, [2010301]行政运行.
_LEADING_CODE = re.compile(r"^\[?(\d+).*$")
_MONEY_CAPTION = re.compile(r"(金额)?单位[:：](元|千元|万元|亿元)")


@dataclass(slots=True)
class Batch:
    """What content rules look at: the facts, and the other frames with ``doc`` joined."""

    facts: Facts
    frames: dict[str, pl.DataFrame]
    _heads: list[dict[str, Any]] | None = None

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """The rows of a frame with the index of their document; none where the frame is not there."""
        frame = self.frames.get(table)
        if frame is None or frame.is_empty():
            return iter(())
        keys = ["document_id", "unit_code"]
        return frame.join(
            self.facts.documents.select(*keys, "doc"), on=keys, how="inner", maintain_order="left"
        ).iter_rows(named=True)

    def heads(self) -> list[dict[str, Any]]:
        """One dict a body row of the matrix tables, in print order: its first amount cell with its dimensions."""
        if self._heads is None:
            lines = self.facts.lines.filter(~pl.col("row_kind").is_in(["list_row", "form_row"]))
            first = lines.unique(["doc", "table_no", "row_no"], keep="first", maintain_order=True)
            self._heads = first.select(*_HEAD, *CELL_PLACE, "text_raw").to_dicts()
        return self._heads


def function_codes(batch: Batch, drafts: Drafts) -> None:
    """S01 shape of codes (and 类款项 against the whole code), S02 unique, S03 parent precedes, S04 one name."""
    printed = {(row["doc"], row["table_no"], row["row_no"]): row for row in batch.rows("row_head")}
    tables: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    names: dict[tuple[int, str], dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in batch.heads():
        if row["row_kind"] in FUNCTION_KINDS and row["function_code"]:
            tables[row["doc"], row["table_no"]].append(row)
            if row["function_name"]:
                names[row["doc"], row["function_code"]][fold(row["function_name"])].append(row)
    for (doc, _), rows in tables.items():
        if {row["row_kind"] for row in rows} == {"function_item"}:
            continue
        seen: dict[int, set[str]] = defaultdict(set)
        levels = {len(row["function_code"]) for row in rows}
        for row in rows:
            code, block = row["function_code"], row["unit_block"] or 0
            scope = f"{form_words(row)} [{code} {row['function_name'] or ''}]"
            head = printed.get((doc, row["table_no"], row["row_no"]), {})
            parts = [part for part in head.get("parts") or () if part]
            joined = _joined(parts) or code
            whole = _LEADING_CODE.sub(r"\1", head.get("code") or "") or code
            shaped = len(code) in (3, 5, 7, 9) and code.isdigit()
            same = joined == whole or parts[-1:] == [whole]
            drafts.add(
                doc,
                "S01",
                scope,
                shaped and same,
                f"编码 {whole}，类款项 {joined}",
                f"code {whole}, parts {joined}",
                [row],
            )
            known = seen[block]
            drafts.add(doc, "S02", scope, code not in known, f"编码 {code}", f"code {code}", [row])
            if len(code) > 3 and len(code) - 2 in levels:
                parent = code[:-2]
                drafts.add(
                    doc, "S03", scope, parent in known, f"上级科目 {parent}", f"parent {parent}", [row]
                )
            known.add(code)
    for (doc, code), found in names.items():
        rows = [rows[0] for rows in found.values()]
        words = " / ".join(row["function_name"] for row in rows)
        drafts.add(
            doc, "S04", f"功能科目 {code}", len(found) == 1, f"{code}：{words}", f"{code}: {words}", rows
        )


def _joined(parts: Sequence[str]) -> str:
    """类, 款 and 项 as one code; spreadsheets turn 03 into 3."""
    return "".join([*parts[:1], *(part.zfill(2) for part in parts[1:])])


def contents(batch: Batch, drafts: Drafts) -> None:
    """S09 every promised table is there, S10 titles agree with the contents, S11 the money unit is stated."""
    promised: dict[tuple[int, int], bool] = {}
    titles: dict[tuple[int, int], str] = {}
    for row in batch.rows("statement"):
        doc = row["doc"]
        if row["toc_no"] is not None:
            key = (doc, row["toc_no"])
            promised[key] = promised.get(key, False) or row["table_no"] is not None
            titles[key] = row["title_toc"]
        if row["table_no"] is None:
            continue
        printed, listed = row["title_printed"], row["title_toc"]
        if row["toc_no"] is not None and printed and listed:
            holds = plain_label(printed) == plain_label(listed)
            drafts.add(
                doc,
                "S10",
                printed,
                holds,
                f"正文“{printed}”，目录“{listed}”",
                f"body {printed}, contents {listed}",
                [row],
            )
        if row["form_code"] != "unrecognised":
            stated = _MONEY_CAPTION.search((row["unit_caption"] or "").replace(" ", ""))
            # Hunan writes 金额单位 because 单位 alone names the body there; other families write 单位：万元.
            holds = stated is not None and (stated[1] is not None or batch.facts.families[doc] != "hunan")
            said = row["unit_caption"] or "-"
            drafts.add(
                doc, "S11", printed or form_words(row), holds, f"表头：{said}", f"caption: {said}", [row]
            )
    for (doc, number), there in sorted(promised.items()):
        title = titles[doc, number]
        drafts.add(
            doc,
            "S09",
            f"{number} {title}",
            there,
            f"目录第 {number} 项 {title}{'' if there else '：正文中没有'}",
            f"contents {number} {title}{'' if there else ': not in the body'}",
        )


def economic_order(batch: Batch, drafts: Drafts) -> None:
    """S12: economic items of the basic expenditure table stand in code order."""
    tables: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for row in batch.heads():
        listed = row["form_code"] == "general_budget_basic_expenditure" and row["row_kind"] == "economic_item"
        if listed and batch.facts.families[row["doc"]] != "final_accounts":
            tables[row["doc"], row["table_no"]].append(row)
    for (doc, _), rows in tables.items():
        codes = [row["econ_code"] for row in rows]
        shown = " ".join(codes[:4])
        drafts.add(
            doc,
            "S12",
            form_words(rows[0]),
            codes == sorted(codes),
            f"科目顺序 {shown} …",
            f"order {shown} …",
            rows[:4],
        )


def class_lists(batch: Batch, drafts: Drafts) -> None:
    """X02a: a functional list of the family prints the national classes, all of them, in code order."""
    lists: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for row in batch.facts.lines.filter(
        (pl.col("row_kind") == "list_row") & pl.col("function_code").is_not_null()
    ).iter_rows(named=True):
        if batch.facts.families[row["doc"]] == "hunan":
            lists[row["doc"], row["table_no"]].append(row)
    for (doc, _), rows in lists.items():
        wanted = _class_codes(rows[0]["form_code"], "hunan")
        codes = [row["function_code"] for row in rows]
        odd = sorted(set(wanted) ^ set(codes)) or [c for c, w in zip(codes, wanted, strict=False) if c != w]
        drafts.add(
            doc,
            "X02a",
            form_words(rows[0]),
            codes == wanted,
            f"{len(codes)} 类{'' if not odd else '，不符：' + ' '.join(odd)}",
            f"{len(codes)} classes{'' if not odd else ', not as in the national list: ' + ' '.join(odd)}",
            [row for row in rows if row["function_code"] in odd],
        )


def _class_codes(form: str, family: str) -> list[str]:
    layout = next(layout for layout in layouts_of(form) if layout.family == family)
    lines = layout.blocks["by_function"].lines
    return [line.meaning.function_code for line in lines if line.meaning.function_code]


#: Detail table to the dimension of 一般公共预算支出表 that it details.
_DETAILS = {
    "basic_wages_government_economic": ("econ_code", "301"),
    "basic_wages_department_economic": ("econ_code", "301"),
    "basic_goods_government_economic": ("expenditure_category", "public"),
    "basic_goods_department_economic": ("expenditure_category", "public"),
}


def item_sets(batch: Batch, drafts: Drafts) -> None:
    """X07k: a detail table of basic expenditure lists exactly the items that have such expenditure."""
    lines = batch.facts.lines.filter(pl.col("row_kind") == "function_item")
    whole: dict[int, list[dict[str, Any]]] = defaultdict(list)
    detail: dict[tuple[int, str], dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in lines.filter(pl.col("form_code").is_in(["general_budget_expenditure", *_DETAILS])).iter_rows(
        named=True
    ):
        if row["form_code"] in _DETAILS:
            detail[row["doc"], row["form_code"]].setdefault(row["function_code"], row)
        elif row["value"]:
            whole[row["doc"]].append(row)
    for (doc, form), rows in detail.items():
        column, value = _DETAILS[form]
        wanted = {row["function_code"]: row for row in whole[doc] if row[column] == value}
        odd = sorted(wanted.keys() ^ rows.keys())
        shown = " ".join(odd or sorted(rows))
        drafts.add(
            doc,
            "X07k",
            term("form_code", form).zh,
            not odd,
            f"项：{shown}",
            f"items: {shown}",
            [({**wanted, **rows})[code] for code in odd],
        )


def form_words(row: dict[str, Any]) -> str:
    """The form that a row stands in, in Chinese."""
    code = row.get("form_code")
    return term("form_code", code).zh if code else f"表 {row.get('table_no')}"


STRUCTURE: tuple[Callable[[Batch, Drafts], None], ...] = (
    function_codes,
    contents,
    economic_order,
    class_lists,
    item_sets,
)
