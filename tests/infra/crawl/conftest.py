from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from infra.aws import s3_client
from infra.loopback import Loopback
from infra.settings import Settings
from tests.crawl_fork import CrawlForks, forked

NewBucket = Callable[[], Settings]


@pytest.fixture(scope="package", autouse=True)
def crawls_are_forked(forks: CrawlForks) -> Iterator[None]:
    """The crawls of this package are forked."""
    with forked(forks):
        yield


@pytest.fixture(scope="session")
def new_bucket(loopback: Loopback) -> NewBucket:
    """Makes a bucket with versions; gives its settings."""

    def make() -> Settings:
        name = f"test-{uuid4().hex}"
        settings = loopback.settings(landing_bucket=name)
        client = s3_client(settings)
        client.create_bucket(
            Bucket=name,
            CreateBucketConfiguration={"LocationConstraint": settings.region},  # type: ignore[typeddict-item]
        )
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return settings

    return make


@pytest.fixture
def bucket_settings(new_bucket: NewBucket) -> Settings:
    """Settings of a bucket of the test's own."""
    return new_bucket()


@pytest.fixture(scope="module")
def shared_bucket_settings(new_bucket: NewBucket) -> Settings:
    """Settings of a bucket that the tests of a module share and only read."""
    return new_bucket()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder."""
    return tmp_path / "state"


@pytest.fixture
def loopback_settings(loopback: Loopback) -> Settings:
    """Settings whose bucket does not exist."""
    return loopback.settings(landing_bucket="no-such-bucket")
