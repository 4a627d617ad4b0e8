"""The flow ``crawl``: a region's night, its record in the lake, a report, and who owes what after it.

One run a region and night. The crawl itself is a process of its own (``flows.crawling``); outside of the
region's hours the flow ends at once, within them the crawl ends when they do and the next run goes on.
``flows.crawl_schedule`` makes a deployment a region.
"""

from __future__ import annotations

from collections import Counter

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.concurrency.sync import concurrency
from prefect.runtime import flow_run

from flows.crawl_night import run_night, seconds_of_night
from flows.crawl_record import rows_of
from flows.crawling import CrawlResult, check_ready
from infra.settings import load_settings
from schemas.region import Region
from schemas.region_file import load_region


@flow(name="crawl", description="Crawls the sites of a region into the landing bucket, politely.")
def crawl(region: str, lake: str | None = None, now: bool = False) -> CrawlResult:
    """Crawl a region for the rest of its night and record it.

    ``region`` is a division code or the path of a region file; ``now`` crawls at any hour, without end.
    Raises ``UsageError`` (see ``flows.crawling.crawl_region``) and ``StorageError``.
    """
    settings = load_settings(lake=lake)
    rules = load_region(region)
    check_ready(rules, settings)
    if not now:
        seconds_of_night(rules)
    # One crawl a host in the whole fleet, where the deployments have made these limits; else none.
    with concurrency([limit_name(host) for host in rules.hosts], occupy=1, strict=False):
        # Another region may have had the host for a part of the night.
        seconds = None if now else seconds_of_night(rules)
        result = run_night(
            rules, settings, seconds=seconds, run_id=str(flow_run.id or ""), tell=get_run_logger().info
        )
    key = f"crawl-{rules.region}"
    create_markdown_artifact(key=key, markdown=summary(result, rules), description=f"Crawl of {rules.name}")
    if rows := rows_of(result.visits):
        create_table_artifact(table=rows, key=f"{key}-resources", description="All that is not unchanged")
    return result


def limit_name(host: str) -> str:
    """The name of the fleet's limit for a host; Prefect takes no colon in it."""
    return f"crawl-{host.partition(':')[0]}"


def summary(result: CrawlResult, rules: Region) -> str:
    """The report of a crawl as Markdown."""
    rows = "\n".join(f"| {name} | {number:,} |" for name, number in result.counts.items())
    reasons = Counter(f"{visit.outcome}: {visit.reason}" for visit in result.visits if visit.reason)
    why = "\n".join(f"- {reason}: {number:,}" for reason, number in sorted(reasons.items()))
    over = "over" if result.ended == "finished" else f"not over ({result.ended}); the next night goes on"
    return (
        f"# {rules.name} ({rules.region})\n\nCrawl `{result.crawl_id}`, {over}.\n\n"
        f"| outcome | resources |\n|---|--:|\n{rows}\n" + (f"\n{why}\n" if why else "")
    )
