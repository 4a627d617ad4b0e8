"""The published views are described whole, in both languages, under names that nothing else has."""

from __future__ import annotations

from collections import Counter

import pytest

from schemas.view import View, definitions, find, published, references, views


@pytest.mark.parametrize("view", published().values(), ids=lambda view: view.name)
def test_chinese_column_names_of_a_view_are_all_different(view: View) -> None:
    assert [name for name, times in Counter(column.zh for column in view.columns).items() if times > 1] == []


@pytest.mark.parametrize("view", views().values(), ids=lambda view: view.name)
def test_a_view_says_in_both_languages_what_it_is(view: View) -> None:
    assert view.about_en.endswith(".")
    assert view.about_zh.endswith("。")
    assert all(column.zh and column.en for column in view.columns)


def test_no_two_views_tables_or_references_share_a_name() -> None:
    names = Counter([name for name, _ in definitions()] + list(references()) + list(published()))
    # A view's own English name is once among the definitions and once among what is published.
    assert {name for name, times in names.items() if times > 1} == set(views())


@pytest.mark.parametrize("name", ["expenditure_by_function", "部门预算_功能分类"])
def test_a_view_is_found_by_either_name(name: str) -> None:
    assert find(name) is views()["expenditure_by_function"]


def test_an_unknown_name_finds_nothing() -> None:
    assert find("nonsense") is None


def test_a_code_has_one_usual_name() -> None:
    for name, keys in (("ref_function", ["code"]), ("ref_economy", ["scheme", "code"])):
        usual = references()[name].filter("usual")
        assert (
            usual.height
            == references()[name].select(keys).unique().height
            == usual.select(keys).unique().height
        )
