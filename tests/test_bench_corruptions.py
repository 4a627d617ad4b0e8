"""The corruption benchmark does what its figures claim: each way damages, and the program judges the damage."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bench.damage import WAYS
from bench.spoil import Source, source_of, spoil
from parsers.grid import Reading
from tests.generator.disclosure import seed
from tests.generator.pdf import draw_pdf
from tests.generator.text import write_text


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Source]:
    folder = tmp_path_factory.mktemp("files")
    found = {}
    for kind, data in (("pdf", draw_pdf(seed())), ("txt", write_text(seed()))):
        path = folder / f"{seed().file_name}.{kind}"
        path.write_bytes(data)
        source = source_of(Path(path), None)
        assert source is not None
        found[kind] = source
    return found


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", ["pdf", "txt"])
def test_each_way_changes_one_thing_and_keeps_the_grids_whole(
    sources: dict[str, Source], way: str, kind: str
) -> None:
    target = sources[kind].target
    drawn = (WAYS[way](random.Random(number), target) for number in range(50))
    reading, what = next(damage for damage in drawn if damage is not None)
    assert isinstance(reading, Reading)
    assert reading != target.reading
    assert what
    changed = sum(one != two for one, two in zip(reading.blocks, target.reading.blocks, strict=True))
    assert changed >= 1 if way == "unit_of_all" else changed == 1


def test_what_is_spoilt_in_a_pdf_is_quarantined_where_the_rules_see_it(sources: dict[str, Source]) -> None:
    runs = spoil([sources["pdf"]], 2 * len(WAYS), 1)
    assert {run.way for run in runs} == set(WAYS)
    outcomes = [run.outcome for run in runs]
    assert outcomes.count("quarantined") + outcomes.count("refused") >= 0.75 * len(runs)
    assert all(run.outcome == "quarantined" for run in runs if run.way == "unit_of_a_table")


def test_what_is_spoilt_in_a_file_that_states_its_cells_is_flagged(sources: dict[str, Source]) -> None:
    runs = spoil([sources["txt"]], len(WAYS), 1)
    flagged = [run for run in runs if run.outcome == "flagged"]
    assert len(flagged) >= len(runs) // 2
    assert all(run.why for run in flagged)


def test_the_same_seed_gives_the_same_runs(sources: dict[str, Source]) -> None:
    first, second = (spoil([sources["txt"]], 12, 7) for _ in range(2))
    assert [(run.way, run.what, run.outcome) for run in first] == [
        (run.way, run.what, run.outcome) for run in second
    ]
