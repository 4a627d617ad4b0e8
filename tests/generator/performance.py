"""The two performance forms of the seed's family: labels and values, then a tree of indicators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.generator.ledger import Ledger, print_wan
from tests.generator.table import Span

HEADS = ("一级指标", "二级指标", "三级指标", "指标值", "指标值内容", "度量单位", "指标值类型", "备注")


@dataclass(slots=True)
class Sheet:
    """Rows of a form under construction, with the areas that are drawn as one cell."""

    width: int
    rows: list[list[str]] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)

    def add(self, *cells: tuple[int, str]) -> int:
        """A row: each text with the columns it spans; the last reaches the right edge. Gives its number."""
        row = [""] * self.width
        col = 0
        for place, (columns, text) in enumerate(cells):
            wide = self.width - col if place == len(cells) - 1 else columns
            row[col] = text
            if wide > 1:
                self.spans.append(Span(len(self.rows), col, 1, wide))
            col += wide
        self.rows.append(row)
        return len(self.rows) - 1

    def join(self, first: int, last: int, col: int, cols: int = 1) -> None:
        """One cell over the rows ``first`` to ``last``."""
        if last > first:
            self.spans.append(Span(first, col, last - first + 1, cols))

    def table(self) -> dict[str, Any]:
        """What a ``Table`` takes."""
        rows = tuple(tuple(row) for row in self.rows)
        return {"rows": rows, "spans": tuple(self.spans), "breaks": tuple(self.breaks)}


def print_project(ledger: Ledger, project: Mapping[str, Any]) -> dict[str, Any]:
    """The performance form of one project: rows, spans and page ends."""
    amount = print_wan(ledger.total("project", project=project["name"]))
    words = {"amount": _short(amount), "year": ledger.year}
    labels = project["labels"]
    sheet = Sheet(width=9)
    sheet.add((1, "项目名称"), (8, project["title"]))
    sheet.add((1, "项目类别"), (4, project["category"]), (1, labels["amount"]), (3, _short(amount)))
    sheet.add((1, labels["period"]), (8, project["period"].format(**words)))
    sheet.add((1, "本年度绩效目标"), (8, project["goal"]))
    heads = (*HEADS[:4], *labels["heads"], HEADS[-1])
    first = sheet.add((1, "本年度绩效指标"), *((1, head) for head in heads))
    _add_indicators(sheet, project["indicators"], 1, words)
    sheet.join(first, len(sheet.rows) - 1, 0)
    return sheet.table()


def print_overall(ledger: Ledger) -> dict[str, Any]:
    """The performance form of the whole department: rows, spans and page ends."""
    overall = ledger.overall
    sheet = Sheet(width=8)
    sheet.add((1, "单位名称"), (7, ledger.unit.name))
    sheet.add((1, "年履职目标"), (7, overall["duty"]))
    first = sheet.add((1, "年度主要任务"), (3, "任务名称"), (4, "主要内容"))
    for name, content in overall["tasks"]:
        sheet.add((1, ""), (3, name), (4, content))
    sheet.join(first, len(sheet.rows) - 1, 0)
    first = sheet.add((1, "预算情况（万元）"), (1, "资金总额"), (4, "按收入性质分"), (2, "按支出性质分"))
    kinds = ("一般公共预算", "政府性基金拨款", "财政专户管理资金", "其他资金", "基本支出", "项目支出")
    sheet.add((1, ""), (1, ""), *((1, kind) for kind in kinds))
    amounts = [
        ledger.total(selector) for selector in ("all", "all", "none", "none", "none", "basic", "project")
    ]
    sheet.add((1, ""), *((1, print_wan(amount)) for amount in amounts))
    sheet.join(first, first + 2, 0)
    sheet.join(first, first + 1, 1)
    sheet.add(*((1, head) for head in HEADS))
    _add_indicators(sheet, overall["indicators"], 0, {"year": ledger.year, "amount": ""})
    return sheet.table()


def _add_indicators(sheet: Sheet, groups: Iterable[Any], left: int, words: Mapping[str, Any]) -> None:
    """Rows of indicators from column ``left`` on; the labels of both upper levels are merged cells."""
    for group in groups:
        if group == "break":
            sheet.breaks.append(len(sheet.rows))
            continue
        ((level1, seconds),) = group.items()
        top = len(sheet.rows)
        for second in seconds:
            ((level2, indicators),) = second.items()
            start = len(sheet.rows)
            for place, indicator in enumerate(indicators):
                texts = [text.format(**words) for text in indicator] or [""] * 5
                labels = (level1 if len(sheet.rows) == top else "", level2 if place == 0 else "")
                sheet.add(*((1, text) for text in ([""] * left + [*labels, *texts, ""])))
            sheet.join(start, len(sheet.rows) - 1, left + 1)
        sheet.join(top, len(sheet.rows) - 1, left)


def _short(amount: str) -> str:
    """A form's amount as it prints it: 50 for 50.00."""
    return amount.rstrip("0").rstrip(".")
