"""The procurement table of Jiangsu's budgets: kinds of goods, projects under them, what is bought at last."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

from tests.generator.families.books import Money
from tests.generator.table import Heading

PURCHASES = (
    ("一、货物A", ("PC服务器", "台式计算机（20万以下）", "打印设备（20万以下）", "家具用具", "复印纸")),
    ("二、工程B", ("房屋修缮", "装修工程")),
    ("三、服务C", ("会议服务", "物业管理服务", "印刷服务", "车辆维修和保养服务")),
)
WAYS = ("政府集中采购", "部门集中采购", "分散自行组织")
PROJECTS = ("办公设备购置费", "行政运转保障经费", "商品和服务支出")
ECONOMICS = ("办公设备购置", "物业管理费", "会议费", "印刷费")
LABELS = ("采购品目大类", "专项名称", "经济科目", "采购物品名称", "采购组织形式", "总计")


def random_procurement(rng: random.Random, money: Money) -> dict[str, Any]:
    """The parts of a ``Table``: the total, then each kind of goods with its lines, sums at every level."""
    rows: list[list[str]] = []
    grand = Decimal(0)
    for kind, goods in PURCHASES:
        total, lines = _lines(rng, money, goods)
        if lines:
            rows += [[kind, "", "", "", "", money(total)], *lines]
            grand += total
    rows.insert(0, ["合计", "", "", "", "", money(grand)])
    return {"header": tuple(map(Heading, LABELS)), "rows": rows, "amounts": frozenset({5})}


def _lines(rng: random.Random, money: Money, goods: tuple[str, ...]) -> tuple[Decimal, list[list[str]]]:
    total, lines = Decimal(0), []
    for project in rng.sample(PROJECTS, rng.randint(0, 2)):
        bought = [
            (name, Decimal(rng.randint(10**5, 10**8)) / 100)
            for name in rng.sample(goods, rng.randint(1, len(goods)))
        ]
        amount = sum((yuan for _, yuan in bought), Decimal(0))
        lines.append(["", project, rng.choice(ECONOMICS), "", "", money(amount)])
        lines += [["", "", "", name, rng.choice(WAYS), money(yuan)] for name, yuan in bought]
        total += amount
    return total, lines
