"""Where the shared test data is: real disclosures that are never copied into the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("BUDGETLAKE_SHARED", Path(__file__).resolve().parents[2] / "shared"))


def shared(*parts: str) -> Path:
    """The path of a shared file; skips the calling test where the shared data is absent."""
    path = ROOT.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"shared test data not found: {path} (set BUDGETLAKE_SHARED to its folder)")
    return path
