"""Versions, copies and deletions give the same lake in every order, against a real S3 with versions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import uuid4

import polars as pl
import pytest

from flows.line import bring_in
from flows.outcome import BatchResult
from flows.pool import DocumentPool
from flows.replay import find_refused
from flows.settle import settle_keys
from flows.story import find_story, tell
from flows.wording import outcome_line
from infra.aws import s3_client
from infra.lake import Lake
from infra.lake.layout import FACTS
from infra.loopback import Loopback
from infra.objects import ObjectRef
from infra.settings import Settings
from infra.versions import Removal, list_versions
from tests.generator.tiny import FUNDS, LIST, SMALL, tiny


class Bucket:
    """A bucket and the lake that it is brought into."""

    def __init__(self, settings: Settings, pool: DocumentPool, name: str, versions: bool = True) -> None:
        self.settings, self.pool, self.name = settings, pool, name
        self.s3 = s3_client(settings)
        self.s3.create_bucket(
            Bucket=name,
            CreateBucketConfiguration={"LocationConstraint": settings.region},  # type: ignore[typeddict-item]
        )
        if versions:
            self.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})

    def put(self, key: str, data: bytes) -> None:
        self.s3.put_object(Bucket=self.name, Key=key, Body=data)

    def delete(self, key: str) -> None:
        self.s3.delete_object(Bucket=self.name, Key=key)

    def events(self) -> list[ObjectRef | Removal]:
        return [each for key in list_versions(f"s3://{self.name}", self.settings) for each in key]

    def bring(self, lake: Lake, events: Iterable[ObjectRef | Removal]) -> BatchResult:
        events = list(events)
        return bring_in(
            [each for each in events if isinstance(each, ObjectRef)],
            lake,
            self.settings,
            removed=[each.ref for each in events if isinstance(each, Removal)],
            pool=self.pool,
        )

    def lake(self, name: str) -> Lake:
        return Lake(f"{self.settings.lake}/{name}")


@pytest.fixture
def bucket(loopback: Loopback, pool: DocumentPool, tmp_path: Path) -> Bucket:
    return Bucket(loopback.settings(lake=str(tmp_path)), pool, f"landing-{uuid4().hex}")


def facts(lake: Lake) -> dict[str, list[str]]:
    """All rows of facts as texts; when the work was done is no part of them."""
    view = lake.snapshot()
    return {
        name: sorted(map(str, view.scan(name).drop("ingested_at", strict=False).collect().rows()))
        for name in FACTS
    }


def register(lake: Lake) -> list[tuple[object, ...]]:
    rows = lake.scan("document").sort("source_uri").collect()
    return rows.select("source_uri", "is_current", pl.col("withdrawn_at").is_not_null()).rows()


def in_order(events: Sequence[ObjectRef | Removal]) -> list[ObjectRef | Removal]:
    return sorted(
        events, key=lambda each: str((each.ref if isinstance(each, Removal) else each).last_modified)
    )


def test_a_document_whose_other_key_still_has_it_stands_from_there(bucket: Bucket) -> None:
    bucket.put("one", tiny(1, 1))
    bucket.put("two", tiny(1, 1))
    bucket.put("one", tiny(2, 1))
    lake = bucket.lake("lake")
    for event in in_order(bucket.events()):
        bucket.bring(lake, [event])
    assert register(lake) == [
        (f"s3://{bucket.name}/one", True, False),
        (f"s3://{bucket.name}/two", True, False),
    ]


def test_rows_of_a_deleted_object_are_kept_and_marked_until_it_is_there_again(bucket: Bucket) -> None:
    bucket.put("one", tiny(1, 1))
    lake = bucket.lake("lake")
    bucket.bring(lake, bucket.events())
    before = facts(lake)["budget_line"]
    bucket.delete("one")
    bucket.bring(lake, bucket.events())
    assert register(lake) == [(f"s3://{bucket.name}/one", True, True)]
    assert facts(lake)["budget_line"] == before
    bucket.put("one", tiny(1, 1))
    bucket.bring(lake, bucket.events())
    assert register(lake) == [(f"s3://{bucket.name}/one", True, False)]


def test_an_object_whose_delete_marker_is_taken_away_is_not_withdrawn(bucket: Bucket) -> None:
    bucket.put("one", tiny(1, 1))
    bucket.delete("one")
    lake = bucket.lake("lake")
    version, marker = bucket.events()
    assert isinstance(marker, Removal)
    bucket.bring(lake, [version, marker])
    assert register(lake) == [(f"s3://{bucket.name}/one", True, True)]
    bucket.s3.delete_object(Bucket=bucket.name, Key="one", VersionId=str(marker.ref.version_id))
    # S3 tells of that as of the deletion of one more version.
    bucket.bring(lake, [marker])
    assert register(lake) == [(f"s3://{bucket.name}/one", True, False)]
    assert any("was deleted and came back" in line for line in tell(find_story("one", lake)))


def test_the_content_of_a_deleted_original_stands_from_its_copy_until_that_goes_too(bucket: Bucket) -> None:
    bucket.put("one", tiny(1, 1))
    bucket.put("two", tiny(1, 1))
    lake = bucket.lake("lake")
    assert bucket.bring(lake, bucket.events()).counts == {"committed": 1, "alias": 1}
    before = facts(lake)["budget_line"]
    bucket.delete("one")
    bucket.bring(lake, bucket.events())
    assert register(lake) == [(f"s3://{bucket.name}/one", True, False)]
    bucket.delete("two")
    bucket.bring(lake, bucket.events())
    assert register(lake) == [(f"s3://{bucket.name}/one", True, True)]
    assert facts(lake)["budget_line"] == before


def test_a_replay_of_a_version_that_was_overwritten_since_changes_nothing(bucket: Bucket) -> None:
    bucket.put("one", b"no disclosure")
    lake = bucket.lake("lake")
    bucket.bring(lake, bucket.events())
    bucket.put("one", tiny(1, 1))
    bucket.bring(lake, bucket.events())
    before = facts(lake)
    [refused] = find_refused(lake, ["one"])
    assert bucket.bring(lake, [refused]).counts == {"superseded": 1}
    assert facts(lake) == before


def test_a_document_overtaken_by_another_comes_back_when_that_one_is_overwritten(bucket: Bucket) -> None:
    bucket.put("one", tiny(1, 1))
    bucket.put("two", tiny(1, 2))
    lake = bucket.lake("lake")
    bucket.bring(lake, bucket.events())
    bucket.put("two", tiny(2, 1))
    bucket.bring(lake, bucket.events())
    kept = lake.scan("budget_line").collect()["unit_code"].unique().sort().to_list()
    assert kept == ["430202-052001", "430202-052002"]


@pytest.fixture(scope="module")
def history(loopback: Loopback, pool: DocumentPool, tmp_path_factory: pytest.TempPathFactory) -> Bucket:
    """A bucket with a history, and the lake ``alone`` that it was brought into as it came."""
    settings = loopback.settings(lake=str(tmp_path_factory.mktemp("history")))
    bucket = Bucket(settings, pool, f"landing-{uuid4().hex}")
    bucket.put("one", tiny(1, 1))
    bucket.put("two", tiny(1, 2, (SMALL,)))
    bucket.put("three", tiny(1, 1))
    bucket.put("one", tiny(1, 3, (LIST, FUNDS)))
    bucket.put("four", b"this is no disclosure")
    bucket.put("two", b"nor this")
    bucket.delete("three")
    bucket.put("one", tiny(1, 1))
    alone = bucket.lake("alone")
    for event in in_order(bucket.events()):
        bucket.bring(alone, [event])
    return bucket


@pytest.mark.parametrize("seed", range(6))
def test_order_grouping_and_repetition_change_nothing(history: Bucket, seed: int) -> None:
    events = in_order(history.events())
    random = Random(seed)
    shuffled = [*events, *random.sample(events, 3)]
    random.shuffle(shuffled)
    size = random.choice([1, 2, 4, 20])
    lake = history.lake(f"lake {seed}")
    for start in range(0, len(shuffled), size):
        history.bring(lake, shuffled[start : start + size])
    assert facts(lake) == facts(history.lake("alone"))
    version = lake.snapshot().version
    history.bring(lake, events)
    assert lake.snapshot().version == version


def test_an_announcement_without_a_version_is_found_by_its_etag(bucket: Bucket) -> None:
    bucket.put("one", tiny(1, 1))
    bucket.put("one", tiny(1, 2))
    older = next(each for each in bucket.events() if isinstance(each, ObjectRef))
    lake = bucket.lake("lake")
    announced = replace(older, version_id=None)
    assert [each.state for each in bucket.bring(lake, [announced]).outcomes] == ["committed"]
    assert [each.ref for each in bucket.bring(lake, [announced]).outcomes] == [announced]
    assert bucket.bring(lake, bucket.events()).counts["committed"] == 1


def test_what_was_deleted_for_good_before_it_was_read_needs_no_more_work(bucket: Bucket) -> None:
    bucket.put("one", tiny(1, 1))
    [event] = bucket.events()
    assert isinstance(event, ObjectRef)
    bucket.s3.delete_object(Bucket=bucket.name, Key="one", VersionId=str(event.version_id))
    lake = bucket.lake("lake")
    [outcome] = bucket.bring(lake, [event]).outcomes
    assert (outcome.state, outcome.settled) == ("withdrawn", True)
    assert bucket.bring(lake, [event]).outcomes[0].settled


def test_a_document_that_went_while_a_key_came_to_hold_it_is_read_again(bucket: Bucket) -> None:
    bucket.put("one", tiny(1, 1))
    lake = bucket.lake("lake")
    bucket.bring(lake, bucket.events())
    before = facts(lake)
    row = lake.scan("document").collect().row(0, named=True)
    lake.commit({}, [(row["document_id"], row["unit_code"], row["year"])])
    [again] = settle_keys([f"s3://{bucket.name}/one"], lake)
    assert again.key == "one"
    bucket.bring(lake, [again])
    assert facts(lake) == before


def test_what_a_dead_worker_left_in_the_register_goes_when_its_message_comes_again(bucket: Bucket) -> None:
    """It died after its commit and before the ledger; meanwhile another worker brought the newer version in."""
    bucket.put("one", tiny(1, 1))
    bucket.put("one", tiny(2, 1))
    older, newer = bucket.events()
    lake = bucket.lake("lake")
    record = lake.record
    lake.record = lambda *args, **named: (_ for _ in ()).throw(InterruptedError)  # type: ignore[method-assign]
    with pytest.raises(InterruptedError):
        bucket.bring(lake, [older])
    lake.record = record  # type: ignore[method-assign]
    bucket.bring(lake, [newer])
    bucket.bring(lake, [older])
    assert lake.scan("document").collect()["unit_code"].to_list() == ["430202-052002"]


def test_control_characters_in_a_key_do_no_harm(bucket: Bucket) -> None:
    """moto cannot list them, so the version is announced as a notification does."""
    key = "a\x01\x1b[31m\x7f.txt"
    bucket.put(key, tiny(1, 1))
    lake = bucket.lake("lake")
    ref = ObjectRef(f"s3://{bucket.name}/{key}", bucket.name, key)
    [outcome] = bucket.bring(lake, [ref]).outcomes
    assert outcome.state == "committed"
    assert "\x1b" not in outcome_line(outcome)
    assert lake.scan("document").collect()["source_uri"].to_list() == [ref.uri]


def test_a_version_announced_twice_with_different_times_does_not_overtake_itself(bucket: Bucket) -> None:
    """As by S3, to the millisecond, and through EventBridge, to the second."""
    bucket.put("one", tiny(1, 1))
    [event] = bucket.events()
    assert isinstance(event, ObjectRef) and event.last_modified is not None
    later = replace(event, last_modified=event.last_modified + timedelta(milliseconds=400), sequencer="00AB")
    lake = bucket.lake("lake")
    result = bucket.bring(lake, [event, later])
    assert {outcome.ref: outcome.state for outcome in result.outcomes} == {
        event: "committed",
        later: "committed",
    }
    assert lake.scan("object").collect()["state"].to_list() == ["committed"]
