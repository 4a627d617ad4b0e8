from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from infra.aws import s3_client
from infra.lake import Lake
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


@pytest.fixture(params=["folder", "s3"])
def lake(request: pytest.FixtureRequest, tmp_path: Path) -> Lake:
    """A new lake, once in a folder and once on S3."""
    if request.param == "folder":
        return Lake(str(tmp_path / "lake"))
    loopback: Loopback = request.getfixturevalue("loopback")
    bucket: str = request.getfixturevalue("bucket")
    return Lake.of(loopback.settings(lake=f"s3://{bucket}/lake"))


@pytest.fixture
def folder(tmp_path: Path) -> Lake:
    """A new lake in a folder."""
    return Lake(str(tmp_path / "lake"))
