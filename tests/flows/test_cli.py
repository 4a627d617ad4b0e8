from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flows import VERSION
from flows.cli.entry import _run, app
from infra.aws import s3_client
from infra.loopback import Loopback
from tests.flows.conftest import SEED, good_file
from tests.generator.bad import ERROR_PAGE, narrative_pdf, pdf_without_money_unit

COMMANDS = [command.name for command in app.registered_commands]

Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Runs the command line in this process: exit status, stdout, stderr. The lake is a new folder."""
    monkeypatch.setenv("BUDGETLAKE_LAKE", str(tmp_path / "lake"))
    monkeypatch.setenv("BUDGETLAKE_WORKERS", "1")
    monkeypatch.delenv("PREFECT_API_URL", raising=False)

    def run(*arguments: object) -> tuple[int, str, str]:
        status = _run([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


@pytest.fixture
def seed_file(tmp_path: Path) -> Path:
    path = tmp_path / "in" / SEED
    path.parent.mkdir()
    path.write_bytes(good_file())
    return path


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_teaches_its_use(cli: Cli, command: str) -> None:
    status, out, _ = cli(command, "--help")
    assert status == 0
    assert "Exit status:" in out
    assert "Example" in out


def test_the_help_names_every_command(cli: Cli) -> None:
    status, out, _ = cli("--help")
    assert status == 0
    assert {"ingest", "tables", "query", "up"} <= set(COMMANDS)
    assert all(str(command) in out for command in COMMANDS)


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys, flows.cli.entry as a; a._run(['ingest', '--help']); print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert not loaded & {"prefect", "pandera", "polars", "deltalake", "duckdb", "boto3", "numpy"}


def test_the_version_is_the_packages(cli: Cli) -> None:
    assert cli("--version")[:2] == (0, f"budgetlake {VERSION}\n")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["ingest", "/does/not/exist.pdf"], "/does/not/exist.pdf"),
        (["ingest", "x", "--region", "43020"], "six digits"),
        (["ingest", "x", "--region", "999999"], "999999"),
        (["ingest", "x", "--lake", "http://lake"], "s3://bucket/prefix"),
        (["tables", "/does/not/exist.pdf"], "/does/not/exist.pdf"),
        (["query", "SELECT nothing FROM budget_line"], "nothing"),
        (["query", "DROP TABLE budget_line"], "read-only"),
        (["query", "SELECT 1", "--format", "xml"], "xml"),
        (["ingst"], "ingst"),
        (["ingest", "--regoin", "x"], "--regoin"),
    ],
)
def test_wrong_usage_is_status_2_and_a_sentence_without_traceback(
    cli: Cli, arguments: list[str], says: str
) -> None:
    status, out, err = cli(*arguments)
    assert status == 2
    assert out == ""
    assert says in err
    assert "Traceback" not in err


def test_a_lake_that_cannot_be_read_is_status_2(cli: Cli, seed_file: Path, tmp_path: Path) -> None:
    broken = tmp_path / "lake" / "object" / "_delta_log"
    broken.mkdir(parents=True)
    (broken / "00000000000000000000.json").write_text("no log\n")
    status, _, err = cli("ingest", seed_file)
    assert status == 2
    assert str(tmp_path / "lake" / "object") in err
    assert err.count("\n") == 1


def test_debug_shows_where_an_error_comes_from(cli: Cli) -> None:
    with pytest.raises(Exception, match="/does/not/exist"):
        cli("--debug", "ingest", "/does/not/exist")


def test_ingest_says_one_line_a_document(cli: Cli, seed_file: Path) -> None:
    status, out, _ = cli("ingest", seed_file)
    assert status == 0
    assert out.startswith("committed ")
    assert str(seed_file) in out
    assert "430202-052001" in out
    assert "21 statements" in out
    assert out.count("\n") == 1
    assert cli("ingest", seed_file)[:2] == (0, f"unchanged    {seed_file}\n")


def test_a_refused_document_is_status_1_and_the_others_are_committed(cli: Cli, seed_file: Path) -> None:
    seed_file.with_name("错误.pdf").write_bytes(ERROR_PAGE.encode())
    seed_file.with_name("空.pdf").write_bytes(b"")
    status, out, _ = cli("ingest", seed_file.parent)
    lines = {line.split()[1].rpartition("/")[2]: line for line in out.splitlines()}
    assert status == 1
    assert lines[SEED].startswith("committed")
    assert "html_error_page: " in lines["错误.pdf"]
    assert "empty_file: " in lines["空.pdf"]


def test_an_s3_prefix_is_a_source(cli: Cli, loopback: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in loopback.environment.items():
        monkeypatch.setenv(name, value)
    key = f"cli/😀 ../{SEED}"
    s3_client(loopback.settings()).put_object(Bucket=loopback.bucket, Key=key, Body=good_file())
    status, out, _ = cli("ingest", f"s3://{loopback.bucket}/cli/")
    assert status == 0
    assert out.startswith(f"committed    s3://{loopback.bucket}/{key}  ")


def test_names_cannot_write_on_the_terminal(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "\x1b[2Jx.pdf"
    path.write_bytes(b"")
    _, out, _ = cli("ingest", path)
    assert "\x1b" not in out
    assert "\\x1b[2Jx.pdf" in out


def test_tables_gives_json_and_nothing_else(cli: Cli, seed_file: Path) -> None:
    status, out, err = cli("tables", seed_file, "--json")
    listed = json.loads(out)
    assert (status, err) == (0, "")
    assert [table["table_no"] for table in listed] == list(range(1, 22))
    assert set(listed[0]) == {"form", "title", "pages", "money_unit", "header", "rows", "table_no"}
    first = listed[0]
    assert (first["form"], first["money_unit"]) == ("revenue_expenditure_summary", "万元")
    assert first["header"][1] == ["收入", "预算数"]
    assert first["rows"][0][:2] == ["一、一般公共预算拨款收入", "525.41"]


def test_tables_needs_neither_unit_nor_year_nor_lake(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("值班登记表\n\n姓名\t电话\n甲\t1\n", encoding="utf-8")
    status, out, _ = cli("tables", path, "--json")
    assert status == 0
    assert [(table["form"], table["rows"]) for table in json.loads(out)] == [
        (None, [["姓名", "电话"], ["甲", "1"]])
    ]
    assert not (tmp_path / "lake").exists()


def test_tables_shows_what_a_document_without_money_unit_has(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(pdf_without_money_unit())
    status, out, _ = cli("tables", path)
    assert status == 0
    assert "no money unit" in out


@pytest.mark.parametrize(
    ("data", "says"), [(b"", "empty"), (ERROR_PAGE.encode(), "web page"), (None, "no table")]
)
def test_tables_of_a_bad_file_is_one_sentence_and_status_1(
    cli: Cli, tmp_path: Path, data: bytes | None, says: str
) -> None:
    path = tmp_path / "坏.pdf"
    path.write_bytes(narrative_pdf() if data is None else data)
    status, out, err = cli("tables", path, "--json")
    assert (status, out) == (1, "")
    assert str(path) in err
    assert says in err
    assert err.count("\n") == 1


def test_query_is_exact_in_every_format(cli: Cli, seed_file: Path) -> None:
    cli("ingest", seed_file)
    sql = (
        "SELECT org_unit_code, year, function_code, amount_wan, amount_yuan FROM budget_line "
        "WHERE form_code = 'expenditure_summary' AND row_kind = 'function_class' AND function_code = '208' "
        "AND expenditure_type IS NULL"
    )
    status, out, _ = cli("query", sql, "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(out))
    assert status == 0
    assert row["org_unit_code"] == "052001"
    amount = row["amount_wan"]
    (same,) = json.loads(cli("query", sql, "--format", "json")[1])
    assert same == {**row, "year": 2024}
    assert f"{amount} " in cli("query", sql)[1]
    assert len(amount.partition(".")[2]) == 2


def test_query_of_an_empty_lake_is_an_empty_answer(cli: Cli) -> None:
    assert cli("query", "SELECT * FROM finding", "--format", "json")[:2] == (0, "[\n]\n")
    assert "0 rows" in cli("query", "SELECT key FROM object")[1]


def test_a_reader_that_has_seen_enough_is_no_error(seed_file: Path, tmp_path: Path) -> None:
    program = "import sys; from flows.cli import main; sys.argv = ['budgetlake', *sys.argv[1:]]; main()"
    sql = "SELECT range FROM range(500000)"
    with subprocess.Popen(
        [sys.executable, "-c", program, "query", sql, "--format", "csv", "--lake", str(tmp_path / "lake")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ},
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0
