"""``budgetlake reconcile``: the landing place's listing held against the lake."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.bringing import line
from flows.cli.options import LakeOption, settings_of

NEEDS_ARGUMENTS = False
EPILOG = "Examples: budgetlake reconcile · budgetlake reconcile s3://budget-landing/2024/"


def run(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[SOURCE]", help="A folder or s3://bucket/prefix; without it the bucket of the settings."
        ),
    ] = None,
    lake: LakeOption = None,
) -> None:
    """Bring in what no message told of, and mark what was deleted.

    Holds the listing of the landing place against the lake: every version that the store has, and every
    deletion. Prints listed, known, missing, repaired; twice in a row nothing is missing. It may run beside
    the watching flow. What was refused stays refused: `replay` reads it again.

    Exit status: 0 nothing is missing any more, 1 something could not be read, 2 wrong usage.
    """
    from flows.listing import reconcile_listing
    from flows.wording import printable
    from infra.lake import Lake

    settings = settings_of(lake)
    opened = Lake.of(settings)
    place = source or f"s3://{settings.landing_bucket}/"
    with line(settings, opened) as bring:
        account = reconcile_listing(place, opened, settings, bring)
    for left in account.left:
        typer.echo(f"left: {printable(left)}", err=True)
    typer.echo(account.line)
    raise typer.Exit(1 if account.left else 0)
