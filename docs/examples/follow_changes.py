"""Keep a summary of the lake up to date, exactly once: python docs/examples/follow_changes.py LAKE SUMMARY.sqlite

The summary is expenditure by body, year, phase, level, functional class and type, in fen, in an SQLite file. Each
run asks the lake which units and years have other files than at the version it has seen last, and makes the rows
of these anew. Rows and the version seen change in one transaction of SQLite, so that

* a run that dies leaves the summary as it was, and the next one does the work;
* a run that is repeated finds nothing to do: no figure is ever added twice;
* what was corrected or taken away in the lake is corrected or gone here.

The lake keeps replaced files for a week (``budgetlake maintain``). Whoever was away for longer cannot be told what
changed, and the summary is made anew as a whole.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing

import polars as pl

from infra.lake import Lake
from infra.lake.lake import View
from infra.lake.layout import Partition
from infra.settings import load_settings
from schemas.errors import StorageError

TABLES = """
CREATE TABLE IF NOT EXISTS seen (lake TEXT PRIMARY KEY, version INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS summary (
    unit_code TEXT, year INTEGER, phase TEXT, level TEXT, class TEXT, type TEXT, fen INTEGER,
    PRIMARY KEY (unit_code, year, phase, level, class, type)
);
"""


def follow(lake: Lake, path: str) -> tuple[int | None, int]:
    """Bring the summary up to the lake's newest version; gives that version and how many units and years changed."""
    now = lake.snapshot()
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.executescript(TABLES)
        # Two runs at once: the second waits here, and then sees what the first has done.
        database.execute("BEGIN IMMEDIATE")
        row = database.execute("SELECT version FROM seen WHERE lake = ?", [lake.uri]).fetchone()
        if now.version is None or (row is not None and row[0] >= now.version):
            database.rollback()
            return now.version, 0
        after = files(now)
        try:
            before = files(lake.snapshot(row[0])) if row else {}
        except (StorageError, OSError, pl.exceptions.PolarsError):
            row, before = None, {}
        if row is None:
            database.execute("DELETE FROM summary")
        touched = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
        database.executemany("DELETE FROM summary WHERE unit_code = ? AND year = ?", touched)
        rows = summarise(now.read("budget_line", touched), now.read("document", touched))
        database.executemany("INSERT INTO summary VALUES (?, ?, ?, ?, ?, ?, ?)", rows.rows())
        database.execute("INSERT OR REPLACE INTO seen VALUES (?, ?)", [lake.uri, now.version])
        database.commit()
    return now.version, len(touched)


def files(view: View) -> dict[Partition, tuple[set[str] | None, ...]]:
    """The files of both tables that the summary is made of, by unit and year."""
    lines, documents = view.named("budget_line"), view.named("document")
    return {key: (lines.get(key), documents.get(key)) for key in lines.keys() | documents.keys()}


def summarise(lines: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """The summary's rows of some units and years; only the leaves of one additive set are summed."""
    level = documents.select("document_id", "unit_code", "year", "disclosure_level")
    return (
        lines.filter(pl.col("additive_set") == "EXP_FUNC_TYPE", pl.col("amount_yuan").is_not_null())
        .join(level, on=["document_id", "unit_code", "year"])
        .group_by(
            "unit_code",
            "year",
            "budget_phase",
            "disclosure_level",
            pl.col("function_code").str.head(3).alias("class"),
            "expenditure_type",
        )
        .agg((pl.col("amount_yuan").sum() * 100).cast(pl.Int64).alias("fen"))
    )


if __name__ == "__main__":
    uri, summary = sys.argv[1:]
    version, changed = follow(Lake.of(load_settings(lake=uri)), summary)
    print(f"version {version}: {changed} units and years made anew")
