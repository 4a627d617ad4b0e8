from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from infra.aws import s3_client
from infra.loopback import Loopback
from infra.settings import Settings


@pytest.fixture(scope="session")
def loopback() -> Iterator[Loopback]:
    """One S3 and SQS over HTTP for all tests of a run."""
    with Loopback() as running:
        yield running


@pytest.fixture
def bucket(loopback: Loopback) -> str:
    """A bucket of the test's own, without notifications."""
    name = f"test-{uuid4().hex}"
    settings = loopback.settings()
    s3_client(settings).create_bucket(
        Bucket=name,
        CreateBucketConfiguration={"LocationConstraint": settings.region},  # type: ignore[typeddict-item]
    )
    return name


@pytest.fixture
def s3(loopback: Loopback) -> Settings:
    """Settings that point to the local S3."""
    return loopback.settings()
