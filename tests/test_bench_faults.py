"""The fault harness in small: two of its runs, as `python -m bench.faults` does them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_the_lake_is_that_of_a_clean_run_after_random_faults() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.faults", "--runs", "2", "--first", "2", "--seed", "12"],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].endswith(" 0 wrong")
    assert '"killed ' in done.stdout
    assert '"run with 4 watchers": 1' in done.stdout
