"""Every version of every key of a bucket, with its deletions: what the store itself says of the order.

A listing of versions knows the version ids that a plain listing leaves out, and the deletions that no
notification may have told of. On a bucket without versions it gives what is there, without ids.

S3 dates versions by the second. Of one key and second the listing's own order counts, newest first; it is
kept in the microseconds, which no store uses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from infra.aws import s3_client, storage_errors
from infra.objects import ObjectRef, object_uri, split_uri
from infra.settings import Settings
from schemas.errors import StorageError


@dataclass(frozen=True, slots=True)
class Removal:
    """A key that was deleted, at ``ref.last_modified``; ``ref.version_id`` is that of the delete marker."""

    ref: ObjectRef


def list_versions(source: str, settings: Settings) -> Iterator[list[ObjectRef | Removal]]:
    """What an ``s3://`` prefix holds, key by key in their order: for each its versions and deletions, oldest
    first.

    Objects that stand for folders are left out. Raises ``StorageError``.
    """
    bucket, prefix = split_uri(source)
    with storage_errors(f"list the versions of {source}"):
        for key, entries in groupby(_entries(bucket, prefix, settings), key=lambda entry: entry["Key"]):
            if not key.endswith("/"):
                yield list(_dated(bucket, list(entries)))


def find_version(ref: ObjectRef, settings: Settings) -> ObjectRef | None:
    """The version of the key that ``ref`` means, by its id, else the newest with its ETag; None: not there.

    Raises ``StorageError``.
    """
    assert ref.bucket is not None  # noqa: S101  files have no versions
    found = None
    for entry in next((each for each in list_versions(ref.uri, settings) if _key(each) == ref.key), ()):
        if isinstance(entry, Removal):
            continue
        same = entry.version_id == ref.version_id if ref.version_id else entry.etag == ref.etag
        if same:
            found = replace(entry, sequencer=ref.sequencer, last_modified=ref.last_modified)
    return found


def is_there(ref: ObjectRef, settings: Settings) -> bool:
    """Whether the key has an object now. Raises ``StorageError``."""
    assert ref.bucket is not None  # noqa: S101  files are looked at in their folder
    try:
        with storage_errors(f"look for {ref.uri}"):
            s3_client(settings).head_object(Bucket=ref.bucket, Key=ref.key)
    except StorageError as error:
        if "does not exist" in str(error):
            return False
        raise
    return True


def _key(entries: list[ObjectRef | Removal]) -> str:
    first = entries[0]
    return first.ref.key if isinstance(first, Removal) else first.key


def _entries(bucket: str, prefix: str, settings: Settings) -> Iterator[dict[str, Any]]:
    pages = s3_client(settings).get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
    for page in pages:
        versions = [{**entry, "place": place} for place, entry in enumerate(page.get("Versions", ()))]
        markers = [{**entry, "place": -1, "ETag": None} for entry in page.get("DeleteMarkers", ())]
        # S3 sorts keys by their UTF-8 bytes.
        yield from sorted(
            [*versions, *markers], key=lambda entry: str(entry["Key"]).encode("utf-8", "replace")
        )


def _dated(bucket: str, entries: list[dict[str, Any]]) -> Iterator[ObjectRef | Removal]:
    # Between two versions of a second a deletion's place is not told; but the last word of a key is.
    entries.sort(key=lambda entry: (_second(entry), entry["IsLatest"], -entry["place"]))
    for second, together in groupby(entries, key=_second):
        for number, entry in enumerate(together):
            version = entry["VersionId"]
            ref = ObjectRef(
                uri=object_uri(bucket, entry["Key"]),
                bucket=bucket,
                key=entry["Key"],
                version_id=None if version in (None, "", "null") else version,
                etag=entry["ETag"].strip('"') if entry["ETag"] else None,
                size=entry.get("Size"),
                last_modified=second + timedelta(microseconds=number),
            )
            yield ref if entry["place"] >= 0 else Removal(ref)


def _second(entry: dict[str, Any]) -> datetime:
    at: datetime = entry["LastModified"]
    return at
