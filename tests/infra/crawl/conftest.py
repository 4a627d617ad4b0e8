from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from infra.aws import s3_client
from infra.loopback import Loopback
from infra.settings import Settings


def new_bucket(loopback: Loopback) -> Settings:
    """Settings of a new bucket with versions."""
    name = f"test-{uuid4().hex}"
    settings = loopback.settings(landing_bucket=name)
    client = s3_client(settings)
    client.create_bucket(
        Bucket=name,
        CreateBucketConfiguration={"LocationConstraint": settings.region},  # type: ignore[typeddict-item]
    )
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return settings


@pytest.fixture
def bucket_settings(loopback: Loopback) -> Settings:
    """Settings of a bucket of the test's own."""
    return new_bucket(loopback)


@pytest.fixture(scope="module")
def shared_bucket_settings(loopback: Loopback) -> Settings:
    """Settings of a bucket that the tests of a module share and only read."""
    return new_bucket(loopback)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder."""
    return tmp_path / "state"


@pytest.fixture
def loopback_settings(loopback: Loopback) -> Settings:
    """Settings whose bucket does not exist."""
    return loopback.settings(landing_bucket="no-such-bucket")
