"""SQL over the lake's tables by their names, in DuckDB, read-only.

The views show one snapshot of the lake: what was published when it was opened, all tables of facts as of the
same moment, a table that is not there yet as an empty one. Files come from the publication, never from a
listing of folders, which would show replaced files too. A lake in a folder is read by DuckDB itself (a filter
on ``unit_code`` or ``year`` skips the other files); a lake on S3 through pyarrow, as DuckDB's S3 extension is
a download.

Views are made when a query first names them, which is known from its text: to make all takes a second of a new
process. A query that asks what views there are gets all of them, so does one that fails, for its reason may be
another then. The ledger and the tables of crawls are shown as of that moment.

A query can read the lake and nothing else: file access is shut but for the tables' folders, settings are
locked, nothing is downloaded, and ``run_select`` takes SELECT statements only.
"""

from __future__ import annotations

import re

import duckdb
import polars as pl

from infra.lake.delta_table import LakeTable
from infra.lake.lake import Lake
from infra.lake.layout import FACTS
from schemas import view
from schemas.errors import UsageError
from schemas.tables import TABLES, empty_frame, polars_schema

_HIVE_TYPES = {pl.String(): "VARCHAR", pl.Int16(): "SMALLINT"}
_LISTS = re.compile(
    r"\b(show|describe|summarize|information_schema|pg_|duckdb_|pragma|sqlite_)", re.IGNORECASE
)


class LakeSql:
    """A lake that is asked in SQL, as of when it was opened."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._snapshot = lake.snapshot()
        self._made: set[str] = set()
        self._connection = duckdb.connect(":memory:")
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
            self._connection.execute(f"SET {setting} = {_literal(value)}")

    def connection(self, sql: str | None = None) -> duckdb.DuckDBPyConnection:
        """DuckDB with the tables, references and views that ``sql`` names, and what these are over; else with all.

        Raises ``StorageError`` where the lake cannot be read.
        """
        everything = sql is None or _LISTS.search(sql)
        self._make(_names() if everything or sql is None else _named(sql))
        return self._connection

    def _make(self, names: set[str]) -> None:
        """Views are made over empty tables first: one looks at all files of its tables when it is made.

        DuckDB binds a view anew for each query, by the names of what it is over, so the tables may come later.
        """
        new = names - self._made
        tables = [name for name in TABLES if name in new]
        for name in tables:
            self._connection.register(f"_{name}", empty_frame(name))
            self._show(name, f'"_{name}"')
        for name in view.REFERENCES:
            if name in new:
                self._connection.register(name, view.reference(name))
        for name in view.defined():
            if name in new:
                self._connection.execute(f'CREATE VIEW "{name}" AS {view.definition(name)}')
        for name in tables:
            self._show(name, self._source(name))
        self._made |= new

    def _show(self, name: str, source: str) -> None:
        columns = ", ".join(f'"{column}"' for column in polars_schema(name))
        self._connection.execute(f'CREATE OR REPLACE VIEW "{name}" AS SELECT {columns} FROM {source}')  # noqa: S608

    def _source(self, name: str) -> str:
        """What to select from: the files, an Arrow dataset of them, or an empty frame."""
        table = self._lake.table(name)
        files = self._files(table)
        if not files:
            return f'"_{name}"'
        if table.uri.startswith("s3://"):
            self._connection.register(f"_{name}", table.dataset(files))
            return f'"_{name}"'
        types = ", ".join(f"{column}: {_HIVE_TYPES[table.schema[column]]}" for column in table.partition_by)
        return f"read_parquet({_literal(files)}, hive_partitioning = true, hive_types = {{{types}}}) "

    def _files(self, table: LakeTable) -> list[str]:
        if table.name in FACTS:
            return self._snapshot.files(table.name)
        table.refresh()
        return table.files()


def open_sql(lake: Lake) -> LakeSql:
    """The lake of now, to be asked in SQL: every lake table by its name, and the published views over them.

    Raises ``StorageError`` where the lake cannot be read.
    """
    return LakeSql(lake)


def run_select(lake: LakeSql, sql: str) -> pl.DataFrame:
    """The answer to one SELECT (also DESCRIBE, SUMMARIZE, SHOW TABLES) as a frame.

    Raises ``UsageError`` with DuckDB's reason where the SQL is wrong, several statements or no SELECT.
    """
    try:
        connection = lake.connection(sql)
        statements = connection.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise UsageError("The query must be a single SELECT: the lake is read-only here.")
        try:
            answer = pl.from_arrow(connection.sql(sql).to_arrow_table())
        except duckdb.CatalogException:
            # A name put together by the query, or a wrong one: what is meant is told from all there are.
            answer = pl.from_arrow(lake.connection().sql(sql).to_arrow_table())
    except duckdb.Error as error:
        says = " ".join(str(error).split("\n\n")[0].split()).rstrip(".")
        raise UsageError(f"The query cannot be answered: {says}.") from error
    assert isinstance(answer, pl.DataFrame)  # noqa: S101  a table gives a frame
    return answer


def _names() -> set[str]:
    return {*TABLES, *view.REFERENCES, *view.defined()}


def _named(sql: str) -> set[str]:
    """Everything whose name is in the text, however it stands there, and what that is over in turn."""
    found: set[str] = set()
    texts = [sql]
    while texts:
        text = texts.pop().casefold()
        # The Chinese names are told from the words of every view and table, a third of a second.
        known = {*TABLES, *view.REFERENCES, *view.defined(chinese=not text.isascii())}
        new = {name for name in known if name.casefold() in text} - found
        found |= new
        texts += [view.definition(name) for name in new - TABLES.keys() - set(view.REFERENCES)]
    return found


def _literal(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return "'" + str(value).replace("'", "''") + "'"


__all__ = ["LakeSql", "open_sql", "run_select"]
