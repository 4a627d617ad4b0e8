"""The spider: from the links that are left (``Journal.frontier``) to visits, one a resource.

A page's links go into its line of the journal before any of them is asked for; each address is asked for
once a crawl, whoever links to it. What is known from the crawl before is asked for conditionally (ETag,
Last-Modified); a page that is unchanged gives the links that it gave then.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
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
from infra.crawl.landing import Landed, land, uri_of
from infra.crawl.media import file_name, media_type, name_of_disposition, name_of_url
from infra.crawl.visit import Link, Visit, utc_now, visit_of
from infra.settings import Settings
from schemas.errors import StorageError
from schemas.region import host_of

logger = logging.getLogger("budgetlake.crawl")
_KEPT_HEADERS = ("Content-Type", "Content-Disposition", "Last-Modified", "ETag", "Date", "Server")
_HTML = "text/html"


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
        # The objects of this region by their content: the same bytes from another address are no new object.
        self._contents = {
            visit.sha256: visit.object_uri
            for visit in (*self.known.values(), *journal.visits.values())
            if visit.sha256 and visit.object_uri
        }
        self._landing = asyncio.Lock()

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
            return self._visit(link, "refused", reason=refused[0], message=refused[1])
        if link.role != "attachment":
            return None
        if self.job.dry_run:
            says = "It was landed before and would be asked for conditionally." if _landed(known) else None
            return self._visit(link, "planned", message=says)
        silent = known is not None and _landed(known) and not (known.etag or known.last_modified)
        if known is not None and silent and not self._recheck(link, known):
            return self._visit(link, "unchanged", reason="not_due").with_memory(known)
        return None

    def _recheck(self, link: Link, known: Visit) -> bool:
        says = self._visit(link, "new")
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
        if link.role == "attachment":
            return _landed(known)
        return known.links is not None and known.rules == self.region.fingerprint

    async def parse(self, response: Response, **_: Any) -> AsyncIterator[scrapy.Request]:
        """An answer to a request of a link: to a visit, and on to the links of a page."""
        link: Link = response.meta["link"]
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
            self._done(self._visit(link, "read", http_status=404, message="The listing ends before it."))
            return
        known = self.known.get(link.url)
        visit = self._visit(
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
                return self._visit(link, "failed", reason="http_status", message="It answered 304 unasked.")
            return replace(
                self._visit(link, "unchanged", http_status=304).with_memory(known),
                etag=_header(response, "ETag") or known.etag,
            )
        if link.role == "attachment":
            return await self._attachment(link, response)
        if not isinstance(response, TextResponse):
            return self._visit(
                link,
                "failed",
                reason="unreadable_page",
                message="The answer is no text.",
                http_status=response.status,
            )
        try:
            return await self._page(link, response)
        except Unexpected as error:
            return self._visit(
                link, "failed", reason="unreadable_page", message=str(error), http_status=response.status
            )

    async def _page(self, link: Link, response: TextResponse) -> Visit:
        site = self.sites[link.site]
        says: dict[str, Any] = {
            "http_status": response.status,
            "etag": _header(response, "ETag"),
            "last_modified": _header(response, "Last-Modified"),
            "rules": self.region.fingerprint,
        }
        if link.role == "listing":
            listing = read_listing(site, link, response.text, response.url)
            fresh = any(entry.url not in self._seen for entry in listing.entries)
            following = (listing.following,) if listing.following and (fresh or not listing.entries) else ()
            return self._visit(link, "read", links=(*listing.entries, *following), **says)
        page = read_page(site, link, response.text, response.url)
        visit = self._visit(link, "read", links=page.attachments, **says)
        visit = replace(visit, published_date=page.published or visit.published_date)
        if page.document is None:
            return visit
        link = replace(link, page_title=page.title, published=visit.published_date)
        names = (f"{page.title}.html", f"{link.text}.html")
        visit = await self._land(
            link, response, page.document.encode(), _HTML, file_name(names, frozenset({".html"}), ".html")
        )
        return replace(visit, links=(), rules=self.region.fingerprint)

    async def _attachment(self, link: Link, response: Response) -> Visit:
        kind = media_type(response.body)
        if kind is None:
            what = "a web page" if response.body[:500].lstrip()[:1] == b"<" else "no document of a known kind"
            message = f"What came is {what} ({len(response.body):,} bytes)."
            return self._visit(
                link, "failed", reason="wrong_type", message=message, http_status=response.status
            )
        disposition = name_of_disposition(response.headers.get("Content-Disposition"))
        urls_name = name_of_url(response.url)
        names = [link.text, disposition, urls_name, link.page_title, link.title]
        endings = [name for name in (disposition, urls_name, name_of_url(link.url)) if name]
        return await self._land(
            link, response, response.body, kind[0], file_name([*names, *endings], kind[2], kind[1])
        )

    async def _land(self, link: Link, response: Response, data: bytes, kind: str, name: str) -> Visit:
        known = self.known.get(link.url)
        digest = sha256(data).hexdigest()
        says = {
            "http_status": response.status,
            "media_type": kind,
            "byte_size": len(data),
            "sha256": digest,
            "etag": _header(response, "ETag"),
            "last_modified": _header(response, "Last-Modified"),
            "fetched_at": utc_now(),
        }
        if self.job.dry_run:
            return self._visit(link, "planned", file_name=name, **says)
        # One at a time: two addresses may give the same bytes at the same moment.
        async with self._landing:
            own = known.object_uri if known is not None else None
            uri = self._contents.get(digest)
            if uri is not None and uri != own:
                visit = self._visit(link, "alias", object_uri=uri, file_name=name, **says)
                return visit.with_memory(replace(known, object_uri=None, version_id=None)) if known else visit
            uri = own or uri_of(self.region.region, link.url, name, self.lake_settings)
            visit = self._visit(link, "new", object_uri=uri, file_name=uri.rsplit("/", 1)[-1], **says)
            landed = await asyncio.to_thread(
                land, data, uri, kind, self._metadata(visit, response), self.lake_settings
            )
            self._contents[digest] = uri
        return replace(
            visit, outcome=_outcome(landed, known, digest), version_id=landed.version_id
        ).with_memory(known)

    def _metadata(self, visit: Visit, response: Response) -> dict[str, str | None]:
        headers = {
            name: value for name in _KEPT_HEADERS if (value := _header(response, name)) and len(value) < 200
        }
        return {
            "source-url": visit.url,
            "region-code": self.region.region,
            "published-date": visit.published_date,
            "fetched-at": visit.fetched_at,
            "crawl-id": self.journal.crawl_id,
            "year": str(visit.year) if visit.year else None,
            "phase": visit.phase,
            "level": visit.level,
            "unit-name": visit.unit_name,
            "link-text": visit.link_text,
            "page-title": visit.page_title,
            "page-url": visit.page_url,
            "response-headers": json.dumps(headers),
        }

    def _visit(self, link: Link, outcome: str, **says: Any) -> Visit:
        visit = visit_of(link, outcome, self.sites[link.site].phase, **says)
        known = self.known.get(link.url)
        return replace(visit, first_seen_at=known.first_seen_at) if known and known.first_seen_at else visit

    def _done(self, visit: Visit) -> None:
        self.journal.add(visit)
        about = f": {visit.message}" if visit.message else ""
        print(f"{visit.outcome:<14} {visit.reason or '':<16} {visit.url}{about}", flush=True)


def _landed(known: Visit | None) -> bool:
    return known is not None and known.sha256 is not None and known.object_uri is not None


def _outcome(landed: Landed, known: Visit | None, digest: str) -> str:
    """``new``, ``changed`` or ``unchanged``. An object that the crawl put before it died is as good as new."""
    if known is not None and known.sha256 is not None:
        return "unchanged" if known.sha256 == digest else "changed"
    return "changed" if landed.changed else "new"


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    if value is None:
        return None
    # Latin-1 keeps any byte; what is no printable ASCII is of no use for a request or as metadata.
    text = value.decode("latin-1").strip()
    return text[:500] if text.isascii() and text.isprintable() else None
