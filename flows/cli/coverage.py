"""``budgetlake coverage``: which bodies owe which disclosures."""

from __future__ import annotations

import csv
import sys
from typing import Annotated, Any

import typer

from flows.cli.options import LakeOption, settings_of

NEEDS_ARGUMENTS = False
EPILOG = "Examples: budgetlake coverage · budgetlake coverage 430202 --csv > owed.csv"


def run(
    region: Annotated[
        str | None,
        typer.Argument(metavar="[REGION]", help="Code or path of a region file; all of the package without."),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Every row as CSV, published ones too.")] = False,
    lake: LakeOption = None,
) -> None:
    """Show who owes what: bodies, years and phases without a disclosure, late ones, and ones that vanished.

    The bodies are those of the registry, the years begin with the region file's first. It is reckoned as of
    today from the lake and the latest crawl; the lake's table `coverage` has it as of the latest crawl.

    Exit status: 0 shown, 2 wrong usage, or a lake that cannot be read.
    """
    settings = settings_of(lake)
    from schemas.region_file import load_region, region_files

    regions = [load_region(which) for which in ([region] if region else region_files())]
    import polars as pl

    from flows.coverage import coverage
    from infra.lake import Lake

    opened = Lake.of(settings)
    rows = pl.concat([coverage(opened, each) for each in regions]).sort("unit_code", "year", "phase")
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(rows.columns)
        writer.writerows(["" if value is None else str(value) for value in row] for row in rows.iter_rows())
        return
    for row in rows.filter(~pl.col("state").is_in(["published", "not_due"])).iter_rows(named=True):
        typer.echo(_line(row))
    counts = rows.group_by("state").len().sort("state")
    typer.echo(", ".join(f"{state} {number:,}" for state, number in counts.iter_rows()) or "nothing is owed")


def _line(row: dict[str, Any]) -> str:
    published = f", published {row['published_date']}" if row["published_date"] else ""
    url = f", {row['url']}" if row["url"] else ""
    return (
        f"{row['state']:<9} {row['year']} {row['phase']:<8} {row['unit_code']} {row['org_unit_name']}: "
        f"due {row['due_date']}{published}{url}"
    )
