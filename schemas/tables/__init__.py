"""Contracts of the lake's tables: pandera models, and the four ways to use them.

A frame is built with :func:`frame` (exact types, nothing coerced later), checked with :func:`validate` at
the boundary to the lake. Validation costs some milliseconds a frame whatever its size: check a batch, not
a document at a time. Frames are eager: on a LazyFrame pandera would check the schema only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Context, Decimal, Inexact, InvalidOperation
from functools import cache
from typing import Any

import pandera.errors
import polars as pl

from schemas.tables.budget_line import BudgetLine
from schemas.tables.common import Model
from schemas.tables.document import Document, Statement
from schemas.tables.finding import Finding
from schemas.tables.landing import LandedObject, Quarantine
from schemas.tables.performance import PerformanceGoal, PerformanceIndicator

TABLES: dict[str, type[Model]] = {
    "budget_line": BudgetLine,
    "performance_indicator": PerformanceIndicator,
    "performance_goal": PerformanceGoal,
    "statement": Statement,
    "document": Document,
    "finding": Finding,
    "quarantine": Quarantine,
    "object": LandedObject,
}

FAILURES = pl.Schema(
    {
        "row_index": pl.Int32(),
        "column": pl.String(),
        "check": pl.String(),
        "value": pl.String(),
        "message": pl.String(),
    }
)

__all__ = [
    "FAILURES",
    "TABLES",
    "Model",
    "empty_frame",
    "frame",
    "key_columns",
    "polars_schema",
    "validate",
]


@cache
def polars_schema(table: str) -> pl.Schema:
    """Columns of a lake table in order with their Polars types; ``KeyError`` for an unknown table."""
    columns = TABLES[table].to_schema().columns
    return pl.Schema({name: column.dtype.type for name, column in columns.items()})


@cache
def key_columns(table: str) -> tuple[str, ...]:
    """The columns that tell a row of the table from every other."""
    return tuple(TABLES[table].to_schema().unique or ())


def empty_frame(table: str) -> pl.DataFrame:
    """A frame of the table without rows."""
    return pl.DataFrame(schema=polars_schema(table))


def frame(table: str, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """The rows as a frame of the table's exact types.

    A key that a row lacks is null; an empty text is null too: both say that nothing is printed. A key that
    the table does not have raises ``KeyError``. An amount that is no ``Decimal`` (or ``int``) raises
    ``TypeError``, one that does not fit its column exactly ``ValueError``; any other value of a wrong type
    raises Polars' ``TypeError``.
    """
    schema = polars_schema(table)
    rows = list(rows)
    if unknown := {key for row in rows for key in row} - schema.keys():
        raise KeyError(f"{table} has no column {', '.join(sorted(unknown))}")
    columns = {name: [_null_if_empty(row.get(name)) for row in rows] for name in schema}
    for name, dtype in schema.items():
        if isinstance(dtype, pl.Decimal):
            _require_exact(f"{table}.{name}", columns[name], dtype)
    return pl.DataFrame(columns, schema=schema)


def _null_if_empty(value: Any) -> Any:
    return None if isinstance(value, str) and not value else value


def _require_exact(column: str, values: list[Any], dtype: pl.Decimal) -> None:
    """Refuse what Polars would change in silence: it takes floats and cuts decimals that do not fit."""
    step = Decimal(1).scaleb(-dtype.scale)
    exact = Context(prec=dtype.precision or 38, traps=[Inexact, InvalidOperation])
    for value in values:
        if value is None:
            continue
        if not isinstance(value, Decimal | int):
            raise TypeError(f"{column} takes a Decimal, not {value!r}")
        try:
            # Quantizing NaN is no error; a signalling comparison is.
            Decimal(value).quantize(step, context=exact).compare_signal(0, context=exact)
        except (Inexact, InvalidOperation) as error:
            raise ValueError(f"{column} does not hold {value} exactly ({dtype})") from error


def validate(table: str, data: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Check a frame against the table's contract, all rows and rules at once.

    Gives the frame unchanged and the failures, a frame of ``FAILURES``: one row a failure, ``row_index``
    0-based (null where the failure is of the whole frame), ``column`` one column or the columns of the
    rule, ``value`` what stands there, ``message`` a sentence. No failure: an empty frame.
    """
    try:
        TABLES[table].validate(data, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        return data, _failures(table, data, errors.failure_cases)
    return data, pl.DataFrame(schema=FAILURES)


def _failures(table: str, data: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """Our own account of pandera's failure cases, which show a whole row for a rule of rows."""
    rules = {check.name: check for check in TABLES[table].to_schema().checks}
    found = []
    for case in cases.iter_rows(named=True):
        check, index, column, value = case["check"], case["index"], case["column"], case["failure_case"]
        says = check
        if case["schema_context"] == "DataFrameSchema" and index is not None:
            rule = rules.get(check)
            names = rule.title.split(", ") if rule and rule.title else list(key_columns(table))
            says = rule.description if rule else "the key is not unique"
            column = ", ".join(names)
            value = json.dumps(data.select(names).row(index, named=True), ensure_ascii=False, default=str)
        place = table if index is None else f"{table} row {index + 1}"
        message = f"{place}: {column} = {value} breaks the rule: {says}"
        found.append(
            {"row_index": index, "column": column, "check": check, "value": value, "message": message}
        )
    return pl.DataFrame(found, schema=FAILURES)
