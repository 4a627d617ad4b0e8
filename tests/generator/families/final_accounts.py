"""Final accounts in the national form: nine tables in 万元, joined or split codes, balances carried over.

A column 行次 and a row 栏次 may number lines and columns: they are part of the page and not data, so the
numbers of columns are headings here and the numbers of lines a column of their own.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tests.generator.disclosure import Disclosure
from tests.generator.families.balances import random_balances
from tests.generator.families.books import (
    AmountColumn,
    Money,
    chinese_number,
    class_list,
    economic_cells,
    figure,
    function_codes,
    function_rows,
    nothing,
    random_books,
)
from tests.generator.families.lists import list_table, side_by_side
from tests.generator.families.three_public import budget_and_actual
from tests.generator.ledger import Ledger, Unit
from tests.generator.table import Heading, Span, Table

NAMES = ("上海市普陀区样例管理局", "上海市普陀区样例服务中心", "上海市普陀区样例委员会")
PERSONNEL = "basic/301 basic/303"
PUBLIC = "basic/302 basic/310"


def final_accounts(rng: random.Random) -> Disclosure:
    """A full random disclosure of final accounts, all identities holding, balances included."""
    unit = Unit("", rng.choice(NAMES), "310107")
    year = rng.randint(2022, 2025)
    books = random_books(rng, unit, year, own_revenue=rng.random() < 0.5)
    maker = _Maker(rng, books)
    tables = tuple(maker.tables())
    return Disclosure(
        unit_name=unit.name,
        unit_code=None,
        year=year,
        cover=(f"{unit.name}{year}年度部门决算",),
        contents_heading=f"第二部分 {unit.name}{year}年度部门决算表",
        contents=tuple(enumerate((table.title for table in tables), start=1)),
        tables=tables,
        phase="actual",
        family="final_accounts",
        region=unit.region,
    )


class _Maker:
    def __init__(self, rng: random.Random, books: Ledger) -> None:
        self.rng, self.books = rng, books
        self.money = Money("万元", nothing=rng.choice(("", "", "0.00")))
        self.plain = Money("万元")
        self.split = rng.random() < 0.5
        self.numbered = rng.random() < 0.3
        self.total_first = rng.random() < 0.5
        self.wide_code = 3 if self.split else 1
        self.balances = random_balances(rng, books)
        self.tag = rng.choice((None, "公开部门：", "部门："))
        self.number = 0

    def classes(self) -> list[tuple[str, str]]:
        """Code and name of the classes that the summaries list."""
        return [(code, self.books.functions[code]) for code in class_list("final_accounts")]

    def tables(self) -> Iterator[Table]:
        yield self.table("revenue_expenditure_summary", "收入支出决算总表", **self.summary())
        yield self.table("revenue_summary", "收入决算表", **self.revenue())
        yield self.table("expenditure_summary", "支出决算表", **self.expenditure())
        yield self.table("appropriation_summary", "财政拨款收入支出决算总表", **self.appropriation())
        yield self.table(
            "general_budget_expenditure", "一般公共预算财政拨款支出决算表", **self.general_budget()
        )
        yield self.table(
            "general_budget_basic_expenditure", "一般公共预算财政拨款基本支出决算表", **self.by_economic()
        )
        yield self.table(
            "three_public_expenditure",
            "财政拨款“三公”经费支出决算表",
            **budget_and_actual(self.rng, self.books, self.money),
        )
        for form, fund in (
            ("government_fund_expenditure", "政府性基金预算财政拨款"),
            ("state_capital_expenditure", "国有资本经营预算财政拨款"),
        ):
            yield self.table(form, f"{fund}收入支出决算表", **self.empty(fund))

    def table(self, form: str, title: str, **parts: Any) -> Table:
        parts["rows"] = tuple(map(tuple, parts["rows"]))
        self.number += 1
        captions = [f"公开{self.number:02d}表", f"{self.tag}{self.books.unit.name}"] if self.tag else []
        return Table(form, title, captions=(*captions, "单位：万元"), money_unit="万元", **parts)

    def summary(self) -> dict[str, Any]:
        general, own = self.balances.revenue("general")(""), self.balances.revenue("own")("")
        income = (general or Decimal(0)) + (own or Decimal(0))
        spent = self.books.total("all")
        sources = ("一般公共预算财政拨款收入", "政府性基金预算财政拨款收入", "国有资本经营预算财政拨款收入")
        others = ("上级补助收入", "事业收入", "经营收入", "附属单位上缴收入", "其他收入")
        amounts = {"一般公共预算财政拨款收入": general, "其他收入": own}
        left = [
            (f"{chinese_number(place)}、{label}", self.plain(amounts.get(label)))
            for place, label in enumerate((*sources, *others), start=1)
        ]
        right = [
            (f"{chinese_number(place)}、{name}", self.plain(self.books.total("all", function=code)))
            for place, (code, name) in enumerate(self.classes(), start=1)
        ]
        opening, closing = (
            sum(self.balances.opening.values(), Decimal(0)),
            sum(self.balances.closing.values(), Decimal(0)),
        )
        rows = side_by_side(left, right, (2, 2))
        whole = self.plain(income + opening)
        rows += [
            ("本年收入合计", self.plain(income), "本年支出合计", self.plain(spent)),
            ("使用非财政拨款结余", "", "结余分配", ""),
            ("年初结转和结余", self.plain(opening), "年末结转和结余", self.plain(closing)),
            ("总计", whole, "总计", whole),
        ]
        sides = (("收入", ["项目", "决算数"]), ("支出", ["项目", "决算数"]))
        note = "注：本表反映部门本年度的总收支和年末结转结余情况。"
        return list_table(sides, rows, note, self.numbered)

    def items(self) -> Heading:
        if not self.split:
            return Heading("项目", (Heading("功能分类科目编码"), Heading("科目名称")))
        parts = tuple(Heading(label) for label in ("类", "款", "项"))
        return Heading("项目", (Heading("支出功能分类科目编码", parts), Heading("科目名称")))

    def matrix(self, columns: list[AmountColumn], money: Money, note: str) -> dict[str, Any]:
        codes = [code for code in function_codes(self.books) if columns[0].figure(code) is not None]
        rows = list(function_rows(self.books, columns, money, self.split, codes))
        total = ["合计", *[""] * self.wide_code, *(money(column.figure("")) for column in columns)]
        place = 0 if self.total_first else len(rows)
        rows.insert(place, tuple(total))
        return {
            "header": (self.items(), *(Heading(column.label) for column in columns)),
            "rows": rows,
            "spans": (Span(place, 0, 1, self.wide_code + 1),),
            "amounts": frozenset(range(self.wide_code + 1, self.wide_code + 1 + len(columns))),
            "note": note,
        }

    def revenue(self) -> dict[str, Any]:
        general, own = self.balances.revenue("general"), self.balances.revenue("own")

        def both(code: str) -> Decimal | None:
            parts = [part for part in (general(code), own(code)) if part is not None]
            return sum(parts, Decimal(0)) if parts else None

        columns = [AmountColumn("本年收入合计", both), AmountColumn("财政拨款收入", general)]
        columns += [
            AmountColumn(label, nothing)
            for label in ("上级补助收入", "事业收入", "经营收入", "附属单位上缴收入")
        ]
        columns.append(AmountColumn("其他收入", own))
        return self.matrix(columns, self.plain, "注：本表反映部门本年度取得的各项收入情况。")

    def expenditure(self) -> dict[str, Any]:
        columns = [
            AmountColumn("本年支出合计", figure(self.books, "all")),
            AmountColumn("基本支出", figure(self.books, "basic")),
            AmountColumn("项目支出", figure(self.books, "project")),
            AmountColumn("上缴上级支出", nothing),
            AmountColumn("经营支出", nothing),
            AmountColumn("对附属单位补助支出", nothing),
        ]
        return self.matrix(columns, self.plain, "注：本表反映部门本年度各项支出情况。")

    def general_budget(self) -> dict[str, Any]:
        columns = [
            AmountColumn(label, figure(self.books, selector, "general"))
            for label, selector in (("合计", "all"), ("基本支出", "basic"), ("项目支出", "project"))
        ]
        return self.matrix(columns, self.money, "注：本表反映部门本年度一般公共预算财政拨款支出情况。")

    def appropriation(self) -> dict[str, Any]:
        def spent(code: str) -> str:
            return self.plain(self.books.total("all", function=code, source="general"))

        income = self.balances.revenue("general")("")
        funds = ("一般公共预算财政拨款", "政府性基金预算财政拨款", "国有资本经营预算财政拨款")
        left = [
            (f"{chinese_number(place)}、{fund}", self.plain(income) if place == 1 else "")
            for place, fund in enumerate(funds, start=1)
        ]
        right = [
            (f"{chinese_number(place)}、{name}", spent(code), spent(code), "", "")
            for place, (code, name) in enumerate(self.classes(), start=1)
        ]
        rows = side_by_side(left, right, (2, 5))
        opening, closing = self.balances.opening["general"], self.balances.closing["general"]
        whole = self.plain((income or Decimal(0)) + opening)
        rest = (self.plain(closing), self.plain(closing), "", "")
        rows += [
            ("本年收入合计", self.plain(income), "本年支出合计", spent(""), spent(""), "", ""),
            ("年初财政拨款结转和结余", self.plain(opening), "年末财政拨款结转和结余", *rest),
            (f"一、{funds[0]}", self.plain(opening), "", "", "", "", ""),
            (f"二、{funds[1]}", "", "", "", "", "", ""),
            (f"三、{funds[2]}", "", "", "", "", "", ""),
            ("总计", whole, "总计", whole, whole, "", ""),
        ]
        sides = (("收入", ["项目", "决算数"]), ("支出", ["项目", "合计", *funds]))
        note = "注：本表反映部门本年度财政拨款总收支和结转结余情况。"
        return list_table(sides, rows, note, self.numbered)

    def by_economic(self) -> dict[str, Any]:
        """Two lists of all codes side by side, personnel and public funds, with a total each at the foot."""

        def block(*classes: str) -> list[list[str]]:
            return [
                [
                    *economic_cells(code, self.split),
                    name,
                    self.money(self.books.total(f"basic/{code}")),
                ]
                for code, name in self.books.economics.items()
                if code[:3] in classes
            ]

        wide = 4 if self.split else 3
        rows: list[Any] = side_by_side(block("301", "303"), block("302", "310"), (wide, wide))
        gap = [""] * (wide - 2)
        personnel, public = (self.money(self.books.total(each)) for each in (PERSONNEL, PUBLIC))
        rows.append(["人员经费合计", *gap, personnel, "公用经费合计", *gap, public])
        last = len(rows) - 1
        code = Heading("经济分类科目编码", (Heading("类"), Heading("款")) if self.split else ())
        side = (code, Heading("科目名称"), Heading("决算数"))
        return {
            "header": side * 2,
            "rows": rows,
            "spans": (Span(last, 0, 1, wide - 1), Span(last, wide, 1, wide - 1)),
            "amounts": frozenset({wide - 1, 2 * wide - 1}),
            "note": "注：本表反映部门本年度一般公共预算财政拨款基本支出明细情况。",
        }

    def empty(self, fund: str) -> dict[str, Any]:
        width = self.wide_code + 7
        rows = [[""] * width for _ in range(self.rng.randint(0, 3))]
        rows.append(["合计", *[""] * (width - 1)])
        spent = tuple(Heading(label) for label in ("小计", "基本支出", "项目支出"))
        return {
            "header": (
                self.items(),
                Heading("年初结转和结余"),
                Heading("本年收入"),
                Heading("本年支出", spent),
                Heading("年末结转和结余"),
            ),
            "rows": rows,
            "spans": (Span(len(rows) - 1, 0, 1, self.wide_code + 1),),
            "amounts": frozenset(range(self.wide_code + 1, width)),
            "note": f"说明：{self.books.unit.name}本年度没有{fund}收入和支出，故本表无数据。",
        }
