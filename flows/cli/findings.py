"""``budgetlake findings``: what the checks found wrong in the documents of a lake."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.answer import Format, write_answer
from flows.cli.options import LakeOption, settings_of
from schemas.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

    from infra.lake import Lake
    from infra.lake.view import View

NEEDS_ARGUMENTS = False
EPILOG = (
    "Examples: budgetlake findings · budgetlake findings --unit 市财政局 --year 2025 · "
    "budgetlake findings --rule R01 --severity info --format csv > R01.csv"
)


class Severity(StrEnum):
    """The least severity to show."""

    error = "error"
    warning = "warning"
    info = "info"


def run(
    unit: Annotated[
        str | None,
        typer.Option("--unit", metavar="UNIT", help="unit_code, code as printed, or a part of the name."),
    ] = None,
    year: Annotated[int | None, typer.Option("--year", metavar="YEAR", help="The fiscal year.")] = None,
    rule: Annotated[
        str | None, typer.Option("--rule", metavar="ID", help="One rule, such as R01 (docs/rules.md).")
    ] = None,
    severity: Annotated[
        Severity, typer.Option("--severity", help="The least severity to show.")
    ] = Severity.warning,
    lake: LakeOption = None,
    output: Annotated[
        Format, typer.Option("--format", help="table for people, csv or json for programs.")
    ] = Format.table,
) -> None:
    """Show what does not hold in the documents of the lake: one row a finding, errors first.

    Waived findings are shown with their reason. What holds is in the lake's table `finding` too; csv and json
    have all its columns. The rules that hold documents against each other (A01 to A05) are asked here, of what
    is in the lake now; they are not stored.

    Exit status: 0 shown (also when there is none), 2 wrong usage, or a lake that cannot be read.
    """
    settings = settings_of(lake)
    from schemas.rules import rules

    if rule is not None and rule not in rules():
        raise UsageError(f"{rule} is no rule; docs/rules.md lists them.")
    from infra.lake import Lake

    found = _found(Lake.of(settings), unit, year, rule, severity)
    if output is not Format.table:
        write_answer(found, output)
        return
    _show(found)


def _found(
    lake: Lake, unit: str | None, year: int | None, rule: str | None, severity: Severity
) -> pl.DataFrame:
    import polars as pl

    from schemas.rules import rules

    order = list(Severity)
    body = pl.lit(True)
    if unit is not None:
        codes = (pl.col("unit_code") == unit) | (pl.col("org_unit_code") == unit)
        body = codes | pl.col("org_unit_name").str.contains(unit, literal=True)
    wanted = [body, pl.col("status") == "violated"]
    wanted.append(pl.col("severity").is_in([each.value for each in order[: order.index(severity) + 1]]))
    if year is not None:
        wanted.append(pl.col("year") == year)
    if rule is not None:
        wanted.append(pl.col("check_code") == rule)
    rows: list[pl.DataFrame] = []
    snapshot = lake.snapshot()
    if rule is None or rules()[rule].kind != "across":
        rows.append(snapshot.scan("finding").filter(*wanted).collect())
    if rule is None or rules()[rule].kind == "across":
        rows.append(_across(snapshot, body).filter(*wanted))
    place = (
        pl.col("severity").cast(pl.String).replace_strict({each.value: at for at, each in enumerate(order)})
    )
    return pl.concat(rows).sort(place, "unit_code", "year", "document_id", "check_code", "check_seq")


def _across(snapshot: View, body: pl.Expr) -> pl.DataFrame:
    """What does not hold between documents of the bodies asked for, in all years: a year needs the one before.

    A department is held against its units only where these are asked for too.
    """
    from schemas.rules import across_lines, evaluate_across

    lines = snapshot.scan("budget_line").filter(body, across_lines()).collect()
    return evaluate_across(lines, snapshot.scan("document").filter(body).collect())


def _show(found: pl.DataFrame) -> None:
    """The findings under a heading for each document, which a table of a terminal's width could not hold."""
    from rich.console import Console
    from rich.text import Text

    from flows.cli.check import finding_lines

    console = Console(soft_wrap=True)
    for (unit, name, year), rows in found.group_by("unit_code", "org_unit_name", "year", maintain_order=True):
        console.print(Text(f"{unit} {name} {year}", "bold"))
        for row in rows.iter_rows(named=True):
            for line in finding_lines(row):
                console.print(line)
        console.print()
    console.print(f"{found.height:,} {'finding' if found.height == 1 else 'findings'}", highlight=False)
