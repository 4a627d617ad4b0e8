"""A crawl of a test site into a bucket: what tests of the crawler and of its flow share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flows.crawling import CrawlResult, crawl_region
from infra.aws import s3_client
from infra.crawl.landing import decode_metadata
from infra.crawl.visit import Visit
from infra.settings import Settings
from schemas.region import Region
from tests.portal.server import Portal

CONTACT = "keeper@example.org"


@dataclass(slots=True)
class Crawler:
    """Crawls a site again and again, with the memory of the crawl before."""

    site: Portal
    settings: Settings
    known: dict[str, Visit]

    def crawl(self, region: Region, **choices: Any) -> CrawlResult:
        """One night; what it found is known to the next."""
        result = crawl_region(region, self.settings, self.known, **choices)
        self.known = {visit.url: visit for visit in result.visits}
        return result

    def visit(self, result: CrawlResult, path: str) -> Visit:
        """The visit of a path of the site."""
        (found,) = [visit for visit in result.visits if visit.url == self.site.url + path]
        return found

    def objects(self) -> dict[str, dict[str, Any]]:
        """Key to size, versions and metadata of all objects of the bucket."""
        client, bucket = s3_client(self.settings), self.settings.landing_bucket
        versions = client.list_object_versions(Bucket=bucket).get("Versions", [])
        found: dict[str, dict[str, Any]] = {}
        for version in versions:
            entry = found.setdefault(version["Key"], {"versions": 0})
            entry["versions"] += 1
            if version["IsLatest"]:
                head = client.head_object(Bucket=bucket, Key=version["Key"])
                entry |= {"size": head["ContentLength"], "metadata": decode_metadata(head["Metadata"])}
        return found


def crawler_of(site: Portal, settings: Settings, state: Path) -> Crawler:
    """A crawler of the site without memory; ``settings`` say the bucket."""
    return Crawler(
        site,
        settings.model_copy(
            update={"crawl_contact": CONTACT, "crawl_test_site": site.url, "state_folder": str(state)}
        ),
        {},
    )


def copy_of(crawler: Crawler, result: CrawlResult, settings: Settings, state: Path) -> Crawler:
    """Another crawler of the same site as this one was after ``result``: its objects and memory in an own bucket."""
    client, old, new = s3_client(settings), crawler.settings.landing_bucket, settings.landing_bucket
    for key in [entry["Key"] for entry in client.list_objects_v2(Bucket=old).get("Contents", [])]:
        client.copy_object(Bucket=new, Key=key, CopySource={"Bucket": old, "Key": key})
    copied = crawler_of(crawler.site, settings, state)
    for visit in result.visits:
        uri = visit.object_uri.replace(f"s3://{old}/", f"s3://{new}/") if visit.object_uri else None
        copied.known[visit.url] = replace(visit, object_uri=uri)
    return copied


def shape(result: CrawlResult) -> set[tuple[Any, ...]]:
    """A crawl's visits without what differs from time to time."""
    return {
        (
            *(
                visit.url,
                visit.site,
                visit.role,
                visit.outcome,
                visit.reason,
                visit.page_url,
                visit.link_text,
            ),
            *(visit.unit_name, visit.year, visit.phase, visit.published_date, visit.file_name, visit.sha256),
            *(visit.object_uri, visit.links),
        )
        for visit in result.visits
    }
