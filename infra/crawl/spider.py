"""The spider: from the links that are left (``Journal.frontier``) to visits, one a resource.

A page's links go into its line of the journal before any of them is asked for; each address is asked for
once a crawl, whoever links to it. What is known from the crawl before is asked for conditionally (ETag,
Last-Modified); a page that is unchanged gives the links that it gave then.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import scrapy
from scrapy.http import Response, TextResponse
from twisted.python.failure import Failure

from infra.crawl.address import Refusal, check_url
from infra.crawl.extract import Unexpected, read_listing, read_page
from infra.crawl.failure import failure_of
from infra.crawl.guard import Refused
from infra.crawl.job import Job
from infra.crawl.journal import Journal
from infra.crawl.keep import Keeper, header
from infra.crawl.visit import Link, Visit, utc_now
from infra.settings import Settings
from schemas.errors import StorageError
from schemas.region import host_of


class RegionSpider(scrapy.Spider):
    """One night of one region."""

    name = "region"

    def __init__(self, job: Job, journal: Journal, settings: Settings) -> None:
        super().__init__()
        self.job, self.journal, self.lake_settings = job, journal, settings
        self.region = job.rules()
        self.known = job.memory()
        self.sites = {site.name: site for site in self.region.sites}
        self.test_host = host_of(job.test_site) if job.test_site else None
        self.paused: str | None = None
        self.storage_error: StorageError | None = None
        self.least_delay: dict[str, float] = {}
        self._seen = set(journal.visits)
        self._requests = self._bytes = 0
        self._closing: asyncio.Future[None] | None = None
        self.keeper = Keeper(self.region, self.known, journal, settings, job.dry_run)

    async def start(self) -> AsyncIterator[Any]:
        """Requests for all that is left."""
        for request in self._requests_for(self.journal.frontier(self.region)):
            yield request

    def pause(self, reason: str) -> None:
        """End this night, gracefully: what is on its way is finished, the rest waits for the next one."""
        if self.paused is not None:
            return
        self.paused = reason
        engine = self.crawler.engine
        assert engine is not None  # noqa: S101  it runs
        self._closing = asyncio.ensure_future(engine.close_spider_async(reason=reason))
        # Closing waits for what is on its way, and that would include requests that wait for their turn.
        for slot in engine.downloader.slots.values():
            while slot.queue:
                _, waiting = slot.queue.popleft()
                waiting.errback(Refused("stopped", "The night ended before it."))

    def count(self, size: int) -> None:
        """Count an answer of so many bytes; the one that meets a cap of the night is still used."""
        self._requests += 1
        self._bytes += size
        if self._requests >= self.region.caps.requests:
            self.pause("request_cap")
        elif self._bytes >= self.region.caps.bytes:
            self.pause("byte_cap")

    def _requests_for(self, links: Iterable[Link]) -> Iterator[scrapy.Request]:
        for link in links:
            if link.url in self._seen:
                continue
            self._seen.add(link.url)
            visit = self._without_asking(link)
            if visit is None:
                yield self._request(link)
            else:
                self._done(visit)

    def _without_asking(self, link: Link) -> Visit | None:
        """The visit of a link that needs no request, or must not have one."""
        known = self.known.get(link.url)
        refused = None
        try:
            check_url(link.url, self.region.hosts, self.test_host)
        except Refusal as refusal:
            refused = (refusal.reason, refusal.message)
        if link.depth > self.region.caps.depth:
            refused = ("depth", f"It is {link.depth} links away from the listing.")
        if link.role == "listing" and link.number > self.sites[link.site].listing.pages:
            refused = ("listing_pages", f"It is page {link.number} of the listing.")
        if refused is not None:
            visit = self.keeper.visit(link, "refused", reason=refused[0], message=refused[1])
            return visit.with_memory(known)
        if link.role != "attachment":
            return None
        if self.job.dry_run:
            says = (
                "It was landed before and would be asked for conditionally."
                if self.keeper.has(known)
                else None
            )
            return self.keeper.visit(link, "planned", message=says)
        silent = known is not None and not (known.etag or known.last_modified)
        if known is not None and silent and self.keeper.has(known) and not self._recheck(link, known):
            return self.keeper.visit(link, "unchanged", reason="not_due").with_memory(known)
        return None

    def _recheck(self, link: Link, known: Visit) -> bool:
        says = self.keeper.visit(link, "new")
        if (says.link_text, says.published_date) != (known.link_text, known.published_date):
            return True
        fetched = datetime.fromisoformat(known.fetched_at or known.first_seen_at or utc_now())
        return datetime.now(UTC) - fetched > timedelta(days=self.region.recheck_days)

    def _request(self, link: Link) -> scrapy.Request:
        headers = {}
        if link.page_url and urlsplit(link.page_url)[:2] == urlsplit(link.url)[:2]:
            headers["Referer"] = link.page_url
        known = self.known.get(link.url)
        if known is not None and self._may_be_unchanged(link, known):
            if known.etag:
                headers["If-None-Match"] = known.etag
            if known.last_modified:
                headers["If-Modified-Since"] = known.last_modified
        page = link.role != "attachment"
        return scrapy.Request(
            link.url,
            self.parse,
            errback=self.failed,
            headers=headers,
            dont_filter=True,
            priority=0,
            meta={
                "link": link,
                "handle_httpstatus_list": [304],
                "download_maxsize": self.region.caps.page_bytes if page else self.lake_settings.max_bytes,
            },
        )

    def _may_be_unchanged(self, link: Link, known: Visit) -> bool:
        if (link.role == "attachment" or known.sha256 is not None) and not self.keeper.has(known):
            return False
        page = known.links is not None and known.rules == self.region.fingerprint
        return link.role == "attachment" or page

    async def parse(self, response: Response, **_: Any) -> AsyncIterator[scrapy.Request]:
        """An answer to a request of a link: to a visit, and on to the links of a page."""
        link: Link = response.meta["link"]
        known = self.known.get(link.url)
        if response.status == 304 and known is not None and not self._may_be_unchanged(link, known):
            # The object that held the same bytes has changed since the question was written.
            yield self._request(link)
            return
        try:
            visit = await self._answered(link, response)
        except StorageError as error:
            # Without the bucket nothing can be done; nothing is lost either, the resource is not done with.
            self.storage_error = self.storage_error or error
            self.pause("stopped")
            return
        self._done(visit)
        for request in self._requests_for(visit.links or ()):
            yield request

    def failed(self, failure: Failure) -> None:
        """A request that was refused, or failed for good."""
        link: Link = failure.request.meta["link"]  # type: ignore[attr-defined]
        if self.paused is not None:
            # Cut off by the end of the night: it is not done with.
            return
        assert failure.value is not None  # noqa: S101  a failure has its exception
        what = failure_of(failure.value, link.url)
        if link.role == "listing" and link.number > 1 and what.status == 404 and self._counts_up(link):
            self._done(
                self.keeper.visit(link, "read", http_status=404, message="The listing ends before it.")
            )
            return
        known = self.known.get(link.url)
        visit = self.keeper.visit(
            link, what.outcome, reason=what.reason, message=what.message, http_status=what.status
        )
        self._done(replace(visit.with_memory(known), links=None))

    def _counts_up(self, link: Link) -> bool:
        following = self.sites[link.site].listing.next
        return following is not None and following.urls is not None

    async def _answered(self, link: Link, response: Response) -> Visit:
        known = self.known.get(link.url)
        if response.status == 304:
            if known is None:
                return self.keeper.visit(
                    link, "failed", reason="http_status", message="It answered 304 unasked."
                )
            return replace(
                self.keeper.visit(link, "unchanged", http_status=304).with_memory(known),
                etag=header(response, "ETag") or known.etag,
            )
        if link.role == "attachment":
            return await self.keeper.keep_attachment(link, response)
        if not isinstance(response, TextResponse):
            return self.keeper.visit(
                link,
                "failed",
                reason="unreadable_page",
                message="The answer is no text.",
                http_status=response.status,
            )
        try:
            return await self._page(link, response)
        except Unexpected as error:
            return self.keeper.visit(
                link, "failed", reason="unreadable_page", message=str(error), http_status=response.status
            )

    async def _page(self, link: Link, response: TextResponse) -> Visit:
        site = self.sites[link.site]
        says: dict[str, Any] = {
            "http_status": response.status,
            "etag": header(response, "ETag"),
            "last_modified": header(response, "Last-Modified"),
            "rules": self.region.fingerprint,
        }
        if link.role == "listing":
            listing = read_listing(site, link, response.text, response.url)
            fresh = any(entry.url not in self._seen for entry in listing.entries)
            following = (listing.following,) if listing.following and (fresh or not listing.entries) else ()
            return self.keeper.visit(link, "read", links=(*listing.entries, *following), **says)
        page = read_page(site, link, response.text, response.url)
        published = page.published or link.published
        if page.document is not None:
            link = replace(link, page_title=page.title, published=published)
            return await self.keeper.keep_page(link, response, page.document)
        message = None if page.attachments else "Its rules find neither attachment nor tables on it."
        visit = self.keeper.visit(link, "read", links=page.attachments, message=message, **says)
        return replace(visit, published_date=published)

    def _done(self, visit: Visit) -> None:
        self.journal.add(visit)
        about = f": {visit.message}" if visit.message else ""
        print(f"{visit.outcome:<14} {visit.reason or '':<16} {visit.url}{about}", flush=True)
