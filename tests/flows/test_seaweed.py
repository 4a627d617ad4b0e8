"""The line against SeaweedFS over HTTP, landing bucket and lake: by messages of another server's queue, and without."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote_plus
from uuid import uuid4

import pytest

from flows import upload_queue
from flows.line import bring_in
from flows.listing import reconcile_listing
from flows.outcome import BatchResult
from flows.pool import DocumentPool
from infra.aws import s3_client, sqs_client
from infra.lake import Lake
from infra.loopback import Loopback
from infra.notifications import queue_depth
from infra.objects import ObjectRef
from infra.versions import Removal, find_version, is_there
from schemas.errors import StorageError
from tests.flows.test_line import Bucket, facts, register
from tests.generator.tiny import SMALL, tiny
from tests.infra.test_deploy import listening_addresses
from tests.seaweed import Seaweed, program

pytestmark = pytest.mark.skipif(program() is None, reason="SeaweedFS has no wheel for this system")

ODD_KEYS = [
    "株洲市/2024年 部门预算（公开）.txt",
    "emoji-📄🧾.txt",
    "a+b %2F&c?#.txt",
    "tab\tand\x01control\x1b[31m.txt",
    "quote'\"<>&.txt",
    "x" * 1024,
    "长" * 341,
]


@pytest.fixture(scope="module")
def seaweed(loopback: Loopback, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seaweed]:
    """Its credentials are those of the loopback's queue."""
    with Seaweed(tmp_path_factory.mktemp("seaweed")) as running:
        yield running


@pytest.fixture
def bucket(
    seaweed: Seaweed, loopback: Loopback, pool: DocumentPool, monkeypatch: pytest.MonkeyPatch
) -> Bucket:
    """A landing bucket with versions, told of by the other server's queue; the lake is beside it."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", loopback.endpoint_url)
    name = uuid4().hex
    url = sqs_client(loopback.settings()).create_queue(QueueName=name)["QueueUrl"]
    settings = seaweed.settings(
        lake=f"s3://lake-{name}", landing_bucket=f"landing-{name}", queue_url=url, batch_wait_seconds=0
    )
    s3_client(settings).create_bucket(Bucket=f"lake-{name}")
    return Bucket(settings, pool, f"landing-{name}")


def tell(bucket: Bucket) -> None:
    """Send what S3 would: SeaweedFS tells no queue."""
    for event in bucket.events():
        ref = event.ref if isinstance(event, Removal) else event
        item = {"key": quote_plus(ref.key), "versionId": ref.version_id, "eTag": ref.etag, "size": ref.size}
        record = {
            "eventName": "ObjectRemoved:DeleteMarkerCreated" if event is not ref else "ObjectCreated:Put",
            "eventTime": str(ref.last_modified),
            "s3": {"bucket": {"name": bucket.name}, "object": item},
        }
        sqs_client(bucket.settings).send_message(
            QueueUrl=str(bucket.settings.queue_url), MessageBody=json.dumps({"Records": [record]})
        )


def drain(bucket: Bucket, lake: Lake, pool: DocumentPool) -> None:
    """Work the queue off, as a watching process does."""

    def bring(refs: list[ObjectRef], removed: list[ObjectRef]) -> BatchResult:
        return bring_in(refs, lake, bucket.settings, removed=removed, pool=pool)

    while notices := upload_queue.collect(bucket.settings):
        for _ in upload_queue.work_off(notices, bucket.settings, bring):
            pass


def one_pass(bucket: Bucket, lake: Lake) -> tuple[int, int, int, int]:
    def bring(refs: list[ObjectRef], removed: list[ObjectRef]) -> BatchResult:
        return bring_in(refs, lake, bucket.settings, removed=removed, pool=bucket.pool)

    account = reconcile_listing(f"s3://{bucket.name}/", lake, bucket.settings, bring)
    assert account.left == []
    return account.listed, account.known, account.missing, account.repaired


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs the kernel's table of sockets")
def test_the_server_of_the_tests_listens_on_the_loopback_address_only(seaweed: Seaweed) -> None:
    assert listening_addresses(seaweed.pid) == {"0100007F"}


def test_two_watchers_bring_in_each_version_once_and_a_listing_finds_nothing_missing(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload_queue, "POLL_SECONDS", 1)
    for unit in range(1, 9):
        bucket.put(f"{unit}.txt", tiny(unit, 1, (SMALL,)))
    bucket.put("1.txt", tiny(1, 2, (SMALL,)))
    bucket.put("9.txt", b"no disclosure")
    bucket.delete("2.txt")
    tell(bucket)
    tell(bucket)
    lakes = [Lake.of(bucket.settings) for _ in range(2)]
    with DocumentPool(bucket.settings, workers=1) as pool, ThreadPoolExecutor(2) as threads:
        for done in [
            threads.submit(drain, bucket, lake, readers)
            for lake, readers in zip(lakes, (pool, bucket.pool), strict=True)
        ]:
            done.result()
    assert queue_depth(bucket.settings)[0].total == 0
    in_order = Lake(f"{bucket.settings.lake}/alone", bucket.settings.storage_options())
    bucket.bring(in_order, bucket.events())
    assert facts(lakes[0]) == facts(in_order)
    version = lakes[0].snapshot().version
    assert one_pass(bucket, lakes[1]) == (11, 11, 0, 0)
    assert lakes[0].snapshot().version == version


def test_without_a_queue_versions_and_deletions_are_found_by_listing(bucket: Bucket) -> None:
    lake = Lake.of(bucket.settings)
    bucket.put("one", tiny(1, 1))
    bucket.put("one", tiny(2, 1))
    bucket.put("two", tiny(3, 1))
    bucket.delete("two")
    assert one_pass(bucket, lake) == (4, 0, 4, 4)
    assert register(lake) == [
        (f"s3://{bucket.name}/one", True, False),
        (f"s3://{bucket.name}/two", True, True),
    ]
    bucket.put("two", tiny(3, 2))
    # A deletion that is not the last word of its key is listed no more.
    assert one_pass(bucket, lake) == (4, 3, 1, 1)
    assert one_pass(bucket, lake) == (4, 4, 0, 0)


def test_odd_keys_are_names_and_nothing_else(bucket: Bucket) -> None:
    for unit, key in enumerate(ODD_KEYS, start=1):
        bucket.put(key, tiny(unit, 1, (SMALL,)))
    lake = Lake.of(bucket.settings)
    assert one_pass(bucket, lake) == (len(ODD_KEYS), 0, len(ODD_KEYS), len(ODD_KEYS))
    assert one_pass(bucket, lake) == (len(ODD_KEYS), len(ODD_KEYS), 0, 0)
    found = lake.scan("document").collect()["source_uri"]
    assert sorted(found) == sorted(f"s3://{bucket.name}/{key}" for key in ODD_KEYS)


@pytest.mark.parametrize("key", ["plain.txt", "a\x01b.txt"])
def test_a_version_is_found_by_its_id_and_one_that_is_gone_is_not(bucket: Bucket, key: str) -> None:
    version = bucket.s3.put_object(Bucket=bucket.name, Key=key, Body=b"one")["VersionId"]
    bucket.put(key, b"another")
    ref = ObjectRef(f"s3://{bucket.name}/{key}", bucket.name, key, version_id=version)
    found = find_version(ref, bucket.settings)
    assert found is not None and (found.version_id, found.size) == (version, 3)
    bucket.s3.delete_object(Bucket=bucket.name, Key=key, VersionId=version)
    assert find_version(ref, bucket.settings) is None
    assert is_there(ref, bucket.settings)


def test_of_a_bucket_that_is_not_there_nothing_is_said_to_be_gone(bucket: Bucket) -> None:
    ref = ObjectRef("s3://no-such-bucket/a", "no-such-bucket", "a", version_id="1")
    with pytest.raises(StorageError, match="Cannot look for the bucket no-such-bucket"):
        find_version(ref, bucket.settings)
    with pytest.raises(StorageError, match="Cannot look for the bucket no-such-bucket"):
        is_there(ref, bucket.settings)
