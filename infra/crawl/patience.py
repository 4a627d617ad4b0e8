"""How long a host is left alone: its delay, what it asks for itself, and what its troubles tell.

``Throttle`` is Scrapy's AutoThrottle (a slow answer makes the next request later) with two things more. It
hears of an answer before the next request of the host is taken from the queue, so a 429 or 503 stops the host
at once and not one request later; and no delay falls below what robots.txt asks for. ``Patience`` tries
again what may pass, more slowly after each failure, and gives a host up for the night after many in a row.
"""

from __future__ import annotations

import random
from email.utils import parsedate_to_datetime
from time import monotonic, time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import CannotResolveHostError
from scrapy.extensions.throttle import AutoThrottle

from infra.crawl.guard import Refused
from infra.crawl.resolver import refused

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.core.downloader import Slot
    from scrapy.http import Response
    from scrapy.settings import BaseSettings

    from infra.crawl.spider import RegionSpider

# A host whose answers all fail is down or does not want us; both are respected.
FAILURES_IN_A_ROW = 12
_BUSY = frozenset({429, 503})


def retry_after(header: bytes | None, now: float) -> float | None:
    """Seconds that a ``Retry-After`` header asks for, as a number or a date; None where it says nothing."""
    if not header:
        return None
    text = header.decode("latin-1").strip()
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except ValueError:
        return None


class Throttle(AutoThrottle):
    """AutoThrottle that obeys ``Retry-After`` and ``Crawl-delay``."""

    def _response_downloaded(self, response: Response, request: Request, spider: Spider) -> None:
        super()._response_downloaded(response, request, spider)
        _, slot = self._get_slot(request, spider)
        region_spider: RegionSpider = spider  # type: ignore[assignment]
        region_spider.count(len(response.body))
        if slot is None:
            return
        if response.status in _BUSY:
            wait = retry_after(response.headers.get("Retry-After"), time())
            if wait is None:
                tries = request.meta.get("retry_times", 0)
                wait = slot.delay * 2 ** (tries + 1) * random.uniform(1.0, 1.5)  # noqa: S311  jitter
            if wait > region_spider.region.politeness.max_wait:
                region_spider.pause("asked_to_wait")
            # The slot's next request starts its delay after this.
            slot.lastseen = monotonic() + wait
            slot.delay = min(slot.delay * 2, self.maxdelay)

    def _adjust_delay(self, slot: Slot, latency: float, response: Response) -> None:
        super()._adjust_delay(slot, latency, response)
        spider: RegionSpider = self.crawler.spider  # type: ignore[assignment]
        host = response.url.split("/")[2].split(":")[0].lower()
        slot.delay = max(slot.delay, spider.least_delay.get(host, 0.0) / (1 - slot.jitter))


class Patience(RetryMiddleware):
    """Scrapy's retries, and an end to them: a host that fails again and again is left alone."""

    def __init__(self, settings: BaseSettings) -> None:
        super().__init__(settings)
        self._failures: dict[str, int] = {}

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """Count failures; retry or pass on the answer."""
        self._count(request, failed=response.status in self.retry_http_codes)
        result: Request | Response = super().process_response(request, response)
        return result

    def process_exception(
        self, request: Request, exception: Exception, spider: Spider | None = None
    ) -> Request | Response | None:
        """Slow down, count, and retry what may pass."""
        if isinstance(exception, Refused):
            return None
        host = urlsplit(request.url).hostname or ""
        if isinstance(exception, CannotResolveHostError) and host in refused:
            raise Refused("private_address", f"{host} resolves to {refused[host]}, which is not public.")
        engine = self.crawler.engine
        slot = engine.downloader.slots.get(request.meta.get("download_slot", "")) if engine else None
        if slot is not None:
            slot.delay = min(slot.delay * 2, self.crawler.settings.getfloat("AUTOTHROTTLE_MAX_DELAY"))
        self._count(request, failed=True)
        result: Request | Response | None = super().process_exception(request, exception)
        return result

    def _count(self, request: Request, failed: bool) -> None:
        host = urlsplit(request.url).hostname or ""
        self._failures[host] = self._failures.get(host, 0) + 1 if failed else 0
        if self._failures[host] >= FAILURES_IN_A_ROW:
            spider: RegionSpider = self.crawler.spider  # type: ignore[assignment]
            spider.pause("host_down")
