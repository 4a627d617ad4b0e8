"""``budgetlake export`` and ``budgetlake compact`` as people call them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.cli.entry import _run
from infra.lake import Lake
from tests.infra.documents import document


@pytest.fixture
def lake(tmp_path: Path) -> str:
    lake = Lake(str(tmp_path / "lake"))
    lake.commit(document("a"))
    return lake.uri


@pytest.mark.parametrize("kind", ["parquet", "csv", "xlsx"])
def test_an_export_says_what_it_wrote(
    lake: str, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    arguments = ["export", "unit_overview", "--lake", lake, "--out", str(out), "--format", kind]
    assert _run([*arguments, "--unit", "430202-052001", "--year", "2024", "--region", "430200"]) == 0
    assert capsys.readouterr().out == f"{out}: 1 row in 1 file\n"
    assert {path.name for path in out.iterdir()} > {"datapackage.json", "dictionary.csv"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nonsense"], "no view or table"),
        (["document", "--bom"], "--bom is for --format csv"),
        (["document", "--year", "1999"], "no such rows"),
    ],
)
def test_a_wrong_export_is_one_sentence_and_status_2(
    lake: str, tmp_path: Path, arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(["export", *arguments, "--lake", lake, "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


def test_a_copy_is_made_once_for_a_version(
    lake: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "copy"
    for says in ("equal to the lake's", "unchanged"):
        assert _run(["compact", "--lake", lake, "--out", str(out)]) == 0
        assert says in capsys.readouterr().out
    assert (out / json.loads((out / "latest.json").read_text())["folder"]).is_dir()


def test_a_copy_of_nothing_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(["compact", "--lake", str(tmp_path / "none"), "--out", str(tmp_path / "copy")]) == 2
    assert "ingest something first" in capsys.readouterr().err
