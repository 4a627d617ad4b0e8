"""``budgetlake reprocess``: read again what an older version of the program read."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.answer import Format, write_answer
from flows.cli.bringing import bring_all, line
from flows.cli.options import LakeOption, settings_of

NEEDS_ARGUMENTS = False
EPILOG = "Examples: budgetlake reprocess · budgetlake reprocess --format csv > changed.csv"


def run(
    output: Annotated[
        Format, typer.Option("--format", help="How the changed cells are written: table, csv or json.")
    ] = Format.table,
    lake: LakeOption = None,
) -> None:
    """Read again what an older version of the program read, and report the cells that changed.

    Every document keeps its rows until its new ones are there; one that the new version refuses keeps the old
    ones and goes into quarantine. What is known by other means, such as a region stated at ingestion, is kept.

    Exit status: 0 all of it is read, 1 a document was refused, 2 lake or store cannot be used.
    """
    from flows.replay import find_outdated
    from infra.lake import Lake
    from infra.lake.changes import changes

    settings = settings_of(lake)
    opened = Lake.of(settings)
    before = opened.snapshot().version
    fine = True
    with line(settings, opened) as bring:
        for region, refs in find_outdated(opened).items():
            fine &= bring_all(bring, refs, settings, region=region, again=True)
    write_answer(changes(opened, before).cells, output)
    raise typer.Exit(0 if fine else 1)
