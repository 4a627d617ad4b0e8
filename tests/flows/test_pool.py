from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.pool import DocumentPool
from flows.worker import Job, Refusal, Rows
from infra.settings import Settings
from tests.flows.conftest import SEED, good_file


@pytest.fixture(scope="module")
def hostile() -> Iterator[DocumentPool]:
    """Two processes whose parser misbehaves when a file's name says so; a second and 256 MiB a document."""
    settings = Settings(max_seconds=1, max_memory=256 << 20)
    parser = "tests.flows.misbehaving:parse"
    with DocumentPool(settings, workers=2, parser=parser) as pool:
        pool.start()
        yield pool


def jobs(*names: str) -> list[Job]:
    return [Job(number, good_file(), f"{name}_{SEED}", name) for number, name in enumerate(names)]


@pytest.mark.parametrize(
    ("name", "reason", "says"),
    [
        ("spins", "too_slow", "1 seconds"),
        ("eats", "too_much_memory", "256 MiB"),
        ("crashes", "internal_error", "nobody thought of this"),
        ("dies", "internal_error", "SIGSEGV"),
    ],
)
def test_a_document_that_misbehaves_is_refused_alone(
    hostile: DocumentPool, name: str, reason: str, says: str
) -> None:
    answers = {job.source_uri: answer for job, answer in hostile.parse(jobs("one", name, "two", "three"))}
    refusal = answers.pop(name)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == reason
    assert says in refusal.message
    assert set(answers) == {"one", "two", "three"}
    assert all(isinstance(answer, Rows) for answer in answers.values())


def test_a_document_that_waits_for_ever_is_stopped_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    with DocumentPool(Settings(max_seconds=1), workers=1, parser="tests.flows.misbehaving:parse") as pool:
        monkeypatch.setattr(pool, "_patience", 3.0)
        answers = {job.source_uri: answer for job, answer in pool.parse(jobs("sleeps", "one"))}
    assert isinstance(answers["one"], Rows)
    assert isinstance(answers["sleeps"], Refusal)
    assert answers["sleeps"].reason == "too_slow"


def test_the_processes_end_with_the_pool() -> None:
    with DocumentPool(Settings(), workers=2) as pool:
        pool.start()
        processes = [process._popen.pid for process in pool._processes]
        assert len(list(pool.parse(jobs("one")))) == 1
    assert not [pid for pid in processes if Path(f"/proc/{pid}").exists()]


def test_jobs_are_drawn_as_they_are_needed(hostile: DocumentPool) -> None:
    drawn = []

    def stream() -> Iterator[Job]:
        for job in jobs(*"abcdef"):
            drawn.append(job.number)
            yield job

    answers = hostile.parse(stream())
    next(answers)
    assert len(drawn) <= hostile.workers + 1
    assert len(list(answers)) == 5


def test_a_reading_process_knows_neither_prefect_nor_the_lake() -> None:
    import subprocess
    import sys

    program = "import sys, flows.worker, parsers.document, parsers.pdf; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & {"prefect", "pandera", "deltalake", "boto3", "typer", "polars"}
