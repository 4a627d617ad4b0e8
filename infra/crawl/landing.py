"""Into the landing bucket: an attachment once by content, whole or not at all, with where it came from.

The key is of the address, so another content of the same address is a new version of the same object; the
same content again is nothing at all. A put is single and conditional: on the key being free, or on the
version that was looked at. What is known of the origin travels as metadata of the object, of which S3 keeps
2 KB of ASCII: texts are encoded as in mail (RFC 2047), long ones cut, and the least needed are left out first.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from typing import Any

from botocore.exceptions import ClientError

from infra.aws import s3_client, storage_errors
from infra.objects import object_uri, split_uri
from infra.settings import Settings

PREFIX = "crawl"
_MOST_METADATA = 2000  # bytes of names and values; S3 allows 2,048
_LONGEST_TEXT = 60  # characters of a text, which are up to 240 bytes encoded


@dataclass(frozen=True, slots=True)
class Landed:
    """An object that holds the content; ``changed`` says that an older content stood there, ``put`` that
    this call put it there.
    """

    uri: str
    version_id: str | None
    put: bool
    changed: bool


def key_of(region: str, url: str, name: str) -> str:
    """The key of an address: ``crawl/430202/0123456789abcdef/name.pdf``."""
    return f"{PREFIX}/{region}/{hashlib.sha256(url.encode()).hexdigest()[:16]}/{name}"


def land(
    data: bytes, uri: str, media_type: str, metadata: Mapping[str, str | None], settings: Settings
) -> Landed:
    """Make ``data`` the content of the object, if it is not already.

    Raises ``StorageError``, also where another writer puts the same key at the same time.
    """
    bucket, key = split_uri(uri)
    digest = hashlib.sha256(data)
    client = s3_client(settings)
    with storage_errors(f"land {uri}"):
        there = _head(client, bucket, key)
        if there is not None and there["Metadata"].get("sha256") == digest.hexdigest():
            return Landed(uri, there.get("VersionId"), put=False, changed=False)
        condition = {"IfNoneMatch": "*"} if there is None else {"IfMatch": there["ETag"]}
        answer = client.put_object(
            Bucket=bucket,
            Key=key,
            Body=data,
            ContentType=media_type,
            ChecksumSHA256=base64.b64encode(digest.digest()).decode(),
            Metadata=encode_metadata({"sha256": digest.hexdigest(), **metadata}),
            **condition,
        )
    return Landed(uri, answer.get("VersionId"), put=True, changed=there is not None)


def uri_of(region: str, url: str, name: str, settings: Settings) -> str:
    """The address of the object that an address's content is put into."""
    return object_uri(settings.landing_bucket, key_of(region, url, name))


def encode_metadata(metadata: Mapping[str, str | None]) -> dict[str, str]:
    """Metadata as S3 takes it, in the order of need: what no longer fits in 2 KB is left out."""
    encoded: dict[str, str] = {}
    left = _MOST_METADATA
    for name, value in metadata.items():
        if not value:
            continue
        text = value if value.isascii() and value.isprintable() else _encoded(value)
        if len(name) + len(text) <= left:
            encoded[name] = text
            left -= len(name) + len(text)
    return encoded


def decode_metadata(metadata: Mapping[str, str]) -> dict[str, str]:
    """Metadata of an object as the crawl meant it."""
    return {name: _decoded(value) for name, value in metadata.items()}


def _encoded(text: str) -> str:
    cut = text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"
    return f"=?UTF-8?B?{base64.b64encode(cut.encode()).decode()}?="


def _decoded(text: str) -> str:
    if not text.startswith("=?"):
        return text
    try:
        raw, charset = decode_header(text)[0]
        return raw.decode(charset or "utf-8", "replace") if isinstance(raw, bytes) else raw
    except (HeaderParseError, LookupError, ValueError):
        return text  # not of ours


def _head(client: Any, bucket: str, key: str) -> dict[str, Any] | None:
    try:
        return dict(client.head_object(Bucket=bucket, Key=key))
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NotFound"):
            return None
        raise
