"""``budgetlake export``: views and tables as plain files."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.options import LakeOption, settings_of
from schemas.errors import UsageError

NEEDS_ARGUMENTS = True
EPILOG = (
    "Examples: budgetlake export unit_overview --out ./out --format xlsx · "
    "budgetlake export budget_line --region 430202 --year 2024 --out ./hetang"
)


class Format(StrEnum):
    """What the files are."""

    parquet = "parquet"
    csv = "csv"
    xlsx = "xlsx"


def run(
    name: Annotated[
        str, typer.Argument(metavar="VIEW|TABLE", help="Its English or Chinese name (docs/views.md).")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="A new or empty folder.")],
    unit: Annotated[
        list[str] | None, typer.Option("--unit", metavar="UNIT", help="Only this unit_code; may be repeated.")
    ] = None,
    year: Annotated[
        list[int] | None,
        typer.Option("--year", metavar="YEAR", help="Only this fiscal year; may be repeated."),
    ] = None,
    region: Annotated[
        list[str] | None,
        typer.Option("--region", metavar="CODE", help="Only this division and its parts; may be repeated."),
    ] = None,
    output: Annotated[
        Format, typer.Option("--format", help="parquet for programs, csv for all, xlsx for Excel.")
    ] = Format.parquet,
    bom: Annotated[
        bool,
        typer.Option(
            "--bom", help="CSV for Excel: a byte order mark for Chinese, ' before what would be a formula."
        ),
    ] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="One Parquet file instead of folders by unit and year.")
    ] = False,
    lake: LakeOption = None,
) -> None:
    """Write a view or a table as plain files, with a data dictionary and a Data Package descriptor.

    Parquet is partitioned (unit_code=430202-052001/year=2024/) but for --plain; CSV and XLSX are one file. Amounts are
    exact, codes are texts with their leading zeros. The folder appears when all of it is written; memory does not
    grow with the lake. A view of a Chinese name has its columns in English in files: dictionary.csv has both.

    Exit status: 0 written, 2 nothing is selected, wrong usage, or a lake or folder that cannot be used.
    """
    if bom and output is not Format.csv:
        raise UsageError("--bom is for --format csv; the other formats say their encoding themselves.")
    if plain and output is not Format.parquet:
        raise UsageError("--plain is for --format parquet; the other formats are one file anyway.")
    settings = settings_of(lake)
    from infra import export as exports
    from infra.lake import Lake

    selection = exports.Selection(tuple(unit or ()), tuple(year or ()), tuple(region or ()))
    done = exports.export(Lake.of(settings), name, out, exports.Format(output), selection, bom, plain)
    files = f"{len(done.files):,} {'file' if len(done.files) == 1 else 'files'}"
    typer.echo(f"{done.folder}: {done.rows:,} {'row' if done.rows == 1 else 'rows'} in {files}")
