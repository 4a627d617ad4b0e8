"""Statements become tidy rows: what each amount stands for, exact and with its printed text."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from parsers.grid import Line
from schemas.errors import NotUnderstood
from tests.generator.table import Span
from tests.parsers.blocks import Head, grid, lines, understood

Row = dict[str, Any]
COVER = lines("单位编码：052001", "单位名称：株洲市荷塘区样例局", "2024年部门预算公开表", page=1)
FINAL = lines("株洲市荷塘区样例局2024年度部门决算")


def rows(
    title: str,
    heads: list[Head],
    body: list[list[str]],
    unit: str = "单位：万元",
    spans: tuple[Span, ...] = (),
    cover: list[Line] = COVER,
) -> list[Row]:
    parsed = understood(cover, lines(title, unit, page=2), grid(heads, body, spans, page=2))
    return parsed.tables["budget_line"]


def amounts(found: list[Row], *keys: str) -> list[tuple[Any, ...]]:
    return [tuple(row.get(key) for key in keys) for row in found]


SPLIT: list[Head] = [
    ("项目", [("功能分类科目编码", ["类", "款", "项"]), "功能分类科目名称"]),
    ("支出预算", ["合计", "基本支出", "项目支出"]),
]


def test_one_row_an_amount_position_blank_included() -> None:
    found = rows("支出预算总表", SPLIT, [["201", "01", "01", "行政运行", "3.00", "3.00", ""]])
    assert amounts(found, "row_no", "col_no", "cell_state", "amount_yuan") == [
        (1, 5, "value", Decimal("30000.00")),
        (1, 6, "value", Decimal("30000.00")),
        (1, 7, "blank", None),
    ]


def test_a_row_keeps_what_was_printed_beside_the_exact_amount() -> None:
    (row, *_) = rows(
        "支出预算总表", SPLIT, [["201", "", "", "一般公共服务支出", "35,201. 98", "", ""]], "单位：元"
    )
    assert (row["text_raw"], row["amount_scale"], row["amount_unit"]) == ("35,201.98", 2, "元")
    assert (row["amount_yuan"], row["amount_wan"]) == (Decimal("35201.98"), Decimal("3.52"))
    assert row["column_path"] == "支出预算/合计"


@pytest.mark.parametrize(
    ("codes", "code", "kind", "level"),
    [
        (["201", "", ""], "201", "function_class", 1),
        (["201", "03", ""], "20103", "function_group", 2),
        (["201", "03", "01"], "2010301", "function_item", 3),
        (["201", "20103", "2010301"], "2010301", "function_item", 3),
        (["201", "3", "1"], "2010301", "function_item", 3),
        (["2010301", "", ""], "2010301", "function_item", 3),
        (["", "20103", ""], "20103", "function_group", 2),
        (["2010301.0", "", ""], "2010301", "function_item", 3),
        (["201-03-01", "", ""], "2010301", "function_item", 3),
        (["２０１", "０３", "０１"], "2010301", "function_item", 3),
    ],
)
def test_a_functional_code_is_whole_however_it_is_split(
    codes: list[str], code: str, kind: str, level: int
) -> None:
    (row, *_) = rows("支出预算总表", SPLIT, [[*codes, "行政运行", "3.00", "3.00", ""]])
    assert (row["function_code"], row["row_kind"], row["function_level"]) == (code, kind, level)
    assert row["function_name"] == "行政运行"


@pytest.mark.parametrize("code", ["2010301-行政运行", "[2010301]行政运行", "2010301行政运行"])
def test_code_and_name_in_one_cell_are_told_apart(code: str) -> None:
    heads: list[Head] = ["科目编码", "科目名称", "金额"]
    (row,) = rows("一般公共预算支出预算表", heads, [[code, "", "3.00"]])
    assert (row["function_code"], row["function_name"]) == ("2010301", "行政运行")


@pytest.mark.parametrize(
    "codes",
    [
        ["合计", "", "", ""],
        ["", "", "", "合  计"],
        ["总计", "", "", ""],
        ["", "合计", "", ""],
        ["支出总计", "", "", ""],
        ["", "", "", "本年支出合计："],
        ["", "", "", "合计数"],
    ],
)
def test_the_total_row_is_known_in_whatever_column_it_says_so(codes: list[str]) -> None:
    (row, *_) = rows("支出预算总表", SPLIT, [[*codes, "3.00", "3.00", ""]])
    assert (row["row_kind"], row["function_code"], row["additive_set"]) == ("grand_total", None, None)


def test_class_and_group_printed_once_hold_for_the_rows_under_them() -> None:
    body = [
        ["201", "", "", "一般公共服务支出"],
        ["", "03", "", "政府办公厅（室）及相关机构事务"],
        ["", "", "01", "行政运行"],
        ["", "", "02", "一般行政管理事务"],
        ["208", "", "", "社会保障和就业支出"],
        ["", "", "01", "款没有印出"],
        ["", "05", "01", "行政单位离退休"],
    ]
    found = rows("支出预算总表", SPLIT, [[*row, "3.00", "", ""] for row in body])
    codes = [row["function_code"] for row in found if row["cell_state"] == "value"]
    assert codes == ["201", "20103", "2010301", "2010302", "208", "20801", "2080501"]


@pytest.mark.parametrize(
    ("bodies", "added_up"),
    [
        ([""], ["grand_total"]),
        (["合计"], ["grand_total"]),
        (["合计", "江苏省样例厅", "江苏省样例所"], ["unit", "list_row"]),
    ],
    ids=["alone without a name", "alone", "with its bodies"],
)
def test_a_total_is_added_up_only_where_it_stands_without_its_parts(
    bodies: list[str], added_up: list[str]
) -> None:
    vehicles = ("公务用车购置及运行费", ["小计", "公务用车购置费", "公务用车运行费"])
    heads: list[Head] = ["单位名称", "合计", "因公出国（境）费", vehicles, "公务接待费"]
    cover = lines("江苏省样例厅2019年度部门预算", page=1)
    body = [[name, "6.00", "1.00", "4.00", "2.00", "2.00", "1.00"] for name in bodies]
    found = rows("一般公共预算“三公”经费支出表", heads, body, cover=cover)
    assert list(dict.fromkeys(row["row_kind"] for row in found if row["additive_set"])) == added_up


def test_a_row_without_a_code_in_a_table_of_codes_is_in_no_additive_set() -> None:
    body = [
        ["", "", "", "其中：教育收费", "3.00", "3.00", ""],
        ["", "", "01", "行政运行", "3.00", "3.00", ""],
    ]
    found = rows("支出预算总表", SPLIT, body)
    assert {(row["function_code"], row["additive_set"]) for row in found} == {(None, None)}
    assert found[0]["line_label"] == "其中：教育收费"


def test_only_leaves_are_in_an_additive_set() -> None:
    found = rows(
        "支出预算总表",
        SPLIT,
        [
            ["201", "", "", "一般公共服务支出", "3.00", "1.00", "2.00"],
            ["201", "01", "01", "行政运行", "3.00", "1.00", "2.00"],
        ],
    )
    assert amounts(found, "row_kind", "expenditure_type", "additive_set") == [
        ("function_class", None, None),
        ("function_class", "basic", None),
        ("function_class", "project", None),
        ("function_item", None, None),
        ("function_item", "basic", "EXP_FUNC_TYPE"),
        ("function_item", "project", "EXP_FUNC_TYPE"),
    ]


def test_an_economic_code_split_in_two_is_whole() -> None:
    heads: list[Head] = [
        ("项目", [("经济分类科目编码", ["类", "款"]), "部门经济分类科目名称"]),
        ("一般公共预算基本支出", ["合计", "人员经费", "公用经费"]),
    ]
    body = [["301", "2", "津贴补贴", "9.00", "9.00", ""], ["302", "", "商品和服务支出", "1.00", "", "1.00"]]
    found = rows("一般公共预算基本支出部门预算经济分类预算表", heads, body)
    assert amounts(found, "econ_code", "econ_scheme", "row_kind", "expenditure_category")[:2] == [
        ("30102", "dept", "economic_item", None),
        ("30102", "dept", "economic_item", "personnel"),
    ]
    assert found[3]["row_kind"] == "economic_class"


def test_department_and_unit_rows_are_told_from_functional_classes() -> None:
    heads: list[Head] = [
        ("功能科目", ["类", "款", "项"]),
        "科目编码",
        "科目名称",
        "合计",
        "基本支出",
        "项目支出",
        "事业单位经营支出",
        "上缴上级支出",
        "对附属单位补助支出",
    ]
    tail = ["3.00", "3.00", "", "", "", ""]
    body = [
        ["", "", "", "052", "株洲市荷塘区样例局", *tail],
        ["", "", "", "052001", "株洲市荷塘区样例局", *tail],
        ["208", "", "", "208", "社会保障和就业支出", *tail],
    ]
    found = rows("支出总表", heads, body)[::6]
    assert amounts(found, "row_kind", "department_code", "function_code") == [
        ("department", "052", None),
        ("unit", "052", None),
        ("function_class", None, "208"),
    ]


def test_blocks_side_by_side_are_rows_of_their_own() -> None:
    block: list[Head] = ["经济分类科目编码", "科目名称", "决算数"]
    body = [
        ["301", "工资福利支出", "10.00", "302", "商品和服务支出", "5.00"],
        ["30101", "基本工资", "10.00", "", "", ""],
        ["人员经费合计", "", "10.00", "公用经费合计", "", "5.00"],
    ]
    cover = lines("株洲市荷塘区样例局2024年度部门决算")
    found = rows(
        "一般公共预算财政拨款基本支出决算表",
        [*block, *block],
        body,
        spans=(Span(2, 0, 1, 2), Span(2, 3, 1, 2)),
        cover=cover,
    )
    assert amounts(found, "row_kind", "econ_code", "expenditure_category", "additive_set") == [
        ("economic_class", "301", "personnel", None),
        ("economic_class", "302", "public", None),
        ("economic_item", "30101", "personnel", "BASIC_DEPT_ECON"),
        ("subtotal", None, "personnel", None),
        ("subtotal", None, "public", None),
    ]
    assert {row["budget_phase"] for row in found} == {"actual"}


def test_budget_columns_of_final_accounts_keep_their_phase() -> None:
    heads: list[Head] = [
        ("收入", ["项目", "年初预算数", "全年预算数", "决算数"]),
        ("支出", ["项目", "年初预算数", "全年预算数", "决算数"]),
    ]
    body = [
        [
            "一、一般公共预算财政拨款收入",
            "1.00",
            "2.00",
            "3.00",
            "一、一般公共服务支出",
            "4.00",
            "5.00",
            "6.00",
        ]
    ]
    found = rows("收入支出决算总表", heads, body, cover=lines("株洲市荷塘区样例局2024年度部门决算"))
    assert amounts(found, "budget_phase", "amount_wan", "additive_set") == [
        ("approved", Decimal("1.00"), None),
        ("adjusted", Decimal("2.00"), None),
        ("actual", Decimal("3.00"), "REV_SOURCE"),
        ("approved", Decimal("4.00"), None),
        ("adjusted", Decimal("5.00"), None),
        ("actual", Decimal("6.00"), None),
    ]


def test_procurement_rows_are_category_project_and_item() -> None:
    heads: list[Head] = ["采购品目大类", "专项名称", "经济科目", "采购物品名称", "采购组织形式", "总计"]
    body = [
        ["合计", "", "", "", "", "8.00"],
        ["一、货物A", "", "", "", "", "8.00"],
        ["", "办公设备购置费", "办公设备购置", "", "", "8.00"],
        ["", "", "", "台式计算机", "政府集中采购", "8.00"],
    ]
    found = rows("政府采购预算表", heads, body, cover=lines("江苏省样例局2018年度部门预算"))
    assert amounts(found, "row_kind", "additive_set") == [
        ("grand_total", None),
        ("procurement_category", None),
        ("subtotal", None),
        ("procurement_item", "PROCUREMENT"),
    ]


@pytest.mark.parametrize("nothing", ["无", "此表为空", "本表为空"])
def test_the_word_for_nothing_in_an_empty_table_is_no_row(nothing: str) -> None:
    found = rows("支出预算总表", SPLIT, [[nothing, "", "", "", "", "", ""], ["", "", "", "合计", "", "", ""]])
    assert {row["row_no"] for row in found} == {2}
    assert {row["cell_state"] for row in found} == {"blank"}


def test_a_sub_header_fused_with_the_total_row_is_no_amount() -> None:
    heads: list[Head] = ["功能分类科目编码", "科目名称", "本年支出合计", "基本支出", "项目支出"]
    body = [["合计", "", "", "基本支出", "项目支出"]]
    found = rows("一般公共预算财政拨款支出决算表", heads, body, cover=FINAL)
    assert {row["cell_state"] for row in found} == {"blank"}


def test_amounts_without_a_money_unit_are_refused() -> None:
    with pytest.raises(NotUnderstood) as caught:
        rows("支出预算总表", SPLIT, [["201", "", "", "一般公共服务支出", "3", "", ""]], unit="2024年")
    assert caught.value.reason == "money_unit_missing"
    assert "page 2" in caught.value.message


def test_an_empty_table_needs_no_money_unit() -> None:
    parsed = understood(
        COVER,
        lines("支出预算总表", "单位：元", page=2),
        grid(SPLIT, [["201", "", "", "一般公共服务支出", "3", "", ""]], page=2),
        lines("政府性基金预算支出功能分类预算表", page=3),
        grid(
            [SPLIT[0], ("政府性基金预算支出", ["合计", "基本支出", "项目支出"])],
            [["合计", *[""] * 6]],
            page=3,
        ),
    )
    assert [row["status"] for row in parsed.tables["statement"]] == ["present", "present_empty"]


@pytest.mark.parametrize("printed", ["12a", "1.2.3", "见附表", "12.00\n34.00"])
def test_a_cell_that_is_no_number_is_refused_and_not_read_as_blank(printed: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        rows("支出预算总表", SPLIT, [["201", "", "", "一般公共服务支出", printed, "", ""]])
    assert caught.value.reason == "unreadable_number"
    assert "page 2" in caught.value.message
