"""A body's name leads to its division, or to none where two fit."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.division import Division, division, divisions, full_name, parent
from schemas.division_name import find_division, resolve_division

COUNTIES = [entry for entry in divisions() if entry.level == 3 and entry.holds_in(None)]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("株洲市荷塘区行政审批服务局", "430202"),
        ("2024年株洲市荷塘区行政审批服务局部门预算公开表", "430202"),
        ("荷塘区行政审批服务局", "430202"),
        ("中共株洲市荷塘区委组织部", "430202"),
        ("国家税务总局株洲市荷塘区税务局", "430202"),
        ("上海市普陀区司法局", "310107"),
        ("上海市普陀区人民政府万里街道办事处", "310107"),
        ("上海普陀区司法局", "310107"),
        ("舟山市普陀区财政局", "330903"),
        ("上海市财政局", "310000"),
        ("中共江苏省委办公厅", "320000"),
        ("江苏省高级人民法院", "320000"),
        ("江苏省人民政府驻上海市办事处", "320000"),
        ("广西财政厅", "450000"),
        ("吉林省吉林市财政局", "220200"),
        ("江苏省海安市教育局", "320685"),
        ("恩施州财政局", "422800"),
        ("恩施土家族苗族自治州恩施市财政局", "422801"),
        ("通道县民政局", "431230"),
        ("株洲市市场监督管理局", "430200"),
        ("株洲市场监督管理局", "430200"),
        ("仙桃市财政局", "429004"),
        ("株 洲 市 荷 塘 区 财 政 局", "430202"),
    ],
)
def test_a_name_leads_to_its_division(name: str, code: str) -> None:
    assert resolve_division(name) == code


@pytest.mark.parametrize(
    "name",
    [
        "普陀区司法局",
        "鼓楼区财政局",
        "省法院",
        "城区管理局",
        "华东区域合作办公室",
        "株洲荷塘政务服务中心",
        "北京市朝阳医院",
        "财政部",
        "",
    ],
)
def test_a_name_of_no_or_several_divisions_leads_to_none(name: str) -> None:
    assert resolve_division(name) is None


def test_several_divisions_of_one_name_are_named_as_evidence() -> None:
    match = find_division("普陀区司法局")
    assert match.candidates == ("310107", "330903")
    assert match.text == "普陀区"


@pytest.mark.parametrize(("within", "code"), [("310000", "310107"), ("330900", "330903"), ("320000", None)])
def test_a_division_that_is_known_already_decides(within: str, code: str | None) -> None:
    assert resolve_division("普陀区司法局", within=within) == code


@pytest.mark.parametrize(
    ("name", "year", "code"),
    [
        ("南通市崇川区教育局", 2019, "320602"),
        ("南通市崇川区教育局", 2024, "320613"),
        ("株洲县财政局", 2017, "430221"),
        ("株洲市渌口区财政局", 2019, "430212"),
    ],
)
def test_the_fiscal_year_decides_between_codes_of_one_name(name: str, year: int, code: str) -> None:
    assert resolve_division(name, year) == code


@given(st.sampled_from(COUNTIES), st.sampled_from(["财政局", "人民法院", "教育局", "人民政府办公室"]))
def test_a_county_with_all_that_it_is_in_leads_to_itself(county: Division, office: str) -> None:
    assert resolve_division(f"{full_name(county.code)}{office}") == county.code


@given(st.text(alphabet="上海市普陀区株洲荷塘江苏省县州场域东城 "))
def test_what_is_found_stands_in_the_name_and_in_the_table(text: str) -> None:
    match = find_division(text)
    assert match.text in re.sub(r"\s", "", text)
    assert match.code is None or division(match.code) is not None


def test_the_table_is_whole() -> None:
    provinces = {entry.code for entry in divisions() if entry.level == 1}
    assert len(provinces) == 34
    assert 2800 < len(COUNTIES) < 3000
    assert all(re.fullmatch(r"\d{6}", entry.code) for entry in divisions())
    assert all(parent(entry.code) in provinces for entry in divisions() if entry.level == 2)


def test_a_code_has_one_name_a_year() -> None:
    for year in range(2014, 2026):
        standing = [entry for entry in divisions() if entry.holds_in(year) and entry.holds_in(year + 1)]
        assert len({entry.code for entry in standing}) == len(standing)


@pytest.mark.parametrize(
    ("code", "year", "name"),
    [
        ("430202", 2024, "湖南省株洲市荷塘区"),
        ("310107", 2024, "上海市普陀区"),
        ("429004", 2024, "湖北省仙桃市"),
        ("130502", 2019, "河北省邢台市桥东区"),
        ("130502", 2024, "河北省邢台市襄都区"),
        ("430221", None, "湖南省株洲市株洲县"),
        ("430221", 2024, None),
        ("999999", None, None),
    ],
)
def test_a_code_has_its_full_name_of_the_year(code: str, year: int | None, name: str | None) -> None:
    assert full_name(code, year) == name
