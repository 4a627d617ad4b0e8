"""Every query of docs/questions.md answers, with the shown answer on the seed, which is the checked one."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from infra.lake import Lake, LakeSql, open_sql, run_select
from tests.docs.repository import ROOT
from tests.sample_lake import seed_lake, wide_lake  # noqa: F401

PAGE = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
QUESTIONS = {
    name: (sql, answer)
    for name, sql, answer in re.findall(
        r"^## (Q\d+) .*?```sql\n(.*?)```\n\n```text\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL
    )
}

#: What the reference says of the seed, by question: some figures of the answer, in its order.
CHECKED = {
    "Q1": ["5254100.00", "5254100.00", "True"],
    "Q2": ["149.03", "315.82", "27.24", "18.75", "14.57"],
    "Q3": ["186.29", "209.61", "88.9"],
    "Q4": ["3000.00"],
    "Q5": ["政府雇员经费", "2658200.00", "32", "8.31"],
    "Q6": [
        "其他交通费用",
        "8.92",
        "38.3",
        "委托业务费",
        "2.87",
        "福利费",
        "2.57",
        "办公费",
        "2.00",
        "维修（护）费",
        "2.00",
    ],
    "Q7": ["50101", "125.72", "100.91", "24.81"],
    "Q9": ["(overall)", "26", "23", "True", "14", "13", "True", "14", "12", "False"],
    "Q10": ["EMS邮政快递服务数量", "≥1000件", "≥2500件", "培训合格率", "=100%", "≥100%"],
    "Q11": ["政务服务经费", "50.00", "政务服务运转", "50.00"],
    "Q12": ["2", "4", "5", "11", "12", "16", "17", "18", "19", "20", "22", "22", "23"],
    "Q14": ["1.99", "2.99"],
    "Q16": ["464.85", "464.85", "0.00", "exact", "315.82", "315.82", "0.00", "exact"],
}


@pytest.fixture(scope="module")
def of_seed(seed_lake: Lake) -> LakeSql:  # noqa: F811
    return open_sql(seed_lake)


@pytest.fixture(scope="module")
def of_families(wide_lake: Lake) -> LakeSql:  # noqa: F811
    return open_sql(wide_lake)


def _said(value: Any) -> str:
    return "" if value is None else str(value)


def _rows(connection: LakeSql, sql: str) -> Iterator[list[str]]:
    answer = run_select(connection, sql)
    yield answer.columns
    for row in answer.iter_rows():
        yield ['["' + '", "'.join(v) + '"]' if isinstance(v, list) else _said(v) for v in row]


def test_the_page_has_sixteen_questions() -> None:
    assert list(QUESTIONS) == [f"Q{number}" for number in range(1, 17)]


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_query_gives_the_answer_that_is_shown(of_seed: LakeSql, name: str) -> None:
    sql, answer = QUESTIONS[name]
    assert list(_rows(of_seed, sql)) == list(csv.reader(io.StringIO(answer)))


@pytest.mark.parametrize("name", CHECKED)
def test_a_shown_answer_is_the_one_checked_by_hand(name: str) -> None:
    _, answer = QUESTIONS[name]
    at = 0
    for figure in CHECKED[name]:
        found = re.compile(rf"(?<![\d.]){re.escape(figure)}(?![\d.])").search(answer, at)
        assert found, f"{figure} is not in the answer, or not in order"
        at = found.end()


def test_the_seed_has_28_findings_of_14_rules_of_the_reference(of_seed: LakeSql) -> None:
    sql, _ = QUESTIONS["Q15"]
    # S13b is a rule of ours beyond the reference's.
    rows = run_select(of_seed, sql).filter(pl.col("check_code") != "S13b")
    assert (rows["n"].sum(), rows.height) == (28, 14)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_query_also_answers_over_several_families(of_families: LakeSql, name: str) -> None:
    sql, _ = QUESTIONS[name]
    rows = run_select(of_families, sql)
    assert rows.height > 0


def test_with_accounts_in_the_lake_the_execution_is_known(of_families: LakeSql) -> None:
    sql, _ = QUESTIONS["Q8"]
    rows = run_select(of_families, sql.replace("WHERE", "WHERE actual_yuan > 0 AND"))
    assert rows.height == 3
    for budget, actual, percent in rows.select("budget_yuan", "actual_yuan", "executed_percent").iter_rows():
        assert abs(100 * actual / budget - percent) <= Decimal("0.05")
