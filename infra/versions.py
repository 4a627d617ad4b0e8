"""Every version of every key of a bucket, with its deletions: what the store itself says of the order.

A listing of versions knows the version ids that a plain listing leaves out, and the deletions that no
notification may have told of. On a bucket without versions it gives what is there, without ids.

S3 dates versions by the second. Of one key and second the listing's own order counts, newest first; it is
kept in the microseconds, which no store uses.

An answer is XML, which cannot hold control characters. S3 quotes keys for that; SeaweedFS writes another character
for them. Such keys are taken from the plain listing, where it quotes them, as the object that is there now.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count, groupby
from typing import Any

from infra.aws import s3_client, storage_errors
from infra.objects import ObjectRef, list_prefix, object_uri, split_uri
from infra.settings import Settings
from schemas.errors import StorageError

_LOST = "\ufffd"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


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
            if _LOST in key:
                for ref in list_prefix(bucket, key.split(_LOST)[0], settings):
                    if _written(ref.key) == key:
                        yield [ref]
            elif not key.endswith("/"):
                yield list(_dated(bucket, list(entries)))


def find_version(ref: ObjectRef, settings: Settings) -> ObjectRef | None:
    """The version of the key that ``ref`` means, by its id, else the newest with its ETag; None: not there.

    Raises ``StorageError``.
    """
    assert ref.bucket is not None  # noqa: S101  files have no versions
    if ref.version_id is not None:
        head = _head(ref, settings, VersionId=ref.version_id)
        if head is None:
            return None
        return replace(ref, etag=head["ETag"].strip('"'), size=head["ContentLength"])
    found = None
    for entry in next((each for each in list_versions(ref.uri, settings) if _key(each) == ref.key), ()):
        if isinstance(entry, Removal):
            continue
        if entry.etag == ref.etag:
            found = replace(entry, sequencer=ref.sequencer, last_modified=ref.last_modified)
    return found


def is_there(ref: ObjectRef, settings: Settings) -> bool:
    """Whether the key has an object now. Raises ``StorageError``."""
    return _head(ref, settings) is not None


def _head(ref: ObjectRef, settings: Settings, **which: str) -> Any:
    """What the store says of an object or a version of it; None: not there."""
    assert ref.bucket is not None  # noqa: S101  files are looked at in their folder
    try:
        with storage_errors(f"look for {ref.uri}"):
            return s3_client(settings).head_object(Bucket=ref.bucket, Key=ref.key, **which)  # type: ignore[arg-type]
    except StorageError as error:
        if "does not exist" not in str(error):
            raise
    # A bucket that is not there, on a server that was named by mistake, says nothing about its objects.
    with storage_errors(f"look for the bucket {ref.bucket}"):
        s3_client(settings).head_bucket(Bucket=ref.bucket)
    return None


def _key(entries: list[ObjectRef | Removal]) -> str:
    first = entries[0]
    return first.ref.key if isinstance(first, Removal) else first.key


def _entries(bucket: str, prefix: str, settings: Settings) -> Iterator[dict[str, Any]]:
    pages = s3_client(settings).get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
    places = count()
    for page in pages:
        versions = [{**entry, "place": next(places)} for entry in page.get("Versions", ())]
        markers = [{**entry, "place": -1, "ETag": None} for entry in page.get("DeleteMarkers", ())]
        # S3 sorts keys by their UTF-8 bytes.
        yield from sorted(
            [*versions, *markers], key=lambda entry: str(entry["Key"]).encode("utf-8", "replace")
        )


def _written(key: str) -> str:
    """A key as XML without quoting has it."""
    return _NOT_XML.sub(_LOST, key)


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
