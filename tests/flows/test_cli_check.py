"""The commands ``check`` and ``findings``: what fails is spelled out, and nothing is written by a check."""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction
from pathlib import Path

import pytest

from flows.batch import ingest_batch
from flows.pool import DocumentPool
from infra.lake import Lake
from infra.objects import list_objects
from infra.settings import Settings
from tests.flows.conftest import SEED, good_file
from tests.flows.test_cli import Cli, cli, seed_file
from tests.generator.disclosure import derive, seed
from tests.generator.ledger import Rule
from tests.generator.pdf import draw_pdf
from tests.generator.samples import published_error
from tests.generator.text import write_text

__all__ = ["cli", "seed_file"]


@pytest.fixture
def wrong_file(tmp_path: Path) -> Path:
    path = tmp_path / "wrong" / "2024年部门预算公开表.pdf"
    path.parent.mkdir()
    path.write_bytes(draw_pdf(published_error(seed())))
    return path


def test_a_good_file_is_proven_with_status_0_and_nothing_is_written(
    cli: Cli, seed_file: Path, tmp_path: Path
) -> None:
    status, out, err = cli("check", seed_file)
    assert (status, err) == (0, "")
    assert out.startswith("proven ")
    assert "430202-052001" in out
    assert "checks: " in out
    assert not (tmp_path / "lake").exists()


def test_what_fails_is_spelled_out_with_its_page_and_cells(cli: Cli, wrong_file: Path) -> None:
    status, out, _ = cli("check", wrong_file)
    assert status == 1
    assert out.startswith("doubtful ")
    failing = next(line for line in out.splitlines() if "≠" in line)
    assert " + " in failing
    assert "two readings agree: printed so" in failing
    after = out.splitlines()[out.splitlines().index(failing) + 1]
    assert after.strip().startswith("page ")
    assert "row" in after and "column" in after


def test_findings_for_information_are_counted_and_shown_on_demand(cli: Cli, seed_file: Path) -> None:
    counted, shown = cli("check", seed_file)[1], cli("check", seed_file, "--all")[1]
    assert "findings for information" in counted
    assert "S15 ×" in counted
    assert len(shown.splitlines()) > len(counted.splitlines())


def test_check_gives_json_and_nothing_else(cli: Cli, wrong_file: Path) -> None:
    status, out, _ = cli("check", wrong_file, "--json")
    told = json.loads(out)
    assert status == 1
    assert (told["grade"], told["year"], told["unit_code"]) == ("doubtful", 2024, "430202-052001")
    worst = next(row for row in told["findings"] if row["severity"] == "error")
    assert "≠" in worst["message_zh"]
    assert worst["cells"][0]["page_no"] >= 1
    assert isinstance(worst["left_value"], str)


def test_a_file_that_would_be_refused_says_why_with_status_1(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "empty.pdf"
    path.write_bytes(b"")
    status, out, _ = cli("check", path)
    assert status == 1
    assert out.startswith("quarantined ")
    assert "empty_file" in out
    assert json.loads(cli("check", path, "--json")[1])["reason"] == "empty_file"


def test_a_folder_of_files_is_not_checked(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for name in ("a.txt", "b.txt"):
        (tmp_path / "folder" / name).write_bytes(good_file())
    status, _, err = cli("check", tmp_path / "folder")
    assert status == 2
    assert "give one file" in err


@pytest.fixture(scope="module")
def filled_lake(tmp_path_factory: pytest.TempPathFactory, pool: DocumentPool) -> Path:
    """A lake that the tests only read: its second file is of the same unit and year, and replaces the first."""
    folder = tmp_path_factory.mktemp("filled")
    settings = Settings(lake=str(folder / "lake"), max_bytes=2 << 20, max_seconds=20)
    for at, content in enumerate([good_file(), draw_pdf(published_error(seed()))]):
        path = folder / str(at) / SEED
        path.parent.mkdir()
        path.write_bytes(content)
        ingest_batch(list(list_objects(str(path), settings)), Lake.of(settings), settings, pool=pool)
    return folder / "lake"


@pytest.fixture
def filled(cli: Cli, filled_lake: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.setenv("BUDGETLAKE_LAKE", str(filled_lake))
    return cli


def test_findings_of_the_lake_are_spelled_out_under_their_document(filled: Cli) -> None:
    status, out, _ = filled("findings")
    assert status == 0
    assert "430202-052001" in out.splitlines()[0]
    assert "≠" in out
    assert out.splitlines()[-1].endswith("findings")


@pytest.mark.parametrize(
    ("options", "some"),
    [
        (["--unit", "行政审批"], True),
        (["--unit", "052001"], True),
        (["--unit", "财政局"], False),
        (["--year", "2024"], True),
        (["--year", "2023"], False),
        (["--rule", "S09"], True),
        (["--rule", "S09", "--severity", "error"], False),
        (["--rule", "S15"], False),
        (["--rule", "S15", "--severity", "info"], True),
    ],
)
def test_findings_can_be_asked_for(filled: Cli, options: list[str], some: bool) -> None:
    status, out, _ = filled("findings", *options, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert status == 0
    assert bool(rows) is some
    assert all(row["status"] == "violated" for row in rows)


def test_documents_of_the_lake_are_held_against_each_other(cli: Cli, seed_file: Path, tmp_path: Path) -> None:
    earlier = tmp_path / "2023.txt"
    tenth = Rule(Fraction(1, 10), Fraction(1, 10), Fraction(1, 10))
    earlier.write_bytes(write_text(derive("052001", seed().unit_name, 2023, tenth)))
    cli("ingest", seed_file, earlier)
    status, out, _ = cli("findings", "--rule", "A03")
    assert status == 0
    assert "5,254,100.00 yuan, the year before 525,400.00 yuan" in out
    assert json.loads(cli("findings", "--rule", "A03", "--year", "2023", "--format", "json")[1]) == []


def test_errors_come_first(filled: Cli) -> None:
    rows = json.loads(filled("findings", "--severity", "info", "--format", "json")[1])
    order = [["error", "warning", "info"].index(row["severity"]) for row in rows]
    assert order == sorted(order)
    assert {0, 1, 2} == set(order)


def test_a_rule_that_is_not_there_is_wrong_usage(cli: Cli) -> None:
    status, _, err = cli("findings", "--rule", "R99")
    assert status == 2
    assert "R99 is no rule" in err


def test_an_empty_lake_has_no_findings(cli: Cli) -> None:
    assert cli("findings")[:2] == (0, "0 findings\n")
