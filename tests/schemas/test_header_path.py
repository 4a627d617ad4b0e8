"""Header words that are printed in many ways are said in one."""

from __future__ import annotations

import pytest

from schemas.form import layouts
from schemas.header_path import canonical_path

SAME = [
    [
        "功能科目编码",
        "项目/支出功能分类科目编码",
        "功能分类科目/科目编码",
        "功能科目代码",
        "支出功能分类/科目编码",
    ],
    ["功能科目编码/款", "项目/功能分类科目编码/款", "支出功能分类科目编码/款"],
    ["功能科目名称", "项目/功能分类科目名称", "功能分类科目/科目名称"],
    [
        "经济科目编码",
        "部门预算支出经济分类科目/科目代码",
        "项目/部门预算经济分类科目编码",
        "人员经费/经济分类科目编码",
    ],
    ["科目编码", "科目代码", "项目/科目编码", "公用经费/科目编码"],
    ["决算数", "人员经费/决算数", "2024年度决算数", "决算数（万元）"],
    [
        "公务用车购置及运行费/小计/预算数",
        "财政拨款“三公”经费/公务用车购置及运行维护费/小计/预算数",
        "预算数/公务用车购置及运行费/小计",
        "2024年“三公”经费预算数/公务用车购置及运行费/小计",
    ],
    ["因公出国（境）费", "“三公”经费/因公出国(境)费用", "因公出国（境）费用支出"],
    ["公务用车购置及运行费/运行费", "公务用车购置及运行维护费/公务用车运行维护费"],
]


@pytest.mark.parametrize("words", SAME, ids=lambda words: words[0])
def test_different_wordings_of_one_column_are_the_same_path(words: list[str]) -> None:
    assert len({canonical_path(word) for word in words}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("功能科目编码", "经济科目编码"),
        ("功能科目编码", "科目编码"),
        ("预算数", "全年预算数"),
        ("“三公”经费/小计", "合计"),
        ("人员经费", "公用经费"),
        ("支出/预算数", "收入/预算数"),
        ("基本支出/合计", "项目支出/合计"),
    ],
)
def test_different_columns_stay_different(one: str, other: str) -> None:
    assert canonical_path(one) != canonical_path(other)


def test_saying_it_one_way_twice_changes_nothing() -> None:
    paths = {path for layout in layouts() for column in layout.columns for path in column.paths}
    assert {path for path in paths if canonical_path(path) != path} == set()
