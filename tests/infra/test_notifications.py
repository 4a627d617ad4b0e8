from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import quote_plus
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.aws import s3_client, sqs_client
from infra.loopback import MAX_RECEIVE_COUNT, Loopback, make_landing
from infra.notifications import Notice, acknowledge, extend, parse_message, receive
from infra.settings import Settings
from schemas.errors import StorageError
from tests.infra.test_objects import ODD_KEYS


def record(key: str = "a.pdf", name: str = "ObjectCreated:Put", **item: Any) -> dict[str, Any]:
    return {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventTime": "2024-03-04T01:02:03.456Z",
        "eventName": name,
        "s3": {
            "bucket": {"name": "landing", "arn": "arn:aws-cn:s3:::landing"},
            "object": {"key": quote_plus(key), "size": 7, "eTag": "e1", "sequencer": "0055AED6", **item},
        },
    }


def direct(*records: dict[str, Any]) -> str:
    return json.dumps({"Records": records})


def eventbridge(key: str = "a.pdf", kind: str = "Object Created", **item: Any) -> str:
    detail = {"bucket": {"name": "landing"}, "object": {"key": key, "size": 7, "etag": "e1", **item}}
    return json.dumps(
        {"source": "aws.s3", "detail-type": kind, "time": "2024-03-04T01:02:03Z", "detail": detail}
    )


def sns(body: str) -> str:
    return json.dumps({"Type": "Notification", "MessageId": "m", "TopicArn": "t", "Message": body})


def test_a_direct_notification_is_an_object_version() -> None:
    [notice] = parse_message(direct(record("预算/a b+c.pdf", versionId="v1")))
    assert notice.kind == "created"
    assert notice.ref is not None
    assert notice.ref.uri == "s3://landing/预算/a b+c.pdf"
    assert (notice.ref.version_id, notice.ref.etag, notice.ref.size) == ("v1", "e1", 7)
    assert notice.ref.sequencer == "0055AED6"
    assert str(notice.ref.last_modified) == "2024-03-04 01:02:03.456000+00:00"


def test_a_notification_of_eventbridge_has_its_key_as_it_is() -> None:
    [notice] = parse_message(eventbridge("a+b%20c.pdf", **{"version-id": "v1", "sequencer": "01"}))
    assert notice.ref is not None
    assert (notice.ref.key, notice.ref.version_id, notice.ref.sequencer) == ("a+b%20c.pdf", "v1", "01")


@pytest.mark.parametrize("body", [direct(record()), eventbridge()])
def test_an_envelope_of_sns_changes_nothing(body: str) -> None:
    assert parse_message(sns(body)) == parse_message(body)


def test_the_records_of_a_message_are_a_notice_each() -> None:
    notices = parse_message(direct(record("a"), record("b", "ObjectRemoved:Delete")))
    assert [(each.kind, each.ref.key) for each in notices if each.ref] == [("created", "a"), ("removed", "b")]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (direct(record(name="ObjectCreated:CompleteMultipartUpload")), "created"),
        (direct(record(name="s3:ObjectCreated:Copy")), "created"),
        (direct(record(name="ObjectRemoved:Delete")), "removed"),
        (direct(record(name="ObjectRemoved:DeleteMarkerCreated")), "removed"),
        (direct(record(name="LifecycleExpiration:Delete")), "removed"),
        (eventbridge(kind="Object Deleted"), "removed"),
        (direct(record(name="ObjectTagging:Put")), "unknown"),
        (eventbridge(kind="Object Restore Completed"), "unknown"),
        (json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "landing"}), "test"),
        (sns(json.dumps({"Event": "s3:TestEvent"})), "test"),
    ],
)
def test_every_kind_of_event_is_told(body: str, kind: str) -> None:
    assert [notice.kind for notice in parse_message(body)] == [kind]


@pytest.mark.parametrize("version", ["null", "", None])
def test_a_bucket_without_versions_gives_none(version: str | None) -> None:
    [notice] = parse_message(direct(record(versionId=version)))
    assert notice.ref is not None
    assert notice.ref.version_id is None


@pytest.mark.parametrize(
    "body",
    [
        "",
        "hello",
        "null",
        "[]",
        "{}",
        "[[]]",
        '{"Records": []}',
        '{"Records": [{}]}',
        '{"Records": null}',
        '{"Type": "Notification"}',
        sns("hello"),
        '{"source": "aws.s3"}',
        direct({**record(), "eventTime": "yesterday"}),
        "[" * 100_000,
    ],
)
def test_what_is_no_notification_is_unknown_and_says_why(body: str) -> None:
    [notice] = parse_message(body)
    assert notice.kind == "unknown"
    assert notice.detail


@given(st.text(min_size=1).filter(lambda text: text.isprintable()))
def test_any_key_comes_back_from_its_quoted_form(key: str) -> None:
    [notice] = parse_message(direct(record(key)))
    assert notice.ref is not None
    assert notice.ref.key == key


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["Records", "s3", "Event", "Message", "Type"]) | st.text(), inner
            )
        ),
        max_leaves=8,
    )
)
def test_no_body_raises(body: Any) -> None:
    assert parse_message(json.dumps(body))


@pytest.fixture
def queue(loopback: Loopback) -> Settings:
    """Settings with a landing bucket and a queue of the test's own, messages invisible for a second."""
    name = f"landing-{uuid4().hex}"
    queue_url, _ = make_landing(loopback.settings(), name, name)
    settings = loopback.settings(landing_bucket=name, queue_url=queue_url, visibility_timeout=1)
    [first] = receive(settings, 5)
    assert first.kind == "test", "S3 tries a new connection with a message of its own"
    acknowledge([first.receipt_handle], settings)
    return settings


def created(notices: list[Notice]) -> list[str]:
    return [notice.ref.key for notice in notices if notice.kind == "created" and notice.ref]


@pytest.mark.parametrize("key", ODD_KEYS)
def test_an_upload_is_announced_under_its_own_key(queue: Settings, key: str) -> None:
    etag = s3_client(queue).put_object(Bucket=queue.landing_bucket, Key=key, Body=b"x")["ETag"]
    [notice] = receive(queue, wait_seconds=5)
    assert notice.ref is not None
    assert (notice.ref.key, notice.ref.etag, notice.ref.size) == (key, etag.strip('"'), 1)
    acknowledge([notice.receipt_handle], queue)


def test_an_acknowledged_message_does_not_come_again(queue: Settings) -> None:
    keys = [f"{uuid4().hex}.pdf" for _ in range(12)]
    for key in keys:
        s3_client(queue).put_object(Bucket=queue.landing_bucket, Key=key, Body=b"x")
    notices = receive(queue, 5) + receive(queue, 5)
    assert sorted(created(notices)) == sorted(keys)
    acknowledge([notice.receipt_handle for notice in notices], queue)
    time.sleep(1.1)
    assert receive(queue, 0) == []


def test_a_message_that_is_not_acknowledged_comes_again_and_counts(queue: Settings) -> None:
    s3_client(queue).put_object(Bucket=queue.landing_bucket, Key="again", Body=b"x")
    [first] = receive(queue, 5)
    time.sleep(1.1)
    [second] = receive(queue, 5)
    assert (first.received, second.received) == (1, 2)
    acknowledge([second.receipt_handle], queue)


def test_an_extended_message_stays_invisible_and_one_given_back_is_there_at_once(queue: Settings) -> None:
    s3_client(queue).put_object(Bucket=queue.landing_bucket, Key="long", Body=b"x")
    [notice] = receive(queue, 5)
    extend([notice.receipt_handle], 60, queue)
    time.sleep(1.1)
    assert receive(queue, 0) == []
    extend([notice.receipt_handle], 0, queue)
    [again] = receive(queue, 5)
    acknowledge([again.receipt_handle], queue)


def test_a_deletion_is_announced(queue: Settings) -> None:
    client, bucket = s3_client(queue), queue.landing_bucket
    version = client.put_object(Bucket=bucket, Key="short", Body=b"x")["VersionId"]
    client.delete_object(Bucket=bucket, Key="short", VersionId=version)
    notices = receive(queue, 5) + receive(queue, 1)
    assert [notice.kind for notice in notices] == ["created", "removed"]
    acknowledge([notice.receipt_handle for notice in notices], queue)


def test_poison_goes_to_the_dead_letter_queue_after_five_deliveries(
    queue: Settings,
) -> None:
    client, url = sqs_client(queue), queue.queue_url
    assert url is not None
    client.send_message(QueueUrl=url, MessageBody="poison")
    for _ in range(MAX_RECEIVE_COUNT):
        [notice] = receive(queue, 5)
        assert notice.kind == "unknown"
        extend([notice.receipt_handle], 0, queue)
    assert receive(queue, 0) == []
    [dead] = client.receive_message(QueueUrl=f"{url}-dead")["Messages"]
    assert dead["Body"] == "poison"


def test_a_missing_queue_is_one_sentence(queue: Settings) -> None:
    missing = queue.model_copy(update={"queue_url": f"{queue.endpoint_url}/123456789012/none"})
    with pytest.raises(StorageError, match=r"the queue does not exist; check BUDGETLAKE_QUEUE_URL\.$"):
        receive(missing, 0)


def test_no_queue_at_all_is_one_sentence() -> None:
    with pytest.raises(StorageError, match="BUDGETLAKE_QUEUE_URL"):
        receive(Settings(queue_url=None))
