"""robots.txt as RFC 9309 has it: a missing file allows all, one that cannot be read forbids all.

Scrapy's own middleware lets everything pass while a host's robots.txt fails; a site in trouble is then
crawled without its rules. ``Crawl-delay`` is kept too where it is longer than the region file's delay. A host
is exempt only by an exception of the region file, which has its reason beside it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from protego import Protego
from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK

from infra.crawl.guard import Refused
from infra.crawl.media import decoded
from schemas.region import host_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from infra.crawl.spider import RegionSpider

AGENT = "budgetlake"
_MOST_BYTES = 512 * 1024  # RFC 9309 asks for at least 500 KiB
_LONGEST_DELAY = 600.0


class Robots:
    """Refuses what the robots.txt of a host forbids; each is asked for once a night."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._rules: dict[str, Protego | None] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy calls it."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise ``Refused`` where the host's robots.txt forbids the address."""
        spider: RegionSpider = self.crawler.spider  # type: ignore[assignment]
        exempt = {exception.host for exception in spider.region.robots_exceptions}
        host = host_of(request.url)
        if request.meta.get("robots") or host in exempt:
            return
        origin = request.url.split("://")[0] + "://" + host
        async with self._locks.setdefault(origin, asyncio.Lock()):
            if origin not in self._rules:
                self._rules[origin] = await self._fetch(origin)
        if spider.paused is not None:
            raise Refused("stopped", "The night ended before it.")
        rules = self._rules[origin]
        if rules is None:
            raise Refused("robots_unavailable", f"The robots.txt of {host} cannot be read at present.")
        delay = min(rules.crawl_delay(AGENT) or 0.0, _LONGEST_DELAY)
        spider.least_delay[request.url.split("/")[2].rpartition("@")[2].split(":")[0].lower()] = delay
        if not rules.can_fetch(request.url, AGENT):
            raise Refused("robots", f"The robots.txt of {host} forbids {request.url}.")

    async def _fetch(self, origin: str) -> Protego | None:
        meta = {"robots": True, "download_maxsize": _MOST_BYTES, "handle_httpstatus_all": False}
        request = Request(f"{origin}/robots.txt", priority=1000, meta=meta, callback=NO_CALLBACK)
        assert self.crawler.engine is not None  # noqa: S101  it sent the request
        try:
            response = await self.crawler.engine.download_async(request)
        except IgnoreRequest:
            # Refused on the way (a redirect to another host, say): there are no rules to be had, as for 404.
            return Protego.parse("")
        except Exception:
            return None
        if response.status >= 500 or response.status == 429:
            return None
        return Protego.parse(decoded(response.body) if response.status == 200 else "")
