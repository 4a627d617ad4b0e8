"""List labels lose their ordinals and nothing else."""

from __future__ import annotations

import pytest

from parsers.label import has_ordinal, lines_of_label, strip_ordinal
from schemas.form import Block, ListLine, Meaning


@pytest.mark.parametrize(
    ("label", "plain"),
    [
        ("一、一般公共预算拨款收入", "一般公共预算拨款收入"),
        ("（二十）住房保障支出", "住房保障支出"),
        ("(一)一般公共服务支出", "一般公共服务支出"),
        ("1.一般公共预算", "一般公共预算"),
        ("2、政府性基金", "政府性基金"),
        ("（1）公务用车购置费", "公务用车购置费"),
        ("其中：动用上年结转和结余资金", "动用上年结转和结余资金"),
        ("十一、债务利息及费用支出", "债务利息及费用支出"),
        ("其中：1.教育收费", "教育收费"),
    ],
)
def test_an_ordinal_is_taken_away(label: str, plain: str) -> None:
    assert strip_ordinal(label) == plain
    assert has_ordinal(label)


@pytest.mark.parametrize("label", ["一般公共预算拨款收入", "2024年预算", "3.5吨", "收入总计", "十分", ""])
def test_a_label_without_an_ordinal_stays(label: str) -> None:
    assert strip_ordinal(label) == label
    assert not has_ordinal(label)


BLOCK = Block(Meaning(), (ListLine(("一般公共预算",), Meaning()), ListLine(("财政拨款收入",), Meaning())))


@pytest.mark.parametrize(
    ("label", "known"),
    [
        ("一、财政拨款收入", "财政拨款收入"),
        ("一，财政拨款收入", "财政拨款收入"),
        ("一 财政拨款收入", "财政拨款收入"),
        ("1 一般公共预算", "一般公共预算"),
        ("一一般公共预算", "一般公共预算"),
        ("一般公共预算", "一般公共预算"),
    ],
)
def test_a_line_is_found_though_its_ordinal_lost_its_mark(label: str, known: str) -> None:
    key, lines = lines_of_label(BLOCK, label)
    assert (key, [line.labels for line in lines]) == (known, [(known,)])


def test_a_label_that_no_line_has_is_given_back_folded() -> None:
    assert lines_of_label(BLOCK, "二、债务 收入") == ("债务收入", [])
