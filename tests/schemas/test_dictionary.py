"""Everything that a user meets by code is documented, and the generated pages are up to date."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from infra.settings import Settings
from schemas import dictionary, quarantine_reason
from schemas.data_file import load_yaml
from schemas.dictionary import table_meaning
from schemas.enumerations import codes, term, vocabularies
from schemas.tables import TABLES, polars_schema

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_documented_in_both_languages(table: str) -> None:
    columns = table_meaning(table).columns
    assert [column.name for column in columns] == list(polars_schema(table))
    assert all(column.zh and column.en for column in columns)


def test_no_column_is_documented_that_does_not_exist() -> None:
    data = load_yaml("columns.yaml")
    for table, words in data["tables"].items():
        assert set(words["columns"]) <= set(polars_schema(table))
    used = {name for table in TABLES for name in polars_schema(table)}
    assert set(data["common"]) <= used


def test_the_page_of_the_tables_is_up_to_date() -> None:
    assert (DOCS / "tables.md").read_text(encoding="utf-8") == dictionary.markdown()


def test_the_page_of_the_reasons_is_up_to_date() -> None:
    assert (DOCS / "quarantine_reasons.md").read_text(encoding="utf-8") == quarantine_reason.markdown()


def test_every_vocabulary_is_used_by_a_column() -> None:
    used = {column.vocabulary for table in TABLES for column in table_meaning(table).columns}
    assert used - {None} == set(vocabularies())


@pytest.mark.parametrize("vocabulary", vocabularies())
def test_every_code_has_a_term_in_both_languages(vocabulary: str) -> None:
    assert all(term(vocabulary, code).zh and term(vocabulary, code).en for code in codes(vocabulary))


@pytest.mark.parametrize("reason", quarantine_reason.quarantine_reasons().values(), ids=lambda r: r.code)
def test_every_reason_says_what_to_do(reason: quarantine_reason.QuarantineReason) -> None:
    assert all([reason.zh, reason.en, reason.do_zh, reason.do_en])
    assert reason.en.endswith(".") and reason.do_en.endswith(".")


def test_every_setting_that_a_reason_names_exists() -> None:
    named = set(re.findall(r"BUDGETLAKE_([A-Z_]+)", quarantine_reason.markdown()))
    assert named
    assert {name.lower() for name in named} <= set(Settings.model_fields)
