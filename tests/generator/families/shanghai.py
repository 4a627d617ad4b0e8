"""Shanghai's budgets from 2023 on: nine tables, eight in 元 and the ninth in 万元, codes split 类|款|项.

A body prints whole yuan or two decimals, blanks or zeros where there is nothing; a department's titles say
部门, a unit's 预算单位.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from tests.generator.disclosure import Disclosure
from tests.generator.families.books import (
    AmountColumn,
    Money,
    chinese_number,
    economic_cells,
    figure,
    function_codes,
    function_rows,
    nothing,
    random_books,
)
from tests.generator.families.lists import side_by_side
from tests.generator.families.three_public import with_operating
from tests.generator.ledger import Ledger, Unit
from tests.generator.table import Heading, Table

NAMES = ("上海市普陀区样例事务局", "上海市普陀区样例街道办事处", "上海市样例事务中心")
PERSONNEL = "basic/301 basic/303"
PUBLIC = "basic/302 basic/310"


def shanghai(rng: random.Random) -> Disclosure:
    """A full random disclosure of a department or a unit, all identities holding."""
    name = rng.choice(NAMES)
    unit = Unit("", name, "310107" if "普陀区" in name else "310000")
    year = rng.randint(2023, 2026)
    level = rng.choice(("department", "unit"))
    decimals = rng.choice((0, 2))
    books = random_books(rng, unit, year, own_revenue=rng.random() < 0.3, fen=decimals == 2)
    maker = _Maker(rng, books, level, decimals)
    tables = tuple(maker.tables())
    kind = "部门预算" if level == "department" else "单位预算"
    return Disclosure(
        unit_name=name,
        unit_code=None,
        year=year,
        cover=(
            f"{name}{year}年度{kind}",
            f"{'预算主管部门' if level == 'department' else '预算单位'}：{name}",
        ),
        contents_heading="目 录",
        contents=tuple(enumerate((table.title for table in tables), start=1)),
        tables=tables,
        level=level,
        family="shanghai",
        region=unit.region,
    )


class _Maker:
    def __init__(self, rng: random.Random, books: Ledger, level: str, decimals: int) -> None:
        self.rng, self.books = rng, books
        self.body = "部门" if level == "department" else "预算单位"
        zero = rng.choice(("", "0.00" if decimals else "0"))
        self.money = Money("元", decimals, zero)
        self.wan = Money("万元", 2, "0.00" if zero else "")
        self.classes = [code for code in function_codes(books) if len(code) == 3]

    def tables(self) -> Iterator[Table]:
        yield self.table("revenue_expenditure_summary", "财务收支预算总表", **self.summary())
        yield self.table("revenue_summary", "收入预算总表", **self.revenue())
        yield self.table("expenditure_summary", "支出预算总表", **self.expenditure("支出预算", None))
        yield self.table("appropriation_summary", "财政拨款收支预算总表", **self.appropriation())
        yield self.table(
            "general_budget_expenditure",
            "一般公共预算支出功能分类预算表",
            **self.expenditure("一般公共预算支出", "general"),
        )
        for form, fund in (
            ("government_fund_expenditure", "政府性基金预算"),
            ("state_capital_expenditure", "国有资本经营预算"),
        ):
            yield self.table(form, f"{fund}支出功能分类预算表", **self.empty(fund))
        yield self.table(
            "general_budget_basic_expenditure",
            "一般公共预算基本支出部门预算经济分类预算表",
            **self.by_economic(),
        )
        yield self.table(
            "three_public_expenditure", "", unit="万元", **with_operating(self.books, self.wan, PUBLIC)
        )

    def table(self, form: str, title: str, **parts: Any) -> Table:
        parts["rows"] = tuple(map(tuple, parts["rows"]))
        unit = parts.pop("unit", "元")
        full = f"{self.books.year}年{self.body}{title}"
        if form == "three_public_expenditure":
            full = f"{self.books.year}年{self.body.removeprefix('预算')}“三公”经费和机关运行经费预算表"
        captions = (
            f"编制{'部门' if self.body == '部门' else '单位'}：{self.books.unit.name}",
            f"单位：{unit}",
        )
        return Table(form, full, captions=captions, money_unit=unit, **parts)

    def amounts(self, code: str, source: str | None, *selectors: str) -> list[str]:
        return [
            self.money(self.books.total(selector, function=code, source=source)) for selector in selectors
        ]

    def total(self, selector: str, source: str | None = None) -> str:
        return self.money(self.books.total(selector, source=source))

    def summary(self) -> dict[str, Any]:
        zero = self.money.nothing
        general, own = self.total("all", "general"), self.total("all", "own")
        left = [
            ("一、财政拨款收入", general),
            ("1、一般公共预算资金", general),
            ("2、政府性基金", zero),
            ("3、国有资本经营预算", zero),
            ("二、事业收入", own),
            ("三、事业单位经营收入", zero),
            ("四、其他收入", zero),
        ]
        kinds = ("all", PERSONNEL, PUBLIC, "project")
        right = [
            (f"{chinese_number(place)}、{self.books.functions[code]}", *self.amounts(code, None, *kinds))
            for place, code in enumerate(self.classes, start=1)
        ]
        rows = side_by_side(left, right, (2, 5))
        rows.append(("收入总计", self.total("all"), "支出总计", *(self.total(kind) for kind in kinds)))
        basic = Heading("基本支出", (Heading("人员经费"), Heading("公用经费")))
        header = (
            Heading("本年收入", (Heading("项目"), Heading("预算数"))),
            Heading(
                "本年支出",
                (Heading("项目"), Heading("预算数", (Heading("合计"), basic, Heading("项目支出")))),
            ),
        )
        return {"header": header, "rows": rows, "amounts": frozenset({1, 3, 4, 5, 6})}

    def items(self) -> Heading:
        parts = tuple(Heading(label) for label in ("类", "款", "项"))
        return Heading("项目", (Heading("功能分类科目编码", parts), Heading("功能分类科目名称")))

    def matrix(self, group: str, columns: list[AmountColumn], selector: str = "all") -> dict[str, Any]:
        codes = function_codes(self.books, selector)
        codes = [code for code in codes if columns[0].figure(code) is not None]
        rows = list(function_rows(self.books, columns, self.money, True, codes))
        rows.append(("", "", "", "合计", *(self.money(column.figure("")) for column in columns)))
        header = (self.items(), Heading(group, tuple(Heading(column.label) for column in columns)))
        return {"header": header, "rows": rows, "amounts": frozenset(range(4, 4 + len(columns)))}

    def revenue(self) -> dict[str, Any]:
        columns = [
            AmountColumn("合计", figure(self.books, "all")),
            AmountColumn("财政拨款收入", figure(self.books, "all", "general")),
            AmountColumn("事业收入", figure(self.books, "all", "own")),
            AmountColumn("事业单位经营收入", nothing),
            AmountColumn("其他收入", nothing),
        ]
        return self.matrix("收入预算", columns)

    def expenditure(self, group: str, source: str | None) -> dict[str, Any]:
        columns = [
            AmountColumn("合计", figure(self.books, "all", source)),
            AmountColumn("基本支出", figure(self.books, "basic", source)),
            AmountColumn("项目支出", figure(self.books, "project", source)),
        ]
        return self.matrix(group, columns)

    def appropriation(self) -> dict[str, Any]:
        zero = self.money.nothing
        general = self.total("all", "general")
        left = [("一、一般公共预算资金", general), ("二、政府性基金", zero), ("三、国有资本经营预算", zero)]
        classes = [code for code in self.classes if self.books.total("all", function=code, source="general")]
        right = []
        for place, code in enumerate(classes, start=1):
            amount = self.money(self.books.total("all", function=code, source="general"))
            right.append(
                (f"{chinese_number(place)}、{self.books.functions[code]}", amount, amount, zero, zero)
            )
        rows = side_by_side(left, right, (2, 5))
        rows.append(("收入总计", general, "支出总计", general, general, zero, zero))
        funds = ("项目", "合计", "一般公共预算", "政府性基金预算", "国有资本经营预算")
        header = (
            Heading("财政拨款收入", (Heading("项目"), Heading("预算数"))),
            Heading("财政拨款支出", tuple(Heading(label) for label in funds)),
        )
        return {"header": header, "rows": rows, "amounts": frozenset({1, 3, 4, 5, 6})}

    def empty(self, fund: str) -> dict[str, Any]:
        rows = [["", "", "", "", "", "", ""]] * self.rng.randint(0, 2)
        if self.rng.random() < 0.5:
            rows = [["无", "", "", "", "", "", ""], *rows]
        rows = [*rows, ["", "", "", "合计", "", "", ""]]
        kinds = tuple(Heading(label) for label in ("合计", "基本支出", "项目支出"))
        parts: dict[str, Any] = {
            "header": (self.items(), Heading(f"{fund}支出", kinds)),
            "rows": rows,
            "amounts": frozenset({4, 5, 6}),
        }
        if self.rng.random() < 0.6:
            body = self.body.removeprefix("预算")
            parts["note"] = f"注:本{body}{self.books.year}年无{fund}财政拨款安排的预算，故本表为空表。"
        return parts

    def by_economic(self) -> dict[str, Any]:
        rows = []
        for code, name in self.books.economics.items():
            if self.books.total(f"basic/{code}") is None:
                continue
            is_personnel = code[:3] in ("301", "303")
            amount = self.total(f"basic/{code}")
            pair = (amount, self.money.nothing) if is_personnel else (self.money.nothing, amount)
            rows.append((*economic_cells(code, split=True), name, amount, *pair))
        rows.append(("", "", "合计", self.total("basic"), self.total(PERSONNEL), self.total(PUBLIC)))
        code_parts = Heading("经济分类科目编码", (Heading("类"), Heading("款")))
        kinds = tuple(Heading(label) for label in ("合计", "人员经费", "公用经费"))
        header = (
            Heading("项目", (code_parts, Heading("部门经济分类科目名称"))),
            Heading("一般公共预算基本支出", kinds),
        )
        return {"header": header, "rows": rows, "amounts": frozenset({3, 4, 5})}
