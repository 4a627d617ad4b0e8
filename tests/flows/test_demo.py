"""What ``make demo`` shows of a lake, without its servers."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from rich.console import Console

from flows.batch import ingest_batch
from flows.pool import DocumentPool
from infra.lake import Lake
from infra.objects import list_objects
from infra.settings import Settings
from tests.demo import show
from tests.flows.conftest import SEED, good_file, last_year
from tests.generator.bad import truncated_pdf


def test_the_demo_shows_partitions_expenditure_grades_and_refusals(
    tmp_path: Path, lake: Lake, settings: Settings, pool: DocumentPool
) -> None:
    earlier, text = last_year()
    folder = tmp_path / "downloads"
    folder.mkdir()
    for name, data in {SEED: good_file(), earlier: text, "坏文件.pdf": truncated_pdf()}.items():
        (folder / name).write_bytes(data)
    ingest_batch(list(list_objects(str(folder), settings)), lake, settings, pool=pool)
    screen = StringIO()
    show(lake, Console(file=screen, width=200))
    for text_shown in (
        "unit_code=430202-052001/year=2023/",
        "unit_code=430202-052001/year=2024/",
        "… 2 partitions",
        "5,254,100.00   2,095,900.00   3,158,200.00",
        "proven",
        "broken_file",
    ):
        assert text_shown in screen.getvalue()
