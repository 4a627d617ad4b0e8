"""The published views: SQL over the lake's tables, each with its words in Chinese and English.

A view is two reviewed files of ``schemas/data/views``: ``NN_name.sql``, one SELECT in DuckDB's dialect over
tables, references and views of lower numbers, and ``NN_name.yaml``, what the view and each of its columns is.
A column that is a table's own says so by the table's name and takes its words, type and vocabulary from there.

Beside every view and table stands one with Chinese names, made from the same words: its columns are the
Chinese ones and its codes the terms of their vocabularies. It is for reading; programs use the English one.

``references`` are the classifications, divisions and registered units as small tables (``ref_…``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import polars as pl

from schemas.classification import classification
from schemas.crosswalk import crosswalk_pairs
from schemas.data_file import load_yaml, read_text
from schemas.dictionary import table_meaning, type_name
from schemas.division import divisions, full_name
from schemas.enumerations import Term, vocabularies
from schemas.tables import TABLES
from schemas.unit import units


@dataclass(frozen=True, slots=True)
class ViewColumn:
    """A column: its type as the documentation writes it, its words, and its codes where it has a vocabulary."""

    name: str
    type: str
    zh: str
    en: str
    terms: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """A published view: its English and Chinese name, what a row is in both languages, its columns, its SQL.

    ``sql`` is empty for a table of the lake, which is published as it is.
    """

    name: str
    zh: str
    about_en: str
    about_zh: str
    columns: tuple[ViewColumn, ...]
    sql: str = ""

    def chinese_sql(self) -> str:
        """The SELECT of the Chinese-named view over this one."""
        shown = (f"{_in_words(column)} AS {_quoted(column.zh)}" for column in self.columns)
        return f"SELECT {', '.join(shown)} FROM {_quoted(self.name)}"  # noqa: S608


@cache
def views() -> dict[str, View]:
    """Every view by its English name, in the order in which they build on one another."""
    found = [_view(load_yaml(f"views/{stem}.yaml"), _sql(name)) for name, stem in _stems().items()]
    return {view.name: view for view in found}


@cache
def _stems() -> dict[str, str]:
    """The files of each view, by its name, which theirs end with."""
    root = files("schemas").joinpath("data", "views")
    stems = sorted(entry.name[:-5] for entry in root.iterdir() if entry.name.endswith(".yaml"))
    return {stem.partition("_")[2]: stem for stem in stems}


@cache
def _sql(name: str) -> str:
    return read_text(f"views/{_stems()[name]}.sql").strip()


@cache
def published() -> dict[str, View]:
    """Views and lake tables by their English names: all that may be queried and exported."""
    return views() | {name: _table(name) for name in TABLES}


def find(name: str) -> View | None:
    """The view or table of an English or Chinese name."""
    return published().get(name) or next((view for view in published().values() if view.zh == name), None)


def defined(chinese: bool = True) -> list[str]:
    """The views that are made over tables and references, in order, last those with Chinese names, if wanted.

    Without these no words are read, which takes a third of a second.
    """
    return [*_stems(), *(_in_chinese() if chinese else ())]


def definition(name: str) -> str:
    """The SELECT of one of ``defined``."""
    return _sql(name) if name in _stems() else _in_chinese()[name].chinese_sql()


def definitions() -> list[tuple[str, str]]:
    """Name and SELECT of every view of ``defined``."""
    return [(name, definition(name)) for name in defined()]


@cache
def _in_chinese() -> dict[str, View]:
    return {view.zh: view for view in published().values()}


def _view(data: dict[str, Any], sql: str) -> View:
    columns = tuple(_column(name, said) for name, said in data["columns"].items())
    return View(data["name"], data["zh"], data["en"].strip(), data["zh_about"].strip(), columns, sql)


def _column(name: str, said: str | dict[str, Any]) -> ViewColumn:
    if isinstance(said, str):
        return next(column for column in _table(said).columns if column.name == name)
    terms = tuple(Term(code, words["zh"], words["en"]) for code, words in said.get("terms", {}).items())
    return ViewColumn(name, said["type"], said["zh"], said["en"], terms)


@cache
def _table(name: str) -> View:
    meaning = table_meaning(name)
    columns = tuple(
        ViewColumn(c.name, type_name(c.dtype), c.zh, c.en, _terms(c.vocabulary)) for c in meaning.columns
    )
    return View(name, meaning.zh, meaning.en, meaning.zh, columns)


def _terms(vocabulary: str | None) -> tuple[Term, ...]:
    return tuple(vocabularies()[vocabulary].values()) if vocabulary else ()


def _in_words(column: ViewColumn) -> str:
    if not column.terms:
        return _quoted(column.name)
    cases = " ".join(f"WHEN {_literal(term.code)} THEN {_literal(term.zh)}" for term in column.terms)
    return f"CASE {_quoted(column.name)} {cases} ELSE {_quoted(column.name)} END"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def references() -> dict[str, pl.DataFrame]:
    """The reference tables by name; ``usual`` marks the one name of a code to show, today's where there is one.

    ``ref_function``: code, name, first_year, last_year, usual. ``ref_economy``: the same with scheme.
    ``ref_crosswalk``: body, gov_code, dept_code of the national table. ``ref_division``: code, full_name.
    ``ref_unit``: region_code, code, name, department of the registry.
    """
    return {name: reference(name) for name in REFERENCES}


@cache
def reference(name: str) -> pl.DataFrame:
    """One of ``references``; ``KeyError`` for an unknown one."""
    return REFERENCES[name]()


def _functions() -> pl.DataFrame:
    return pl.DataFrame(_names("function"), infer_schema_length=None)


def _economy() -> pl.DataFrame:
    schemes = [{"scheme": scheme, **row} for scheme in ("dept", "gov") for row in _names(scheme)]
    return pl.DataFrame(schemes, infer_schema_length=None)


def _crosswalk() -> pl.DataFrame:
    pairs = [{"body": body, "gov_code": gov, "dept_code": dept} for body, gov, dept in crosswalk_pairs()]
    return pl.DataFrame(pairs)


def _divisions() -> pl.DataFrame:
    codes = dict.fromkeys(division.code for division in divisions())
    places = [{"code": code, "full_name": full_name(code)} for code in codes]
    return pl.DataFrame(places, infer_schema_length=None)


def _units() -> pl.DataFrame:
    registered = [
        {"region_code": u.region, "code": u.code, "name": u.name, "department": u.department} for u in units()
    ]
    registry = {name: pl.String() for name in ("region_code", "code", "name", "department")}
    return pl.DataFrame(registered, schema=registry)


# How each reference table is made.
REFERENCES: Mapping[str, Callable[[], pl.DataFrame]] = {
    "ref_function": _functions,
    "ref_economy": _economy,
    "ref_crosswalk": _crosswalk,
    "ref_division": _divisions,
    "ref_unit": _units,
}


def _names(kind: str) -> list[dict[str, Any]]:
    rows = []
    for code, entries in classification(kind).items():
        usual = next((entry for entry in entries if entry.holds_in(None)), entries[0])
        for entry in entries:
            years = {"first_year": entry.first_year, "last_year": entry.last_year}
            rows.append({"code": code, "name": entry.name, **years, "usual": entry is usual})
    return rows
