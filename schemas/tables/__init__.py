"""Contracts of the lake's tables: pandera models, and the four ways to use them.

A frame is built with :func:`frame` (exact types, nothing coerced later), checked with :func:`validate` at
the boundary to the lake. Validation costs some milliseconds a frame whatever its size: check a batch, not
a document at a time. Frames are eager: on a LazyFrame pandera would check the schema only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Context, Decimal, Inexact, InvalidOperation
from functools import cache
from typing import Any

import pandera.errors
import polars as pl
from pandera.api.checks import Check
from pandera.api.polars.components import Column
from pandera.constants import CHECK_OUTPUT_KEY

from schemas.tables.budget_line import BudgetLine
from schemas.tables.common import Model
from schemas.tables.crawl import Coverage, Crawl
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
    "crawl": Crawl,
    "coverage": Coverage,
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
    # Made anew it takes some milliseconds, and each commit asks for a dozen.
    return _empty_frame(table).clone()


@cache
def _empty_frame(table: str) -> pl.DataFrame:
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
    if unknown := set[str]().union(*rows) - schema.keys():
        raise KeyError(f"{table} has no column {', '.join(sorted(unknown))}")
    columns = {name: _null_if_empty([row.get(name) for row in rows]) for name in schema}
    for name, dtype in schema.items():
        if isinstance(dtype, pl.Decimal):
            _require_exact(f"{table}.{name}", columns[name], dtype)
    return pl.DataFrame(columns, schema=schema)


def _null_if_empty(values: list[Any]) -> list[Any]:
    # Most columns have no empty text, and to look for one costs little.
    return [None if value == "" else value for value in values] if "" in values else values


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
        return data, pl.concat(_failures(table, data, error) for error in errors.schema_errors)
    return data, pl.DataFrame(schema=FAILURES)


def _failures(table: str, data: pl.DataFrame, error: pandera.errors.SchemaError) -> pl.DataFrame:
    """The failures of one check, from its output for every row: pandera's own list shows whole rows."""
    check = error.check.name if isinstance(error.check, Check) else str(error.check)
    failed = _failed_rows(error)
    if failed is None:
        column = error.schema.name if isinstance(error.schema, Column) else None
        value = str(error.failure_cases)
        message = f"{table}: {column or value} breaks the rule: {check}"
        return pl.DataFrame([[None, column, check, value, message]], schema=FAILURES, orient="row")
    columns, rule = _rule(table, error)
    values = data.select(columns)[failed].select(value=_in_words(columns, data.schema))
    row_index = failed.cast(pl.Int32).alias("row_index")
    return values.with_columns(row_index).select(
        "row_index",
        pl.lit(", ".join(columns)).alias("column"),
        pl.lit(check).alias("check"),
        "value",
        pl.format(
            "{} row {}: {} = {} breaks the rule: {}",
            pl.lit(table),
            pl.col("row_index") + 1,
            pl.lit(", ".join(columns)),
            pl.col("value").fill_null("null"),
            pl.lit(rule),
        ).alias("message"),
    )


def _in_words(columns: list[str], schema: pl.Schema) -> pl.Expr:
    """What stands in the columns: one plain value as text, else JSON."""
    if len(columns) == 1 and not schema[columns[0]].is_nested():
        return pl.col(columns[0]).cast(pl.String)
    return pl.struct(columns).struct.json_encode()


def _failed_rows(error: pandera.errors.SchemaError) -> pl.Series | None:
    """Positions of the rows that fail; ``None`` where the failure is of the whole frame."""
    output: pl.DataFrame | None = error.check_output
    if output is None or CHECK_OUTPUT_KEY not in output.columns:
        return None
    return output.get_column(CHECK_OUTPUT_KEY).not_().arg_true()


def _rule(table: str, error: pandera.errors.SchemaError) -> tuple[list[str], str]:
    """The columns that a check speaks of, and what it says."""
    if isinstance(error.schema, Column):
        return [error.schema.name], str(getattr(error.check, "error", None) or error.check)
    if isinstance(error.check, Check):
        return str(error.check.title).split(", "), str(error.check.description)
    return list(key_columns(table)), "the key is not unique"
