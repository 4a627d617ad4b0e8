"""``budgetlake explain``: the whole story of an object or a document."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.options import LakeOption, settings_of

NEEDS_ARGUMENTS = True
EPILOG = "Examples: budgetlake explain 2024/公开表.pdf · budgetlake explain 3f9a2c"


def run(
    what: Annotated[
        str,
        typer.Argument(
            metavar="KEY|DOCUMENT",
            help="A key, an address, or (the first six or more characters of) a document's id.",
        ),
    ],
    lake: LakeOption = None,
) -> None:
    """Tell the whole story of an object or a document, oldest first.

    All versions of the key and all keys with the same bytes: when each was uploaded, received and committed, in
    which run and at which attempt, why it was refused, what superseded it; and of each document what it gives.

    Exit status: 0 told, 2 the lake has never seen it.
    """
    from flows.story import find_story, tell
    from infra.lake import Lake

    for text in tell(find_story(what, Lake.of(settings_of(lake)))):
        typer.echo(text)
