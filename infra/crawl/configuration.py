"""Scrapy's settings for a region: each departure from its defaults, with the reason."""

from __future__ import annotations

from typing import Any

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from twisted.web.client import BrowserLikePolicyForHTTPS

from infra.crawl.job import Job
from infra.crawl.robots import AGENT
from schemas.region import Region


class _NamedExceptions(BrowserLikePolicyForHTTPS):
    """Certificates are verified, but for the hosts that the region file names with a reason."""

    def __init__(self, strict: Any, lax: Any, hosts: frozenset[tuple[str, int]]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._strict, self._lax, self._hosts = strict, lax, hosts

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:  # noqa: N802  Twisted's name
        """The TLS options for a host and port."""
        named = (hostname.decode("ascii").lower(), port) in self._hosts
        return (self._lax if named else self._strict).creatorForNetloc(hostname, port)


class Handler(HTTP11DownloadHandler):
    """Scrapy's handler of http and https with exceptions from verification by name."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        strict = self._contextFactory
        lax = type(strict)(verify_certificates=False)
        self._contextFactory: Any = _NamedExceptions(strict, lax, crawler.settings["CRAWL_TLS_EXCEPTIONS"])


def tls_exceptions(region: Region) -> frozenset[tuple[str, int]]:
    """Host and port of the exceptions from certificate verification."""
    hosts = (exception.host.partition(":") for exception in region.tls_exceptions)
    return frozenset((name, int(port or 443)) for name, _, port in hosts)


def user_agent(contact: str, version: str) -> str:
    """Who asks and how to reach them: ``budgetlake/0.1.0 (public budget disclosures; +mail@…)``."""
    return f"{AGENT}/{version} (public budget disclosures; +{contact})"


def scrapy_settings(job: Job, region: Region, max_bytes: int, version: str) -> dict[str, Any]:
    """The settings of the crawl of a region."""
    polite = region.politeness
    # Scrapy's jitter goes both ways round DOWNLOAD_DELAY; the region's delay is the least that may be.
    jitter = polite.jitter / (2 + polite.jitter)
    return {
        "USER_AGENT": user_agent(job.contact, version),
        "DEFAULT_REQUEST_HEADERS": {"Accept": "*/*", "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"},
        # Never two requests at once to a host; other hosts of the region may be asked meanwhile.
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "CONCURRENT_REQUESTS": 8,
        "DOWNLOAD_DELAY": polite.delay / (1 - jitter),
        "DOWNLOAD_DELAY_JITTER": jitter,
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": polite.delay / (1 - jitter),
        "AUTOTHROTTLE_MAX_DELAY": max(polite.max_delay, polite.delay / (1 - jitter)),
        # A host works for us at most half of the time.
        "AUTOTHROTTLE_TARGET_CONCURRENCY": 0.5,
        "DOWNLOAD_TIMEOUT": polite.timeout,
        "RETRY_TIMES": polite.retries,
        "RETRY_GIVE_UP_LOG_LEVEL": "INFO",  # it is in the report
        "DOWNLOAD_MAXSIZE": max_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "REDIRECT_MAX_TIMES": 5,
        "METAREFRESH_ENABLED": False,  # a page that refreshes itself is read as it is
        # Addresses are told apart by the spider, which must hear of every one.
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",  # in the order of finding
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # hosts with ports: Guard
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,  # Robots
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,  # Patience
            "infra.crawl.guard.Guard": 50,
            "infra.crawl.robots.Robots": 100,
            "infra.crawl.patience.Patience": 550,
        },
        "EXTENSIONS": {
            # Doors into the running process that nobody needs, and that take time to load.
            "scrapy.extensions.telnet.TelnetConsole": None,
            "scrapy.extensions.remote_control.RemoteControl": None,
            "scrapy.extensions.throttle.AutoThrottle": None,
            "infra.crawl.patience.Throttle": 0,
        },
        "DOWNLOAD_HANDLERS": {
            **dict.fromkeys(("data", "file", "ftp", "s3")),
            "http": "infra.crawl.configuration.Handler",
            "https": "infra.crawl.configuration.Handler",
        },
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "CRAWL_TLS_EXCEPTIONS": tls_exceptions(region),
        "TWISTED_DNS_RESOLVER": "infra.crawl.resolver.PublicResolver",
        "CRAWL_TEST_HOST": job.test_site and job.test_site.split("/")[2].partition(":")[0],
        # Nothing of a visit stays: no cookies, no credentials; no proxy, which would resolve names for us.
        "COOKIES_ENABLED": False,
        "HTTPPROXY_ENABLED": False,
        "MEMUSAGE_LIMIT_MB": 2048,
        "LOG_LEVEL": "WARNING",
        "STATS_DUMP": False,
    }
