"""Where copies for readers lie: a folder or an S3 prefix, a folder a version, and a pointer to the newest.

The pointer, ``latest.json``, is written last and at once: whoever reads it finds a whole copy, and whoever has
read it before goes on with the older one, which stays until the next copy but one is made.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from botocore.exceptions import ClientError

from infra.aws import s3_client, storage_errors
from infra.objects import split_uri
from infra.settings import Settings
from schemas.errors import StorageError

POINTER = "latest.json"


class Shelf(Protocol):
    """A place of copies. Names are relative, with ``/``. All raise ``StorageError``."""

    def put(self, file: Path, name: str) -> None:
        """Store a local file."""

    def fetch(self, name: str, file: Path) -> None:
        """Read what was stored back into a local file."""

    def point(self, content: dict[str, Any]) -> None:
        """Replace the pointer at once."""

    def pointer(self) -> dict[str, Any] | None:
        """What the pointer says; None while there is none."""

    def remove(self, folder: str) -> None:
        """Remove a folder with all in it; nothing where it is not there."""


def shelf_of(uri: str, settings: Settings) -> Shelf:
    """The place of an address: ``s3://bucket/prefix`` or a folder."""
    return _Bucket(uri, settings) if uri.startswith("s3://") else _Folder(Path(uri).absolute())


class _Folder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, file: Path, name: str) -> None:
        with _explained(self._root):
            target = self._root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = target.with_name(f".{target.name}.draft")
            shutil.copyfile(file, draft)
            draft.replace(target)

    def fetch(self, name: str, file: Path) -> None:
        with _explained(self._root):
            shutil.copyfile(self._root / name, file)

    def point(self, content: dict[str, Any]) -> None:
        with _explained(self._root):
            draft = self._root / f".{POINTER}.draft"
            with draft.open("w", encoding="utf-8") as file:
                file.write(_text(content))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._root / POINTER)

    def pointer(self) -> dict[str, Any] | None:
        with _explained(self._root):
            path = self._root / POINTER
            return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None

    def remove(self, folder: str) -> None:
        with _explained(self._root):
            if (self._root / folder).exists():
                shutil.rmtree(self._root / folder)


class _Bucket:
    def __init__(self, uri: str, settings: Settings) -> None:
        self._bucket, prefix = split_uri(uri.rstrip("/") + "/")
        self._prefix = prefix
        self._uri = uri
        self._s3 = s3_client(settings)

    def put(self, file: Path, name: str) -> None:
        with storage_errors(f"store {name} under {self._uri}"):
            self._s3.upload_file(str(file), self._bucket, self._prefix + name)

    def fetch(self, name: str, file: Path) -> None:
        with storage_errors(f"read {name} under {self._uri}"):
            self._s3.download_file(self._bucket, self._prefix + name, str(file))

    def point(self, content: dict[str, Any]) -> None:
        with storage_errors(f"write {POINTER} under {self._uri}"):
            self._s3.put_object(Bucket=self._bucket, Key=self._prefix + POINTER, Body=_text(content).encode())

    def pointer(self) -> dict[str, Any] | None:
        with storage_errors(f"read {POINTER} under {self._uri}"):
            try:
                answer = self._s3.get_object(Bucket=self._bucket, Key=self._prefix + POINTER)
            except ClientError as error:
                if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                    return None
                raise
            found: dict[str, Any] = json.loads(answer["Body"].read())
            return found

    def remove(self, folder: str) -> None:
        with storage_errors(f"remove {folder} under {self._uri}"):
            pages = self._s3.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=f"{self._prefix}{folder}/"
            )
            for page in pages:
                if keys := [{"Key": item["Key"]} for item in page.get("Contents", ())]:
                    self._s3.delete_objects(Bucket=self._bucket, Delete={"Objects": keys})  # type: ignore[typeddict-item]


@contextmanager
def _explained(root: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, json.JSONDecodeError) as error:
        raise StorageError(f"The copy at {root} cannot be read or written: {error}.") from error


def _text(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2) + "\n"
