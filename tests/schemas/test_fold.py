"""Folding makes two printings of the same words equal, and nothing else."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.fold import fold, radicals, replace_radicals


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("收 入 总 计", "收入总计"),
        ("住房公\n积金", "住房公积金"),
        ("维修（护）费", "维修(护)费"),
        ("“三公”经费", '"三公"经费'),
        ("基本支出－－人员经费", "基本支出--人员经费"),
        ("部⻔预算⽀出", "部门预算支出"),
        ("⼾籍管理", "户籍管理"),
        ("㇐般公共预算", "一般公共预算"),
        ("２０２４年", "2024年"),
        ("525. 41", "525.41"),
        ("\u3000合\u200b计\ufeff", "合计"),
        ("〔2024〕5号", "(2024)5号"),
    ],
)
def test_two_printings_of_the_same_words_fold_to_the_same(printed: str, meant: str) -> None:
    assert fold(printed) == meant


@pytest.mark.parametrize(("one", "other"), [("收入", "支出"), ("2010301", "2010302"), ("/", "")])
def test_different_words_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(), st.text())
def test_folding_works_part_by_part(one: str, other: str) -> None:
    assert fold(one + other) == fold(one) + fold(other)


@given(st.text())
def test_nothing_folds_to_a_blank(text: str) -> None:
    assert not any(character.isspace() for character in fold(text))


def test_the_radical_table_is_whole() -> None:
    assigned = {chr(c) for c in range(0x2E80, 0x2FE0) if unicodedata.name(chr(c), "")}
    assert assigned == {r for r in radicals() if not unicodedata.name(r).startswith("CJK STROKE")}
    assert len(assigned) == 329


def test_what_a_radical_stands_for_is_an_ideograph() -> None:
    assert all("IDEOGRAPH" in unicodedata.name(meant) for meant in radicals().values())


def test_only_two_of_the_supplement_would_be_mended_by_nfkc() -> None:
    mended = [r for r in radicals() if "\u2e80" <= r <= "\u2eff" and unicodedata.normalize("NFKC", r) != r]
    assert len(mended) == 2


def test_replacing_radicals_keeps_widths_blanks_and_brackets() -> None:
    assert replace_radicals("部⻔ （⾃有） １") == "部门 （自有） １"
