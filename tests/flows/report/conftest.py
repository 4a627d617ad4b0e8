"""A small lake for the report: a unit's two years, one with two versions, and a publisher's error."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from flows.batch import ingest_batch
from flows.pool import DocumentPool
from flows.report.build import Built, build_report
from infra.lake import Lake
from infra.objects import list_objects
from infra.settings import Settings
from tests.generator.bad import ERROR_PAGE
from tests.generator.disclosure import derive, seed, with_change
from tests.generator.pdf import draw_pdf
from tests.generator.samples import LAST_YEAR, THIRD_UNIT, published_error
from tests.generator.text import write_text
from tests.once import made_once

NAME = "株洲市荷塘区行政审批服务局"
SECOND = "株洲市荷塘区样例服务中心"


class Filled(NamedTuple):
    """A lake with its settings, and the folder that its documents were read from."""

    lake: Lake
    settings: Settings
    folder: Path


def ingest(folder: Path, settings: Settings, pool: DocumentPool) -> Lake:
    """Everything in the folder into the lake of the settings."""
    lake = Lake.of(settings)
    ingest_batch(list(list_objects(str(folder), settings)), lake, settings, pool=pool)
    return lake


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, pool: DocumentPool) -> Filled:
    """The lake that tests of the report read and do not change."""

    def of(root: Path) -> Filled:
        settings = Settings(lake=str(root / "lake"), max_bytes=2 << 20, max_seconds=20, workers=1)
        return Filled(Lake.of(settings), settings, root / "disclosures")

    return of(made_once(tmp_path_factory, "filled", lambda root: _fill(of(root), pool)))


def _fill(filled: Filled, pool: DocumentPool) -> None:
    _, settings, folder = filled
    folder.mkdir()
    last_year = derive("052001", NAME, 2023, LAST_YEAR)
    (folder / f"{last_year.file_name}.txt").write_bytes(write_text(last_year))
    own = seed()
    path = folder / f"{own.file_name}.pdf"
    # A first version, in which 行政运行 of 支出总表 says something else.
    index = next(place for place, table in enumerate(own.tables) if table.number == 3)
    row = next(place for place, texts in enumerate(own.tables[index].rows) if "2010301" in texts)
    path.write_bytes(draw_pdf(with_change(own, index, row, 5, "999.99")))
    ingest(folder, settings, pool)
    path.write_bytes(draw_pdf(own))
    third = published_error(derive("054001", SECOND, 2024, THIRD_UNIT))
    (folder / f"{third.file_name}.pdf").write_bytes(draw_pdf(third))
    (folder / "株洲市荷塘区样例档案馆_2024年部门预算公开表.pdf").write_text(ERROR_PAGE)
    ingest(folder, settings, pool)


class Pages(NamedTuple):
    """A made report."""

    folder: Path
    built: Built

    def document(self, name: str, year: int) -> Path:
        """The page of a unit's document, by the unit's name."""
        return next(
            path
            for path in self.folder.glob(f"document/*/{year}-*.html")
            if f"<h1>{name} " in path.read_text(encoding="utf-8")
        )


@pytest.fixture(scope="session")
def pages(filled: Filled, tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """The report of the filled lake."""
    folder = tmp_path_factory.mktemp("report")
    return Pages(folder, build_report(filled.lake, filled.settings, folder))
