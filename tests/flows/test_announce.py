"""What is told when a batch has changed the lake."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import flows.announce
from flows.announce import EVENT, announce, announcement
from flows.line import bring_in
from flows.pool import DocumentPool
from infra.aws import sns_client, sqs_client
from infra.lake import Lake
from infra.loopback import Loopback
from infra.objects import list_objects
from infra.settings import Settings
from tests.generator.tiny import tiny


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Events that would go to Prefect's server."""
    sent: list[tuple[Any, ...]] = []
    monkeypatch.setattr(
        flows.announce, "emit_event", lambda event, resource, payload: sent.append((event, resource, payload))
    )
    return sent


def test_a_batch_is_told_once_with_its_tables_partitions_documents_and_versions(
    settings: Settings, lake: Lake, pool: DocumentPool, tmp_path: Path, events: list[tuple[Any, ...]]
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(tiny(1, 1))
    refs = list(list_objects(str(path), settings))
    told = announce(bring_in(refs, lake, settings, pool=pool), settings)
    assert told is not None
    assert told["version"] == lake.snapshot().version
    assert list(told["documents"].values()) == ["committed"]
    assert told["tables"]["budget_line"]["partitions"] == [["430202-052001", 2024]]
    assert told["tables"]["budget_line"]["rows_came"] == lake.scan("budget_line").collect().height
    [(event, resource, payload)] = events
    assert (event, payload) == (EVENT, told)
    assert resource["prefect.resource.id"] == f"budgetlake.lake.{settings.lake}"
    assert announce(bring_in(refs, lake, settings, pool=pool), settings) is None
    assert len(events) == 1


@pytest.mark.usefixtures("events")
def test_a_topic_hears_the_same(loopback: Loopback, pool: DocumentPool, tmp_path: Path) -> None:
    plain = loopback.settings(lake=str(tmp_path / "lake"))
    topic = sns_client(plain).create_topic(Name="batches")["TopicArn"]
    queue = sqs_client(plain).create_queue(QueueName="followers")["QueueUrl"]
    arn = sqs_client(plain).get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    sns_client(plain).subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])
    settings = Settings(**{**plain.model_dump(), "topic_arn": topic})
    path = tmp_path / "a.txt"
    path.write_bytes(tiny(1, 1))
    result = bring_in(list(list_objects(str(path), settings)), Lake.of(settings), settings, pool=pool)
    told = announce(result, settings)
    [message] = sqs_client(plain).receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"]
    assert json.loads(json.loads(message["Body"])["Message"]) == told


@pytest.mark.usefixtures("events")
def test_a_topic_that_is_not_there_fails_no_batch(
    loopback: Loopback, pool: DocumentPool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plain = loopback.settings(lake=str(tmp_path / "lake"))
    settings = Settings(**{**plain.model_dump(), "topic_arn": "arn:aws-cn:sns:cn-north-1:123456789012:none"})
    path = tmp_path / "a.txt"
    path.write_bytes(tiny(1, 1))
    result = bring_in(list(list_objects(str(path), settings)), Lake.of(settings), settings, pool=pool)
    assert announce(result, settings) == announcement(result, settings)
    assert "Cannot announce a batch to arn:aws-cn:sns" in caplog.text
