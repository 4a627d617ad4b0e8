from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from flows import validate
from flows.batch import SECOND_READING, ingest_batch
from flows.outcome import BatchResult, Outcome
from flows.pool import DocumentPool
from infra.lake import Lake
from infra.objects import list_objects
from infra.settings import Settings
from schemas.rules import evaluate
from tests.flows.conftest import SEED, good_file, last_year
from tests.generator.disclosure import seed
from tests.generator.pdf import draw_pdf
from tests.generator.samples import published_error


def ingest_one(path: Path, lake: Lake, settings: Settings, pool: DocumentPool) -> tuple[Outcome, BatchResult]:
    result = ingest_batch(list(list_objects(str(path), settings)), lake, settings, pool=pool)
    return result.outcomes[0], result


def errors(lake: Lake) -> pl.DataFrame:
    wrong = (pl.col("status") == "violated") & (pl.col("severity") == "error")
    return lake.scan("finding").filter(wrong).collect()


def test_a_good_document_is_proven_and_its_findings_say_what_held(
    tmp_path: Path, lake: Lake, settings: Settings, pool: DocumentPool
) -> None:
    path = tmp_path / SEED
    path.write_bytes(good_file())
    outcome, _ = ingest_one(path, lake, settings, pool)
    assert outcome.grade == "proven"
    assert lake.scan("document").collect()["grade"].to_list() == ["proven"]
    assert errors(lake).is_empty()
    assert lake.scan("finding").filter(pl.col("status") == "exact").collect().height > 500


def test_the_publishers_error_is_committed_with_its_finding(
    tmp_path: Path, lake: Lake, settings: Settings, pool: DocumentPool
) -> None:
    path = tmp_path / "2024年部门预算公开表.pdf"
    path.write_bytes(draw_pdf(published_error(seed())))
    outcome, _ = ingest_one(path, lake, settings, pool)
    assert (outcome.state, outcome.grade) == ("committed", "doubtful")
    assert outcome.findings > 0
    found = errors(lake)
    assert "≠" in found["message_zh"][0]
    assert found["message_en"].str.contains("two readings agree: printed so").any()


def test_an_error_of_the_reading_is_quarantined_with_both_readings(
    tmp_path: Path, lake: Lake, settings: Settings
) -> None:
    path = tmp_path / "misreads 2024年部门预算公开表.pdf"
    path.write_bytes(draw_pdf(seed()))
    with DocumentPool(settings, workers=1, parser="tests.flows.misbehaving:parse") as pool:
        outcome, result = ingest_one(path, lake, settings, pool)
    assert (outcome.state, outcome.reason) == ("quarantined", "extraction_doubt")
    assert "differ in 1 cells" in outcome.message
    kept = {row["table"]: row for row in lake.scan("quarantine").collect().iter_rows(named=True)}
    assert kept["budget_line"]["row_count"] == 1016
    assert kept[SECOND_READING.format("budget_line")]["row_count"] == 1016
    assert kept["finding"]["row_count"] > 0
    assert result.rows.quarantined == result.rows.read
    assert lake.scan("document").collect().is_empty()


def test_a_rule_that_breaks_costs_only_the_document_that_breaks_it(
    tmp_path: Path, lake: Lake, settings: Settings, pool: DocumentPool, monkeypatch: pytest.MonkeyPatch
) -> None:

    def break_on_2023(frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
        if 2023 in frames["document"]["year"]:
            raise ZeroDivisionError("a rule that nobody tried")
        return evaluate(frames)

    monkeypatch.setattr(validate, "evaluate", break_on_2023)
    name, data = last_year()
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(data)
    (tmp_path / "in" / SEED).write_bytes(good_file())
    _, result = ingest_one(tmp_path / "in", lake, settings, pool)
    assert {outcome.ref.file_name: outcome.reason for outcome in result.outcomes} == {
        SEED: None,
        name: "internal_error",
    }
    assert "a rule that nobody tried" in lake.scan("quarantine").collect()["message"][0]
