"""``budgetlake crawl``: a region's sites into the landing bucket."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.options import LakeOption, settings_of
from schemas.errors import UsageError

if TYPE_CHECKING:
    from flows.crawling import CrawlResult
    from schemas.region import Region

NEEDS_ARGUMENTS = True
EPILOG = (
    "Examples: budgetlake crawl 430202 · budgetlake crawl my_region.yaml --now --dry-run · "
    "budgetlake crawl --check 430202 --page saved.html"
)


def run(
    region: Annotated[
        str,
        typer.Argument(
            metavar="REGION", help="Division code of a region file of the package, or the path of your own."
        ),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read the pages, show what would be fetched, keep nothing.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Ask no host: check the region file, and say what it does.")
    ] = False,
    page: Annotated[
        Path | None,
        typer.Option("--page", metavar="FILE", help="With --check: a saved page; show what the rules match."),
    ] = None,
    now: Annotated[
        bool, typer.Option("--now", help="Crawl at any hour, not only in the region's night.")
    ] = False,
    lake: LakeOption = None,
) -> None:
    """Crawl a region's sites politely: each attachment once into the landing bucket, a record into the lake.

    One line a resource: its outcome, the reason where there is one, and its address; then the counts. What is
    known from the crawl before is asked for conditionally and transferred only when it changed. A crawl that
    was broken off, or that met the end of its night or a cap, goes on where it ended.

    It needs BUDGETLAKE_CRAWL_CONTACT: an address at which the keepers of the sites find you.

    Exit status: 0 crawled (or goes on the next night), 1 a listing could not be read, 2 wrong usage, a region
    file that is wrong, or storage that cannot be used.
    """
    from schemas.region_file import load_region

    rules = load_region(region)
    if check or page is not None:
        if not check:
            raise UsageError("--page is for --check: budgetlake crawl --check REGION --page FILE.")
        _explain(rules, page)
        return
    result = _crawl(rules, region, lake, dry_run=dry_run, now=now)
    typer.echo(", ".join(f"{name} {number:,}" for name, number in result.counts.items()))
    if dry_run:
        typer.echo("Nothing was landed or recorded.")
    elif result.ended != "finished":
        typer.echo(f"Not over ({result.ended}): the next crawl goes on here.")
    blind = any(visit.role == "listing" and visit.outcome == "failed" for visit in result.visits)
    raise typer.Exit(1 if blind else 0)


def _crawl(rules: Region, region: str, lake: str | None, *, dry_run: bool, now: bool) -> CrawlResult:
    settings = settings_of(lake)
    from flows.crawl_record import memory
    from flows.crawling import check_ready, crawl_region

    check_ready(rules, settings)
    if os.environ.get("PREFECT_API_URL") and not dry_run:
        from flows.crawl import crawl

        result: CrawlResult = crawl(region, lake=settings.lake, now=now)
        return result
    from flows.crawl_night import run_night, seconds_of_night

    seconds = None if now else seconds_of_night(rules)
    if dry_run:
        from infra.lake import Lake

        known = memory(Lake.of(settings), rules.region)
        return crawl_region(rules, settings, known, seconds=seconds, dry_run=True, tell=typer.echo)
    return run_night(rules, settings, seconds=seconds, tell=typer.echo)


def _explain(rules: Region, page: Path | None) -> None:
    from infra.crawl.explain import describe, explain

    for line in describe(rules):
        typer.echo(line)
    if page is not None:
        try:
            data = page.read_bytes()
        except OSError as error:
            raise UsageError(f"--page {page} cannot be read: {error.strerror}.") from error
        for line in explain(rules, data):
            typer.echo(line)
