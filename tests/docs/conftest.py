from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.warm_command import WarmCommand


@pytest.fixture(scope="session")
def command_path() -> Iterator[str]:
    """A ``PATH`` on which ``budgetlake`` answers at once; the folders of pytest have too long names for a socket."""
    with tempfile.TemporaryDirectory() as folder, WarmCommand(Path(folder)) as running:
        yield running.path
