"""``python -m infra.crawl JOB.json``: one night of one region; see ``infra.crawl``.

Its standard output has one line a resource. It ends on SIGTERM after the answer at hand, and when its
standard input closes, so that it never outlives who started it. One host is crawled by one process of a
machine at a time: a file lock a host, held to the end.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import sys
import threading
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from scrapy import signals
from scrapy.crawler import CrawlerProcess

from infra.crawl.configuration import scrapy_settings
from infra.crawl.job import BUSY, FINISHED, PAUSED, STORAGE_FAILED, Job
from infra.crawl.journal import Journal
from infra.crawl.spider import RegionSpider
from infra.settings import load_settings


def main(job_file: str) -> int:
    """Crawl; gives the exit status (``infra.crawl.job``)."""
    job, settings = Job.read(Path(job_file)), load_settings()
    region = job.rules()
    locks = lock_hosts(region.hosts, Path(job.locks))
    if locks is None:
        print("another crawl of this machine is at one of the hosts", file=sys.stderr)
        return BUSY
    threading.Thread(target=_end_with_starter, daemon=True).start()
    journal = Journal.resume_or_begin(Path(job.journal), region)
    process = CrawlerProcess(scrapy_settings(job, region, settings.max_bytes, version("budgetlake")))
    crawler = process.create_crawler(RegionSpider)

    def bound_night() -> None:
        spider: RegionSpider = crawler.spider  # type: ignore[assignment]
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, spider.pause, "stopped")
        if job.seconds is not None:
            loop.call_later(job.seconds, spider.pause, "window")

    crawler.signals.connect(bound_night, signals.engine_started, weak=False)
    process.crawl(crawler, job=job, journal=journal, settings=settings)
    process.start(install_signal_handlers=False)
    spider: RegionSpider = crawler.spider  # type: ignore[assignment]
    if spider.storage_error is not None:
        print(spider.storage_error, file=sys.stderr)
        return STORAGE_FAILED
    left = journal.frontier(region)
    journal.end("finished" if not left else spider.paused or "stopped")
    return FINISHED if not left else PAUSED


def lock_hosts(hosts: Iterable[str], folder: Path) -> list[int] | None:
    """Locks on the hosts, held until the process ends; None where another process has one of them."""
    folder.mkdir(parents=True, exist_ok=True)
    held: list[int] = []
    for host in sorted({host.partition(":")[0] for host in hosts}):
        file = os.open(folder / f"{host}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            for other in (*held, file):
                os.close(other)
            return None
        held.append(file)
    return held


def _end_with_starter() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
