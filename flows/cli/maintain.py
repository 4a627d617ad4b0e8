"""``budgetlake maintain``: care of the lake."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.options import LakeOption, settings_of

NEEDS_ARGUMENTS = False
EPILOG = "Example: budgetlake maintain --retention-hours 48"


def run(
    retention_hours: Annotated[
        int, typer.Option("--retention-hours", min=1, help="How long replaced files are kept.")
    ] = 7 * 24,
    lake: LakeOption = None,
) -> None:
    """Put right what dead writers left, checkpoint the tables' logs, clear replaced files away.

    Safe beside writers and readers; `changes` reaches back as far as replaced files are kept.

    Exit status: 0 done, 2 the lake cannot be used.
    """
    from infra.lake import Lake
    from infra.lake.maintenance import describe, maintain

    for text in describe(maintain(Lake.of(settings_of(lake)), retention_hours)):
        typer.echo(text)
