from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest

from flows.pool import DocumentPool
from infra.aws import s3_client
from infra.lake import Lake
from infra.loopback import Loopback
from infra.settings import Settings
from tests.generator.disclosure import derive, seed
from tests.generator.samples import LAST_YEAR
from tests.generator.text import write_text

SEED = "株洲市荷塘区行政审批服务局_2024年部门预算公开表.txt"


@cache
def good_file() -> bytes:
    """The seed disclosure as text: the fastest whole document."""
    return write_text(seed())


@cache
def last_year() -> tuple[str, bytes]:
    """Name and bytes of the same unit's disclosure of 2023."""
    disclosure = derive("052001", seed().unit_name, 2023, LAST_YEAR)
    return f"{disclosure.file_name}.txt", write_text(disclosure)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(lake=str(tmp_path / "lake"), max_bytes=2 << 20, max_seconds=20)


@pytest.fixture
def lake(settings: Settings) -> Lake:
    return Lake.of(settings)


@pytest.fixture(scope="session")
def pool() -> Iterator[DocumentPool]:
    """Reading processes that all tests share, as a flow's batches do."""
    with DocumentPool(Settings(max_bytes=2 << 20, max_seconds=20), workers=2) as pool:
        yield pool


@pytest.fixture(scope="session")
def loopback() -> Iterator[Loopback]:
    with Loopback() as running:
        yield running


@pytest.fixture(scope="module")
def cloud(loopback: Loopback) -> Settings:
    """Settings of a bucket that the tests of a module share, each under keys of its own."""
    settings = loopback.settings(landing_bucket=f"test-{uuid4().hex}")
    s3_client(settings).create_bucket(
        Bucket=settings.landing_bucket,
        CreateBucketConfiguration={"LocationConstraint": settings.region},  # type: ignore[typeddict-item]
    )
    return settings
