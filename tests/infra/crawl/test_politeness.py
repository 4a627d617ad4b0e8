"""The site's own log says whether a crawl was polite."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from infra.crawl.configuration import scrapy_settings, user_agent
from infra.crawl.job import Job
from infra.crawl.patience import retry_after
from infra.settings import Settings
from tests.crawl_site import CONTACT, crawler_of
from tests.portal import hetang
from tests.portal.regions import DELAY, quick
from tests.portal.server import Answer, Asked, Portal

HETANG = quick("430202")


@pytest.fixture(scope="module")
def log(shared_bucket_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> list[Asked]:
    """The log of a crawl of the site of lists, with a slow answer, a broken one, a 429 and a robots.txt."""
    with Portal(hetang.hetang()) as site:
        site.change(hetang.LAST, first=(429,), retry_after="1")
        site.change(hetang.BROKEN, cut_first=True)
        site.change(hetang.FINAL, slow=0.3)
        crawler_of(site, shared_bucket_settings, tmp_path_factory.mktemp("state")).crawl(HETANG)
    return site.log


def test_never_two_requests_at_once(log: list[Asked]) -> None:
    assert len(log) > 20
    assert all(one.end <= other.start for one, other in pairwise(log))


def test_the_delay_is_kept_between_all_requests(log: list[Asked]) -> None:
    # A connection's first request is logged when it is read, so a little later than it was sent.
    gaps = [other.start - one.start for one, other in pairwise(log)]
    assert min(gaps) > DELAY * 0.8
    assert len({round(gap, 3) for gap in gaps}) > 3, "the delay has no jitter"


def test_robots_txt_comes_first_and_what_it_forbids_is_not_asked_for(log: list[Asked]) -> None:
    assert log[0].path == "/robots.txt"
    assert [asked.path for asked in log].count("/robots.txt") == 1
    assert not any(asked.path.startswith("/private/") for asked in log)


def test_a_429_stops_the_host_for_as_long_as_it_asks(log: list[Asked]) -> None:
    at = next(place for place, asked in enumerate(log) if asked.status == 429)
    assert log[at + 1].start - log[at].end > 1.0
    assert [asked.status for asked in log if asked.path == hetang.LAST] == [429, 200]


def test_a_broken_transfer_is_tried_again_once(log: list[Asked]) -> None:
    assert [asked.status for asked in log if asked.path == hetang.BROKEN] == [200, 200]


def test_duplicate_links_are_asked_for_once(log: list[Asked]) -> None:
    once = [asked.path for asked in log if asked.path in (hetang.OWN, "/zwgk/bmys/202401/t1.html")]
    assert sorted(once) == sorted([hetang.OWN, "/zwgk/bmys/202401/t1.html"])


@pytest.mark.parametrize(
    ("robots", "status", "outcome"),
    [("User-agent: *\nDisallow: /\n", 200, "robots_refused"), ("", 503, "failed")],
    ids=["forbids all", "cannot be read"],
)
def test_a_site_is_left_alone_where_robots_txt_forbids_it_or_cannot_be_read(
    bucket_settings: Settings, state: Path, robots: str, status: int, outcome: str
) -> None:
    with Portal(hetang.hetang(), robots=robots, robots_status=status) as site:
        result = crawler_of(site, bucket_settings, state).crawl(HETANG)
        assert set(site.paths()) == {"/robots.txt"}
    assert {visit.outcome for visit in result.visits} == {outcome}


def test_a_crawl_delay_longer_than_ours_is_kept(bucket_settings: Settings, state: Path) -> None:
    listing = {hetang.LISTS[0]: hetang.listing([]), hetang.LISTS[2]: hetang.listing([])}
    with Portal(listing, robots="User-agent: budgetlake\nCrawl-delay: 0.5\n") as site:
        crawler_of(site, bucket_settings, state).crawl(quick("430202", politeness={"max_delay": 5}))
        starts = [asked.start for asked in site.log]
    assert all(later - sooner > 0.4 for sooner, later in pairwise(starts[1:]))


def test_a_host_that_asks_for_too_long_a_wait_is_left_alone_for_the_night(
    bucket_settings: Settings, state: Path
) -> None:
    with Portal({hetang.LISTS[0]: Answer(first=(503,) * 9, retry_after="86400")}) as site:
        result = crawler_of(site, bucket_settings, state).crawl(HETANG)
        assert len(site.log) <= 3
    assert result.ended == "asked_to_wait"


def test_a_host_that_fails_again_and_again_is_left_alone(bucket_settings: Settings, state: Path) -> None:
    answers = {path: Answer(status=500) if "/t" in path else each for path, each in hetang.hetang().items()}
    with Portal(answers) as site:
        result = crawler_of(site, bucket_settings, state).crawl(HETANG)
        failures = [asked for asked in site.log if asked.status == 500]
    assert result.ended == "host_down"
    assert len(failures) < 6 * 3, "all pages were tried, and each three times"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(b"120", 120), (b"Thu, 01 Jan 1970 00:02:00 GMT", 60), (b"soon", None), (None, None), (b"-5", None)],
)
def test_retry_after_is_read_as_seconds_or_a_date(header: bytes | None, seconds: float | None) -> None:
    assert retry_after(header, now=60.0) == seconds


def test_the_least_pause_is_the_delay_of_the_region_file() -> None:
    region = quick("430202", politeness={"delay": 5, "jitter": 1.0})
    job = Job(region.model_dump_json(), "", "", "", CONTACT)
    settings = scrapy_settings(job, region, 1, "0.1.0")
    delay, jitter = settings["DOWNLOAD_DELAY"], settings["DOWNLOAD_DELAY_JITTER"]
    assert delay * (1 - jitter) == pytest.approx(5)
    assert delay * (1 + jitter) == pytest.approx(10)
    assert settings["CONCURRENT_REQUESTS_PER_DOMAIN"] == 1
    assert settings["USER_AGENT"] == user_agent(CONTACT, "0.1.0")
