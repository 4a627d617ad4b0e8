"""``budgetlake replay``: read refused objects again."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.bringing import bring_all, line
from flows.cli.options import LakeOption, settings_of
from schemas.errors import UsageError

NEEDS_ARGUMENTS = True
EPILOG = "Examples: budgetlake replay 2024/公开表.pdf · budgetlake replay --reason too_large"


def run(
    keys: Annotated[
        list[str] | None, typer.Argument(metavar="[KEY…]", help="Keys or addresses, as they were uploaded.")
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="CODE", help="All that was refused for this reason.")
    ] = None,
    lake: LakeOption = None,
) -> None:
    """Read again what is in quarantine or was broken off: after a limit was raised, or a parser made better.

    One line a document, as `ingest` gives them. What is in the lake already stays as it is.

    Exit status: 0 all of it is in the lake, 1 some is refused still, 2 wrong usage.
    """
    if bool(keys) == (reason is not None):
        raise UsageError("Give either keys or --reason CODE.")
    from flows.replay import find_refused
    from infra.lake import Lake

    settings = settings_of(lake)
    opened = Lake.of(settings)
    refs = find_refused(opened, keys or (), reason)
    if not refs:
        typer.echo("Nothing to replay: all of it is done.")
        return
    with line(settings, opened) as bring:
        fine = bring_all(bring, refs, settings)
    raise typer.Exit(0 if fine else 1)
