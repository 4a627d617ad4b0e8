"""``budgetlake query``: SQL over the lake."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from flows.cli.answer import Format, write_answer
from flows.cli.options import LakeOption, settings_of

NEEDS_ARGUMENTS = True
EPILOG = (
    'Example: budgetlake query "SELECT unit_code, year, count(*) FROM budget_line GROUP BY ALL" · '
    'budgetlake query "SHOW TABLES"'
)


def run(
    sql: Annotated[str, typer.Argument(metavar="SQL", help="One SELECT; `-` reads it from standard input.")],
    lake: LakeOption = None,
    output: Annotated[
        Format, typer.Option("--format", help="table for people, csv or json for programs.")
    ] = Format.table,
) -> None:
    """Ask the lake in SQL (DuckDB), read-only.

    The tables are budget_line, performance_indicator, performance_goal, statement, document, finding,
    quarantine and object; docs/tables.md describes their columns. Sum over the views of docs/views.md, which count
    nothing twice; docs/questions.md has queries to begin with. Amounts are exact in every format: csv writes all
    their digits, json writes them as texts ("93.10"), because many readers of JSON take numbers for floats.

    Exit status: 0 answered, 2 the query or the lake cannot be used.
    """
    from infra.lake import Lake, open_sql, run_select

    settings = settings_of(lake)
    text = sys.stdin.read() if sql == "-" else sql
    answer = run_select(open_sql(Lake.of(settings)), text)
    write_answer(answer, output)
