"""Names to public addresses only: the resolver that Scrapy's connections are made through.

IPv4 and IPv6. A name of which any address is private, loopback, link-local or otherwise not public does not
resolve here at all: a name that mixes them means no good, and the connection goes to one of the addresses that
were looked at. ``refused`` remembers it, because Twisted reports no more than a failed look-up. How long a
look-up may take is bounded by the request's own time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from scrapy.resolver import CachingHostnameResolver
from twisted.internet.interfaces import IResolutionReceiver
from zope.interface import implementer

from infra.crawl.address import is_private

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.base import ReactorBase
    from twisted.internet.interfaces import IAddress, IHostResolution

refused: dict[str, str] = {}


class PublicResolver(CachingHostnameResolver):
    """Scrapy's caching resolver that gives public addresses, and the test site's host whatever it is."""

    allowed: str | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        """As Scrapy calls it; the setting ``CRAWL_TEST_HOST`` is a host without port, or None."""
        resolver = super().from_crawler(crawler, reactor)
        resolver.allowed = crawler.settings.get("CRAWL_TEST_HOST")
        return resolver

    def resolveHostName(  # noqa: N802  Twisted's name
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803  as above
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """The addresses of a name; none, which fails the request, where one of them is not public."""
        trusted = hostName == self.allowed
        receiver: Any = resolutionReceiver if trusted else _Sieve(resolutionReceiver, hostName)
        return super().resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)


@implementer(IResolutionReceiver)
class _Sieve:
    """Holds the addresses of a name back until all of them have been looked at."""

    def __init__(self, receiver: Any, name: str) -> None:
        self._receiver, self._name = receiver, name
        self._addresses: list[IAddress] = []

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802  Twisted's name
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802
        self._addresses.append(address)

    def resolutionComplete(self) -> None:  # noqa: N802
        hosts = [str(getattr(address, "host", "")) for address in self._addresses]
        private = next((host for host in hosts if is_private(host)), None)
        if private is not None:
            refused[self._name] = private
        else:
            for address in self._addresses:
                self._receiver.addressResolved(address)
        self._receiver.resolutionComplete()
