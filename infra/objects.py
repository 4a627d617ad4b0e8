"""Objects to read: files, folders and ``s3://`` keys and prefixes behind one interface.

An ``ObjectRef`` is one version of one object, the unit of work of the whole line. Its key is a name and
nothing else: it is never used as a local path, so keys with ``..``, control characters, emoji or 1,024 bytes
do no harm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.aws import s3_client, storage_errors
from infra.settings import Settings
from schemas.errors import StorageError, Unreadable, UsageError

_S3 = "s3://"
_CHUNK = 1 << 20
_PAGE = 1000  # the most that S3 gives


@dataclass(frozen=True, slots=True)
class Content:
    """What an object holds; ``metadata`` are those that its writer put beside the bytes, a file has none."""

    data: bytes
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """One version of one object.

    ``uri`` is its address, ``s3://bucket/key`` or an absolute path; for a file ``bucket`` is None and
    ``key`` the path. ``etag`` is without quotes; a file's is made of its size and time of change, so that a
    changed file is another version. ``size`` is in bytes, ``last_modified`` in UTC; either is None where a
    notification did not say it. ``sequencer`` orders the events of one key (S3 notifications only).
    """

    uri: str
    bucket: str | None
    key: str
    version_id: str | None = None
    etag: str | None = None
    size: int | None = None
    last_modified: datetime | None = None
    sequencer: str | None = None

    @property
    def file_name(self) -> str:
        """The last part of the key."""
        return self.key.rstrip("/").rsplit("/", 1)[-1] or self.key


def list_objects(source: str, settings: Settings) -> Iterator[ObjectRef]:
    """The objects of a source in the order of their keys: a file, a folder with all below it, an S3 key,
    or an S3 prefix.

    Names that begin with a dot, and all below folders of such names, are left out, as are the empty objects
    that stand for folders. An S3 source that ends with ``/`` is a folder; one that does not is a key if
    there is one of that name, else a prefix. Raises ``UsageError`` where nothing is there and
    ``StorageError`` where the store cannot be read.
    """
    found = False
    for ref in _list_bucket(source, settings) if source.startswith(_S3) else _list_path(source):
        found = True
        yield ref
    if not found:
        raise UsageError(f"Nothing to read at {source}: no such file, or nothing in it.")


def read_object(ref: ObjectRef, max_bytes: int, settings: Settings) -> bytes:
    """The bytes of this version of the object. Raises as ``fetch_object`` does."""
    return fetch_object(ref, max_bytes, settings).data


def fetch_object(ref: ObjectRef, max_bytes: int, settings: Settings) -> Content:
    """The bytes of this version of the object, and its metadata.

    Raises ``Unreadable`` (reason ``too_large``) before anything is downloaded where the object is larger
    than ``max_bytes``, and ``StorageError`` where it cannot be read or is another version by now.
    """
    if ref.bucket is None:
        return Content(_read_file(ref, max_bytes), {})
    return _read_bucket(ref, max_bytes, settings)


def object_uri(bucket: str, key: str) -> str:
    """The address of a key as people and the ledger write it: the key as it is, nothing quoted."""
    return f"{_S3}{bucket}/{key}"


def split_uri(uri: str) -> tuple[str, str]:
    """Bucket and key (or prefix, or nothing) of an ``s3://`` address; ``UsageError`` without a bucket."""
    bucket, _, key = uri.removeprefix(_S3).partition("/")
    if not uri.startswith(_S3) or not bucket:
        raise UsageError(f"{uri} is no address of an object; write s3://bucket/key or s3://bucket/prefix/.")
    return bucket, key


def list_prefix(bucket: str, prefix: str, settings: Settings) -> Iterator[ObjectRef]:
    """The newest versions of all keys that begin with ``prefix``, in the order of keys; no version ids.

    Whoever iterates stands for the store's errors (``storage_errors``).
    """
    pages = (
        s3_client(settings)
        .get_paginator("list_objects_v2")
        .paginate(Bucket=bucket, Prefix=prefix, PaginationConfig={"PageSize": _PAGE})
    )
    for page in pages:
        for item in page.get("Contents", ()):
            yield ObjectRef(
                uri=object_uri(bucket, item["Key"]),
                bucket=bucket,
                key=item["Key"],
                etag=item["ETag"].strip('"'),
                size=item["Size"],
                last_modified=item["LastModified"],
            )


def _list_bucket(source: str, settings: Settings) -> Iterator[ObjectRef]:
    bucket, prefix = split_uri(source)
    with storage_errors(f"list {source}"):
        for ref in list_prefix(bucket, prefix, settings):
            if ref.key.endswith("/"):
                continue
            if ref.key == prefix:
                yield ref
                return
            if not _hidden(ref.key.removeprefix(prefix)):
                yield ref


def _list_path(source: str) -> Iterator[ObjectRef]:
    root = Path(source).absolute()
    try:
        if not root.is_dir():
            paths = [root] if root.is_file() else []
        else:
            paths = sorted(
                path
                for path in root.rglob("*")
                if path.is_file() and not _hidden(str(path.relative_to(root)))
            )
        for path in paths:
            yield _file_ref(path)
    except OSError as error:
        raise StorageError(f"Cannot list {source}: {error.strerror}.") from error


def _hidden(relative: str) -> bool:
    return any(part.startswith(".") and part.strip(".") for part in relative.split("/"))


def _file_ref(path: Path) -> ObjectRef:
    status = path.stat()
    return ObjectRef(
        uri=str(path),
        bucket=None,
        key=str(path),
        etag=f"{status.st_size:x}-{status.st_mtime_ns:x}",
        size=status.st_size,
        last_modified=datetime.fromtimestamp(status.st_mtime, UTC),
    )


def _refuse_large(ref: ObjectRef, size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise Unreadable(
            "too_large",
            f"{ref.uri} has {size:,} bytes, more than the {max_bytes:,} that are read "
            "(BUDGETLAKE_MAX_BYTES): look whether it is what it claims to be, raise the limit and replay.",
        )


def _read_file(ref: ObjectRef, max_bytes: int) -> bytes:
    try:
        path = Path(ref.key)
        _refuse_large(ref, path.stat().st_size, max_bytes)
        return path.read_bytes()
    except OSError as error:
        raise StorageError(f"Cannot read {ref.uri}: {error.strerror}.") from error


def _read_bucket(ref: ObjectRef, max_bytes: int, settings: Settings) -> Content:
    if ref.size is not None:
        _refuse_large(ref, ref.size, max_bytes)
    assert ref.bucket is not None  # noqa: S101  the caller has looked
    which: dict[str, Any] = {"Bucket": ref.bucket, "Key": ref.key}
    if ref.version_id is not None:
        which["VersionId"] = ref.version_id
    elif ref.etag is not None:
        # Without a version id the ETag makes sure that what is read is what was announced.
        which["IfMatch"] = f'"{ref.etag}"'
    with storage_errors(f"read {ref.uri}"):
        answer = s3_client(settings).get_object(**which)
        # The headers are here, the body is not: a size that nobody announced is seen before the download.
        with closing(answer["Body"]) as body:
            _refuse_large(ref, answer["ContentLength"], max_bytes)
            return Content(b"".join(body.iter_chunks(_CHUNK)), answer.get("Metadata", {}))
