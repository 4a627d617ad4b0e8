"""``budgetlake watch``: bring in every upload until told to stop."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.options import LakeOption, settings_of

NEEDS_ARGUMENTS = False
EPILOG = "Examples: budgetlake watch · budgetlake watch ./landing --lake ./lake"


def run(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[SOURCE]",
            help="A folder or s3://bucket/prefix to list; without it the queue of the settings.",
        ),
    ] = None,
    lake: LakeOption = None,
) -> None:
    """Bring every upload into the lake, one line a document, until Ctrl-C or SIGTERM.

    It draws from the queue (BUDGETLAKE_QUEUE_URL), any number of processes on any machines from the same one.
    Without a queue, or with SOURCE, it lists the place every BUDGETLAKE_LIST_SECONDS. Both may run at once.
    Each batch is a run of Prefect: on the server of PREFECT_API_URL, else on one that it starts for itself.

    Exit status: 0 told to stop, 1 Prefect's server did not answer, 2 wrong usage.
    """
    settings = settings_of(lake)
    from flows.watcher import main

    raise typer.Exit(main(settings.lake, source))
