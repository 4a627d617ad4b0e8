"""The seed drawn by five programs, and its DOCX, XLSX and HTML sources, give the seed's tables cell by cell."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from parsers.document import Parsed, parse_document
from parsers.header import clean
from parsers.interpret import Row
from parsers.listing import tables_of
from tests.parsers.renderings import rendering
from tests.parsers.test_seed import parsed as seed_parsed

FILES = [
    "A_docx.pdf",
    "B_xlsx.pdf",
    "C_html.pdf",
    "D_word.pdf",
    "E_typst.pdf",
    "A_docx.docx",
    "B_xlsx.xlsx",
    "C_html.html",
]
#: gt.json counts one header row of T8 (一般公共预算基本支出表); the merge of its first row shows that there are two.
HEADER_OF_T8 = 2
#: These stand in the renderings with every row three times, so that they run over page ends.
REPEATED = {"expenditure_summary", "general_budget_expenditure", "basic_wages_government_economic"}


@cache
def parsed(name: str) -> Parsed:
    path = rendering(name)
    # The renderings leave out the line of the cover that says the year: the file's name has it.
    return parse_document(path.read_bytes(), f"2024年部门预算公开表{path.suffix}")


def recorded() -> list[list[list[str]]]:
    """The body rows of each recorded table, blanks removed; the last table is recorded in two pieces."""
    tables: list[list[list[str]]] = []
    record: list[dict[str, Any]] = json.loads(rendering("gt.json").read_text("utf-8"))
    for number, table in enumerate(record):
        header = HEADER_OF_T8 if "一般公共预算基本支出表" in table["pre"] else table["H"]
        rows = [[clean(text) for text in row] for row in table["grid"][header:]]
        if table["pre"] == ["续表"]:
            tables[-1] += rows
        elif number:  # the first is the contents page
            tables.append(rows)
    return tables


@pytest.mark.parametrize("name", FILES)
def test_every_cell_stands_in_its_row_and_column(name: str) -> None:
    found = [table["rows"] for table in tables_of(parsed(name).recognition)]
    for rows, wanted in zip(found, recorded(), strict=True):
        assert rows == [row for row in wanted if any(row)]


@pytest.mark.parametrize("name", FILES)
def test_forms_titles_and_money_units_are_those_of_the_text(name: str) -> None:
    def said(tables: list[dict[str, Any]]) -> list[tuple[str, ...]]:
        return [(table["form"], table["title"], table["money_unit"]) for table in tables]

    assert said(tables_of(parsed(name).recognition)) == said(tables_of(seed_parsed().recognition))


@pytest.mark.parametrize("name", FILES)
def test_the_lake_rows_say_what_those_of_the_text_say(name: str) -> None:
    places = {"document_id", "page_no", "source_locator", "bbox_x0", "bbox_y0", "bbox_x1", "bbox_y1"}

    def facts(document: Parsed, table: str) -> list[Row]:
        return [
            {key: value for key, value in row.items() if key not in places}
            for row in document.tables[table]
            if row.get("form_code") not in REPEATED
        ]

    for table in ("budget_line", "performance_indicator", "performance_goal"):
        assert facts(parsed(name), table) == facts(seed_parsed(), table)


@pytest.mark.parametrize("name", FILES)
def test_a_table_with_every_row_three_times_has_three_times_the_lines(name: str) -> None:
    for form in REPEATED:
        counts = [
            sum(row["form_code"] == form for row in document.tables["budget_line"])
            for document in (parsed(name), seed_parsed())
        ]
        assert counts[0] % counts[1] == 0
        assert counts[0] > counts[1]


@pytest.mark.parametrize("name", FILES)
def test_the_statements_and_what_is_missing_are_those_of_the_text(name: str) -> None:
    def said(document: Parsed) -> list[tuple[Any, ...]]:
        return [
            (row["form_code"], row["instance_no"], row["toc_no"], row["status"])
            for row in document.tables["statement"]
        ]

    assert said(parsed(name)) == said(seed_parsed())
