"""A crawl that is cut off goes on where it was, and ends as one that was not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from flows.crawling import CrawlResult
from infra.crawl.journal import Journal
from infra.crawl.visit import Link, Visit
from infra.settings import Settings
from schemas.errors import StorageError, UsageError
from tests.crawl_fork import CrawlForks
from tests.crawl_site import crawler_of, shape
from tests.portal import hetang
from tests.portal.regions import quick
from tests.portal.server import Asked, Portal

HETANG = quick("430202")


@pytest.fixture(scope="module")
def unbroken(shared_bucket_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What a crawl comes to that nobody cuts off."""
    with Portal(hetang.hetang()) as site:
        crawler = crawler_of(site, shared_bucket_settings, tmp_path_factory.mktemp("whole"))
        return _comparable(crawler.crawl(HETANG), site, shared_bucket_settings)


@pytest.mark.parametrize("after", [4, 12, 17])
def test_a_crawl_killed_half_way_and_run_again_ends_as_one_that_was_not(
    bucket_settings: Settings, unbroken: list[str], forks: CrawlForks, state: Path, after: int
) -> None:
    with Portal(hetang.hetang()) as site:
        crawler = crawler_of(site, bucket_settings, state)

        def kill(asked: Asked) -> None:
            if len(site.log) == after and forks.running is not None:
                os.kill(forks.running.pid, signal.SIGKILL)

        site.on_request = kill
        with pytest.raises(StorageError, match=r"status -9.*goes on"):
            crawler.crawl(HETANG)
        done = {path for path in site.paths() if path in _finished(state, site)}
        site.on_request = None
        site.log.clear()
        result = crawler.crawl(HETANG)
        assert not done & set(site.paths()), "what was done with is asked for again"
        objects = crawler.objects()
    assert _comparable(result, site, bucket_settings) == unbroken
    assert [entry["versions"] for entry in objects.values()] == [1] * 5


def _comparable(result: CrawlResult, site: Portal, settings: Settings) -> list[str]:
    """The shape of a crawl without the address of site and bucket, of which the keys are made too."""
    lines = []
    for row in shape(result):
        uri = row[-2]
        text = repr(row[:-2]) + (uri.rpartition("/")[2] if uri else "") + repr(row[-1])
        lines.append(text.replace(site.url, "SITE").replace(settings.landing_bucket, "BUCKET"))
    return sorted(lines)


def _finished(state: Path, site: Portal) -> set[str]:
    journal = Journal.read(state / "crawl" / "430202.jsonl")
    assert journal is not None
    return {url.removeprefix(site.url) for url in journal.visits}


def test_a_night_that_ends_is_told_and_the_next_one_goes_on(bucket_settings: Settings, state: Path) -> None:
    with Portal(hetang.hetang()) as site:
        crawler = crawler_of(site, bucket_settings, state)
        first = crawler.crawl(HETANG, seconds=0.6)
        assert first.ended == "window"
        assert first.counts["not_reached"] > 0
        left = [visit for visit in first.visits if visit.outcome == "not_reached"]
        assert {visit.reason for visit in left} == {"window"}
        second = crawler.crawl(HETANG)
        assert (second.ended, second.crawl_id) == ("finished", first.crawl_id)
        assert second.counts["new"] == 5


@pytest.mark.parametrize(
    ("caps", "reason"), [({"requests": 12}, "request_cap"), ({"bytes": 60_000}, "byte_cap")], ids=str
)
def test_the_caps_of_a_night_end_it_and_the_next_night_goes_on(
    bucket_settings: Settings, state: Path, caps: dict[str, int], reason: str
) -> None:
    region = quick("430202", caps=caps)
    with Portal(hetang.hetang()) as site:
        crawler = crawler_of(site, bucket_settings, state)
        nights = [crawler.crawl(region)]
        assert nights[0].ended == reason
        if "requests" in caps:
            assert len(site.log) == caps["requests"]
        while nights[-1].ended != "finished":
            nights.append(crawler.crawl(region))
            assert len(nights) < 9
    assert nights[-1].counts["new"] == 5


def test_a_changed_region_file_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "430202.jsonl"
    Journal.begin(path, HETANG).add(Visit("http://a.example/", "x", "page", "read"))
    assert Journal.resume_or_begin(path, HETANG).visits
    assert not Journal.resume_or_begin(path, quick("430202", first_year=2020)).visits


def test_a_line_that_a_crash_cut_short_is_dropped_and_the_next_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "430202.jsonl"
    journal = Journal.begin(path, HETANG)
    link = Link("http://a.example/b", "部门预算", "page")
    journal.add(Visit("http://a.example/", "部门预算", "listing", "read", links=(link,)))
    with path.open("a") as file:
        file.write('{"visit": {"url": "http://a.exa')
    again = Journal.read(path)
    assert again is not None and again.visits == journal.visits
    assert link in again.frontier(HETANG)
    again.add(Visit("http://a.example/b", "部门预算", "page", "read"))
    last = Journal.read(path)
    assert last is not None and set(last.visits) == {"http://a.example/", "http://a.example/b"}


def test_two_crawls_never_meet_at_a_host(bucket_settings: Settings, state: Path) -> None:
    with Portal(hetang.hetang()) as site:
        crawler = crawler_of(site, bucket_settings, state)
        begun, over = threading.Event(), threading.Event()

        def hold(asked: object) -> None:
            begun.set()
            over.wait(60)  # the first crawl is under way for as long as the second one tries

        site.on_request = hold
        thread = threading.Thread(target=lambda: crawler.crawl(HETANG, seconds=5))
        thread.start()
        assert begun.wait(30)
        with pytest.raises(UsageError, match="Another crawl"):
            crawler_of(site, bucket_settings, state).crawl(HETANG)
        over.set()
        thread.join()


def test_the_crawling_process_ends_with_its_starter(bucket_settings: Settings, state: Path) -> None:
    code = (
        "import sys, pathlib; from tests.crawl_site import crawler_of; from tests.portal.regions import quick\n"
        "from tests.portal.server import Portal\n"
        "from infra.settings import Settings\n"
        "site = Portal(); site.__class__.url = sys.argv[1]\n"
        "settings = Settings(endpoint_url=sys.argv[2], landing_bucket=sys.argv[3])\n"
        "crawler_of(site, settings, pathlib.Path(sys.argv[4])).crawl(quick('430202'))\n"
    )
    with Portal(hetang.hetang()) as site:
        starter = subprocess.Popen(
            [
                sys.executable,
                "-c",
                code,
                site.url,
                str(bucket_settings.endpoint_url),
                bucket_settings.landing_bucket,
                str(state),
            ]
        )
        until = time.monotonic() + 60
        while len(site.log) < 3 and time.monotonic() < until:
            time.sleep(0.05)
        assert len(site.log) >= 3
        starter.kill()
        starter.wait()
        while time.monotonic() < until:
            time.sleep(0.05)
            journal = Journal.read(state / "crawl" / "430202.jsonl")
            if journal is not None and journal.ended is not None:
                break
        before = len(site.log)
        time.sleep(0.5)
        assert len(site.log) == before
    assert journal is not None and journal.ended == "stopped"


def test_without_the_bucket_nothing_is_done_with(loopback_settings: Settings, state: Path) -> None:
    with Portal(hetang.hetang()) as site:
        crawler = crawler_of(site, loopback_settings, state)
        with pytest.raises(StorageError, match="the bucket does not exist"):
            crawler.crawl(HETANG)
    journal = Journal.read(state / "crawl" / "430202.jsonl")
    assert journal is not None
    assert not {visit.outcome for visit in journal.visits.values()} & {"new", "changed", "alias"}
