"""Jiangsu's budgets of 2018-2019: twelve tables in 万元, joined codes in tables of three columns.

What varies from file to file varies here: titles, the corner tag 公开NN表, words for codes, where 合计 stands,
and what an empty table says.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from tests.generator.disclosure import Disclosure
from tests.generator.families.books import Money, chinese_number, class_list, function_codes, random_books
from tests.generator.families.procurement import random_procurement
from tests.generator.families.three_public import with_meetings
from tests.generator.ledger import Ledger, Unit
from tests.generator.table import Heading, Span, Table

NAMES = ("江苏省样例事务管理局", "江苏省样例研究院", "中共江苏省样例委员会办公厅")


def jiangsu(rng: random.Random) -> Disclosure:
    """A full random disclosure; 公开 tags, titles and words at random, all identities holding."""
    unit = Unit("", rng.choice(NAMES), "320000")
    year = rng.choice((2018, 2019))
    maker = _Maker(rng, random_books(rng, unit, year, reserve=True))
    tables = tuple(maker.tables())
    return Disclosure(
        unit_name=unit.name,
        unit_code=None,
        year=year,
        cover=(f"江苏省{year}年度", "省级部门预算公开报表", f"部 门:{unit.name}"),
        contents_heading="目 录",
        contents=tuple(enumerate((table.title for table in tables), start=1)),
        tables=tables,
        family="jiangsu",
        region=unit.region,
    )


class _Maker:
    def __init__(self, rng: random.Random, books: Ledger) -> None:
        self.rng, self.books = rng, books
        self.money = Money("万元")
        self.tag = rng.random() < 0.5
        self.total_first_cell = rng.random() < 0.5  # 合计 in the code column, or in the name column
        self.number = 0

    def tables(self) -> Iterator[Table]:
        say = self.rng.choice
        yield self.table("revenue_expenditure_summary", "收支预算总表", **self.summary())
        yield self.table("revenue_summary", say(("收入预算总表", "收入总表")), **self.revenue())
        yield self.table("expenditure_summary", "支出预算总表", **self.expenditure())
        yield self.table("appropriation_summary", "财政拨款收支预算总表", **self.appropriation())
        functions, economics = say((("", ""), ("（功能科目）", "（经济科目）")))
        yield self.table("appropriation_expenditure", f"财政拨款支出预算表{functions}", **self.by_function())
        yield self.table(
            "appropriation_basic_expenditure",
            f"财政拨款基本支出预算表{economics}",
            **self.by_economic("basic", "金额"),
        )
        yield self.table(
            "general_budget_expenditure", f"一般公共预算支出预算表{functions}", **self.by_function()
        )
        yield self.table(
            "general_budget_basic_expenditure",
            f"一般公共预算基本支出预算表{economics}",
            **self.by_economic("basic", "金额"),
        )
        yield self.table(
            "three_public_expenditure",
            "“三公”经费、会议费、培训费支出预算表",
            **with_meetings(self.books, self.money),
        )
        fund = say(
            ("财政拨款政府性基金支出预算表", "政府性基金预算财政拨款支出预算表", "政府性基金支出预算表")
        )
        yield self.table("government_fund_expenditure", fund, **self.empty())
        yield self.table(
            "agency_operating_expenditure",
            "一般公共预算机关运行经费支出预算表",
            **self.by_economic("basic/302", "机关运行经费支出"),
        )
        title = say((f"{self.books.year}年政府采购预算表", "政府采购支出预算表"))
        yield self.table("government_procurement", title, **random_procurement(self.rng, self.money))

    def table(self, form: str, title: str, **parts: Any) -> Table:
        self.number += 1
        captions = [f"公开{self.number:02d}表"] if self.tag else []
        captions += [f"部门：{self.books.unit.name}", "单位：万元"]
        parts["rows"] = tuple(map(tuple, parts["rows"]))
        return Table(form, title, captions=tuple(captions), number=self.number, money_unit="万元", **parts)

    def total(self, selector: str, function: str = "") -> str:
        return self.money(self.books.total(selector, function=function))

    def summary(self) -> dict[str, Any]:
        """Three lists side by side, then totals whose label spans from the function names on."""
        whole = self.total("all")
        left = [
            ("一、财政拨款", whole),
            ("1.一般公共预算", whole),
            ("2.政府性基金预算", ""),
            ("二、财政专户管理资金", ""),
            ("三、其他资金", ""),
        ]
        right = [
            ("一、基本支出", self.total("basic")),
            ("二、项目支出", self.total("project")),
            ("三、单位预留机动经费", self.total("reserve")),
        ]
        rows: list[list[str]] = []
        for place, code in enumerate(class_list("jiangsu")):
            name = f"{chinese_number(place + 1)}、{self.books.functions[code]}"
            left_pair = left[place] if place < len(left) else ("", "")
            right_pair = right[place] if place < len(right) else ("", "")
            rows.append([*left_pair, name, self.total("all", code), *right_pair])
        spans = []
        for one, other, amount in (
            ("当年收入小计", "当年支出小计", whole),
            ("上年结转资金", "结转下年资金", ""),
            ("收入合计", "支出合计", whole),
        ):
            spans.append(Span(len(rows), 2, 1, 3))
            rows.append([one, amount, other, "", "", amount])
        header = (
            Heading("收入", (Heading("项目名称"), Heading("金额"))),
            Heading(
                "支出",
                (
                    Heading("功能分类", (Heading("功能科目名称"), Heading("金额"))),
                    Heading("支出用途", (Heading("项目名称"), Heading("金额"))),
                ),
            ),
        )
        return {"header": header, "rows": rows, "spans": tuple(spans), "amounts": frozenset({1, 3, 5})}

    def revenue(self) -> dict[str, Any]:
        whole = self.total("all")
        groups = [
            ("一般公共预算资金", [("小计", whole), ("公共财政拨款(补助)资金", whole), ("专项收入", "")]),
            ("政府性基金", [("小计", "")]),
            ("财政专户管理资金", [("小计", ""), ("专户管理教育收费", ""), ("其他非税收入", "")]),
            ("其他资金", [("小计", ""), ("事业收入", ""), ("经营收入", ""), ("其他收入", "")]),
            ("上年结转和结余资金", [("小计", ""), ("其中：动用上年结转和结余资金", "")]),
        ]
        rows: list[list[str]] = [["收入合计", "", whole]]
        spans = [Span(0, 0, 1, 2)]
        for name, lines in groups:
            if len(lines) > 1:
                spans.append(Span(len(rows), 0, len(lines), 1))
            rows += [[name if place == 0 else "", *line] for place, line in enumerate(lines)]
        header = (Heading("项目名称", unnamed=2), Heading("金额"))
        return {"header": header, "rows": rows, "spans": tuple(spans), "amounts": frozenset({2})}

    def expenditure(self) -> dict[str, Any]:
        labels = ("合计", "基本支出", "项目支出", "单位预留机动经费", "结转下年资金")
        row = [self.total(selector) for selector in ("all", "basic", "project", "reserve", "none")]
        header = tuple(Heading(label) for label in labels)
        return {"header": header, "rows": [row], "amounts": frozenset(range(5))}

    def appropriation(self) -> dict[str, Any]:
        whole = self.total("all")
        rows = [
            ["一、一般公共预算", whole, "一、基本支出", self.total("basic")],
            ["二、政府性基金预算", "", "二、项目支出", self.total("project")],
            ["", "", "三、单位预留机动经费", self.total("reserve")],
            ["收入合计", whole, "支出合计", whole],
        ]
        header = (
            Heading("收入", (Heading("项目名称"), Heading("金额"))),
            Heading("支出", (Heading("支出用途", (Heading("项目名称"), Heading("金额"))),)),
        )
        return {"header": header, "rows": rows, "amounts": frozenset({1, 3})}

    def total_row(self, amount: str) -> list[str]:
        return ["合计", "", amount] if self.total_first_cell else ["", "合计", amount]

    def three_columns(self, labels: tuple[str, str, str], rows: list[list[str]]) -> dict[str, Any]:
        spans = (Span(0, 0, 1, 2),) if self.total_first_cell else ()
        header = tuple(Heading(label) for label in labels)
        return {"header": header, "rows": rows, "spans": spans, "amounts": frozenset({2})}

    def by_function(self) -> dict[str, Any]:
        rows = [self.total_row(self.total("all"))]
        rows += [
            [code, self.books.functions[code], self.total("all", code)] for code in function_codes(self.books)
        ]
        code = self.rng.choice(("功能科目代码", "功能科目编码", "科目代码"))
        return self.three_columns((code, "功能科目名称", "金额"), rows)

    def by_economic(self, selector: str, amount: str) -> dict[str, Any]:
        kind, _, prefix = selector.partition("/")
        rows = [self.total_row(self.total(selector))]
        for code, name in self.books.economics.items():
            printed = self.total(f"{kind}/{code}")
            if printed and code.startswith(prefix):
                rows.append([code, name, printed])
        return self.three_columns(("科目编码", "科目名称", amount), rows)

    def empty(self) -> dict[str, Any]:
        rows = [self.total_row("")]
        says = self.rng.choice(("row", "note", "nothing"))
        if says == "row":
            rows.append(["此表为空", "", ""])
        rows += [["", "", ""]] * self.rng.randint(0, 3)
        parts = self.three_columns(("功能科目代码", "功能科目名称", "金额"), rows)
        return parts | ({"note": "注：本部门无相关收支项目"} if says == "note" else {})
