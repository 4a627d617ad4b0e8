"""The line into a lake parted by province: the lake that one of one piece would be, whoever dies on the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.line import bring_in
from flows.outcome import BatchResult
from flows.pool import DocumentPool
from infra.lake import Lake
from infra.lake.editions import Editions
from infra.lake.layout import FACTS
from infra.lake.part import Part
from infra.objects import list_objects
from infra.settings import Settings
from tests.generator.tiny import tiny

HUNAN, SHANGHAI, NOWHERE = "株洲市荷塘区", "上海市普陀区", "无名的地方之"


def of(place: str, unit: int = 1, edition: int = 1) -> bytes:
    return tiny(unit, edition).replace(HUNAN.encode(), place.encode())


@pytest.fixture
def parted(tmp_path: Path) -> Settings:
    return Settings(lake=str(tmp_path / "parted"), lake_split="province")


def put(folder: Path, **texts: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    for name, data in texts.items():
        (folder / f"{name}.txt").write_bytes(data)
    return folder


def bring(settings: Settings, folder: Path, pool: DocumentPool, **options: Any) -> BatchResult:
    refs = list(list_objects(str(folder), settings))
    return bring_in(refs, Lake.of(settings), settings, pool=pool, **options)


def rows(settings: Settings) -> dict[str, list[str]]:
    """All that readers see; when the work was done is no part of it."""
    lake = Lake.of(settings)
    ledger = lake.scan("object").select("uri", "state", "document_id", "attempts").collect()
    view = lake.snapshot()
    facts = {name: view.scan(name).drop("ingested_at", strict=False).collect() for name in FACTS}
    return {name: sorted(map(str, each.rows())) for name, each in {**facts, "object": ledger}.items()}


def places(settings: Settings) -> list[str]:
    return sorted(Lake.of(settings).scan("document").collect()["region_code"])


def test_documents_of_several_provinces_are_read_as_from_a_lake_of_one_piece(
    settings: Settings, parted: Settings, pool: DocumentPool, tmp_path: Path
) -> None:
    folder = put(tmp_path / "in", a=of(HUNAN), b=of(SHANGHAI), c=of(NOWHERE), copy=of(HUNAN))
    for each in (settings, parted):
        assert bring(each, folder, pool).counts == {"committed": 3, "alias": 1}
    assert places(parted) == ["000000", "310107", "430202"]
    assert {path.name for path in Path(parted.lake, "province").iterdir()} == {"00", "31", "43"}
    put(folder, b=of(SHANGHAI, edition=2), a=of(SHANGHAI, unit=2))
    for each in (settings, parted):
        bring(each, folder, pool)
        assert bring(each, folder, pool).commit is None
    assert rows(parted) == rows(settings)


@pytest.mark.parametrize("dies_at", ["the second province", "the edition"])
def test_a_batch_whose_worker_died_between_two_provinces_is_finished_by_the_next(
    settings: Settings,
    parted: Settings,
    pool: DocumentPool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    dies_at: str,
) -> None:
    folder = put(tmp_path / "in", a=of(HUNAN), b=of(SHANGHAI))
    for each in (settings, parted):
        bring(each, folder, pool)
    put(folder, a=of(HUNAN, edition=2), b=of(HUNAN, unit=2), c=of(SHANGHAI, unit=3))
    bring(settings, folder, pool)
    with monkeypatch.context() as patched:
        patched.setattr(*_dying(dies_at))
        with pytest.raises(KeyboardInterrupt):
            bring(parted, folder, pool)
    bring(parted, folder, pool)
    seen, expected = rows(parted), rows(settings)
    assert {name: seen[name] for name in FACTS} == {name: expected[name] for name in FACTS}


def _dying(at: str) -> tuple[Any, str, Any]:
    publish = Part.publish

    def second(self: Part, *args: Any) -> Any:
        if self.root.endswith("/43"):
            raise KeyboardInterrupt
        return publish(self, *args)

    def never(*args: Any, **named: Any) -> Any:
        raise KeyboardInterrupt

    return (Part, "publish", second) if at == "the second province" else (Editions, "publish", never)


def test_a_document_goes_to_the_province_that_it_is_told_to_be_of(
    parted: Settings, pool: DocumentPool, tmp_path: Path
) -> None:
    folder = put(tmp_path / "in", a=of(NOWHERE))
    for region in (None, "310107", "430202"):
        assert bring(parted, folder, pool, region=region).counts == {"committed": 1}
        assert places(parted) == [region or "000000"]
    assert set(Lake.of(parted).scan("budget_line").collect()["unit_code"].str.head(6)) == {"430202"}


def test_a_document_that_was_read_as_another_province_s_is_there_once_when_read_again(
    parted: Settings, pool: DocumentPool, tmp_path: Path
) -> None:
    folder = put(tmp_path / "in", a=of(SHANGHAI))
    bring(parted, folder, pool)
    lake = Lake.of(parted)
    view, expected = lake.snapshot(), rows(parted)
    read = {name: view.scan(name).collect() for name in FACTS}
    told = {"region_code": pl.lit("110101"), "unit_code": pl.lit("110101-052001")}
    wrong = {
        name: each.with_columns(**{column: value for column, value in told.items() if column in each})
        for name, each in read.items()
    }
    wrong["document"] = wrong["document"].with_columns(pipeline_version=pl.lit("0.0.1"))
    lake.commit(wrong, replaced=read["document"].select("document_id", "unit_code", "year").rows())
    assert places(parted) == ["110101"]
    assert bring(parted, folder, pool, again=True).counts == {"committed": 1}
    assert {name: rows(parted)[name] for name in FACTS} == {name: expected[name] for name in FACTS}
