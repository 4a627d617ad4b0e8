"""The seed disclosure's text gives exactly the rows that were made and checked by hand."""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from parsers.document import Parsed, parse_document
from schemas.form import layouts_of
from tests.shared import shared

SEED = "株洲市荷塘区行政审批服务局_2024年部门预算公开表.txt"
MISSING = {"revenue_summary", "expenditure_government_economic", "expenditure_department_economic"}


@cache
def parsed() -> Parsed:
    path = shared("seed", SEED)
    return parse_document(path.read_bytes(), path.name)


def expected(name: str) -> tuple[list[str], list[dict[str, str]]]:
    with shared("seed", name).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return list(rows[0]), rows


def said(value: Any) -> str:
    """A value as the expected files write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


@pytest.mark.parametrize(
    ("file", "table", "count"),
    [
        ("expected_budget_line.csv", "budget_line", 1016),
        ("expected_performance_indicator.csv", "performance_indicator", 65),
    ],
)
def test_every_row_and_column_of_the_expected_file_is_given(file: str, table: str, count: int) -> None:
    columns, rows = expected(file)
    decimals = {"target_number": Decimal("0.0001")}
    found = [
        {
            name: said(
                row[name].quantize(decimals[name])
                if name in decimals and row.get(name) is not None
                else row.get(name)
            )
            for name in columns
        }
        for row in parsed().tables[table]
    ]
    assert len(found) == count
    assert found == rows


def test_twenty_forms_stand_in_the_body_and_three_of_the_promised_are_missing() -> None:
    rows = parsed().tables["statement"]
    assert {row["form_code"] for row in rows if row["status"] == "missing_in_body"} == MISSING
    assert len([row for row in rows if row.get("table_no") is not None]) == 21
    assert "unrecognised" not in {row["status"] for row in rows}


def test_the_statements_tell_their_contents_number_from_their_printed_title() -> None:
    rows = [row for row in parsed().tables["statement"] if row["form_code"] == "project_performance"]
    assert [(row["instance_no"], row["toc_no"]) for row in rows] == [(1, 22), (2, 22)]
    assert {row["title_toc"] for row in rows} == {"项目支出绩效目标表"}
    assert {row["title_printed"] for row in rows} == {"专项资金支出方向绩效目标表"}


def test_the_statements_that_print_only_a_zero_are_present_but_empty() -> None:
    rows = parsed().tables["statement"]
    assert {row["form_code"] for row in rows if row["status"] == "present_empty"} == {
        "basic_transfers_government_economic",
        "basic_transfers_department_economic",
        "government_fund_expenditure",
        "government_fund_government_economic",
        "government_fund_department_economic",
        "state_capital_expenditure",
        "fiscal_account_expenditure",
    }


def test_every_table_has_the_header_and_rows_that_were_written_down() -> None:
    wanted = json.loads(shared("seed", "expected_seed.json").read_text("utf-8"))["tables"]
    rows = parsed().tables["statement"]
    for table, row in zip(wanted, rows, strict=False):
        assert row["form_code"] == table["form_code"]
        assert row["title_printed"] == table["title"]
        assert row["row_count"] == table["n_rows"]
        if layouts_of(row["form_code"])[0].kind != "performance":
            assert row["column_paths"] == table["columns"], table["title"]


def test_two_projects_and_the_whole_department_state_their_goals() -> None:
    goals = parsed().tables["performance_goal"]
    assert [goal["project_name"] for goal in goals if goal["item_kind"] == "project"] == [
        "政府雇员经费",
        "政务服务运转",
    ]
    assert next(goal["item_kind"] for goal in goals if goal["scope"] == "overall") == "overall_goal"
    assert len([goal for goal in goals if goal["item_kind"] == "overall_goal"]) == 1


def test_a_project_goal_has_its_period_its_budget_and_its_text() -> None:
    goal = parsed().tables["performance_goal"][0]
    assert (goal["period_start"], goal["period_end"]) == (date(2024, 1, 1), date(2024, 12, 31))
    assert goal["annual_budget_yuan"] == Decimal("2658200.00")
    assert goal["goal_text"]


def test_the_tasks_of_the_department_have_names_and_contents() -> None:
    tasks = [goal for goal in parsed().tables["performance_goal"] if goal["item_kind"] == "task"]
    assert tasks
    assert all(task["task_name"] and task["task_content"] for task in tasks)


def test_the_identity_is_that_of_the_cover_without_a_dissenting_vote() -> None:
    identity = parsed().identity
    assert (identity.unit_code, identity.year, identity.budget_phase) == ("430202-052001", 2024, "approved")
    assert identity.org_unit_name == "株洲市荷塘区行政审批服务局"
    assert (identity.disclosure_level, identity.conflicts) == ("department", ())
