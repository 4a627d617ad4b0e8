"""What happens to the bucket in a run, and what the queue is told of it; all drawn from one seed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any
from urllib.parse import quote_plus

from infra.aws import s3_client, sqs_client
from infra.objects import ObjectRef
from infra.settings import Settings
from infra.versions import Removal, list_versions
from tests.generator.tiny import FUNDS, LIST, SMALL, tiny

FORMS = ((SMALL,), (LIST,), (SMALL, LIST), (SMALL, FUNDS), (SMALL, LIST, FUNDS))
PLACES = {1: "株洲市荷塘区", 2: "株洲市荷塘区", 3: "上海市普陀区"}
UNITS, EDITIONS = tuple(PLACES), (1, 2, 3, 4)
KEYS = ("a.txt", "b c+d.txt", "预算/部门🙂.txt", "../e.txt", "f%2Fg.txt", "h.txt", "i.txt")


def draw_document(dice: Random) -> bytes:
    """One of some 60 documents of three units, so that copies and rivals are common; sometimes a broken one."""
    if dice.random() < 0.1:
        return f"no disclosure {dice.randrange(3)}".encode()
    return document(dice.choice(UNITS), dice.choice(EDITIONS), dice.choice(FORMS))


def document(unit: int, edition: int, forms: tuple[str, ...]) -> bytes:
    """A document of a unit, of one province or another."""
    return tiny(unit, edition, forms, place=PLACES[unit])


def upload(settings: Settings, dice: Random, operations: int, faults: Counter[str]) -> None:
    """Put, overwrite, copy and delete."""
    s3, bucket = s3_client(settings), settings.landing_bucket
    for _ in range(operations):
        key = dice.choice(KEYS)
        if dice.random() < 0.2:
            faults["deletion"] += 1
            s3.delete_object(Bucket=bucket, Key=key)
        else:
            faults["upload or overwriting"] += 1
            s3.put_object(Bucket=bucket, Key=key, Body=draw_document(dice))


def events(settings: Settings) -> list[ObjectRef | Removal]:
    """Everything that happened to the bucket, in its order."""
    found = [entry for key in list_versions(f"s3://{settings.landing_bucket}/", settings) for entry in key]
    return sorted(found, key=lambda entry: (_ref(entry).last_modified, _ref(entry).key))


def in_order(entries: list[ObjectRef | Removal], most: int) -> Iterator[list[ObjectRef | Removal]]:
    """The events in their order, together as long as none of a key comes twice, at most so many."""
    together: list[ObjectRef | Removal] = []
    for entry in entries:
        if len(together) == most or any(_ref(entry).key == _ref(other).key for other in together):
            yield together
            together = []
        together.append(entry)
    if together:
        yield together


def announce(
    new: list[ObjectRef | Removal], settings: Settings, dice: Random, sequenced: bool, faults: Counter[str]
) -> None:
    """Send the messages of these events: shuffled, some twice, some never, in three kinds of envelopes."""
    messages = []
    for entry in new:
        luck = dice.random()
        faults["message lost"] += luck < 0.15
        faults["message twice"] += luck > 0.8
        messages += [_message(entry, dice, sequenced)] * (0 if luck < 0.15 else 2 if luck > 0.8 else 1)
    if dice.random() < 0.2:
        messages.append(json.dumps({"Event": "s3:TestEvent"}))
    if dice.random() < 0.04:
        faults["message that nobody understands"] += 1
        messages.append("not JSON")
    dice.shuffle(messages)
    faults["message out of order"] += len(messages)
    for message in messages:
        sqs_client(settings).send_message(QueueUrl=str(settings.queue_url), MessageBody=message)


def _message(entry: ObjectRef | Removal, dice: Random, sequenced: bool) -> str:
    ref = _ref(entry)
    assert ref.last_modified is not None
    time = ref.last_modified.isoformat()
    # As S3 does: a number that grows with the time, of one key.
    sequencer = f"{int(ref.last_modified.timestamp() * 1e6):016X}" if sequenced else None
    name = "ObjectRemoved:DeleteMarkerCreated" if isinstance(entry, Removal) else "ObjectCreated:Put"
    if dice.random() < 0.25:
        item = {"key": ref.key, "size": ref.size, "etag": ref.etag, "version-id": ref.version_id}
        detail = {"bucket": {"name": ref.bucket}, "object": _with(item, sequencer)}
        kind = "Object Deleted" if isinstance(entry, Removal) else "Object Created"
        return json.dumps({"source": "aws.s3", "detail-type": kind, "time": time, "detail": detail})
    item = {"key": quote_plus(ref.key), "size": ref.size, "eTag": ref.etag, "versionId": ref.version_id}
    s3 = {"bucket": {"name": ref.bucket}, "object": _with(item, sequencer)}
    body = json.dumps({"Records": [{"eventName": name, "eventTime": time, "s3": s3}]})
    return body if dice.random() < 0.7 else json.dumps({"Type": "Notification", "Message": body})


def _with(item: dict[str, Any], sequencer: str | None) -> dict[str, Any]:
    told = {name: value for name, value in item.items() if value is not None}
    return told if sequencer is None else {**told, "sequencer": sequencer}


def _ref(entry: ObjectRef | Removal) -> ObjectRef:
    return entry.ref if isinstance(entry, Removal) else entry
