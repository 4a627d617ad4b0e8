"""The ledger and the quarantine: what is known of each object version, in a folder and on S3 over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from infra.lake import Lake
from infra.objects import ObjectRef
from schemas.tables import frame, polars_schema
from tests.infra.documents import MONDAY, document_id


def record(uri: str = "s3://b/a.pdf", **known: Any) -> dict[str, Any]:
    key = uri.split("/", 3)[3]
    base = {"uri": uri, "bucket": "b", "key": key, "version_id": "v1", "etag": "e1", "state": "received"}
    return {**base, "received_at": MONDAY, "attempts": 1, **known}


def objects(*rows: dict[str, Any]) -> pl.DataFrame:
    return frame("object", rows)


def test_the_ledger_keeps_what_a_later_record_does_not_say(lake: Lake) -> None:
    later = MONDAY + timedelta(minutes=1)
    lake.record(objects(record(uploaded_at=MONDAY, byte_size=7, sequencer="00A1")))
    done = record(state="committed", document_id=document_id("a"), received_at=later, committed_at=later)
    lake.record(objects({**done, "attempts": 2}))
    [row] = lake.versions(["s3://b/a.pdf"]).to_dicts()
    assert (row["state"], row["attempts"], row["byte_size"], row["sequencer"]) == ("committed", 2, 7, "00A1")
    assert (row["uploaded_at"], row["received_at"], row["committed_at"]) == (MONDAY, MONDAY, later)


def test_recording_the_same_again_makes_no_version(lake: Lake) -> None:
    rows = objects(record(), record("s3://b/b.pdf", reason="empty_file", state="quarantined"))
    assert lake.record(rows).version is not None
    assert lake.record(rows).version is None


def test_a_reason_goes_when_a_replay_succeeds(lake: Lake) -> None:
    lake.record(objects(record(state="quarantined", reason="too_large")))
    done = datetime.now(UTC)
    lake.record(objects(record(state="committed", document_id=document_id("a"), committed_at=done)))
    assert lake.versions(["s3://b/a.pdf"])["reason"].to_list() == [None]


def test_an_overwritten_key_is_another_object(lake: Lake) -> None:
    lake.record(objects(record(), record(version_id="v2", etag="e2")))
    assert lake.versions(["s3://b/a.pdf"]).height == 2


@pytest.mark.parametrize(
    ("version_id", "etag", "is_known"),
    [
        ("v1", "e1", True),
        ("v2", "e1", False),
        (None, "e1", True),
        (None, "e2", False),
        ("v1", None, True),
    ],
)
def test_a_version_is_known_by_its_id_or_else_by_its_etag(
    folder: Lake, version_id: str | None, etag: str | None, is_known: bool
) -> None:
    folder.record(objects(record()))
    ref = ObjectRef("s3://b/a.pdf", "b", "a.pdf", version_id=version_id, etag=etag)
    assert (ref in folder.known([ref])) is is_known


def test_of_many_addresses_the_known_ones_are_told(folder: Lake) -> None:
    folder.record(objects(*(record(f"s3://b/{number}.pdf") for number in range(40))))
    refs = [ObjectRef(f"s3://b/{number}.pdf", "b", f"{number}.pdf", "v1", "e1") for number in range(80)]
    assert list(folder.known(refs)) == refs[:40]
    assert folder.known([]) == {}


def quarantined(seq: int, **known: Any) -> dict[str, Any]:
    base = {
        "uri": "s3://b/a.pdf",
        "bucket": "b",
        "key": "a.pdf",
        "version_id": "v1",
        "etag": "e1",
        "seq": seq,
    }
    says = {"reason": "empty_file", "message": "The file is empty.", "row_count": 0, "pipeline_version": "1"}
    return {**base, **says, "quarantined_at": MONDAY, **known}


def test_new_quarantine_records_of_an_object_replace_its_old_ones(lake: Lake) -> None:
    lake.quarantine(frame("quarantine", [quarantined(1), quarantined(2), quarantined(1, etag="e2")]))
    lake.quarantine(frame("quarantine", [quarantined(1, reason="too_large")]))
    rows = lake.scan("quarantine").collect().sort("etag")
    assert rows.schema == polars_schema("quarantine")
    assert rows.select("etag", "seq", "reason").rows() == [("e1", 1, "too_large"), ("e2", 1, "empty_file")]
