"""``budgetlake changes``: the cells that were added, changed and removed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from flows.cli.answer import Format, write_answer
from flows.cli.options import LakeOption, settings_of
from schemas.errors import UsageError

NEEDS_ARGUMENTS = True
EPILOG = "Examples: budgetlake changes --since 41 · budgetlake changes --since 2024-05-06T12:00 --format csv"


def run(
    since: Annotated[
        str,
        typer.Option(
            "--since",
            metavar="VERSION|TIME",
            help="A version of the lake, or a time (UTC unless it says its zone).",
        ),
    ],
    output: Annotated[
        Format, typer.Option("--format", help="table for people, csv or json for programs.")
    ] = Format.table,
    lake: LakeOption = None,
) -> None:
    """List the cells of budget_line that were added, changed and removed since a version or a time.

    Cells are told by unit, year, form and heads of row and column: a document that is published again with the
    same figures changes nothing. Versions go back as far as `maintain` keeps replaced files, a week by default.
    The lake's version is what `status` shows and what each announcement of a batch says.

    Exit status: 0 listed, 2 that version is not kept, or wrong usage.
    """
    from infra.lake import Lake
    from infra.lake.changes import changes

    found = changes(Lake.of(settings_of(lake)), _since(since))
    typer.echo(f"from version {found.since} to {found.until}", err=True)
    write_answer(found.cells, output)


def _since(text: str) -> int | datetime:
    if text.isdigit():
        return int(text)
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"--since {text} is no version and no time; write 41 or 2024-05-06T12:00."
        ) from error
    return time if time.tzinfo else time.replace(tzinfo=UTC)
