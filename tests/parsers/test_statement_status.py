"""The register of statements: present, empty, promised and missing, not promised, and not understood."""

from __future__ import annotations

import json
from typing import Any

from parsers.document import Parsed
from tests.parsers.blocks import Head, grid, lines, understood

COVER = lines("上海市财政局2024年部门预算", page=1)
HEADS: list[Head] = [
    ("项目", ["功能分类科目编码", "功能分类科目名称"]),
    ("支出预算", ["合计", "基本支出", "项目支出"]),
]
FUND: list[Head] = [HEADS[0], ("政府性基金预算支出", ["合计", "基本支出", "项目支出"])]
ROW = ["201", "一般公共服务支出", "3", "1", "2"]


def statements(parsed: Parsed) -> list[tuple[Any, ...]]:
    return [(row["form_code"], row["instance_no"], row["status"]) for row in parsed.tables["statement"]]


def disclosure() -> Parsed:
    return understood(
        COVER,
        lines("目录", "1 收入预算总表", "2 支出预算总表", "3 政府性基金预算支出功能分类预算表", page=2),
        lines("支出预算总表", "单位：元", page=3),
        grid(HEADS, [ROW], page=3),
        lines("政府性基金预算支出功能分类预算表", "单位：元", page=4),
        grid(FUND, [["无", "", "", "", ""]], page=4),
        lines("国有资本经营预算支出功能分类预算表", "单位：元", page=5),
        grid(
            [HEADS[0], ("国有资本经营预算支出", ["合计", "基本支出", "项目支出"])],
            [["223", "国有资本经营预算支出", "1", "", "1"]],
            page=5,
        ),
        lines("国有资产占用情况表", page=6),
        grid(["项目", "数量"], [["汽车", "3"]], page=6),
    )


def test_every_table_and_every_promise_has_its_status() -> None:
    assert statements(disclosure()) == [
        ("expenditure_summary", 1, "present"),
        ("government_fund_expenditure", 1, "present_empty"),
        ("state_capital_expenditure", 1, "not_in_toc"),
        ("unrecognised", 1, "unrecognised"),
        ("revenue_summary", 1, "missing_in_body"),
    ]


def test_a_table_that_no_form_fits_keeps_its_cells() -> None:
    row = next(r for r in disclosure().tables["statement"] if r["status"] == "unrecognised")
    assert json.loads(row["grid_json"]) == [["项目", "数量"], ["汽车", "3"]]


def test_a_recognised_table_keeps_its_header_and_no_grid() -> None:
    row = disclosure().tables["statement"][0]
    assert row["column_paths"][0] == "项目/功能分类科目编码"
    assert (row["column_count"], row["row_count"], row["header_row_count"]) == (5, 1, 2)
    assert row["grid_json"] is None


def test_the_number_and_title_of_the_contents_stand_beside_the_printed_title() -> None:
    row = disclosure().tables["statement"][0]
    assert (row["toc_no"], row["title_toc"], row["title_printed"]) == (2, "支出预算总表", "支出预算总表")


def test_without_contents_nothing_is_missing_or_unpromised() -> None:
    parsed = understood(COVER, lines("支出预算总表", "单位：元", page=3), grid(HEADS, [ROW], page=3))
    assert statements(parsed) == [("expenditure_summary", 1, "present")]


def test_the_document_counts_its_statements_and_lines() -> None:
    (row,) = disclosure().tables["document"]
    assert (row["statement_count"], row["line_count"]) == (4, 6)
    assert (row["document_kind"], row["disclosure_level"]) == ("budget", "department")
    assert {vote["field"] for vote in row["evidence"]} >= {"year", "kind", "unit_name", "level"}
