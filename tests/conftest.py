"""What holds for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.crawl_fork import CrawlForks

# Two busy cores make any single example slow now and then; a test's time is bounded by its examples.
settings.register_profile("calm", deadline=None)
settings.load_profile("calm")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with a slow test go first, so that no process is left alone with one at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def forks() -> Iterator[CrawlForks]:
    """What forks crawling processes, started when first asked for."""
    with CrawlForks() as running:
        yield running
