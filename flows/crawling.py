"""A night's crawl of a region without Prefect: memory from the lake, the crawling process, its record.

``crawl_region`` is what the flow and the command run. The process is a child that ends with this one; its
journal stays in the state folder until its crawl is over, so whoever crawls the region next on this machine
goes on there.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from infra.crawl.books import close, counts
from infra.crawl.job import BUSY, FINISHED, PAUSED, STORAGE_FAILED, Job
from infra.crawl.journal import Journal
from infra.crawl.visit import Visit
from infra.settings import PREFIX, Settings
from schemas.errors import StorageError, UsageError
from schemas.region import Region


@dataclass(frozen=True, slots=True)
class CrawlResult:
    """What a night's crawl found. ``ended`` is ``finished`` or why it goes on another night."""

    region: str
    crawl_id: str
    started_at: str
    ended: str
    ended_at: str
    visits: tuple[Visit, ...] = field(repr=False)

    @property
    def counts(self) -> dict[str, int]:
        """Resources by outcome, and those found in all."""
        return counts(list(self.visits))


def state_folder(settings: Settings) -> Path:
    """The folder of what is kept between runs."""
    if settings.state_folder is not None:
        return Path(settings.state_folder).absolute()
    home = os.environ.get("XDG_STATE_HOME")
    return (Path(home) if home else Path.home() / ".local" / "state") / "budgetlake"


def crawl_region(
    region: Region,
    settings: Settings,
    known: dict[str, Visit],
    *,
    seconds: float | None = None,
    dry_run: bool = False,
    tell: Callable[[str], None] = lambda line: None,
) -> CrawlResult:
    """Crawl a region in a process of its own; ``known`` is what the crawl before knew, ``tell`` hears a line
    a resource. ``seconds`` bounds the night; a dry run lands nothing and leaves no journal.

    Raises ``UsageError`` (no contact, an example without test site, a host at which another crawl of this
    machine is) and ``StorageError`` (the bucket; or the process broke off, whose journal then stays).
    """
    check_ready(region, settings)
    state = state_folder(settings) / "crawl"
    with tempfile.TemporaryDirectory(prefix="budgetlake-crawl-") as folder:
        files = Path(folder)
        journal_file = (files if dry_run else state) / f"{region.region}.jsonl"
        known_file = files / "known.jsonl"
        known_file.write_text("".join(visit.to_json() + "\n" for visit in known.values()), encoding="utf-8")
        job = Job(
            region=region.model_dump_json(),
            journal=str(journal_file),
            known=str(known_file),
            locks=str(state / "hosts"),
            contact=settings.crawl_contact or "",
            test_site=settings.crawl_test_site,
            seconds=seconds,
            dry_run=dry_run,
        )
        job.write(files / "job.json")
        _run(files / "job.json", settings, tell)
        journal = Journal.read(journal_file)
    if journal is None or journal.ended is None or journal.ended_at is None:
        raise StorageError(f"The crawl of {region.region} left no journal in {journal_file}.")
    visits = close(journal, known, job.rules())
    return CrawlResult(
        region.region, journal.crawl_id, journal.started_at, journal.ended, journal.ended_at, tuple(visits)
    )


def check_ready(region: Region, settings: Settings) -> None:
    """Raise ``UsageError`` where no crawl of this region may start with these settings."""
    if not settings.crawl_contact:
        raise UsageError(
            f"A crawl says who it is: set {PREFIX}CRAWL_CONTACT to a mail or web address at which the keepers "
            "of the sites find you."
        )
    if region.status == "example" and settings.crawl_test_site is None:
        raise UsageError(
            f"The region file of {region.region} is an example of a site that does not exist; write one of "
            f"your own, or set {PREFIX}CRAWL_TEST_SITE to a web server that stands in for it."
        )


def start(job: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    """The crawling process of a job, with its three streams."""
    return subprocess.Popen(  # noqa: S603  our own program
        [sys.executable, "-m", "infra.crawl", str(job)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Ctrl-C goes to every process of a terminal; the end shall come from here, in order.
        start_new_session=True,
    )


def _run(job: Path, settings: Settings, tell: Callable[[str], None]) -> None:
    process = start(job, {**os.environ, **_environment(settings)})
    assert process.stdin is not None and process.stdout is not None  # noqa: S101  asked for above
    assert process.stderr is not None  # noqa: S101
    try:
        for line in process.stdout:
            tell(line.rstrip("\n"))
        said = process.stderr.read().strip()
        status = process.wait()
    finally:
        # The process ends its night gracefully when its standard input closes.
        process.stdin.close()
        process.wait()
        process.stdout.close()
        process.stderr.close()
    if status == BUSY:
        raise UsageError(
            "Another crawl on this machine is at one of the region's hosts; wait until it is over."
        )
    if status == STORAGE_FAILED:
        raise StorageError(said.splitlines()[-1] if said else "The landing bucket cannot be used.")
    if status not in (FINISHED, PAUSED):
        last = said.splitlines()[-1] if said else "it said nothing"
        raise StorageError(
            f"The crawling process broke off (status {status}: {last}); running it again goes on."
        )


def _environment(settings: Settings) -> dict[str, str]:
    values = {
        "ENDPOINT_URL": settings.endpoint_url,
        "LANDING_BUCKET": settings.landing_bucket,
        "REGION": settings.region,
        "MAX_BYTES": str(settings.max_bytes),
    }
    return {f"{PREFIX}{name}": value for name, value in values.items() if value is not None}
