"""Codes have their names of the year, and what real disclosures print is known."""

from __future__ import annotations

import csv
import re

import pytest

from schemas import classification as c
from schemas.crosswalk import department_codes, government_codes
from tests.shared import shared

PRINT_ORDER = (
    "201 202 203 204 205 206 207 208 209 210 211 212 213 214 215 216 217 219 220 221 222 223 224 227 229 "
    "230 231 232 233 234"
)


def test_the_thirty_functional_classes_hold_in_print_order() -> None:
    assert " ".join(c.classes("function", 2024)) == PRINT_ORDER


@pytest.mark.parametrize(
    ("kind", "code", "year", "name"),
    [
        ("function", "20805", 2019, "行政事业单位离退休"),
        ("function", "20805", 2020, "行政事业单位养老支出"),
        ("function", "210", 2018, "医疗卫生与计划生育支出"),
        ("function", "210", 2024, "卫生健康支出"),
        ("function", "2010301", 2024, "行政运行"),
        ("dept", "30311", 2017, "住房公积金"),
        ("dept", "30113", 2018, "住房公积金"),
        ("dept", "310", 2017, "其他资本性支出"),
        ("dept", "310", 2024, "资本性支出"),
        ("gov", "50101", 2024, "工资奖金津补贴"),
    ],
)
def test_a_code_has_the_name_of_its_year(kind: str, code: str, year: int, name: str) -> None:
    assert c.name(kind, code, year) == name


@pytest.mark.parametrize(("code", "year"), [("224", 2018), ("20139", 2023), ("20117", 2019)])
def test_a_code_has_no_name_outside_its_years(code: str, year: int) -> None:
    assert c.names("function", code, year) == ()


@pytest.mark.parametrize(
    ("code", "printed", "year", "verdict"),
    [
        ("30213", "维修(护)费", 2024, c.MATCH),
        ("30204", "电费", 2024, c.DIFFERS),
        ("30311", "住房公积金", 2024, c.OTHER_YEAR),
        ("30288", "某费", 2024, c.UNKNOWN),
    ],
)
def test_a_printed_name_is_compared_with_its_code(code: str, printed: str, year: int, verdict: str) -> None:
    assert c.compare_name("dept", code, printed, year) == verdict


def test_a_name_leads_to_its_codes_of_the_year() -> None:
    assert c.codes_of("dept", "住房公积金", 2017) == ("30311",)
    assert c.codes_of("dept", "住房公积金", 2024) == ("30113",)


@pytest.mark.parametrize(
    ("code", "level", "parent"), [("201", 1, None), ("20103", 2, "201"), ("2010301", 3, "20103")]
)
def test_level_and_parent_follow_from_the_digits(code: str, level: int, parent: str | None) -> None:
    assert (c.level(code), c.parent(code)) == (level, parent)


@pytest.mark.parametrize("code", ["20", "2010", "合计", "²01"])
def test_what_is_no_code_has_no_level(code: str) -> None:
    assert c.level(code) is None


@pytest.mark.parametrize("kind", c.KINDS)
def test_every_code_is_well_formed_and_its_parent_is_there(kind: str) -> None:
    codes = c.classification(kind)
    assert all(re.fullmatch(r"\d{3}(\d{2}){0,2}", code) for code in codes)
    assert all(c.parent(code) in codes for code in codes if c.parent(code))


@pytest.mark.parametrize("kind", c.KINDS)
def test_a_name_stands_once_for_a_code_and_its_years_run_forward(kind: str) -> None:
    for entries in c.classification(kind).values():
        assert len({entry.name for entry in entries}) == len(entries)
        assert all((e.first_year or 0) <= (e.last_year or 9999) for e in entries)
        assert {entry.source for entry in entries} <= {"reference", "observed", "knowledge"}


def test_what_real_disclosures_print_is_known_save_for_one_local_numbering() -> None:
    with shared("domain", "observed_codes.tsv").open(encoding="utf-8") as file:
        printed = list(csv.DictReader(file, delimiter="\t"))
    kinds = {"functional": "function", "dept-economic": "dept"}
    odd = {
        (row["code"], row["name"])
        for row in printed
        for year in row["years"].split(",")
        if c.compare_name(kinds[row["kind"]], row["code"], row["name"], int(year)) != c.MATCH
    }
    # One body (社会福利院 2024) numbers its economic items in its own way.
    assert len(odd) == 14
    assert all(code.startswith(("302", "303", "30108")) for code, _ in odd)


def test_the_seed_prints_the_names_of_its_year() -> None:
    with shared("seed", "expected_budget_line.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    pairs = {(row["function_code"], row["function_name"]) for row in rows if row["function_code"]}
    assert len(pairs) == 42
    assert {c.compare_name("function", code, name, 2024) for code, name in pairs} == {c.MATCH}


def test_the_national_crosswalk_leaves_performance_pay_out_of_wages() -> None:
    assert department_codes("50101") == {"30101", "30102", "30103"}


def test_a_region_adds_to_the_crosswalk() -> None:
    assert department_codes("50101", region="430202") == {"30101", "30102", "30103", "30107"}
    assert department_codes("50101", region="310107") == department_codes("50101")


@pytest.mark.parametrize(
    ("dept", "body", "gov"),
    [
        ("30201", "administrative", {"50201"}),
        ("30201", "institution", {"50502"}),
        ("30301", "institution", {"50905"}),
    ],
)
def test_an_item_leads_to_its_government_item(dept: str, body: str, gov: set[str]) -> None:
    assert government_codes(dept, body) == gov


@pytest.mark.parametrize("body", ["administrative", "institution"])
def test_no_department_item_is_in_two_government_items(body: str) -> None:
    items = [code for code in c.classification("dept") if len(code) == 5]
    assert all(len(government_codes(code, body)) <= 1 for code in items)


def test_every_code_of_the_crosswalk_is_in_the_classifications() -> None:
    for gov in c.classification("gov"):
        for body in ("administrative", "institution"):
            assert department_codes(gov, body) <= set(c.classification("dept"))
