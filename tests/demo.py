"""The whole line in a minute: ``python -m tests.demo``, which ``make demo`` runs.

It starts the local stack (S3, SQS, Prefect's server and the watching flow, all on 127.0.0.1), uploads sample
disclosures drawn by the generator, and waits until their events have brought them into the lake. Then it
shows the lake: its partitions, a query, what validation found and what was refused. At the end nothing is
left running; the lake stays in ``.demo/lake`` for a look.
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

import polars as pl
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from flows.stack import Stack
from infra.aws import s3_client
from infra.lake import Lake, open_sql, run_select
from schemas.errors import BudgetlakeError, StorageError
from tests.generator.samples import samples

FOLDER = Path(".demo")
PATIENCE = 75.0

SUMMARY = """
SELECT org_unit_name AS unit, unit_code, year,
       any_value(amount_yuan) FILTER (expenditure_type IS NULL) AS total,
       any_value(amount_yuan) FILTER (expenditure_type = 'basic') AS basic,
       any_value(amount_yuan) FILTER (expenditure_type = 'project') AS project
FROM budget_line
WHERE form_code = 'expenditure_summary' AND row_kind = 'grand_total'
GROUP BY ALL ORDER BY unit_code, year
"""

ERRORS = """
SELECT org_unit_name AS unit, year, check_code AS rule, message_zh AS "what does not hold"
FROM finding WHERE status = 'violated' AND severity = 'error' ORDER BY unit, year, rule
"""

RULES = """
SELECT check_code AS rule, severity, count(*) AS findings, min(message_zh) AS "for example"
FROM finding WHERE status = 'violated' AND severity = 'warning' GROUP BY ALL ORDER BY findings DESC, rule
"""

CHECKS = """
SELECT count(*) FILTER (status = 'exact') AS exact, count(*) FILTER (status = 'rounding') AS "within rounding",
       count(*) FILTER (status = 'violated') AS violated, count(*) FILTER (status = 'empty') AS "nothing printed",
       count(*) FILTER (status = 'not_evaluable') AS "not evaluable"
FROM finding
"""

GRADES = "SELECT org_unit_name AS unit, year, grade, line_count AS lines FROM document ORDER BY unit, year"

REFUSED = "SELECT key AS object, reason, message FROM quarantine WHERE seq = 1 ORDER BY key"


def main() -> int:
    """Run the demo; gives the exit status."""
    # Piped into a file there is no width to ask for.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    start = time.monotonic()
    shutil.rmtree(FOLDER, ignore_errors=True)
    lake_folder = FOLDER / "lake"
    try:
        with console.status("Starting S3 and SQS, Prefect's server and the watching flow, on 127.0.0.1 …"):
            stack = Stack(str(lake_folder.absolute()), FOLDER / "state", tells=False).start()
        try:
            _step(
                console, start, f"The stack is up. Prefect: {stack.page}, S3: {stack.loopback.endpoint_url}"
            )
            files = _upload(stack)
            _step(
                console, start, f"{len(files)} sample disclosures uploaded to s3://{stack.loopback.bucket}/"
            )
            lake = Lake.of(stack.settings())
            with console.status("The events trigger the flow; waiting for the lake …"):
                _await(lake, len(files))
            _step(console, start, "Every upload is in the lake or in quarantine.")
            show(lake, console)
        finally:
            with console.status("Ending everything …"):
                stack.stop()
    except BudgetlakeError as error:
        console.print(f"[red]The demo failed:[/] {error}")
        return 1
    _step(console, start, "All ended, nothing is left running.")
    console.print(
        f'\nThe lake stays for a look: [bold]budgetlake query "SHOW TABLES" --lake {lake_folder}[/]'
    )
    return 0


def show(lake: Lake, console: Console) -> None:
    """Show what a lake holds: partitions, expenditure, grades and findings, refusals."""
    connection = open_sql(lake)
    console.print()
    console.print(_partitions(lake))
    console.print(_drawn("Expenditure by unit and year, in yuan", run_select(connection, SUMMARY)))
    console.print(_drawn("Grades", run_select(connection, GRADES)))
    console.print(_drawn("Figures checked against each other", run_select(connection, CHECKS)))
    console.print(_drawn("Errors found", run_select(connection, ERRORS)))
    console.print(_drawn("Worth a look, by rule", run_select(connection, RULES)))
    console.print(_drawn("Refused, kept in quarantine", run_select(connection, REFUSED)))


def _upload(stack: Stack) -> list[str]:
    client = s3_client(stack.settings())
    files = samples()
    for name, data in files.items():
        client.put_object(Bucket=stack.loopback.bucket, Key=f"zhuzhou/{name}", Body=data)
    return list(files)


def _await(lake: Lake, number: int) -> None:
    """Wait until the ledger has that many settled objects."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        states = lake.scan("object").select("state").collect()["state"]
        if (states.is_in(["committed", "quarantined", "alias", "unchanged"])).sum() >= number:
            return
        time.sleep(0.2)
    raise StorageError(f"the uploads did not arrive within {PATIENCE:g} s; see the logs in {FOLDER}/state.")


def _partitions(lake: Lake) -> Tree:
    tree = Tree(Text(str(FOLDER / "lake"), style="bold"))
    published = lake.snapshot()
    for name in (
        "budget_line",
        "performance_indicator",
        "performance_goal",
        "statement",
        "finding",
        "document",
    ):
        branch = tree.add(name)
        if name != "budget_line":
            files = published.files(name)
            branch.add(Text(f"… {len(files)} partitions", style="dim"))
            continue
        for path in sorted(published.files(name)):
            unit, year, file = Path(path).parts[-3:]
            size = Path(path).stat().st_size
            branch.add(Text.assemble(f"{unit}/{year}/", (f"{file[:10]}….parquet, {size:,} bytes", "dim")))
    return tree


def _drawn(title: str, answer: pl.DataFrame) -> Table | Text:
    if answer.is_empty():
        return Text(f"{title}: nothing\n", style="bold")
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for name, kind in answer.schema.items():
        number = kind.is_numeric()
        whole = number or name in ("unit_code", "rule", "severity", "reason", "grade")
        table.add_column(name, justify="right" if number else "left", overflow="fold", no_wrap=whole)
    amounts = [kind.is_decimal() for kind in answer.schema.values()]
    for row in answer.iter_rows():
        cells = (
            "" if value is None else f"{value:,f}" if amount else str(value)
            for value, amount in zip(row, amounts, strict=True)
        )
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _step(console: Console, start: float, says: str) -> None:
    console.print(f"[dim]{time.monotonic() - start:5.1f} s[/]  {says}")


if __name__ == "__main__":
    sys.exit(main())
