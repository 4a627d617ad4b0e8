"""The tour works: every command of it, from an empty folder, in both languages alike; so do the page's readers."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from infra.lake import Lake
from tests.docs.repository import ROOT, code_blocks, shell_lines
from tests.sample_lake import seed_lake  # noqa: F401


def _run(line: str, cwd: Path, path: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": path, "COLUMNS": "150"}
    return subprocess.run(["bash", "-c", line], cwd=cwd, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory, command_path: str) -> dict[str, str]:
    """What each command of the tour said, run in order; ``tour/`` is an empty folder."""
    folder = tmp_path_factory.mktemp("tour")
    said = {}
    for line in shell_lines("docs/tour.md"):
        ran = _run(re.sub(r"(?<![\w/])tour/", f"{folder}/", line), ROOT, command_path)
        expected = 1 if "# ends with 1" in line else 0
        assert ran.returncode == expected, f"{line}\n{ran.stdout}{ran.stderr}"
        said[line] = ran.stdout
    said["district.svg"] = (folder / "district.svg").read_text()
    return said


def _words(text: str) -> str:
    return " ".join(text.split())


def test_both_tours_have_the_same_commands_and_answers() -> None:
    for language in ("bash", "text"):
        assert code_blocks("docs/tour.md", language) == code_blocks("docs/tour.zh.md", language)


def test_the_tour_has_eleven_commands() -> None:
    assert len(shell_lines("docs/tour.md")) == 11


@pytest.mark.slow
def test_every_answer_that_the_tour_shows_is_given(tour: dict[str, str]) -> None:
    given = _words("\n".join(tour.values()))
    for block in code_blocks("docs/tour.md", "text"):
        for line in block.splitlines():
            # "…" stands for what is left out.
            for piece in filter(None, map(str.strip, line.split("…"))):
                if "─" not in piece:
                    assert _words(piece) in given


@pytest.mark.slow
def test_the_plot_of_the_tour_is_the_one_that_is_drawn(tour: dict[str, str]) -> None:
    shown = (ROOT / "docs" / "images" / "district.svg").read_text()
    texts = [re.findall(r"<text[^>]*>([^<]*)</text>", svg) for svg in (shown, tour["district.svg"])]
    assert texts[0] == texts[1]
    assert "一般公共服务支出" in texts[0]
    assert "1,077.75" in texts[0]


@pytest.mark.parametrize("page", ["docs/howto_readers.md", "docs/howto_readers.zh.md"])
def test_the_commands_for_readers_work_and_their_python_reads_the_copy(
    seed_lake: Lake,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command_path: str,
    page: str,
) -> None:
    for line in shell_lines(page):
        ran = _run(
            line.replace("./lake", seed_lake.uri).replace("docs/", f"{ROOT}/docs/"), tmp_path, command_path
        )
        assert ran.returncode == 0, f"{line}\n{ran.stdout}{ran.stderr}"
    monkeypatch.chdir(tmp_path)
    for code in code_blocks(page, "python"):
        names: dict[str, object] = {}
        exec(compile(code, page, "exec"), names)  # noqa: S102
        assert {len(names[f"with_{engine}"]) for engine in ("duckdb", "polars", "pandas")} == {1016}  # type: ignore[arg-type]
