"""The commands of operation: what they say and do, on lakes that were brought in by hand."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from flows import VERSION
from infra.aws import s3_client, sqs_client
from infra.lake import Lake
from infra.loopback import Loopback, make_landing
from tests.flows.test_cli import Cli, cli
from tests.generator.tiny import SMALL, tiny

__all__ = ["cli"]

Put = Callable[[str, bytes], Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Puts a file into the landing folder."""
    folder = tmp_path / "landing"
    folder.mkdir()

    def write(name: str, data: bytes) -> Path:
        path = folder / name
        path.write_bytes(data)
        return path

    return write


def test_a_folder_is_reconciled_and_twice_in_a_row_nothing_is_missing(cli: Cli, put: Put) -> None:
    folder = put("a.txt", tiny(1, 1)).parent
    put("b.txt", b"no disclosure")
    status, out, _ = cli("reconcile", folder)
    assert (status, out.splitlines()[-1]) == (0, "listed 2, known 0, missing 2, repaired 2, left 0")
    status, out, _ = cli("reconcile", folder)
    assert (status, out) == (0, "listed 2, known 2, missing 0, repaired 0, left 0\n")


def test_status_counts_states_and_reasons(cli: Cli, put: Put) -> None:
    folder = put("a.txt", tiny(1, 1)).parent
    put("b.txt", b"no disclosure")
    cli("reconcile", folder)
    put("c.txt", tiny(2, 1))
    status, out, _ = cli("status", folder)
    assert status == 0
    assert "committed 1" in out and "quarantined 1" in out
    assert "quarantine       " in out
    assert f"oldest waiting   {folder}/c.txt, 0 min" in out


def test_status_shows_the_queue_and_its_dead_letters(
    cli: Cli, loopback: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = loopback.settings()
    queue, dead = make_landing(settings, "status-landing", "status-uploads")
    for name, value in {
        "QUEUE_URL": queue,
        "ENDPOINT_URL": loopback.endpoint_url,
        "LANDING_BUCKET": "status-landing",
    }.items():
        monkeypatch.setenv(f"BUDGETLAKE_{name}", value)
    s3_client(settings).put_object(Bucket="status-landing", Key="a b.txt", Body=tiny(1, 1))
    sqs_client(settings).send_message(QueueUrl=dead, MessageBody="not JSON")
    status, out, _ = cli("status")
    assert status == 1
    assert "queue            2 waiting, 0 in work" in out  # S3's own test of the connection is one
    assert "oldest waiting   s3://status-landing/a b.txt" in out
    assert "dead letters     1\n                 not a notification of S3" in out


def test_the_story_of_a_key_has_its_versions_its_refusal_and_what_it_gives(cli: Cli, put: Put) -> None:
    path = put("a.txt", b"no disclosure")
    cli("reconcile", path.parent)
    put("a.txt", tiny(1, 1))
    cli("reconcile", path.parent)
    put("b.txt", tiny(1, 2, (SMALL,)))
    cli("reconcile", path.parent)
    status, out, _ = cli("explain", path)
    assert status == 0
    for expected in (
        "was uploaded (13 bytes)",
        "now quarantined",
        "now committed",
        f"by {VERSION}: ",
        "430202-052001 株洲市荷塘区样例第1中心 2024 approved, not current",
        f"overtaken by a newer document: {SMALL}",
    ):
        assert expected in out
    document = Lake(str(path.parents[1] / "lake")).scan("document").collect()["document_id"][0]
    assert cli("explain", document[:8])[0] == 0


def test_what_was_never_seen_has_no_story(cli: Cli) -> None:
    assert cli("explain", "nowhere.pdf")[::2] == (
        2,
        "budgetlake: The lake has never seen nowhere.pdf: give a key, an address or the id of a document.\n",
    )


def test_what_was_refused_for_a_limit_is_replayed_when_the_limit_is_raised(
    cli: Cli, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put("a.txt", tiny(1, 1))
    monkeypatch.setenv("BUDGETLAKE_MAX_BYTES", "100")
    assert cli("ingest", path)[0] == 1
    assert cli("replay", "--reason", "too_large")[0] == 1
    monkeypatch.delenv("BUDGETLAKE_MAX_BYTES")
    status, out, _ = cli("replay", "--reason", "too_large")
    assert (status, out.split()[0]) == (0, "committed")
    assert cli("replay", path)[:2] == (0, "Nothing to replay: all of it is done.\n")
    status, _, error = cli("replay", "--reason", "too_large")
    assert (status, "Nothing is in quarantine" in error) == (2, True)


@pytest.mark.parametrize("arguments", [["a.pdf", "--reason", "too_large"], ["nowhere.pdf"]])
def test_a_replay_of_nothing_or_of_two_things_is_wrong_usage(cli: Cli, arguments: list[str]) -> None:
    assert cli("replay", *arguments)[0] == 2


def test_changes_tell_what_was_added_changed_and_removed(cli: Cli, put: Put) -> None:
    path = put("a.txt", tiny(1, 1))
    cli("reconcile", path.parent)
    lake = Lake(str(path.parents[1] / "lake"))
    version = lake.snapshot().version
    put("a.txt", tiny(1, 2, (SMALL,)))
    put("b.txt", tiny(2, 1, (SMALL,)))
    cli("reconcile", path.parent)
    status, out, error = cli("changes", "--since", version, "--format", "csv")
    assert (status, error) == (0, f"from version {version} to {lake.snapshot().version}\n")
    rows = list(csv.DictReader(io.StringIO(out)))
    changed = [row for row in rows if row["change"] == "changed"]
    assert {row["change"] for row in rows} == {"added", "changed", "removed"}
    assert {row["form_code"] for row in changed} == {SMALL}
    assert all(row["amount_yuan_before"] != row["amount_yuan_after"] for row in changed)
    assert {row["unit_code"] for row in rows if row["change"] == "added"} == {"430202-052002"}
    assert cli("changes", "--since", lake.snapshot().version, "--format", "json")[1] == "[\n]\n"


@pytest.mark.parametrize("since", ["yesterday", "99999"])
def test_a_version_that_is_not_there_is_one_sentence(cli: Cli, put: Put, since: str) -> None:
    cli("reconcile", put("a.txt", tiny(1, 1)).parent)
    status, _, error = cli("changes", "--since", since)
    assert (status, error.count("\n")) == (2, 1)


def test_what_an_older_version_read_is_read_again_and_its_changed_cells_are_told(
    cli: Cli, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put("a.txt", tiny(1, 1))
    put("b.txt", tiny(2, 1))
    cli("reconcile", path.parent)
    lake = Lake(str(path.parents[1] / "lake"))
    view = lake.snapshot()
    frames = {
        name: view.scan(name).filter(pl.col("unit_code") == "430202-052001").collect()
        for name in (
            "budget_line",
            "statement",
            "finding",
            "document",
            "performance_goal",
            "performance_indicator",
        )
    }
    figure = frames["budget_line"].filter(pl.col("amount_yuan").is_not_null()).row(0, named=True)
    misread = pl.col("row_no").eq(figure["row_no"]) & pl.col("col_no").eq(figure["col_no"])
    misread &= pl.col("table_no") == figure["table_no"]
    frames["budget_line"] = frames["budget_line"].with_columns(
        text_raw=pl.when(misread).then(pl.lit("misread")).otherwise("text_raw")
    )
    frames["document"] = frames["document"].with_columns(pipeline_version=pl.lit("0.0.1"))
    lake.commit(frames)
    status, out, _ = cli("reprocess", "--format", "csv")
    assert status == 0
    assert out.count("committed") == 1
    header = out.index("change,")
    [row] = csv.DictReader(io.StringIO(out[header:]))
    assert (row["text_raw_before"], row["text_raw_after"]) == ("misread", figure["text_raw"])
    assert lake.scan("document").collect()["pipeline_version"].to_list() == [VERSION, VERSION]


def test_care_leaves_the_lake_as_it_is(cli: Cli, put: Put) -> None:
    path = put("a.txt", tiny(1, 1))
    cli("reconcile", path.parent)
    put("a.txt", tiny(1, 2))
    cli("reconcile", path.parent)
    lake = Lake(str(path.parents[1] / "lake"))
    before = lake.scan("budget_line").collect()
    status, out, _ = cli("maintain")
    assert status == 0
    assert out.startswith("units and years put right: 0\n")
    assert Lake(lake.uri).scan("budget_line").collect().equals(before)
