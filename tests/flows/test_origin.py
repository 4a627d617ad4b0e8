"""What a crawl wrote beside an object travels with it: into the register, the ledger and the evidence."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from flows.line import bring_in
from flows.pool import DocumentPool
from infra.aws import s3_client
from infra.crawl.landing import encode_metadata
from infra.crawl.origin import origin_of
from infra.lake import Lake
from infra.objects import ObjectRef, list_objects
from infra.settings import Settings
from schemas.origin import Origin
from tests.flows.conftest import SEED, good_file

AT = datetime(2024, 1, 26, 14, 30, tzinfo=UTC)
SAID: dict[str, str | None] = {
    "region-code": "430202",
    "crawl-id": "20240126T143000Z-430202",
    "fetched-at": AT.isoformat(),
    "published-date": "2024-01-25",
    "year": "2024",
    "phase": "approved",
    "level": "department",
    "source-url": "http://www.hetang.example/1.pdf",
    "page-url": "http://www.hetang.example/1.html",
    "link-text": "株洲市荷塘区行政审批服务局2024年部门预算公开表.pdf",
}
Put = Callable[..., ObjectRef]


@pytest.fixture
def put(cloud: Settings) -> Put:
    """Uploads the seed, with metadata, and gives the object."""
    folder = uuid4().hex

    def upload(key: str = SEED, data: bytes = b"", **says: str | None) -> ObjectRef:
        s3_client(cloud).put_object(
            Bucket=cloud.landing_bucket,
            Key=f"{folder}/{key}",
            Body=data or good_file(),
            Metadata=encode_metadata(says),
        )
        (ref,) = list_objects(f"s3://{cloud.landing_bucket}/{folder}/{key}", cloud)
        return ref

    return upload


def _document(lake: Lake) -> dict[str, Any]:
    (row,) = lake.scan("document").collect().to_dicts()
    return row


def test_where_and_when_a_crawl_found_a_document_is_in_the_register_and_the_ledger(
    lake: Lake, cloud: Settings, pool: DocumentPool, put: Put
) -> None:
    bring_in([put(**SAID)], lake, cloud, pool=pool)
    told = {
        "source_url": SAID["source-url"],
        "page_url": SAID["page-url"],
        "published_date": date(2024, 1, 25),
    }
    row = _document(lake)
    assert {name: row[name] for name in (*told, "retrieved_at")} == {**told, "retrieved_at": AT}
    (record,) = lake.scan("object").collect().to_dicts()
    assert {name: record[name] for name in (*told, "fetched_at")} == {**told, "fetched_at": AT}
    # The document prints all of this; the site is one more witness, and of the region the only other one.
    sources = {vote["field"]: vote["source"] for vote in row["evidence"]}
    assert (sources["year"], sources["region_code"]) == ("link text", "crawl")


def test_what_the_site_says_otherwise_is_a_finding_and_nothing_else(
    lake: Lake, cloud: Settings, pool: DocumentPool, put: Put
) -> None:
    link = "株洲市荷塘区行政审批服务局2023年部门决算"
    bring_in([put(**{**SAID, "link-text": link, "year": "2023", "phase": "actual"})], lake, cloud, pool=pool)
    row = _document(lake)
    assert (row["year"], row["budget_phase"]) == (2024, "approved")
    (found,) = lake.scan("finding").collect().filter(check_code="publisher_conflict").to_dicts()
    assert (found["status"], found["severity"]) == ("violated", "warning")
    assert "2023 (link text)" in found["message_en"]


def test_the_order_of_arrival_does_not_tell_where_a_document_was_published(
    lake: Lake, cloud: Settings, pool: DocumentPool, put: Put
) -> None:
    later = {**SAID, "fetched-at": (AT + timedelta(days=9)).isoformat(), "published-date": "2024-02-01"}
    refs = [put("a/1.txt", **later), put("b/2.txt", **SAID), put("c/3.txt")]
    told = set()
    for number, order in enumerate(itertools.permutations(refs)):
        other = Lake(f"{lake.uri}{number}")
        for ref in order:
            bring_in([ref], other, cloud, pool=pool)
        row = _document(other)
        told.add(tuple(row[name] for name in ("source_uri", "source_url", "published_date", "retrieved_at")))
    assert told == {(refs[1].uri, SAID["source-url"], date(2024, 1, 25), AT)}


@pytest.mark.parametrize("metadata", [{}, {"year": "2024", "source-url": "http://a.example/"}])
def test_metadata_of_somebody_else_say_nothing(metadata: dict[str, str]) -> None:
    assert origin_of(metadata) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("region-code", "999999"),
        ("year", "20240"),
        ("year", "二〇二四"),
        ("phase", "draft"),
        ("level", "all"),
        ("source-url", "file:///etc/passwd"),
        ("source-url", "http://user:secret@a.example/"),
        ("page-url", "http://[bad/"),
        ("published-date", "yesterday"),
        ("fetched-at", "2024-01-26T14:30:00"),
        ("fetched-at", "2999-01-26T14:30:00+00:00"),
        ("link-text", "=?UTF-8?B?####?="),
        ("link-text", "=?no-such-charset?Q?x?="),
    ],
)
def test_a_value_that_is_not_what_it_should_be_costs_nothing_but_itself(name: str, value: str) -> None:
    good, uploaded = encode_metadata(SAID), datetime(2024, 1, 27, tzinfo=UTC)
    bad = origin_of({**good, name: value}, uploaded)
    known = origin_of(good, uploaded)
    assert bad is not None and known is not None
    differing = {field for field in Origin.__slots__ if getattr(bad, field) != getattr(known, field)}
    assert len(differing) == 1
    assert name == "link-text" or getattr(bad, differing.pop()) is None
