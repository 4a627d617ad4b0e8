"""The first middleware that every request passes, redirects and robots.txt included: may it be sent at all?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy.exceptions import IgnoreRequest

from infra.crawl.address import Refusal, check_url, is_private
from schemas.region import host_of

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from infra.crawl.spider import RegionSpider


class Refused(IgnoreRequest):
    """A request that is not sent, or an answer that is not taken, by a rule of ours."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class Guard:
    """Refuses addresses that may not be asked, and answers of machines that may not be spoken to."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy calls it."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise ``Refused`` where the address may not be asked."""
        spider: RegionSpider = self.crawler.spider  # type: ignore[assignment]
        if spider.paused is not None:
            raise Refused("stopped", "The night ended before it.")
        try:
            check_url(request.url, spider.region.hosts, spider.test_host)
        except Refusal as refusal:
            raise Refused(refusal.reason, refusal.message) from refusal
        # A redirect inherits the slot of the host that sent it, and would wait in the wrong queue.
        request.meta.pop("download_slot", None)

    def process_response(self, request: Request, response: Response) -> Response:
        """Refuse an answer that came from a private address after all; the resolver should not allow it."""
        spider: RegionSpider = self.crawler.spider  # type: ignore[assignment]
        test = host_of(response.url) == spider.test_host
        if response.ip_address is not None and not test and is_private(str(response.ip_address)):
            raise Refused("private_address", f"{response.url} was answered by {response.ip_address}.")
        return response
