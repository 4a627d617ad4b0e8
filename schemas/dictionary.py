"""The data dictionary: what every column of every lake table is, from the contracts and ``columns.yaml``.

Types, keys and vocabularies come from the models that validate; names and meanings from the reviewed data
file. ``python -m schemas.dictionary docs/tables.md`` writes the page; a test keeps it true.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from schemas.data_file import load_yaml
from schemas.enumerations import vocabularies
from schemas.tables import TABLES, key_columns, polars_schema


@dataclass(frozen=True, slots=True)
class ColumnMeaning:
    """A column: its Polars type, whether it is of the key or may be null, its vocabulary and its words."""

    name: str
    dtype: pl.DataType
    key: bool
    nullable: bool
    vocabulary: str | None
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class TableMeaning:
    """A lake table: its name, its Chinese name, what a row is, its columns in order."""

    name: str
    zh: str
    en: str
    columns: tuple[ColumnMeaning, ...]


@cache
def table_meaning(table: str) -> TableMeaning:
    """The meaning of a table and its columns; ``KeyError`` names a column that ``columns.yaml`` lacks."""
    data = load_yaml("columns.yaml")
    own = data["tables"][table]
    model = TABLES[table].to_schema().columns
    columns = []
    for name, dtype in polars_schema(table).items():
        words = own["columns"].get(name) or data["common"].get(name)
        if words is None:
            raise KeyError(f"columns.yaml says nothing of {table}.{name}")
        column = model[name]
        columns.append(
            ColumnMeaning(
                name,
                dtype,
                name in key_columns(table),
                column.nullable,
                _vocabulary(column.checks),
                words["zh"],
                words["en"],
            )
        )
    return TableMeaning(table, own["zh"], own["en"], tuple(columns))


def _vocabulary(checks: list[object]) -> str | None:
    """The vocabulary that a column's contract allows, if it is one of ``enumerations.yaml``."""
    for check in checks:
        allowed = (getattr(check, "statistics", None) or {}).get("allowed_values")
        for name, terms in vocabularies().items():
            if allowed is not None and list(allowed) == list(terms):
                return name
    return None


def type_name(dtype: pl.DataType) -> str:
    """A type as the documentation writes it: ``decimal(18,2)``, ``string``, ``list<struct<…>>``."""
    if isinstance(dtype, pl.Decimal):
        return f"decimal({dtype.precision},{dtype.scale})"
    if isinstance(dtype, pl.Datetime):
        return "timestamp"
    if isinstance(dtype, pl.List):
        return f"list<{type_name(dtype.inner)}>"  # type: ignore[arg-type]
    if isinstance(dtype, pl.Struct):
        return f"struct<{', '.join(f'{f.name}: {type_name(f.dtype)}' for f in dtype.fields)}>"  # type: ignore[arg-type]
    return {"Utf8": "string", "String": "string"}.get(str(dtype), str(dtype).lower())


def markdown() -> str:
    """The page ``docs/tables.md``: every table, its columns, its rules, and the vocabularies."""
    parts = [
        "# Lake tables",
        "Made by `python -m schemas.dictionary docs/tables.md` from the contracts (`schemas/tables`) and "
        "`schemas/data/columns.yaml`; a test fails when it is not up to date. K = part of the key, "
        "∅ = may be null.",
    ]
    for table in TABLES:
        meaning = table_meaning(table)
        parts += [f"## `{table}` {meaning.zh}", meaning.en, _column_table(meaning)]
        rules = [check.description for check in TABLES[table].to_schema().checks if check.description]
        if rules:
            parts += ["Rules of a row:", "\n".join(f"- {rule}." for rule in rules)]
    parts.append("## Vocabularies")
    for name, terms in vocabularies().items():
        rows = [f"| `{term.code}` | {term.zh} | {term.en} |" for term in terms.values()]
        parts += [f"### {name}", "\n".join(["| code | Chinese | meaning |", "|---|---|---|", *rows])]
    return "\n\n".join(parts) + "\n"


def _column_table(meaning: TableMeaning) -> str:
    lines = ["| column | type | K | ∅ | Chinese | meaning |", "|---|---|---|---|---|---|"]
    for column in meaning.columns:
        words = f"[{column.vocabulary}](#{column.vocabulary})" if column.vocabulary else ""
        says = f"{column.en} ({words})" if words else column.en
        key, null = "K" if column.key else "", "∅" if column.nullable else ""
        lines.append(
            f"| `{column.name}` | {type_name(column.dtype)} | {key} | {null} | {column.zh} | {says} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(markdown(), encoding="utf-8")
