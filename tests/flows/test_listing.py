"""A landing place held against the lake: buckets with and without versions, and folders."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.line import bring_in
from flows.listing import Account, reconcile_listing
from flows.outcome import BatchResult
from flows.pool import DocumentPool
from flows.unsettled import unsettled_keys
from infra.lake import Lake
from infra.objects import ObjectRef
from infra.settings import Settings
from infra.versions import Removal
from tests.flows.test_line import Bucket, bucket, facts, register
from tests.generator.tiny import SMALL, tiny

__all__ = ["bucket"]


def one_pass(
    source: str, lake: Lake, settings: Settings, pool: DocumentPool, since: datetime | None = None
) -> Account:
    def bring(refs: list[ObjectRef], removed: list[ObjectRef]) -> BatchResult:
        return bring_in(refs, lake, settings, removed=removed, pool=pool)

    return reconcile_listing(source, lake, settings, bring, since=since)


def counts(account: Account) -> tuple[int, int, int, int]:
    assert account.left == []
    return account.listed, account.known, account.missing, account.repaired


def test_what_no_message_told_of_is_brought_in_once(bucket: Bucket) -> None:
    source, lake = f"s3://{bucket.name}/", bucket.lake("lake")
    bucket.put("one", tiny(1, 1))
    bucket.put("one", tiny(2, 1))
    bucket.put("two", b"no disclosure")
    bucket.put("three", tiny(3, 1))
    bucket.delete("three")
    assert counts(one_pass(source, lake, bucket.settings, bucket.pool)) == (5, 0, 5, 5)
    assert register(lake) == [
        (f"s3://{bucket.name}/one", True, False),
        (f"s3://{bucket.name}/three", True, True),
    ]
    before = facts(lake)
    assert counts(one_pass(source, lake, bucket.settings, bucket.pool)) == (5, 5, 0, 0)
    assert facts(lake) == before


def test_a_listing_shows_that_a_deletion_was_taken_back(bucket: Bucket) -> None:
    source, lake = f"s3://{bucket.name}/", bucket.lake("lake")
    bucket.put("one", tiny(1, 1))
    bucket.delete("one")
    one_pass(source, lake, bucket.settings, bucket.pool)
    assert register(lake) == [(f"s3://{bucket.name}/one", True, True)]
    _, marker = bucket.events()
    assert isinstance(marker, Removal)
    bucket.s3.delete_object(Bucket=bucket.name, Key="one", VersionId=str(marker.ref.version_id))
    assert one_pass(source, lake, bucket.settings, bucket.pool).missing == 1
    assert register(lake) == [(f"s3://{bucket.name}/one", True, False)]
    assert one_pass(source, lake, bucket.settings, bucket.pool).missing == 0


def test_a_bucket_without_versions_shows_overwritten_and_deleted_keys(bucket: Bucket) -> None:
    bucket.s3.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": "Suspended"})
    source, lake = f"s3://{bucket.name}/", bucket.lake("lake")
    bucket.put("one", tiny(1, 1))
    bucket.put("two", tiny(2, 1))
    assert counts(one_pass(source, lake, bucket.settings, bucket.pool)) == (2, 0, 2, 2)
    bucket.s3.delete_object(Bucket=bucket.name, Key="two", VersionId="null")
    assert counts(one_pass(source, lake, bucket.settings, bucket.pool)) == (1, 1, 1, 1)
    assert register(lake)[-1] == (f"s3://{bucket.name}/two", True, True)
    assert counts(one_pass(source, lake, bucket.settings, bucket.pool)) == (1, 1, 0, 0)


def test_a_folder_is_watched_the_same_way(
    pool: DocumentPool, settings: Settings, lake: Lake, tmp_path: Path
) -> None:
    folder = tmp_path / "landing"
    folder.mkdir()
    assert counts(one_pass(str(folder), lake, settings, pool)) == (0, 0, 0, 0)
    (folder / "one").write_bytes(tiny(1, 1))
    (folder / "two").write_bytes(tiny(2, 1))
    assert counts(one_pass(str(folder), lake, settings, pool)) == (2, 0, 2, 2)
    (folder / "one").write_bytes(tiny(1, 2))
    (folder / "two").unlink()
    assert counts(one_pass(str(folder), lake, settings, pool)) == (1, 0, 2, 2)
    assert register(lake) == [(str(folder / "one"), True, False), (str(folder / "two"), True, True)]
    (folder / "two").write_bytes(tiny(2, 1))
    assert one_pass(str(folder), lake, settings, pool).missing == 1
    assert register(lake)[1] == (str(folder / "two"), True, False)


def test_a_pass_since_a_time_looks_up_only_what_is_newer(bucket: Bucket) -> None:
    source, lake = f"s3://{bucket.name}/", bucket.lake("lake")
    bucket.put("one", tiny(1, 1))
    later = datetime.now(UTC) + timedelta(hours=1)
    assert counts(one_pass(source, lake, bucket.settings, bucket.pool, later)) == (1, 1, 0, 0)
    assert one_pass(source, lake, bucket.settings, bucket.pool, later - timedelta(hours=2)).repaired == 1


ODD_KEYS = [
    "../../etc/passwd",
    "a/../b",
    "预算/2024 年.txt",
    "🙂.txt",
    "a+b%2F&c?#.txt",
    "x" * 1024,
    "长" * 341,
]


def test_keys_are_names_and_nothing_else(bucket: Bucket) -> None:
    for unit, key in enumerate(ODD_KEYS, start=1):
        bucket.put(key, tiny(unit, 1, (SMALL,)))
    source, lake, count = f"s3://{bucket.name}/", bucket.lake("lake"), len(ODD_KEYS)
    assert counts(one_pass(source, lake, bucket.settings, bucket.pool)) == (count, 0, count, count)
    assert counts(one_pass(source, lake, bucket.settings, bucket.pool)) == (count, count, 0, 0)
    found = lake.scan("document").collect()["source_uri"]
    assert sorted(found) == sorted(f"s3://{bucket.name}/{key}" for key in ODD_KEYS)


def test_what_a_late_worker_left_to_nobody_is_settled(bucket: Bucket) -> None:
    """Another had its message too, and acknowledged it; it died when it had written the ledger."""
    bucket.put("one", tiny(1, 1))
    bucket.put("one", tiny(2, 1))
    older, newer = (event for event in bucket.events() if isinstance(event, ObjectRef))
    lake, late = bucket.lake("lake"), bucket.lake("lake")
    record = late.record

    def die(*args: Any, **named: Any) -> None:
        record(*args, **named)
        raise InterruptedError

    late.record = die  # type: ignore[assignment,method-assign]

    def meanwhile(_: ObjectRef) -> None:
        bucket.bring(lake, [newer])

    with pytest.raises(InterruptedError):
        bring_in([older], late, bucket.settings, pool=bucket.pool, on_read=meanwhile)
    in_order = bucket.lake("alone")
    bucket.bring(in_order, [older])
    bucket.bring(in_order, [newer])
    assert facts(lake) != facts(in_order)
    one_pass(f"s3://{bucket.name}/", lake, bucket.settings, bucket.pool)
    assert facts(lake) == facts(in_order)
    assert unsettled_keys(lake) == set()


def test_a_newer_version_that_no_message_told_of_wins_though_a_listing_dates_it_by_the_second(
    bucket: Bucket,
) -> None:
    bucket.put("one", tiny(1, 1))
    bucket.put("one", tiny(2, 1))
    older, newer = (event for event in bucket.events() if isinstance(event, ObjectRef))
    assert older.last_modified is not None
    announced = replace(
        older, last_modified=older.last_modified + timedelta(milliseconds=700), sequencer="00AB"
    )
    lake = bucket.lake("lake")
    bucket.bring(lake, [announced])
    one_pass(f"s3://{bucket.name}/", lake, bucket.settings, bucket.pool)
    assert lake.scan("document").collect()["unit_code"].to_list() == ["430202-052002"]
    states = dict(lake.scan("object").select("version_id", "state").collect().rows())
    assert states == {older.version_id: "superseded", newer.version_id: "committed"}
