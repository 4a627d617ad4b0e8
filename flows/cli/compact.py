"""``budgetlake compact``: a copy of the lake for readers."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.options import LakeOption, settings_of

NEEDS_ARGUMENTS = True
EPILOG = "Examples: budgetlake compact --out ./copy · budgetlake compact --out s3://my-budget-open/hunan"


def run(
    out: Annotated[
        str, typer.Option("--out", metavar="URI", help="A folder or s3://bucket/prefix of copies.")
    ],
    lake: LakeOption = None,
) -> None:
    """Make a copy of the lake with few, sorted files, for readers that do without Delta.

    A folder a version of the lake (v42), in it each table by year and city, and `latest.json`, which names the
    folder to read. It is written when all rows are proven equal to the lake's; the copy before stays, older ones
    go. Where the lake has not changed nothing is done.

    Exit status: 0 the copy is there, 2 it could not be made, and the one before stands.
    """
    settings = settings_of(lake)
    from infra import export
    from infra.lake import Lake

    done = export.compact(Lake.of(settings), export.shelf_of(out, settings))
    state = f"{done.rows:,} rows in {done.files:,} files, equal to the lake's" if done.made else "unchanged"
    typer.echo(f"{out.rstrip('/')}/{done.folder}: {state}")
