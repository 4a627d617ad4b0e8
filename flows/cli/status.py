"""``budgetlake status``: how the line stands."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.options import LakeOption, settings_of

NEEDS_ARGUMENTS = False
EPILOG = "Examples: budgetlake status · budgetlake status s3://budget-landing/2024/"


def run(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[SOURCE]",
            help="Landing place to look for what waits longest: a folder or s3://bucket/prefix.",
        ),
    ] = None,
    lake: LakeOption = None,
) -> None:
    """Show how the line stands: the queue, what waits longest, states of all objects, and dead letters.

    The queue is that of the settings. What waits longest is looked for in the bucket of the settings where the
    queue has messages, and in SOURCE: it is the oldest object that the lake does not know yet. A dead letter is
    a message that was given up after five receives; `reconcile` brings in what it told of.

    Exit status: 0 nothing is wrong, 1 there are dead letters or failed objects, 2 lake, queue or store cannot
    be read.
    """
    from flows.status import age, status
    from flows.wording import printable
    from infra.lake import Lake
    from infra.notifications import queue_depth

    settings = settings_of(lake)
    if source is None and settings.queue_url is not None and queue_depth(settings)[0].total:
        source = f"s3://{settings.landing_bucket}/"
    found = status(Lake.of(settings), settings, source)
    if found.waiting is None:
        typer.echo("queue            none is set (BUDGETLAKE_QUEUE_URL)")
    else:
        typer.echo(f"queue            {found.waiting.visible:,} waiting, {found.waiting.in_work:,} in work")
    if source is not None:
        oldest = (
            "nothing waits" if found.oldest is None else f"{printable(found.oldest.uri)}, {age(found.oldest)}"
        )
        typer.echo(f"oldest waiting   {oldest}")
    dead = 0 if found.dead is None else found.dead.total
    if found.waiting is not None:
        typer.echo(f"dead letters     {'no queue for them' if found.dead is None else f'{dead:,}'}")
        for what in found.dead_keys:
            typer.echo(f"                 {printable(what)}")
    typer.echo(f"lake             version {'none' if found.version is None else found.version}")
    typer.echo(f"objects          {_counted(found.states) or 'none'}")
    if found.reasons:
        typer.echo(f"quarantine       {_counted(found.reasons)}")
    raise typer.Exit(1 if dead or found.states.get("failed") else 0)


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in counts.items())
