"""``budgetlake report``: static pages of the lake."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.options import LakeOption, checked_region, settings_of

NEEDS_ARGUMENTS = True
EPILOG = (
    "Examples: budgetlake report --out pages/ · budgetlake report --region 430200 --year 2024 --out pages/ · "
    "budgetlake report --unit 430202-052001 --out pages/"
)


def run(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder of the pages.")],
    unit: Annotated[
        list[str] | None, typer.Option("--unit", metavar="UNIT_CODE", help="Only these units.")
    ] = None,
    year: Annotated[
        list[int] | None, typer.Option("--year", metavar="YEAR", help="Only these years.")
    ] = None,
    region: Annotated[
        list[str] | None,
        typer.Option(
            "--region", metavar="CODE", help="Only these divisions and all below them (six digits)."
        ),
    ] = None,
    lake: LakeOption = None,
) -> None:
    """Make pages to look at: an index, a page a unit, a page a document with the pictures of its pages.

    Static HTML: open index.html, no server is needed and no request leaves a page. Only what changed
    since the last run is made again; --unit, --year and --region may be given several times, and pages outside
    of them are removed from the folder.

    Exit status: 0 done, 2 the lake or the folder cannot be used.
    """
    regions = tuple(str(checked_region(code)) for code in region or ())
    settings = settings_of(lake)
    from flows.report.build import build_report
    from flows.report.scope import Scope
    from infra.lake import Lake

    scope = Scope(tuple(unit or ()), tuple(year or ()), regions)
    started = time.perf_counter()
    loud = sys.stderr.isatty()

    def tell(done: int, total: int) -> None:
        if loud:
            typer.echo(f"\r{done} / {total} documents", nl=done == total, err=True)

    built = build_report(Lake.of(settings), settings, out, scope, tell)
    seconds = time.perf_counter() - started
    typer.echo(
        f"{built.documents} documents; {built.made} pages made, {built.removed} removed, {seconds:.1f} s: "
        f"{out / 'index.html'}"
    )
