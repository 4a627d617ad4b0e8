"""A region's night from beginning to end, without Prefect: crawl, record, and who owes what after it."""

from __future__ import annotations

from collections.abc import Callable

from flows.coverage import refresh_coverage
from flows.crawl_record import memory, record
from flows.crawling import CrawlResult, crawl_region
from flows.vanish import follow_vanished
from infra.lake import Lake
from infra.settings import Settings
from schemas.errors import UsageError
from schemas.region import Region


def run_night(
    rules: Region,
    settings: Settings,
    *,
    seconds: float | None,
    run_id: str = "",
    tell: Callable[[str], None] = lambda line: None,
) -> CrawlResult:
    """Crawl, and bring register, record and who owes what up to date in the lake."""
    lake = Lake.of(settings)
    known = memory(lake, rules.region)
    result = crawl_region(rules, settings, known, seconds=seconds, tell=tell)
    # Before the record: what came back is known by the record of the crawl before.
    follow_vanished(lake, result.visits, known, run_id)
    record(lake, result, run_id)
    refresh_coverage(lake, rules, run_id)
    return result


def seconds_of_night(rules: Region) -> float:
    """Seconds that the region's night still lasts. Raises ``UsageError`` outside of it."""
    left = rules.night.seconds_left(rules.now())
    if left <= 0:
        raise UsageError(
            f"{rules.name} is crawled from {rules.night.start:%H:%M} to {rules.night.end:%H:%M} ({rules.zone}); "
            "run it then, or with --now."
        )
    return left
