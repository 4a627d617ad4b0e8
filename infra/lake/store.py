"""Small objects under the lake's root: written whole, created if absent, listed by how their names begin.

What delta-rs is not asked for because its cost grows with a table: a commit of Delta's log is one object that
must not be there yet, and so a lock. In a folder an object appears by a hard link of a finished file, on S3 by
a conditional put; both refuse a name that is taken, whoever is faster.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar
from uuid import uuid4

from infra.objects import split_uri
from schemas.errors import StorageError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

T = TypeVar("T")
U = TypeVar("U")

# Requests under way at once: an answer of S3 takes tens of milliseconds, most of them waiting.
_THREADS = 16
_TAKEN = ("PreconditionFailed", "ConditionalRequestConflict")
_ABSENT = ("NoSuchKey", "NotFound", "404")


class Store(Protocol):
    """Names are relative to the root, with ``/`` between folders. All methods raise ``StorageError``."""

    def create(self, name: str, data: bytes) -> bool:
        """Write an object that is not there yet; False where it is, and then it is left alone."""

    def put(self, name: str, data: bytes) -> None:
        """Write an object, in place of one that is there."""

    def get(self, name: str) -> bytes | None:
        """An object's bytes; None where it is not there."""

    def size(self, name: str) -> int | None:
        """An object's bytes, counted; None where it is not there."""

    def names(self, folder: str, begin: str = "", after: str = "") -> list[str]:
        """Names in a folder (without it) that begin so and sort after that one, sorted."""

    def each(self, function: Callable[[T], U], items: Iterable[T]) -> list[U]:
        """The function's answers, in order; several at once where that saves waiting."""


def open_store(root: str, options: Mapping[str, str]) -> Store:
    """The store of a lake in a folder or under ``s3://bucket/prefix``, one a process."""
    return _opened(root, tuple(sorted(options.items())))


@lru_cache(maxsize=64)
def _opened(root: str, options: tuple[tuple[str, str], ...]) -> Store:
    return Bucket(root, dict(options)) if root.startswith("s3://") else Folder(root)


class Folder:
    """Objects as files below a folder."""

    def __init__(self, root: str) -> None:
        self._root = Path(root)

    def create(self, name: str, data: bytes) -> bool:
        """Write an object unless it is there."""
        path = self._root / name
        draft = path.with_name(f".{uuid4().hex}")
        try:
            if path.exists():
                return False
            self._write(draft, data)
            try:
                os.link(draft, path)
            except FileExistsError:
                return False
            finally:
                draft.unlink()
        except OSError as error:
            raise self._failure("written", name, error) from error
        return True

    def put(self, name: str, data: bytes) -> None:
        """Write an object."""
        path = self._root / name
        draft = path.with_name(f".{uuid4().hex}")
        try:
            self._write(draft, data)
            draft.replace(path)
        except OSError as error:
            raise self._failure("written", name, error) from error

    def get(self, name: str) -> bytes | None:
        """An object's bytes."""
        try:
            return (self._root / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._failure("read", name, error) from error

    def size(self, name: str) -> int | None:
        """An object's size."""
        try:
            return (self._root / name).stat().st_size
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._failure("read", name, error) from error

    def names(self, folder: str, begin: str = "", after: str = "") -> list[str]:
        """Names in a folder."""
        try:
            found = os.listdir(self._root / folder)  # noqa: PTH208  no path is wanted
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._failure("listed", folder, error) from error
        return sorted(each for each in found if each.startswith(begin) and each > after)

    def each(self, function: Callable[[T], U], items: Iterable[T]) -> list[U]:
        """The function's answers."""
        return [function(item) for item in items]

    @staticmethod
    def _write(path: Path, data: bytes) -> None:
        try:
            path.write_bytes(data)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

    def _failure(self, what: str, name: str, error: OSError) -> StorageError:
        return StorageError(f"The lake's {self._root / name} cannot be {what}: {error.strerror}.")


class Bucket:
    """Objects under a prefix on S3, with the options that Delta's own access has."""

    def __init__(self, root: str, options: Mapping[str, str]) -> None:
        self._bucket, self._prefix = split_uri(root)
        self._options = options

    @cached_property
    def _client(self) -> S3Client:
        from infra.aws import make_s3_client

        return make_s3_client(self._options.get("aws_region"), self._options.get("aws_endpoint_url"))

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(_THREADS, thread_name_prefix="lake")

    def create(self, name: str, data: bytes) -> bool:
        """Write an object unless it is there."""
        from botocore.exceptions import ClientError

        from infra.aws import storage_errors

        with storage_errors(f"write {self._uri(name)}"):
            try:
                self._client.put_object(Bucket=self._bucket, Key=self._key(name), Body=data, IfNoneMatch="*")
            except ClientError as error:
                if _code(error) in _TAKEN:
                    return False
                raise
        return True

    def put(self, name: str, data: bytes) -> None:
        """Write an object."""
        from infra.aws import storage_errors

        with storage_errors(f"write {self._uri(name)}"):
            self._client.put_object(Bucket=self._bucket, Key=self._key(name), Body=data)

    def get(self, name: str) -> bytes | None:
        """An object's bytes."""
        from botocore.exceptions import ClientError

        from infra.aws import storage_errors

        with storage_errors(f"read {self._uri(name)}"):
            try:
                return self._client.get_object(Bucket=self._bucket, Key=self._key(name))["Body"].read()
            except ClientError as error:
                if _code(error) in _ABSENT:
                    return None
                raise

    def size(self, name: str) -> int | None:
        """An object's size."""
        from botocore.exceptions import ClientError

        from infra.aws import storage_errors

        with storage_errors(f"read {self._uri(name)}"):
            try:
                return self._client.head_object(Bucket=self._bucket, Key=self._key(name))["ContentLength"]
            except ClientError as error:
                if _code(error) in _ABSENT:
                    return None
                raise

    def names(self, folder: str, begin: str = "", after: str = "") -> list[str]:
        """Names in a folder."""
        from infra.aws import storage_errors

        head = self._key(f"{folder}/")
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=head + begin, StartAfter=head + after
        )
        with storage_errors(f"list {self._uri(folder)}"):
            return [each["Key"].removeprefix(head) for page in pages for each in page.get("Contents", ())]

    def each(self, function: Callable[[T], U], items: Iterable[T]) -> list[U]:
        """The function's answers."""
        return list(self._threads.map(function, items))

    def _key(self, name: str) -> str:
        return f"{self._prefix}/{name}" if self._prefix else name

    def _uri(self, name: str) -> str:
        return f"s3://{self._bucket}/{self._key(name)}"


def _code(error: object) -> str:
    return str(getattr(error, "response", {}).get("Error", {}).get("Code", ""))
