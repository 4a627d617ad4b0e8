"""SQL over the lake's tables by their names, in DuckDB, read-only.

The views show one snapshot of the lake: what is published when they are made, all tables of facts as of the
same moment, a table that is not there yet as an empty one. Files come from the publication, never from a
listing of folders, which would show replaced files too. A lake in a folder is read by DuckDB itself (a filter
on ``unit_code`` or ``year`` skips the other files); a lake on S3 through pyarrow, as DuckDB's S3 extension is
a download.

A query can read the lake and nothing else: file access is shut but for the tables' folders, settings are
locked, nothing is downloaded, and ``run_select`` takes SELECT statements only.
"""

from __future__ import annotations

import duckdb
import polars as pl

from infra.lake.delta_table import LakeTable
from infra.lake.lake import Lake
from infra.lake.layout import FACTS
from schemas import view
from schemas.errors import UsageError
from schemas.tables import TABLES, empty_frame, polars_schema

_HIVE_TYPES = {pl.String(): "VARCHAR", pl.Int16(): "SMALLINT"}


def open_sql(lake: Lake) -> duckdb.DuckDBPyConnection:
    """A connection with a view for every lake table, at the versions of now, and the published views over them.

    Raises ``StorageError`` where the lake cannot be read.
    """
    connection = duckdb.connect(":memory:")
    _publish_views(connection)
    snapshot = lake.snapshot()
    for name in TABLES:
        table = lake.table(name)
        if name in FACTS:
            files = snapshot.files(name)
        else:
            table.refresh()
            files = table.files()
        _show(connection, name, _source(connection, table, files))
    tables = [] if lake.uri.startswith("s3://") else lake.tables()
    folders = [f"{table.uri}/" for table in tables if table.name in TABLES]
    for setting, value in {
        "allowed_directories": folders,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "temp_directory": "",
        "enable_external_access": False,
        "lock_configuration": True,
    }.items():
        connection.execute(f"SET {setting} = {_literal(value)}")
    return connection


def run_select(connection: duckdb.DuckDBPyConnection, sql: str) -> pl.DataFrame:
    """The answer to one SELECT (also DESCRIBE, SUMMARIZE, SHOW TABLES) as a frame.

    Raises ``UsageError`` with DuckDB's reason where the SQL is wrong, several statements or no SELECT.
    """
    try:
        statements = connection.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise UsageError("The query must be a single SELECT: the lake is read-only here.")
        answer = pl.from_arrow(connection.sql(sql).to_arrow_table())
    except duckdb.Error as error:
        says = " ".join(str(error).split("\n\n")[0].split()).rstrip(".")
        raise UsageError(f"The query cannot be answered: {says}.") from error
    assert isinstance(answer, pl.DataFrame)  # noqa: S101  a table gives a frame
    return answer


def _publish_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the published views, over empty tables first: a view looks at all files of its tables when it is made.

    DuckDB binds a view anew for each query, by the names of what it is over, so the tables may come later.
    """
    for name in TABLES:
        connection.register(f"_{name}", empty_frame(name))
        _show(connection, name, f'"_{name}"')
    for name, rows in view.references().items():
        connection.register(name, rows)
    for name, sql in view.definitions():
        connection.execute(f'CREATE VIEW "{name}" AS {sql}')


def _show(connection: duckdb.DuckDBPyConnection, name: str, source: str) -> None:
    columns = ", ".join(f'"{column}"' for column in polars_schema(name))
    connection.execute(f'CREATE OR REPLACE VIEW "{name}" AS SELECT {columns} FROM {source}')  # noqa: S608


def _source(connection: duckdb.DuckDBPyConnection, table: LakeTable, files: list[str]) -> str:
    """What to select from: the files, an Arrow dataset of them, or an empty frame."""
    if not files:
        return f'"_{table.name}"'
    if table.uri.startswith("s3://"):
        connection.register(f"_{table.name}", table.dataset(files))
        return f'"_{table.name}"'
    types = ", ".join(f"{name}: {_HIVE_TYPES[table.schema[name]]}" for name in table.partition_by)
    return f"read_parquet({_literal(files)}, hive_partitioning = true, hive_types = {{{types}}}) "


def _literal(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return "'" + str(value).replace("'", "''") + "'"


__all__ = ["open_sql", "run_select"]
