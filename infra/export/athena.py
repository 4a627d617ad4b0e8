"""Table definitions for Athena and the Glue catalogue over the copy for readers, from the tables' contracts.

``make docs`` writes them to ``infra/deploy/athena.sql``; a test fails when they are not up to date. ``${copy}``
stands for the copy's folder, which ``latest.json`` names.
"""

from __future__ import annotations

import polars as pl

from infra.lake.layout import FACTS
from schemas.dictionary import table_meaning

_TYPES: dict[type[pl.DataType], str] = {
    pl.String: "string",
    pl.Int16: "smallint",
    pl.Int32: "int",
    pl.Int64: "bigint",
    pl.Float32: "float",
    pl.Boolean: "boolean",
    pl.Date: "date",
    pl.Datetime: "timestamp",
}


def definitions() -> str:
    """The whole file: a database, and a statement or two for every table of facts."""
    parts = [
        "-- Made by `make docs` from the contracts of schemas/tables; a test fails when it is not up to date.\n"
        "-- ${copy}: the folder that latest.json of the copy names, such as s3://my-budget-open/hunan/v42.\n"
        "-- Athena takes one statement at a time. After the next `budgetlake compact` drop each table (files stay)\n"
        "-- and run this again with the new folder: partitions keep the place that they were found at.",
        "CREATE DATABASE IF NOT EXISTS budgetlake;",
    ]
    for table in FACTS:
        parts += [_definition(table), f"MSCK REPAIR TABLE budgetlake.{table};"]
    return "\n\n".join(parts) + "\n"


def athena_type(dtype: pl.DataType) -> str:
    """A Polars type in Athena's words; ``KeyError`` for one that has none."""
    if isinstance(dtype, pl.Decimal):
        return f"decimal({dtype.precision},{dtype.scale})"
    if isinstance(dtype, pl.List):
        return f"array<{athena_type(dtype.inner)}>"  # type: ignore[arg-type]
    if isinstance(dtype, pl.Struct):
        fields = (f"{field.name}:{athena_type(field.dtype)}" for field in dtype.fields)  # type: ignore[arg-type]
        return f"struct<{','.join(fields)}>"
    return _TYPES[type(dtype)]


def _definition(table: str) -> str:
    meaning = table_meaning(table)
    columns = [
        f"  `{column.name}` {athena_type(column.dtype)} COMMENT '{column.zh}'"
        for column in meaning.columns
        if column.name != "year"
    ]
    return "\n".join(
        [
            f"CREATE EXTERNAL TABLE IF NOT EXISTS budgetlake.{table} (",
            ",\n".join(columns),
            ")",
            f"COMMENT '{meaning.zh}'",
            "PARTITIONED BY (`year` int, `region` string)",
            "STORED AS PARQUET",
            f"LOCATION '${{copy}}/{table}/';",
        ]
    )
