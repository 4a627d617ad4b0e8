"""Nine real disclosures of three families against independent truth: every measure of the benchmark is full."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.accuracy import MEASURES, score_file
from tests.shared import ROOT, shared

TRUTHS = sorted(path.stem for path in (ROOT / "corpus" / "truth").glob("*.json")) or ["no truth files"]


@pytest.mark.parametrize("name", TRUTHS)
def test_every_measure_of_a_real_disclosure_is_full(name: str) -> None:
    truth = json.loads(shared("corpus", "truth", f"{name}.json").read_text("utf-8"))
    file: Path = shared("corpus", truth["file"])
    score = score_file(truth, file.read_bytes())
    assert score.wrong == []
    assert set(MEASURES) == set(score.total)
