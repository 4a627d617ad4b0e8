"""``budgetlake ingest``: files, folders and S3 objects into the lake."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.options import LakeOption, checked_region, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flows.outcome import BatchResult
    from infra.objects import ObjectRef

NEEDS_ARGUMENTS = True
EPILOG = (
    "Examples: budgetlake ingest 公开表.pdf · budgetlake ingest downloads/ --lake s3://my-lake/hunan · "
    "budgetlake ingest s3://budget-landing/2024/ --region 430202"
)


def run(
    sources: Annotated[
        list[str], typer.Argument(metavar="SOURCE…", help="Files, folders, s3:// keys or prefixes.")
    ],
    lake: LakeOption = None,
    region: Annotated[
        str | None,
        typer.Option(
            "--region",
            metavar="CODE",
            help="Division code (GB/T 2260, six digits) of documents that do not tell theirs.",
        ),
    ] = None,
) -> None:
    """Read disclosures and bring their rows into the lake, each whole or not at all.

    One line a document: `committed`, `unchanged` (it was there), `alias` (the same bytes
    are there under another name), `superseded` (a newer one is there), or `quarantined` and why.
    A refused document keeps nobody else out. Doing it twice changes nothing.

    Exit status: 0 all is in the lake, 1 a document was refused or not to be had, 2 wrong usage or storage
    that cannot be used.

    It works by itself, without a server. Where PREFECT_API_URL is set each batch is a run of the Prefect
    flow `ingest` on that server, which costs a few seconds more.
    """
    region = checked_region(region)
    settings = settings_of(lake)
    from flows.batching import batches
    from flows.wording import outcome_line
    from infra.objects import list_objects

    refs = [ref for source in sources for ref in list_objects(source, settings)]
    refused = False
    with _ingester(settings, region) as ingest, _progress(len(refs)) as progress:
        for batch in batches(dict.fromkeys(refs), settings):
            for outcome in ingest(batch, progress.advance).outcomes:
                progress.say(outcome_line(outcome))
                refused |= outcome.state in ("quarantined", "failed")
    raise typer.Exit(1 if refused else 0)


@contextmanager
def _ingester(
    settings: Any, region: str | None
) -> Iterator[Callable[[list[ObjectRef], Callable[[object], None]], BatchResult]]:
    """What does a batch: the plain function, or the flow where a Prefect server is set."""
    if os.environ.get("PREFECT_API_URL"):
        from flows.ingest import ingest

        def run_flow(batch: list[ObjectRef], tell: Callable[[object], None]) -> BatchResult:
            result: BatchResult = ingest(batch, lake=settings.lake, region=region)
            for outcome in result.outcomes:
                tell(outcome.ref)
            return result

        yield run_flow
        return
    from flows.line import bring_in
    from flows.pool import DocumentPool
    from infra.lake import Lake

    with DocumentPool(settings) as pool:
        lake = Lake.of(settings)
        yield lambda batch, tell: bring_in(batch, lake, settings, pool=pool, region=region, on_read=tell)


class _Plain:
    """Lines and nothing else: for a few documents, and where nobody looks."""

    def say(self, line: str) -> None:
        typer.echo(line)

    def advance(self, _: object) -> None:
        pass


@contextmanager
def _progress(total: int) -> Iterator[Any]:
    """A bar on the terminal for long work; the lines of documents go above it."""
    if total < 3 or not sys.stderr.isatty():
        yield _Plain()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("reading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=total)

        class _Bar(_Plain):
            def say(self, line: str) -> None:
                if sys.stdout.isatty():
                    bar.console.print(line, markup=False, highlight=False, soft_wrap=True)
                else:
                    typer.echo(line)

            def advance(self, _: object) -> None:
                bar.advance(task)

        yield _Bar()
