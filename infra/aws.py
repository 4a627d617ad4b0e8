"""Clients of S3 and SQS, and their failures in one sentence.

Clients are made once a process and settings: making one costs 50 to 200 ms. Retries are botocore's own
(standard mode: backoff with jitter on throttling, 5xx and broken connections), none are made by hand. boto3 takes
a quarter of a second to import, and is by the first client: work on local folders makes none.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from schemas.errors import StorageError

if TYPE_CHECKING:
    from botocore.config import Config
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

    from infra.settings import Settings

_SAYS = {
    "NoSuchBucket": "the bucket does not exist; check its name and the region",
    "NoSuchKey": "the object does not exist (any more)",
    "NoSuchVersion": "this version of the object does not exist (any more)",
    "404": "it does not exist (any more)",
    "PreconditionFailed": "it was overwritten meanwhile; its newer version is an object of its own",
    "NotFound": "it does not exist (any more)",
    "AccessDenied": "access is denied; check the credentials and the role's policy",
    "403": "access is denied; check the credentials and the role's policy",
    "Forbidden": "access is denied; check the credentials and the role's policy",
    "InvalidAccessKeyId": "the access key is unknown; check the credentials",
    "SignatureDoesNotMatch": "the secret key does not fit the access key; check the credentials",
    "ExpiredToken": "the credentials have expired; renew them",
    "AWS.SimpleQueueService.NonExistentQueue": "the queue does not exist; check BUDGETLAKE_QUEUE_URL",
    "QueueDoesNotExist": "the queue does not exist; check BUDGETLAKE_QUEUE_URL",
}


@lru_cache(maxsize=8)
def s3_client(settings: Settings) -> S3Client:
    """The S3 client of these settings, one a process."""
    return make_s3_client(settings.region, settings.endpoint_url)


@lru_cache(maxsize=8)
def make_s3_client(region: str | None, endpoint_url: str | None) -> S3Client:
    """The S3 client of a region and an address (None: AWS itself), one a process."""
    import boto3

    return boto3.client("s3", region_name=region, endpoint_url=endpoint_url, config=_config())


@lru_cache(maxsize=8)
def sqs_client(settings: Settings) -> SQSClient:
    """The SQS client of these settings, one a process."""
    import boto3

    server = _beside("SQS", settings)
    return boto3.client("sqs", region_name=settings.region, endpoint_url=server, config=_config())


@lru_cache(maxsize=8)
def sns_client(settings: Settings) -> SNSClient:
    """The SNS client of these settings, one a process."""
    import boto3

    server = _beside("SNS", settings)
    return boto3.client("sns", region_name=settings.region, endpoint_url=server, config=_config())


@cache
def _config() -> Config:
    from botocore.config import Config

    return Config(
        retries={"mode": "standard", "max_attempts": 5},
        connect_timeout=5,
        # The long poll of SQS holds the connection 20 s, so reading must be allowed longer than that.
        read_timeout=60,
        max_pool_connections=32,
    )


def _beside(service: str, settings: Settings) -> str | None:
    """The server of a service, which need not be that of the objects: boto3 takes its own variable for None."""
    return None if os.environ.get(f"AWS_ENDPOINT_URL_{service}") else settings.endpoint_url


@contextmanager
def storage_errors(doing: str) -> Iterator[None]:
    """Turns the AWS client's exceptions into ``StorageError``: ``Cannot {doing}: {why and what to do}.``"""
    try:
        yield
    except Exception as error:
        why = _why(error)
        if why is None:
            raise
        raise StorageError(f"Cannot {doing}: {why.rstrip('.')}.") from error


def _why(error: Exception) -> str | None:
    """What an exception of the AWS client says and what to do about it; None for any other exception."""
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        ConnectionError,  # noqa: A004  botocore's own root of everything between socket and answer
        HTTPClientError,
        NoCredentialsError,
        PartialCredentialsError,
    )

    match error:
        case ClientError():
            code = str(error.response.get("Error", {}).get("Code", "unknown error"))
            return _SAYS.get(
                code, f"the server answered {code}: {error.response['Error'].get('Message', '')}"
            )
        case NoCredentialsError() | PartialCredentialsError():
            return "no AWS credentials found; set them in the environment or a profile"
        case ConnectionError() | HTTPClientError():
            return f"the server cannot be reached ({error}); check BUDGETLAKE_ENDPOINT_URL and the network"
        case BotoCoreError():
            return str(error)
    return None
