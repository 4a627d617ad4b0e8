"""A body has one code: printed, of the registry, or made of its name and level."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import BudgetlakeError
from schemas.tables.common import ORG_UNIT_CODE
from schemas.unit import Unit, check_registry, department_code, unit_key, unit_of_code, units

NAME = "株洲市荷塘区行政审批服务局"


def test_a_printed_code_stands() -> None:
    assert unit_key("310107", "602001", NAME, "unit").org_unit_code == "602001"


@pytest.mark.parametrize("name", [NAME, "荷塘区行政审批服务局", "株洲市 荷塘区\n行政审批服务局"])
def test_a_body_without_a_printed_code_has_that_of_the_registry(name: str) -> None:
    key = unit_key("430202", None, name, "department")
    assert key.org_unit_code == "052001"
    assert "registry" in key.evidence


def test_a_name_is_that_of_its_region_only() -> None:
    assert unit_key("310107", None, NAME, "unit").org_unit_code.startswith("x")


def test_a_body_that_nobody_knows_has_a_code_made_of_its_name_and_level() -> None:
    assert unit_key("310107", None, "上海市普陀区司法局", "department").org_unit_code == "xb9b19b6d"


def test_the_made_code_does_not_depend_on_how_the_name_is_printed() -> None:
    one = unit_key("310107", None, "上海市普陀区司法局（本级）", "unit")
    other = unit_key("310107", None, "上海市 普陀区司法局(本级)", "unit")
    assert one.org_unit_code == other.org_unit_code


def test_the_two_levels_of_a_body_without_code_are_two_units() -> None:
    codes = {
        unit_key("310107", None, "上海市普陀区司法局", level).org_unit_code
        for level in ("department", "unit")
    }
    assert len(codes) == 2


@given(st.text(min_size=1), st.sampled_from(["department", "unit"]))
def test_every_made_code_keeps_the_contract(name: str, level: str) -> None:
    code = unit_key("000000", None, name, level).org_unit_code
    assert re.fullmatch(r"x[0-9a-f]{8}", code)
    assert re.search(ORG_UNIT_CODE, code)


def test_an_unknown_level_is_an_error() -> None:
    with pytest.raises(ValueError, match="部门"):
        unit_key("430202", None, NAME, "部门")


@pytest.mark.parametrize(
    ("region", "code", "department"),
    [
        ("430202", "052001", "052"),
        ("430202", "602001", "602"),
        ("310107", "xb9b19b6d", None),
        ("310107", "052", None),
    ],
)
def test_the_department_is_the_registry_s_or_the_first_three_of_six_digits(
    region: str, code: str, department: str | None
) -> None:
    assert department_code(region, code) == department


def test_every_entry_is_found_by_its_code_and_its_names() -> None:
    for unit in units():
        assert unit_of_code(unit.region, unit.code) == unit
        for name in (unit.name, *unit.other_names):
            for level in unit.levels:
                assert unit_key(unit.region, None, name, level).org_unit_code == unit.code


@pytest.mark.parametrize(
    ("code", "name"), [("052001", "另一局"), ("052002", NAME), ("052002", "株洲市荷塘区 行政审批服务局")]
)
def test_a_registry_with_two_meanings_is_refused(code: str, name: str) -> None:
    with pytest.raises(BudgetlakeError, match="stands for two entries"):
        check_registry((*units(), Unit("430202", code, name)))
