"""The forms as data: every file is read, its words are known, and its columns can be told apart."""

from __future__ import annotations

import pytest

from schemas.data_file import load_yaml
from schemas.form import Layout, Meaning, forms_of_paths, layouts, layouts_of
from schemas.title import form_of_title, titles

VOCABULARY = load_yaml("enumerations.yaml")
FAMILIES = {"hunan": 23, "jiangsu": 13, "shanghai": 9, "final_accounts": 11, "national": 6}


def name(layout: Layout) -> str:
    return f"{layout.family} {layout.number}"


def meanings(layout: Layout) -> list[Meaning]:
    found = [column.meaning for column in layout.columns] + [layout.defaults]
    found += [amount.meaning for amount in layout.amounts]
    for block in layout.blocks.values():
        found += [block.defaults, *(line.meaning for line in block.lines)]
    return found


def test_every_family_has_its_forms() -> None:
    assert {family: sum(each.family == family for each in layouts()) for family in FAMILIES} == FAMILIES


@pytest.mark.parametrize("layout", layouts(), ids=name)
def test_every_word_of_a_layout_is_in_the_closed_vocabularies(layout: Layout) -> None:
    assert layout.form in VOCABULARY["form_code"]
    assert layout.leaf_rows <= VOCABULARY["row_kind"].keys()
    for meaning in meanings(layout):
        for field, vocabulary in (
            ("measure", "measure_code"),
            ("direction", "direction"),
            ("expenditure_type", "expenditure_type"),
            ("expenditure_category", "expenditure_category"),
            ("fund_type", "fund_type"),
            ("econ_scheme", "econ_scheme"),
            ("budget_phase", "budget_phase"),
        ):
            value = getattr(meaning, field)
            assert value is None or value in VOCABULARY[vocabulary], (field, value)


@pytest.mark.parametrize("layout", layouts(), ids=name)
def test_every_amount_of_a_layout_has_a_measure_and_a_direction(layout: Layout) -> None:
    for column in layout.columns:
        if column.role == "amount":
            block = layout.blocks[column.block] if column.block else None
            base = (block.defaults if block else Meaning()).over(layout.defaults)
            lines = [line.meaning for line in block.lines] if block else []
            # A list may leave the measure to its lines: then a line that is not known has none and is refused.
            for line in lines if lines and not base.measure else [Meaning()]:
                whole = column.meaning.over(line.over(base))
                assert whole.measure, column.paths[0]
                assert whole.direction, column.paths[0]


@pytest.mark.parametrize("layout", layouts(), ids=name)
def test_the_official_title_of_a_layout_names_its_form(layout: Layout) -> None:
    assert form_of_title(layout.title) == layout.form


def test_every_form_has_a_title_and_a_layout() -> None:
    assert {title.form for title in titles()} == {layout.form for layout in layouts()}


def test_a_path_that_several_forms_print_belongs_to_none() -> None:
    own = forms_of_paths()
    assert "金额" not in own
    assert own["上缴上级支出"] == "expenditure_summary"
    assert own["支出预算合计"] == "expenditure_summary"


def test_a_meaning_covers_what_is_below_it_where_it_says_something() -> None:
    base = Meaning(measure="expenditure", direction="expenditure", additive_set="X")
    over = Meaning(expenditure_type="basic", additive_set="").over(base)
    assert (over.measure, over.expenditure_type, over.additive_set) == ("expenditure", "basic", "")


def test_the_layouts_of_a_form_are_those_of_all_families() -> None:
    assert {layout.family for layout in layouts_of("three_public_expenditure")} == set(FAMILIES)
