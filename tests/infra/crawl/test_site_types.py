"""The three types of sites: what is found, landed once by content with its origin, and told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from flows.crawling import CrawlResult
from infra.crawl.visit import Visit
from infra.settings import Settings
from tests.crawl_site import CONTACT, Crawler, copy_of, crawler_of, shape
from tests.infra.crawl.conftest import NewBucket
from tests.portal import hetang, jiangsu, putuo
from tests.portal.regions import quick
from tests.portal.server import Asked, Portal

HETANG = quick("430202")
FIRST_PAGE = "/zwgk/bmys/202401/t1.html"


@pytest.fixture(scope="module")
def site() -> Iterator[Portal]:
    """The site of lists; who crawls it sets its answers first."""
    with Portal() as running:
        yield running


class First(NamedTuple):
    """A first crawl, which the tests only look at, and where others go on."""

    crawler: Crawler
    result: CrawlResult
    log: list[Asked]


@pytest.fixture(scope="module")
def first(site: Portal, new_bucket: NewBucket, tmp_path_factory: pytest.TempPathFactory) -> First:
    site.answers = hetang.hetang()
    crawler = crawler_of(site, new_bucket(), tmp_path_factory.mktemp("state"))
    return First(crawler, crawler.crawl(HETANG), list(site.log))


@pytest.fixture
def lists(first: First, site: Portal, new_bucket: NewBucket, state: Path) -> Crawler:
    """A crawler that has crawled the site once, with a bucket of its own."""
    site.answers = hetang.hetang()
    site.forget()
    return copy_of(first.crawler, first.result, new_bucket(), state)


def test_a_site_of_lists_is_crawled_whole_and_each_content_lands_once(first: First) -> None:
    lists, result, _ = first
    assert result.ended == "finished"
    assert result.counts == {"found": 19, "alias": 1, "failed": 2, "new": 5, "read": 10, "robots_refused": 1}
    objects = lists.objects()
    assert {entry["metadata"]["sha256"] for entry in objects.values()} == {
        visit.sha256 for visit in result.visits if visit.outcome == "new"
    }
    assert [entry["versions"] for entry in objects.values()] == [1] * 5
    copy = lists.visit(result, hetang.COPY)
    assert (copy.outcome, copy.object_uri) == ("alias", lists.visit(result, hetang.OWN).object_uri)


def test_an_object_carries_where_it_came_from_and_what_was_said_of_it(first: First) -> None:
    lists, result, _ = first
    own = lists.visit(result, hetang.OWN)
    assert own.object_uri is not None and own.object_uri.endswith(
        "株洲市荷塘区行政审批服务局2024年部门预算公开表.pdf"
    )
    metadata = lists.objects()[own.object_uri.split("/", 3)[3]]["metadata"]
    assert {name: metadata[name] for name in ("region-code", "published-date", "year", "phase", "level")} == {
        "region-code": "430202",
        "published-date": "2024-01-25",
        "year": "2024",
        "phase": "approved",
        "level": "department",
    }
    assert metadata["source-url"] == lists.site.url + hetang.OWN
    assert metadata["page-url"] == lists.site.url + FIRST_PAGE
    assert metadata["unit-name"] == "株洲市荷塘区行政审批服务局"
    assert metadata["link-text"] == "株洲市荷塘区行政审批服务局2024年部门预算公开表.pdf"
    assert metadata["crawl-id"] == result.crawl_id
    assert '"Content-Type": "application/pdf"' in metadata["response-headers"]
    assert "secret" not in str(metadata)


def test_a_chinese_name_in_gbk_is_kept(first: First) -> None:
    second = first.crawler.visit(first.result, hetang.SECOND)
    assert second.file_name == "样例事务中心2024年部门预算公开表.xlsx"
    assert second.published_date == "2024-01-26"


def test_what_is_not_there_or_not_what_it_claims_is_told_with_a_reason(first: First) -> None:
    reasons = {visit.url.rpartition("/")[2]: visit.reason for visit in first.result.visits if visit.reason}
    assert reasons == {
        "P020240127404.pdf": "not_found",
        "P020240128006.pdf": "robots",
        "P020240128007.pdf": "wrong_type",
    }


def test_the_crawler_says_who_it_is(first: First) -> None:
    agents = {asked.headers["user-agent"] for asked in first.log}
    assert len(agents) == 1 and CONTACT in agents.pop()
    assert not any("cookie" in asked.headers or "authorization" in asked.headers for asked in first.log)


def test_a_second_crawl_transfers_no_attachment_again(lists: Crawler) -> None:
    before = lists.objects()
    result = lists.crawl(HETANG)
    assert lists.site.transferred() == []
    assert result.counts == {"found": 19, "failed": 2, "robots_refused": 1, "unchanged": 16}
    assert lists.objects() == before


def test_a_crawl_without_memory_lands_nothing_twice(first: First, lists: Crawler) -> None:
    before = lists.objects()
    expected = _of_any_bucket(shape(first.result))
    lists.known = {}
    assert _of_any_bucket(shape(lists.crawl(HETANG))) == expected
    assert lists.objects() == before


def _of_any_bucket(rows: set[tuple[object, ...]]) -> set[str]:
    """The shape of a crawl without the bucket's name."""
    return {"/".join(part for part in repr(row).split("/") if not part.startswith("test-")) for row in rows}


class Amended(NamedTuple):
    """A crawl of a site where a file has changed that another address had the same content as."""

    crawler: Crawler
    before: dict[str, Visit]
    result: CrawlResult


@pytest.fixture(scope="module")
def amended(
    first: First, site: Portal, new_bucket: NewBucket, tmp_path_factory: pytest.TempPathFactory
) -> Amended:
    site.answers = hetang.hetang()
    crawler = copy_of(first.crawler, first.result, new_bucket(), tmp_path_factory.mktemp("amended"))
    site.change(hetang.OWN, body=hetang.documents()[hetang.OWN] + b"\n% amended\n", validators="etag")
    before = crawler.known
    return Amended(crawler, before, crawler.crawl(HETANG))


def test_a_changed_file_becomes_a_new_version_of_its_object(amended: Amended) -> None:
    lists, known, result = amended
    first, second = known[lists.site.url + hetang.OWN], lists.visit(result, hetang.OWN)
    assert (second.outcome, second.object_uri) == ("changed", first.object_uri)
    assert second.version_id != first.version_id
    assert first.object_uri is not None
    assert lists.objects()[first.object_uri.split("/", 3)[3]]["versions"] == 2


def test_a_copy_whose_first_changes_is_landed_itself(amended: Amended) -> None:
    lists, known, result = amended
    copy = lists.visit(result, hetang.COPY)
    if copy.outcome == "unchanged":
        # It was asked before the first one's change was seen: then it is the next crawl that lands it.
        copy = lists.visit(lists.crawl(HETANG), hetang.COPY)
    assert (copy.outcome, copy.sha256) == ("new", known[lists.site.url + hetang.COPY].sha256)
    assert lists.visit(result, hetang.OWN).outcome == "changed"


def test_a_copy_that_changes_becomes_an_object_of_its_own_and_leaves_the_first_alone(lists: Crawler) -> None:
    first = dict(lists.known)
    lists.site.change(hetang.COPY, body=hetang.documents()[hetang.OWN] + b"\n% another\n", validators="etag")
    second = lists.crawl(HETANG)
    own, copy = lists.visit(second, hetang.OWN), lists.visit(second, hetang.COPY)
    assert (own.outcome, own.sha256) == ("unchanged", first[lists.site.url + hetang.OWN].sha256)
    assert (copy.outcome, copy.object_uri == own.object_uri) == ("new", False)
    assert [entry["versions"] for entry in lists.objects().values()] == [1] * 6


class Gone(NamedTuple):
    """Two crawls: of a site that lost files and links, and of the same site with one file back."""

    crawler: Crawler
    kept: bool
    result: CrawlResult
    again: CrawlResult


@pytest.fixture(scope="module")
def gone(first: First, site: Portal, new_bucket: NewBucket, tmp_path_factory: pytest.TempPathFactory) -> Gone:
    site.answers = hetang.hetang()
    crawler = copy_of(first.crawler, first.result, new_bucket(), tmp_path_factory.mktemp("gone"))
    before = crawler.objects()
    final = site.answers.pop(hetang.FINAL)
    site.answers[FIRST_PAGE] = hetang.article("预算公开", "2024-01-25", [])
    del site.answers["/zwgk/bmys/202402/t5.html"]
    result = crawler.crawl(HETANG)
    kept = crawler.objects() == before
    site.answers[hetang.FINAL] = final
    return Gone(crawler, kept, result, crawler.crawl(HETANG))


def test_a_file_that_is_gone_and_one_that_nobody_links_to_have_vanished_and_are_kept(gone: Gone) -> None:
    lists, kept, result, again = gone
    vanished = {
        visit.url.removeprefix(lists.site.url): visit.reason for visit in result.visits if visit.vanished_at
    }
    assert vanished == {hetang.FINAL: "not_found", hetang.OWN: "not_linked", hetang.COPY: "not_linked"}
    assert kept
    assert lists.visit(again, hetang.OWN).vanished_at == lists.visit(result, hetang.OWN).vanished_at


def test_what_vanished_and_comes_back_is_no_new_object(gone: Gone) -> None:
    final = gone.crawler.visit(gone.again, hetang.FINAL)
    assert (final.outcome, final.vanished_at) == ("unchanged", None)


def test_nothing_vanishes_by_a_listing_that_cannot_be_read(lists: Crawler) -> None:
    lists.site.answers[hetang.LISTS[1]] = hetang.gbk("<body>系统维护</body>")
    lists.site.change(hetang.LISTS[1], status=500)
    result = lists.crawl(HETANG)
    assert lists.visit(result, hetang.LISTS[1]).outcome == "failed"
    assert "vanished" not in result.counts
    assert lists.visit(result, hetang.MOVED).outcome == "not_reached"


def test_a_dry_run_says_what_would_be_fetched_and_lands_nothing(
    site: Portal, bucket_settings: Settings, state: Path
) -> None:
    site.answers = hetang.hetang()
    site.forget()
    lists = crawler_of(site, bucket_settings, state)
    result = lists.crawl(HETANG, dry_run=True)
    planned = {
        visit.url.removeprefix(lists.site.url) for visit in result.visits if visit.outcome == "planned"
    }
    assert {hetang.OWN, hetang.COPY, hetang.SECOND, hetang.MOVED} <= planned
    assert lists.site.transferred() == []
    assert lists.objects() == {}


def test_a_json_listing_is_read_to_its_end(bucket_settings: Settings, state: Path) -> None:
    with Portal(putuo.putuo()) as site:
        crawler = crawler_of(site, bucket_settings, state)
        result = crawler.crawl(quick("310107"))
        assert result.counts == {"found": 8, "new": 5, "read": 3}
        first = crawler.visit(result, putuo.FILES[0])
        assert (first.published_date, first.link_text) == ("2024-01-25", putuo.documents()[0][0])
        assert first.file_name == putuo.documents()[0][0] + ".pdf"
        site.forget()
        crawler.crawl(quick("310107"))
        assert site.transferred() == []


def test_tables_on_a_page_land_as_a_document_that_noise_does_not_change(
    bucket_settings: Settings, state: Path
) -> None:
    with Portal(jiangsu.jiangsu(), robots="User-agent: *\nDisallow: /\n") as site:
        crawler = crawler_of(site, bucket_settings, state)
        result = crawler.crawl(quick("320000"))
        assert result.counts == {"found": 6, "new": 3, "read": 3}
        page = crawler.visit(result, jiangsu.ARTICLES[0])
        assert (page.media_type, page.published_date) == ("text/html", "2018-02-12")
        for path, each in zip(jiangsu.ARTICLES, jiangsu.disclosures(), strict=True):
            site.answers[path] = jiangsu.article(each, visits=2)
        assert crawler.crawl(quick("320000")).counts == {"found": 6, "read": 3, "unchanged": 3}
