"""Stores without versions: bytes that a key had before, and has again, are what it holds."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from flows.anew import VANISHED
from flows.line import bring_in
from flows.pool import DocumentPool
from flows.records import object_frame
from flows.removals import removal_row
from flows.settle import settle_keys
from infra.lake import Lake
from infra.loopback import Loopback
from infra.objects import ObjectRef, list_objects
from infra.settings import Settings
from infra.versions import Removal
from tests.flows.test_line import Bucket, facts, register
from tests.flows.test_listing import one_pass
from tests.generator.tiny import SMALL, tiny

FIRST, SECOND = tiny(1, 1, (SMALL,)), tiny(2, 1, (SMALL,))


class Plain(Bucket):
    """A bucket without versions, whose changes are told of each by a later time than the one before."""

    changes = 0

    def upload(self, key: str, data: bytes, sequenced: bool) -> ObjectRef:
        self.put(key, data)
        head = self.s3.head_object(Bucket=self.name, Key=key)
        ref = ObjectRef(f"s3://{self.name}/{key}", self.name, key, etag=head["ETag"].strip('"'))
        return self._told(replace(ref, last_modified=head["LastModified"]), sequenced)

    def remove(self, ref: ObjectRef, sequenced: bool) -> Removal:
        self.delete(ref.key)
        return Removal(self._told(replace(ref, etag=None), sequenced))

    def _told(self, ref: ObjectRef, sequenced: bool) -> ObjectRef:
        assert ref.last_modified is not None
        self.changes += 1
        at = ref.last_modified + timedelta(minutes=self.changes)
        return replace(ref, last_modified=at, sequencer=f"{self.changes:X}" if sequenced else None)


@pytest.fixture
def bucket(loopback: Loopback, pool: DocumentPool, tmp_path: Path) -> Plain:
    return Plain(loopback.settings(lake=str(tmp_path)), pool, f"plain-{uuid4().hex}", versions=False)


def units(lake: Lake) -> list[str]:
    return sorted(lake.scan("budget_line").collect()["unit_code"].unique())


def test_a_key_that_is_given_its_first_bytes_again_holds_them(bucket: Plain) -> None:
    lake = bucket.lake("lake")
    bucket.bring(lake, [bucket.upload("one", FIRST, True)])
    before = facts(lake)
    bucket.bring(lake, [bucket.upload("one", SECOND, True)])
    assert units(lake) == ["430202-052002"]
    again = bucket.upload("one", FIRST, True)
    assert bucket.bring(lake, [again]).counts == {"committed": 1}
    assert facts(lake)["budget_line"] == before["budget_line"]
    version = lake.snapshot().version
    assert bucket.bring(lake, [again]).counts == {"unchanged": 1}
    assert one_pass(f"s3://{bucket.name}/", lake, bucket.settings, bucket.pool).missing == 0
    assert lake.snapshot().version == version


def test_a_key_that_was_deleted_and_is_given_its_bytes_again_is_not_withdrawn(bucket: Plain) -> None:
    lake = bucket.lake("lake")
    ref = bucket.upload("one", FIRST, True)
    bucket.bring(lake, [ref])
    bucket.bring(lake, [bucket.remove(ref, True)])
    assert register(lake) == [(ref.uri, True, True)]
    bucket.bring(lake, [bucket.upload("one", FIRST, True)])
    assert register(lake) == [(ref.uri, True, False)]


def test_a_version_between_two_uploads_of_the_same_bytes_does_not_win_when_it_comes_last(
    bucket: Plain,
) -> None:
    lake, late = bucket.lake("lake"), bucket.lake("lake")
    first = bucket.upload("one", FIRST, False)
    bucket.bring(lake, [first])
    second = bucket.upload("one", SECOND, False)

    commit = late.commit

    def commit_late(*args: Any, **named: Any) -> Any:
        late.commit = commit  # type: ignore[method-assign]
        bucket.bring(lake, [bucket.upload("one", FIRST, False)])
        return commit(*args, **named)

    late.commit = commit_late  # type: ignore[method-assign]
    bucket.bring(late, [second])
    assert units(bucket.lake("lake")) == ["430202-052001"]


def test_by_listing_alone_a_key_holds_what_is_there_however_often_it_changes_in_a_second(
    bucket: Plain,
) -> None:
    lake = bucket.lake("lake")
    for there in (FIRST, SECOND, FIRST, None, FIRST, SECOND):
        if there is None:
            bucket.delete("one")
        else:
            bucket.put("one", there)
        one_pass(f"s3://{bucket.name}/", lake, bucket.settings, bucket.pool)
        assert one_pass(f"s3://{bucket.name}/", lake, bucket.settings, bucket.pool).missing == 0
        if there is not None:
            unit = "430202-052001" if there is FIRST else "430202-052002"
            assert lake.scan("document").select("unit_code", "withdrawn_at").collect().rows() == [
                (unit, None)
            ]
        else:
            assert None not in lake.scan("document").collect()["withdrawn_at"]


def test_what_vanished_from_its_site_stays_withdrawn_though_the_bucket_has_it(bucket: Plain) -> None:
    lake = bucket.lake("lake")
    ref = bucket.upload("one", FIRST, False)
    bucket.bring(lake, [ref])
    assert ref.last_modified is not None
    gone = ref.last_modified + timedelta(hours=1)
    lake.record(object_frame([removal_row(replace(ref, version_id=f"{VANISHED}{gone}", last_modified=gone))]))
    settle_keys([ref.uri], lake)
    assert one_pass(f"s3://{bucket.name}/", lake, bucket.settings, bucket.pool).missing == 0
    assert register(lake) == [(ref.uri, True, True)]


@pytest.mark.parametrize("listed", [True, False])
def test_a_file_that_is_put_back_with_its_old_date_is_what_stands(
    pool: DocumentPool, settings: Settings, lake: Lake, tmp_path: Path, listed: bool
) -> None:
    path = tmp_path / "landing" / "one.txt"
    path.parent.mkdir()
    for data, at in (
        (FIRST, 1_700_000_000),
        (SECOND, 1_710_000_000),
        (FIRST, 1_700_000_000),
        (SECOND, 1_600_000_000),
    ):
        path.write_bytes(data)
        os.utime(path, (at, at))
        if listed:
            assert one_pass(str(path.parent), lake, settings, pool).repaired == 1
        else:
            bring_in(list(list_objects(str(path), settings)), lake, settings, pool=pool)
        assert units(lake) == ["430202-052001" if data is FIRST else "430202-052002"]
