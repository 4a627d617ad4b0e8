"""What a crawl finds gone is withdrawn in the register, by the ledger; what comes back stands again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from flows.coverage import coverage
from flows.crawl_record import record
from flows.crawling import CrawlResult
from flows.line import bring_in
from flows.pool import DocumentPool
from flows.story import find_story, tell
from flows.vanish import follow_vanished
from infra.aws import s3_client
from infra.crawl.visit import Visit
from infra.lake import Lake
from infra.objects import ObjectRef, list_objects
from infra.settings import Settings
from schemas.region_file import load_region
from tests.flows.conftest import SEED, good_file

Land = Callable[[str], ObjectRef]


@pytest.fixture
def land(cloud: Settings) -> Land:
    """Puts the seed under a key; gives the object."""

    def put(key: str) -> ObjectRef:
        s3_client(cloud).put_object(Bucket=cloud.landing_bucket, Key=key, Body=good_file())
        (ref,) = list_objects(f"s3://{cloud.landing_bucket}/{key}", cloud)
        return ref

    return put


# After the upload, which is now; the store dates it by the second.
GONE = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)


def _visit(
    ref: ObjectRef, outcome: str, url: str = "http://a.example/1.pdf", sha256: str = "a" * 64
) -> Visit:
    gone = {"vanished_at": GONE.isoformat(), "reason": "not_linked"} if outcome == "vanished" else {}
    says = {"url": url, "site": "部门预算", "role": "attachment", "outcome": outcome, **gone}
    return Visit.from_data({**says, "sha256": sha256, "object_uri": ref.uri})


def _withdrawn(lake: Lake) -> list[datetime | None]:
    return lake.scan("document").collect()["withdrawn_at"].to_list()


def test_a_vanished_document_is_withdrawn_until_it_comes_back(
    lake: Lake, cloud: Settings, pool: DocumentPool, land: Land
) -> None:
    ref = land(f"crawl/430202/0/{SEED}")
    bring_in([ref], lake, cloud, pool=pool)
    (sha,) = lake.scan("document").collect()["document_id"]
    gone, back = _visit(ref, "vanished", sha256=sha), _visit(ref, "unchanged", sha256=sha)
    assert follow_vanished(lake, [gone], {}) == [ref.uri]
    assert _withdrawn(lake) == [GONE]
    assert any("vanished from its site" in line for line in tell(find_story(ref.uri, lake)))

    at = GONE.isoformat()
    record(lake, CrawlResult("430202", "20260101T143000Z-430202", at, "finished", at, (gone,)))
    owed = coverage(lake, load_region("430202"), date(2026, 1, 5)).filter(year=2024, phase="approved")
    assert owed.select("state", "document_id", "vanished_at").rows() == [("vanished", sha, GONE)]

    # Nothing changes by telling it again, or by an event of the object that comes late.
    version = lake.snapshot().version
    assert follow_vanished(lake, [gone], {gone.url: gone}) == []
    bring_in([ref], lake, cloud, pool=pool)
    assert (lake.snapshot().version, _withdrawn(lake)) == (version, [GONE])

    assert follow_vanished(lake, [back], {gone.url: gone}) == [ref.uri]
    assert _withdrawn(lake) == [None]
    assert any("came back" in line for line in tell(find_story(ref.uri, lake)))
    # A second time is another one.
    assert follow_vanished(lake, [gone], {back.url: back}) == [ref.uri]
    assert _withdrawn(lake) == [GONE]


def test_what_vanished_before_it_was_read_is_withdrawn_when_it_is(
    lake: Lake, cloud: Settings, pool: DocumentPool, land: Land
) -> None:
    ref = land(f"crawl/430202/0/{SEED}")
    follow_vanished(lake, [_visit(ref, "vanished")], {})
    bring_in([ref], lake, cloud, pool=pool)
    assert _withdrawn(lake) == [GONE]


def test_a_content_that_stands_somewhere_else_is_not_withdrawn(
    lake: Lake, cloud: Settings, pool: DocumentPool, land: Land
) -> None:
    ref = land(f"crawl/430202/0/{SEED}")
    bring_in([ref], lake, cloud, pool=pool)
    alias = _visit(ref, "alias", "http://a.example/copy.pdf")
    # Another address of the site has it still; one that was not reached may have it.
    for other in (alias, _visit(ref, "not_reached", "http://a.example/copy.pdf")):
        assert follow_vanished(lake, [_visit(ref, "vanished"), other], {}) == []
    by_hand = land(f"by hand/{SEED}")
    bring_in([by_hand], lake, cloud, pool=pool)
    assert follow_vanished(lake, [_visit(ref, "vanished")], {}) == [ref.uri]
    assert _withdrawn(lake) == [None]
