"""A file that holds several bodies' disclosures, on its way through the line: all of it together, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import polars as pl
import pytest

from flows.batch import ingest_batch
from flows.outcome import BatchResult
from flows.pool import DocumentPool
from flows.report.build import build_report
from flows.report.trace import trace
from flows.settle import settle_keys
from flows.story import find_story, tell
from flows.wording import outcome_line
from infra.lake import Lake
from infra.lake.changes import changes
from infra.lake.layout import FACTS
from infra.loopback import Loopback
from infra.objects import ObjectRef, list_objects
from infra.settings import Settings
from schemas.errors import StorageError
from tests.flows.test_batch import upload
from tests.generator.disclosure import derive
from tests.generator.pdf import draw_pdf
from tests.generator.tiny import SMALL, tiny

Bring = Callable[..., BatchResult]


def chapters(*units: int, edition: int = 1) -> bytes:
    """One text with a chapter for each of these units."""
    return b"\n\n".join(tiny(unit, edition) for unit in units)


@pytest.fixture
def bring(lake: Lake, settings: Settings, pool: DocumentPool, tmp_path: Path) -> Bring:
    """Writes a file into the landing folder and brings it in."""
    folder = tmp_path / "in"
    folder.mkdir()

    def run(name: str, data: bytes) -> BatchResult:
        path = folder / name
        if not path.exists() or path.read_bytes() != data:
            path.write_bytes(data)
        refs = list(list_objects(str(path), settings))
        result = ingest_batch(refs, lake, settings, pool=pool)
        settle_keys({ref.uri for ref in refs}, lake)
        return result

    return run


def units(lake: Lake) -> list[str]:
    return sorted(lake.scan("document").collect()["org_unit_code"])


def totals(lake: Lake) -> dict[str, Decimal]:
    rows = lake.scan("budget_line").filter(pl.col("row_kind") == "grand_total").collect()
    return dict(rows.group_by("org_unit_code").agg(pl.col("amount_yuan").max()).sort("org_unit_code").rows())


def contents(lake: Lake) -> dict[str, pl.DataFrame]:
    """All rows of the lake, but for when they came."""
    times = ("retrieved_at", "ingested_at", "source_uri", "file_name")
    rows = {name: lake.scan(name).collect() for name in FACTS}
    return {name: frame.drop(*times, strict=False).sort(pl.all().exclude("evidence", "cells", "column_paths"))
            for name, frame in rows.items()}  # fmt: skip


def test_all_chapters_become_visible_in_one_version_of_the_lake(bring: Bring, lake: Lake) -> None:
    result = bring("a.txt", chapters(1, 2, 3))
    (outcome,) = result.outcomes
    assert (outcome.state, outcome.chapters, lake.snapshot().version) == ("committed", 3, 1)
    assert "and 2 more" in outcome_line(outcome)
    assert units(lake) == ["052001", "052002", "052003"]
    assert lake.scan("document").collect()["document_id"].n_unique() == 1
    assert result.rows.balanced
    assert outcome.rows == sum(lake.scan(name).collect().height for name in FACTS if name != "finding")


def test_each_chapter_has_the_rows_findings_and_grade_of_a_file_of_its_own(
    bring: Bring, lake: Lake, settings: Settings, pool: DocumentPool, tmp_path: Path
) -> None:
    bring("a.txt", chapters(1, 2))
    alone = Lake.of(settings.model_copy(update={"lake": str(tmp_path / "other")}))
    for unit in (1, 2):
        path = tmp_path / f"{unit}.txt"
        path.write_bytes(tiny(unit))
        ingest_batch(list(list_objects(str(path), settings)), alone, settings, pool=pool)
    for name, columns in (
        ("budget_line", ("org_unit_code", "form_code", "row_no", "col_no", "text_raw", "amount_yuan")),
        ("finding", ("org_unit_code", "check_code", "status", "left_value", "right_value")),
        ("document", ("org_unit_code", "org_unit_name", "grade", "statement_count", "line_count")),
    ):
        one, other = (each.scan(name).select(columns).collect().sort(columns) for each in (lake, alone))
        assert one.equals(other)


def test_the_same_file_again_and_its_copy_add_nothing(bring: Bring, lake: Lake) -> None:
    bring("a.txt", chapters(1, 2))
    before, version = contents(lake), lake.snapshot().version
    assert bring("a.txt", chapters(1, 2)).outcomes[0].state == "unchanged"
    assert bring("b.txt", chapters(1, 2)).outcomes[0].state == "alias"
    assert lake.snapshot().version == version
    assert all(rows.equals(before[name]) for name, rows in contents(lake).items())


def test_a_crash_before_the_ledger_is_made_up_for_by_the_next_call(
    bring: Bring, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:

        def fail(*_: object, **__: object) -> None:
            raise StorageError("the store is away")

        patched.setattr(Lake, "record", fail)
        with pytest.raises(StorageError):
            bring("a.txt", chapters(1, 2))
    assert bring("a.txt", chapters(1, 2)).outcomes[0].state == "unchanged"
    assert units(lake) == ["052001", "052002"]


@pytest.mark.parametrize("order", [[[0], [1]], [[1], [0]], [[0, 1]]])
def test_a_newer_version_with_fewer_chapters_withdraws_those_that_went_in_any_order(
    lake: Lake, settings: Settings, pool: DocumentPool, loopback: Loopback, order: list[list[int]]
) -> None:
    here = loopback.settings(lake=settings.lake)
    key = f"{uuid4().hex}/公开.txt"
    refs = [
        replace(upload(loopback, here, key, data), sequencer=f"0{place}")
        for place, data in enumerate((chapters(1, 2, 3), chapters(2, 3, edition=2)))
    ]
    for batch in order:
        ingest_batch([refs[place] for place in batch], lake, here, pool=pool)
        settle_keys({refs[0].uri}, lake)
    assert units(lake) == ["052002", "052003"]
    assert set(lake.scan("budget_line").collect()["org_unit_code"]) == {"052002", "052003"}
    states = dict(lake.scan("object").select("version_id", "state").collect().rows())
    assert states == {refs[0].version_id: "superseded", refs[1].version_id: "committed"}


def test_a_unit_s_own_newer_file_replaces_its_chapter_alone_until_it_goes(
    bring: Bring, lake: Lake, settings: Settings
) -> None:
    bring("a.txt", chapters(1, 2))
    before = totals(lake)
    bring("own.txt", tiny(2, 7))
    after = totals(lake)
    assert after["052001"] == before["052001"]
    assert after["052002"] != before["052002"]
    own = lake.scan("document").filter(pl.col("file_name") == "own.txt").collect()
    lake.commit({}, own.select("document_id", "unit_code", "year").rows())
    assert totals(lake) == before


def test_one_broken_chapter_keeps_the_whole_file_out_with_all_its_rows(
    lake: Lake, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "breaks.txt"
    path.write_bytes(chapters(1, 2))
    refs: list[ObjectRef] = list(list_objects(str(path), settings))
    with DocumentPool(settings, workers=1, parser="tests.flows.misbehaving:parse") as pool:
        result = ingest_batch(refs, lake, settings, pool=pool)
    assert (result.outcomes[0].state, result.outcomes[0].reason) == ("quarantined", "contract_broken")
    assert lake.scan("document").collect().is_empty()
    kept = dict(lake.scan("quarantine").select("table", "row_count").collect().rows())
    assert kept["document"] == 2
    assert sum(kept.values()) == result.rows.quarantined == result.rows.read


def test_explain_tells_every_chapter_of_a_file(bring: Bring, lake: Lake) -> None:
    bring("a.txt", chapters(1, 2))
    document = lake.scan("document").collect()["document_id"][0]
    told = [line for line in tell(find_story(document[:12], lake)) if line.startswith("document ")]
    assert [line.split()[2] for line in told] == ["430202-052001", "430202-052002"]


def test_changes_name_the_cells_of_both_chapters_that_a_new_edition_changed(bring: Bring, lake: Lake) -> None:
    bring("a.txt", chapters(1, 2))
    since = lake.snapshot().version
    bring("a.txt", chapters(1, 2, edition=2))
    cells = changes(lake, since).cells
    assert set(cells["change"]) == {"changed"}
    assert set(cells["unit_code"]) == {"430202-052001", "430202-052002"}


def test_pages_of_a_chapter_are_those_of_the_file(bring: Bring, lake: Lake) -> None:
    made = []
    for code, name in (("052001", "株洲市荷塘区样例甲中心"), ("052002", "株洲市荷塘区样例乙中心")):
        whole = derive(code, name, 2024)
        tables = tuple(each for each in whole.tables if each.form == SMALL)
        made.append(replace(whole, tables=tables, contents=()))
    bring("a.pdf", draw_pdf(made[0], None, made[1]))
    found = [trace(lake, code, 2024, SMALL)[0] for code in ("052001", "052002")]
    pages = [each.page for each in found]
    assert pages[0] is not None
    assert pages[1] == pages[0] + max(
        lake.scan("statement").filter(unit_code="430202-052001").collect()["page_to"]
    )
    assert [each.document["org_unit_code"] for each in found] == ["052001", "052002"]


def test_the_report_has_a_page_for_every_chapter(
    bring: Bring, lake: Lake, settings: Settings, tmp_path: Path
) -> None:
    bring("a.txt", b"\n\n".join(tiny(unit, forms=(SMALL,)) for unit in (1, 2)))
    built = build_report(lake, settings.model_copy(update={"workers": 1}), tmp_path / "report")
    assert built.documents == 2
    pages = {
        path.parent.name: path.read_text("utf-8") for path in (tmp_path / "report").glob("document/*/*.html")
    }
    assert sorted(pages) == ["430202-052001", "430202-052002"]
    assert "2/2" in pages["430202-052002"]
