"""Header rows become one leaf path a column, with merged cells and without."""

from __future__ import annotations

import pytest

from parsers.header import cell_matrix, clean, leaf_paths
from tests.parsers.blocks import Head, grid, plain_grid


def paths(heads: list[Head]) -> list[str]:
    made = grid(heads, [[""] * _width(heads)])
    depth = made.n_rows - 1
    return ["/".join(path) for path in leaf_paths(cell_matrix(made), depth, made.n_cols)]


def _width(heads: list[Head]) -> int:
    return sum(1 if isinstance(head, str) else _width(list(head[1])) for head in heads)


def test_a_merged_label_stands_over_all_its_columns() -> None:
    heads: list[Head] = [("收入", ["项目", "预算数"]), ("支出", ["项目", ("预算数", ["合计", "其中"])])]
    assert paths(heads) == [
        "收入/项目",
        "收入/预算数",
        "支出/项目",
        "支出/预算数/合计",
        "支出/预算数/其中",
    ]


def test_a_label_merged_downwards_is_named_once() -> None:
    assert paths(["科目编码", ("基本支出", ["小计", "人员经费"]), "项目支出"]) == [
        "科目编码",
        "基本支出/小计",
        "基本支出/人员经费",
        "项目支出",
    ]


def test_blanks_and_line_breaks_in_labels_are_layout() -> None:
    assert clean(" 住房公\n积金 ") == "住房公积金"
    assert paths(["总  计", "退职\n（役）费"]) == ["总计", "退职（役）费"]


def test_without_merges_a_blank_is_a_span_only_under_the_same_parent() -> None:
    # T7: under 人员经费 the blank is a right-span, under 公用经费 and 项目支出 a vertical merge.
    matrix = cell_matrix(
        plain_grid(
            [
                ["合计", "基本支出", "", "", "", "项目支出"],
                ["", "小计", "人员经费", "", "公用经费", ""],
                ["", "", "工资福利支出", "对个人和家庭的补助", "", ""],
            ]
        )
    )
    assert ["/".join(path) for path in leaf_paths(matrix, 3, 6)] == [
        "合计",
        "基本支出/小计",
        "基本支出/人员经费/工资福利支出",
        "基本支出/人员经费/对个人和家庭的补助",
        "基本支出/公用经费",
        "项目支出",
    ]


def test_a_column_without_any_label_has_an_empty_path() -> None:
    assert leaf_paths(cell_matrix(plain_grid([["", "金额"]])), 1, 2) == [(), ("金额",)]


@pytest.mark.parametrize("row", range(2))
def test_a_merged_cell_covers_every_position_of_its_spans(row: int) -> None:
    matrix = cell_matrix(grid([("项目", ["编码", "名称"]), "金额"], [["1", "2", "3"]]))
    assert matrix[row][2].text == "金额"
    assert matrix[0][0] is matrix[0][1]
