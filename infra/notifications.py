"""Upload notifications: what SQS delivers, as notices of object versions.

``parse_message`` is pure and knows the three ways a notification of S3 comes: direct, through EventBridge,
or in an envelope of SNS. Keys are unquoted here and nowhere else: direct notifications quote them like a
form field (``+`` is a blank), EventBridge does not.

A message may hold several records. It may be deleted only when all of its notices are dealt with, so every
notice carries its message's receipt.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote_plus

from infra.aws import sqs_client, storage_errors
from infra.objects import ObjectRef, object_uri
from infra.settings import Settings
from schemas.errors import StorageError

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_MOST = 10  # SQS gives and takes at most ten messages a call.


@dataclass(frozen=True, slots=True)
class Notice:
    """What a message says of one object.

    ``created``: a version to read, in ``ref``. ``removed``: an object or version deleted, in ``ref``.
    ``test``: S3 has tried the connection. ``unknown``: no notification that we know, ``detail`` says why;
    left alone it goes to the dead-letter queue. ``received`` counts deliveries, from 1.
    """

    kind: Literal["created", "removed", "test", "unknown"]
    ref: ObjectRef | None = None
    receipt_handle: str = ""
    message_id: str = ""
    received: int = 1
    event_time: datetime | None = None
    detail: str = ""


def parse_message(body: str) -> list[Notice]:
    """The notices in a message's body; never empty, never raises: what is not understood is ``unknown``."""
    try:
        return list(_parse(json.loads(body))) or [Notice("unknown", detail="no record in it")]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return [Notice("unknown", detail=f"not a notification of S3: {error!r}"[:300])]


def receive(settings: Settings, wait_seconds: int = 20, most: int = _MOST) -> list[Notice]:
    """The notices of up to ten messages; waits up to ``wait_seconds`` (at most 20) for the first.

    The messages are invisible to others for ``visibility_timeout`` seconds. An empty list: nothing came.
    Raises ``StorageError``.
    """
    with storage_errors(f"receive from the queue {_queue(settings)}"):
        answer = sqs_client(settings).receive_message(
            QueueUrl=_queue(settings),
            MaxNumberOfMessages=min(most, _MOST),
            WaitTimeSeconds=min(wait_seconds, 20),
            VisibilityTimeout=settings.visibility_timeout,
            MessageSystemAttributeNames=["ApproximateReceiveCount"],
        )
    return [notice for message in answer.get("Messages", ()) for notice in _notices(message)]


def acknowledge(receipts: Iterable[str], settings: Settings) -> None:
    """Delete the messages of these receipts: all that they announce is dealt with.

    A message whose receipt has expired is another watcher's by now and is left alone. Raises
    ``StorageError`` where the queue fails; the messages then come again.
    """
    for chunk in _chunks(receipts):
        entries = [{"Id": str(number), "ReceiptHandle": receipt} for number, receipt in enumerate(chunk)]
        with storage_errors(f"acknowledge to the queue {_queue(settings)}"):
            answer = sqs_client(settings).delete_message_batch(QueueUrl=_queue(settings), Entries=entries)  # type: ignore[arg-type]
        _complain(answer.get("Failed", ()), "acknowledge to", settings)


def extend(receipts: Iterable[str], seconds: int, settings: Settings) -> None:
    """Keep these messages invisible for ``seconds`` from now; 0 gives them back at once. As ``acknowledge``."""
    for chunk in _chunks(receipts):
        entries = [
            {"Id": str(number), "ReceiptHandle": receipt, "VisibilityTimeout": seconds}
            for number, receipt in enumerate(chunk)
        ]
        with storage_errors(f"keep messages of the queue {_queue(settings)}"):
            answer = sqs_client(settings).change_message_visibility_batch(
                QueueUrl=_queue(settings),
                Entries=entries,  # type: ignore[arg-type]
            )
        _complain(answer.get("Failed", ()), "keep messages of", settings)


@dataclass(frozen=True, slots=True)
class Depth:
    """Messages of a queue, as SQS counts them (approximately): visible, being worked on, and delayed."""

    visible: int
    in_work: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.visible + self.in_work


def queue_depth(settings: Settings) -> tuple[Depth, Depth | None]:
    """How many messages wait, and how many its dead-letter queue has; None: it has none. ``StorageError``."""
    with storage_errors(f"look at the queue {_queue(settings)}"):
        waiting = _depth(_queue(settings), settings)
        dead = _dead_letter_queue(settings)
        return waiting, None if dead is None else _depth(dead, settings)


def dead_letters(settings: Settings, most: int = _MOST) -> list[str]:
    """What some dead letters announce: addresses, or what is wrong with them. They stay where they are.

    Only the dead-letter queue is looked into: receiving from the queue itself would count towards giving up.
    """
    with storage_errors(f"look at the dead letters of {_queue(settings)}"):
        dead = _dead_letter_queue(settings)
        if dead is None:
            return []
        answer = sqs_client(settings).receive_message(
            QueueUrl=dead, MaxNumberOfMessages=min(most, _MOST), VisibilityTimeout=0
        )
    return [
        notice.ref.uri if notice.ref is not None else notice.detail or notice.kind
        for message in answer.get("Messages", ())
        for notice in parse_message(message["Body"])
    ]


def _dead_letter_queue(settings: Settings) -> str | None:
    sqs = sqs_client(settings)
    answer = sqs.get_queue_attributes(QueueUrl=_queue(settings), AttributeNames=["RedrivePolicy"])
    policy = answer.get("Attributes", {}).get("RedrivePolicy")
    if policy is None:
        return None
    *_, account, name = json.loads(policy)["deadLetterTargetArn"].split(":")
    return sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)["QueueUrl"]


def _depth(url: str, settings: Settings) -> Depth:
    answer = sqs_client(settings).get_queue_attributes(
        QueueUrl=url,
        AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    )["Attributes"]
    return Depth(
        int(answer["ApproximateNumberOfMessages"]), int(answer["ApproximateNumberOfMessagesNotVisible"])
    )


def _queue(settings: Settings) -> str:
    if settings.queue_url is None:
        raise StorageError("No queue is set: give its address in BUDGETLAKE_QUEUE_URL.")
    return settings.queue_url


def _notices(message: MessageTypeDef) -> list[Notice]:
    received = int(message.get("Attributes", {}).get("ApproximateReceiveCount", "1"))
    return [
        replace(
            notice,
            receipt_handle=message["ReceiptHandle"],
            message_id=message["MessageId"],
            received=received,
        )
        for notice in parse_message(message["Body"])
    ]


def _parse(event: dict[str, Any]) -> Iterator[Notice]:
    if event.get("Event") == "s3:TestEvent":
        yield Notice("test")
    elif "Records" in event:
        for record in event["Records"]:
            yield _parse_record(record)
    elif event.get("source") == "aws.s3":
        yield _parse_eventbridge(event)
    elif event.get("Type") == "Notification" and isinstance(event.get("Message"), str):
        yield from parse_message(event["Message"])
    else:
        yield Notice("unknown", detail=f"neither S3, EventBridge nor SNS: fields {sorted(event)[:10]}")


def _parse_record(record: dict[str, Any]) -> Notice:
    bucket, item = record["s3"]["bucket"]["name"], record["s3"]["object"]
    key = unquote_plus(item["key"], errors="surrogateescape")
    name, time = record["eventName"], _time(record.get("eventTime"))
    ref = ObjectRef(
        uri=object_uri(bucket, key),
        bucket=bucket,
        key=key,
        version_id=_version(item.get("versionId")),
        etag=_stripped(item.get("eTag")),
        size=item.get("size"),
        last_modified=time,
        sequencer=item.get("sequencer"),
    )
    return _notice(ref, name.removeprefix("s3:").split(":")[0], time)


def _parse_eventbridge(event: dict[str, Any]) -> Notice:
    bucket, item = event["detail"]["bucket"]["name"], event["detail"]["object"]
    time = _time(event.get("time"))
    ref = ObjectRef(
        uri=object_uri(bucket, item["key"]),
        bucket=bucket,
        key=item["key"],
        version_id=_version(item.get("version-id")),
        etag=_stripped(item.get("etag")),
        size=item.get("size"),
        last_modified=time,
        sequencer=item.get("sequencer"),
    )
    return _notice(ref, event["detail-type"].replace(" ", ""), time)


def _notice(ref: ObjectRef, what: str, time: datetime | None) -> Notice:
    if what in ("ObjectRemoved", "ObjectDeleted", "LifecycleExpiration"):
        return Notice("removed", ref, event_time=time)
    if what == "ObjectCreated":
        return Notice("created", ref, event_time=time)
    return Notice("unknown", ref, event_time=time, detail=f"an event of another kind: {what}")


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


def _version(text: str | None) -> str | None:
    # A bucket that never had versions says "null" or nothing.
    return None if text in (None, "", "null") else text


def _stripped(etag: str | None) -> str | None:
    return etag.strip('"') if etag else None


def _chunks(receipts: Iterable[str]) -> Iterator[Sequence[str]]:
    left = iter(dict.fromkeys(receipts))
    while chunk := list(islice(left, _MOST)):
        yield chunk


def _complain(failed: Iterable[Any], doing: str, settings: Settings) -> None:
    """Raise for failures of the queue; a receipt that no longer counts is no failure."""
    ours = [each for each in failed if not each.get("SenderFault", False)]
    if ours:
        says = f"{ours[0].get('Code')} {ours[0].get('Message', '')}".strip()
        raise StorageError(
            f"Cannot {doing} the queue {settings.queue_url}: {says} ({len(ours)} messages); they come again."
        )
