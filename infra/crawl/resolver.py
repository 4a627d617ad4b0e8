"""Names to public addresses only: the resolver that Scrapy's connections are made through.

IPv4 only, as Scrapy's own default. A name that resolves to a private, loopback, link-local or otherwise not
public address does not resolve here; ``refused`` remembers it, because Twisted reports no more than a failed
look-up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.error import DNSLookupError

from infra.crawl.address import is_private

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.base import ReactorBase
    from twisted.internet.defer import Deferred

refused: dict[str, str] = {}


class PublicResolver(CachingThreadedResolver):
    """Scrapy's caching resolver that gives public addresses, and the test site's host whatever it is."""

    allowed: str | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        """As Scrapy calls it; the setting ``CRAWL_TEST_HOST`` is a host without port, or None."""
        resolver = super().from_crawler(crawler, reactor)
        resolver.allowed = crawler.settings.get("CRAWL_TEST_HOST")
        return resolver

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802
        """The IPv4 address of a name; fails with ``DNSLookupError`` where it is not public."""
        return super().getHostByName(name, timeout).addCallback(self._check, name)

    def _check(self, address: Any, name: str) -> Any:
        if name != self.allowed and is_private(str(address)):
            refused[name] = str(address)
            raise DNSLookupError(f"{name} resolves to {address}, which is no public address")
        return address
