"""``budgetlake up`` as a person runs it: one start for all tests here, ended by the last one."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from infra.aws import s3_client, sqs_client
from infra.lake import Lake
from infra.settings import Settings
from tests.flows.conftest import SEED, good_file, last_year

pytestmark = pytest.mark.slow

LOOPBACK = {"AWS_ACCESS_KEY_ID": "loopback", "AWS_SECRET_ACCESS_KEY": "loopback"}


@dataclass
class Up:
    process: subprocess.Popen[str]
    prefect: str
    s3: str
    folder: Path

    def settings(self, **choices: Any) -> Settings:
        return Settings(endpoint_url=self.s3, **{"lake": str(self.folder / "lake"), **choices})

    def ask_prefect(self, path: str, **question: Any) -> Any:
        body = json.dumps(question).encode()
        assert self.prefect.startswith("http://127.0.0.1:")
        request = urllib.request.Request(  # noqa: S310
            f"{self.prefect}/api/{path}", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.load(answer)


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    folder = tmp_path_factory.mktemp("up")
    program = "import sys; from flows.cli import main; main()"
    command = ["up", "--port", "0", "--lake", str(folder / "lake"), "--state", str(folder / "state")]
    before = {name: os.environ.get(name) for name in LOOPBACK}
    os.environ.update(LOOPBACK)
    with subprocess.Popen(
        [sys.executable, "-c", program, *command],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "BUDGETLAKE_WORKERS": "1"},
    ) as process:
        assert process.stdout is not None
        said = "".join(iter_until(process.stdout.readline, "Upload"))
        addresses = dict(re.findall(r"^(\w+) +(http://[0-9.:]+)", said, re.MULTILINE))
        yield Up(process, addresses["Prefect"], addresses["S3"], folder)
        process.terminate()
    for name, value in before.items():
        os.environ.pop(name) if value is None else os.environ.update({name: value})


def iter_until(read: Callable[[], str], word: str) -> Iterator[str]:
    line = " "
    while line and not line.startswith(word):
        line = read()
        yield line


def eventually(holds: Callable[[], bool], seconds: float = 40) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.1)
    return False


def test_an_upload_becomes_rows_through_its_event(up: Up) -> None:
    settings = up.settings()
    client = s3_client(settings)
    client.put_object(Bucket="budget-landing", Key=f"株洲 +/{SEED}", Body=good_file())
    client.put_object(Bucket="budget-landing", Key="坏.pdf", Body=b"")
    lake = Lake.of(settings)
    assert eventually(lambda: lake.scan("object").collect().height == 2)
    assert lake.scan("budget_line").collect().height == 1016
    assert set(lake.scan("object").collect()["state"]) == {"committed", "quarantined"}
    assert lake.scan("quarantine").collect()["reason"].to_list() == ["empty_file"]
    queue = sqs_client(settings).get_queue_url(QueueName="budget-uploads")["QueueUrl"]
    assert eventually(lambda: queue_depth(settings, queue) == 0)


def test_a_run_leaves_a_table_that_a_person_can_read(up: Up) -> None:
    def rows() -> list[dict[str, Any]]:
        found = up.ask_prefect("artifacts/filter")
        return [row for artifact in found for row in json.loads(artifact["data"])]

    assert eventually(lambda: len(rows()) >= 2)
    by_outcome = {row["outcome"]: row for row in rows()}
    assert by_outcome["committed"]["unit"].startswith("430202-052001")
    assert (by_outcome["committed"]["year"], by_outcome["committed"]["statements"]) == (2024, 21)
    assert by_outcome["quarantined"]["reason"] == "empty_file"
    runs = up.ask_prefect("flow_runs/filter")
    assert {tag for run in runs for tag in run["tags"]} >= {"budgetlake", "upload"}


def queue_depth(settings: Settings, queue: str) -> int:
    answer = sqs_client(settings).get_queue_attributes(
        QueueUrl=queue,
        AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    )
    return sum(int(number) for number in answer["Attributes"].values())


def test_a_message_outlives_a_watcher_that_is_killed_and_one_that_is_told_to_stop_ends_its_batch_first(
    up: Up, tmp_path: Path
) -> None:
    settings = up.settings(lake=str(tmp_path / "lake"))
    bucket, queue = own_bucket(settings)
    name, data = last_year()
    s3_client(settings).put_object(Bucket=bucket, Key=name, Body=data)
    environment = {
        **os.environ,
        "BUDGETLAKE_ENDPOINT_URL": up.s3,
        "BUDGETLAKE_QUEUE_URL": queue,
        "BUDGETLAKE_LAKE": settings.lake,
        "BUDGETLAKE_VISIBILITY_TIMEOUT": "6",
        "BUDGETLAKE_WORKERS": "1",
        "PREFECT_API_URL": f"{up.prefect}/api",
        "PREFECT_HOME": str(tmp_path / "prefect"),
    }

    def watch(first: str) -> subprocess.Popen[str]:
        """The command `budgetlake watch`, with something done before."""
        imports = "import os, signal, sys, time\nimport flows.watch as f\nimport flows.upload_queue as w"
        command = "sys.argv = ['budgetlake', 'watch']\nfrom flows.cli import main\nmain()"
        program = f"{imports}\n{first}\n{command}"
        return subprocess.Popen(
            [sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, text=True
        )

    with watch("w.acknowledge = lambda *_: os.kill(os.getpid(), signal.SIGKILL)") as killed:
        assert killed.wait(90) == -signal.SIGKILL
    lake = Lake.of(settings)
    assert lake.scan("budget_line").collect().height == 1016
    assert queue_depth(settings, queue) == 2  # S3's own test of the connection, and the upload
    version = lake.snapshot().version
    slowly = "i = f._ingest\nf._ingest = lambda *a: (print('at work', flush=True), time.sleep(2), i(*a))[-1]"
    with watch(slowly) as stopped:
        assert stopped.stdout is not None
        "".join(iter_until(stopped.stdout.readline, "at work"))
        s3_client(settings).put_object(Bucket=bucket, Key="later.txt", Body=b"no disclosure")
        stopped.terminate()
        said = stopped.stdout.read()
        assert stopped.wait(90) == 0
    assert [line.split()[0] for line in said.splitlines()] == ["unchanged"]
    # Nothing is acknowledged that is not in the lake, and nothing is begun after the word to stop.
    assert queue_depth(settings, queue) == 1
    assert lake.scan("object").collect()["key"].to_list() == [name]
    assert lake.snapshot().version == version


def own_bucket(settings: Settings) -> tuple[str, str]:
    """A bucket whose uploads go to a queue of the test's own."""
    name = f"test-{uuid4().hex}"
    sqs, s3 = sqs_client(settings), s3_client(settings)
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    where = {"LocationConstraint": settings.region}
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=where)  # type: ignore[arg-type]
    wanted = {"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}
    s3.put_bucket_notification_configuration(
        Bucket=name,
        NotificationConfiguration={"QueueConfigurations": [wanted]},  # type: ignore[list-item]
    )
    return name, queue


def test_ingest_is_a_flow_run_where_a_server_is_set(up: Up, tmp_path: Path) -> None:
    path = tmp_path / SEED
    path.write_bytes(good_file())
    program = "import sys; from flows.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "ingest", str(path), "--lake", str(tmp_path / "lake")],
        env={
            **os.environ,
            "PREFECT_API_URL": f"{up.prefect}/api",
            "PREFECT_HOME": str(tmp_path / "prefect"),
            "BUDGETLAKE_WORKERS": "1",
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"committed    {path}  430202-052001")
    run_id = Lake.of(Settings(lake=str(tmp_path / "lake"))).scan("object").collect()["run_id"].item()
    assert [run["id"] for run in up.ask_prefect("flow_runs/filter") if run["id"] == run_id] == [run_id]


def test_sigterm_ends_all_of_it_and_leaves_nothing_running(up: Up) -> None:
    children = descendants(up.process.pid)
    assert len(children) >= 3
    up.process.send_signal(signal.SIGTERM)
    assert up.process.wait(timeout=45) == 0
    assert eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children), 10)
    for address in (up.prefect, up.s3):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", int(address.rpartition(":")[2]))) != 0
    assert "told to stop" in (up.folder / "state" / "watcher.log").read_text()


def descendants(pid: int) -> list[int]:
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(path.parent.name)] = int(fields[1])
    found = [pid]
    for parent in found:
        found += [child for child, of in parents.items() if of == parent]
    return found[1:]
