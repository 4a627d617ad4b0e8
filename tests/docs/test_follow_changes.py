"""The example of an incremental consumer: right after any history, however often it runs or dies."""

from __future__ import annotations

import importlib.util
import random
import sqlite3
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

from infra.lake import Lake, open_sql, run_select
from tests.docs.repository import ROOT
from tests.infra.documents import document, document_id, together
from tests.sample_lake import bring, second_text, seed_text, wide_texts

SCRIPT = ROOT / "docs" / "examples" / "follow_changes.py"


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("follow_changes", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _summary(path: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as database:
        return database.execute("SELECT * FROM summary ORDER BY 1, 2, 3, 4, 5, 6").fetchall()


def _exact(lake: Lake) -> list[tuple[object, ...]]:
    sql = """
        SELECT unit_code, year, budget_phase, disclosure_level, class_code, expenditure_type,
               CAST(sum(amount_yuan) * 100 AS BIGINT)
        FROM expenditure_by_function WHERE money_scope = 'all' GROUP BY ALL ORDER BY 1, 2, 3, 4, 5, 6"""
    return run_select(open_sql(lake), sql).rows()


def _spent(name: str, figure: int, unit: str, year: int) -> dict[str, pl.DataFrame]:
    """A document whose one figure is of the additive set that the example sums."""
    frames = document(name, ["expenditure_summary"], unit=unit, year=year, figure=f"{figure}.00")
    lines = frames["budget_line"].with_columns(
        direction=pl.lit("expenditure"),
        expenditure_type=pl.lit("basic"),
        additive_set=pl.when(pl.col("row_no") == 1).then(pl.lit("EXP_FUNC_TYPE")),
    )
    return {**frames, "budget_line": lines}


def test_the_command_follows_real_disclosures_as_they_come(tmp_path: Path) -> None:
    lake, summary = Lake(str(tmp_path / "lake")), tmp_path / "summary.sqlite"
    said = []
    for texts in (seed_text(), second_text(), wide_texts(), {}):
        if texts:
            for name, data in texts.items():
                if not (tmp_path / "in" / name).exists():
                    bring(lake, tmp_path / "in", {name: data})
        ran = subprocess.run(
            [sys.executable, str(SCRIPT), lake.uri, str(summary)],
            check=True, capture_output=True, text=True, cwd=ROOT,
        )  # fmt: skip
        said.append(ran.stdout.split(": ")[1].split()[0])
        assert _summary(summary) == _exact(lake)
    assert said == ["1", "1", "4", "0"]


@pytest.mark.parametrize("seed", range(3))
def test_after_any_history_the_summary_is_that_of_the_lake(
    example: ModuleType, tmp_path: Path, seed: int
) -> None:
    rng = random.Random(seed)
    lake, summary = Lake(str(tmp_path / "lake")), tmp_path / "summary.sqlite"
    units = [f"430202-05{number}001" for number in range(3)]
    there: dict[str, tuple[str, int]] = {}
    for step in range(8):
        if there and rng.random() < 0.3:
            name = rng.choice(sorted(there))
            unit, year = there.pop(name)
            lake.commit({}, replaced=[(document_id(name), unit, year)])
        else:
            unit, year = rng.choice(units), rng.choice([2023, 2024])
            there[f"{step}"] = unit, year
            lake.commit(_spent(f"{step}", rng.randint(1, 99), unit, year))
        for _ in range(rng.choice([0, 1, 2])):
            example.follow(lake, str(summary))
    example.follow(lake, str(summary))
    assert _summary(summary) == _exact(lake)


def test_a_run_that_dies_changes_nothing_and_the_next_does_its_work(
    example: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, summary = Lake(str(tmp_path / "lake")), tmp_path / "summary.sqlite"
    lake.commit(_spent("a", 1, "430202-052001", 2024))
    example.follow(lake, str(summary))
    before = _summary(summary)
    lake.commit(_spent("b", 2, "430202-053001", 2024))

    with monkeypatch.context() as broken:
        broken.setattr(example, "summarise", lambda *_: sys.exit("killed"))
        with pytest.raises(SystemExit):
            example.follow(lake, str(summary))
    assert _summary(summary) == before
    assert example.follow(lake, str(summary))[1] == 1
    assert _summary(summary) == _exact(lake) != before


def test_who_was_away_for_longer_than_the_lake_remembers_begins_anew(
    example: ModuleType, tmp_path: Path
) -> None:
    lake, summary = Lake(str(tmp_path / "lake")), tmp_path / "summary.sqlite"
    lake.commit(together(_spent("a", 1, "430202-052001", 2024), _spent("b", 2, "430202-053001", 2024)))
    example.follow(lake, str(summary))
    forgotten = set(Path(lake.uri, "publication").rglob("*.parquet"))
    lake.commit({}, replaced=[(document_id("a"), "430202-052001", 2024)])
    # Both bodies are of shards of their own or of one: whatever the newest version does not need is cleared away.
    [publication] = [table for table in lake.tables() if table.name == "publication"]
    needed = {Path(file) for file in publication.files()}
    assert forgotten - needed
    for file in forgotten - needed:
        file.unlink()
    example.follow(lake, str(summary))
    assert _summary(summary) == _exact(lake)
    assert len(_summary(summary)) == 1
