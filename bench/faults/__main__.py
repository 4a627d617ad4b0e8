"""Random faults against the line, run by run: ``python -m bench.faults --runs N --seed S [--workers N]``.

A run: a bucket with versions gets random uploads, overwritings, copies, broken files and deletions; messages
of them come shuffled, repeated or never; two or four watching processes work them off, S3 and the lake fail
and are slow under them, and they are killed (SIGKILL) at a step of the line, each step in its turn, and
replaced. In each tenth run the lake is on SeaweedFS, where there is one. Meanwhile a reader looks whether it ever
sees a part of a document. When the queue is empty the bucket is reconciled, and the lake must equal that of one
process that took every event in order, cell by cell.

The last line says what was done and found; the exit status is 1 where anything was wrong.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import nullcontext
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from random import Random
from uuid import uuid4

import infra.loopback
from bench.faults.judge import content_id, differences, halves, unsettled
from bench.faults.schedule import FORMS, announce, events, in_order, upload
from bench.faults.steps import STEPS
from bench.faults.worker import Inside, Orders, watch
from flows.line import bring_in
from flows.listing import reconcile_listing
from flows.outcome import BatchResult
from infra.aws import s3_client, sqs_client
from infra.lake import Lake
from infra.loopback import Loopback, make_landing
from infra.objects import ObjectRef
from infra.settings import Settings
from infra.versions import Removal
from tests.generator.tiny import tiny
from tests.seaweed import Seaweed, program

_PATIENCE = 240.0
# S3 dates by the second, which leaves the order of events of two keys open; here the clean run has to know it.
PRECISE = """
import moto.s3.models
moto.s3.models.iso_8601_datetime_without_milliseconds_s3 = (
    lambda at: f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z" if at else None
)
"""
CONTENTS = {
    content_id(data): data
    for data in (
        tiny(unit, edition, forms) for unit in (1, 2, 3) for edition in (1, 2, 3, 4) for forms in FORMS
    )
}


class Reader(threading.Thread):
    """Looks at the lake again and again; ``wrong`` is what it saw of parts of documents."""

    def __init__(self, uri: str, options: dict[str, str]) -> None:
        super().__init__(daemon=True)
        self._options = options
        self.looks, self.versions, self.wrong = 0, set[int | None](), list[str]()
        self._uri, self._over = uri, threading.Event()

    def run(self) -> None:
        lake = Lake(self._uri, self._options)
        while not self._over.wait(0.3):
            view = lake.snapshot()
            try:
                self.wrong += halves(view, CONTENTS)
            except Exception as error:
                self.wrong.append(f"the reader failed: {error!r}"[:300])
            self.looks += 1
            self.versions.add(view.version)

    def end(self) -> None:
        self._over.set()
        self.join()


class Run:
    """One run; ``faults`` counts what was done, ``wrong`` says what did not hold."""

    def __init__(
        self,
        number: int,
        seed: int,
        workers: int,
        loopback: Loopback,
        folder: Path,
        processes: ForkServerContext,
        seaweed: Seaweed | None,
    ):
        self.dice = Random(f"{seed} {number}")
        self.number, self.processes = number, processes
        self.pool = Inside(Settings(), workers=1)
        self.workers = workers or (4 if number % 4 == 3 else 2)
        self.faults: Counter[str] = Counter()
        self.report = folder / f"{number}.faults"
        self.faults[f"run with {self.workers} watchers"] += 1
        bucket, name = f"landing-{uuid4().hex}", f"uploads-{uuid4().hex}"
        lake, self.options = str(folder / f"lake-{number}"), dict[str, str]()
        if seaweed is not None and number % 10 == 9:
            self.faults["run with its lake on S3"] += 1
            there = seaweed.settings(lake=f"s3://lake-{uuid4().hex}")
            s3_client(there).create_bucket(Bucket=there.lake.removeprefix("s3://"))
            lake, self.options = there.lake, there.storage_options()
        base = loopback.settings(visibility_timeout=3, batch_wait_seconds=0.2)
        queue, self.dead = make_landing(base, bucket, name, notify=False)
        self.settings = Settings(
            **{
                **base.model_dump(),
                "lake": lake,
                "landing_bucket": bucket,
                "queue_url": queue,
                "batch_documents": self.dice.choice([2, 5, 100]),
                "workers": 1,
            }
        )
        self.alone = Lake(str(folder / f"alone-{number}"))
        self.left_to_kill = self.workers + 2
        self.wrong: list[str] = []

    def go(self) -> None:
        """Do all of it."""
        dice, settings = self.dice, self.settings
        sequenced = dice.random() < 0.7
        upload(settings, dice, dice.randint(5, 9), self.faults)
        first = events(settings)
        announce(first, settings, dice, sequenced, self.faults)
        reader = Reader(settings.lake, self.options)
        reader.start()
        processes = [self._start() for _ in range(self.workers)]
        upload(settings, dice, dice.randint(2, 6), self.faults)
        announce(
            [each for each in events(settings) if each not in first], settings, dice, sequenced, self.faults
        )
        self._wait(processes)
        for process in processes:
            process.terminate()
        for process in processes:
            process.join(_PATIENCE)
            # Its turn to be killed may come in its last batch.
            if process.exitcode not in (0, -signal.SIGKILL):
                self.wrong.append(f"a worker that was told to stop has status {process.exitcode}")
        lake = Lake(settings.lake, self.options)
        self._reconcile(lake)
        reader.end()
        self.faults["look of the reader"] += reader.looks
        self.faults["version that the reader saw"] += len(reader.versions)
        self.wrong += [f"a reader saw: {each}" for each in dict.fromkeys(reader.wrong)]
        # One by one in each tenth run; else together as far as no key is told of twice, which is much cheaper.
        for together in in_order(events(settings), 1 if self.number % 10 == 0 else 100):
            removed = [entry.ref for entry in together if isinstance(entry, Removal)]
            refs = [entry for entry in together if isinstance(entry, ObjectRef)]
            bring_in(refs, self.alone, settings, removed=removed, pool=self.pool)
        self.wrong += differences(lake, self.alone)
        self.wrong += unsettled(lake, settings)
        self.wrong += halves(lake.snapshot(), CONTENTS)
        if self.report.exists():
            self.faults.update(self.report.read_text().splitlines())
        dead = sqs_client(settings).get_queue_attributes(
            QueueUrl=self.dead, AttributeNames=["ApproximateNumberOfMessages"]
        )
        self.faults["message given up after five receives"] += int(
            dead["Attributes"]["ApproximateNumberOfMessages"]
        )

    def _start(self) -> ForkServerProcess:
        step = None
        if self.left_to_kill:
            self.left_to_kill -= 1
            # Each step has its turn, run by run, with two watchers and with four.
            step = STEPS[(self.number * 4 + self.number // 13 + self.left_to_kill) % len(STEPS)]
        orders = Orders(
            self.settings,
            self.options,
            step,
            nth=self.dice.choice([1, 1, 1, 2]),
            rate=0.05,
            seed=self.dice.randrange(1 << 30),
            report=self.report,
            own_pool=self.number % 10 == 0,
        )
        process = self.processes.Process(target=watch, args=(orders,))
        process.start()
        return process

    def _wait(self, processes: list[ForkServerProcess]) -> None:
        """Until the queue is empty, with dead workers replaced."""
        until = time.monotonic() + _PATIENCE
        quiet = 0
        while time.monotonic() < until and quiet < 3:
            time.sleep(0.3)
            for place, process in enumerate(processes):
                code = process.exitcode
                if code is None:
                    continue
                if code != -signal.SIGKILL:
                    self.wrong.append(f"a worker ended with status {code}")
                processes[place] = self._start()
            answer = sqs_client(self.settings).get_queue_attributes(
                QueueUrl=str(self.settings.queue_url),
                AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
            )
            quiet = quiet + 1 if sum(map(int, answer["Attributes"].values())) == 0 else 0
        if quiet < 3:
            self.wrong.append("the queue was not drained in time")

    def _reconcile(self, lake: Lake) -> None:
        def bring(refs: list[ObjectRef], removed: list[ObjectRef]) -> BatchResult:
            return bring_in(refs, lake, self.settings, removed=removed, pool=self.pool)

        place = f"s3://{self.settings.landing_bucket}/"
        account = reconcile_listing(place, lake, self.settings, bring)
        self.faults["repaired by reconcile"] += account.repaired
        again = reconcile_listing(place, lake, self.settings, bring)
        if account.left or again.missing:
            self.wrong.append(f"reconcile left {account.left}, {again}")


def main() -> int:
    """Run the harness; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first run, to do one again")
    parser.add_argument(
        "--workers", type=int, default=0, help="watching processes; 0: two, each fourth run four"
    )
    parser.add_argument("--keep", type=Path, help="folder that the lakes of wrong runs are kept in")
    chosen = parser.parse_args()
    faults: Counter[str] = Counter()
    bad = 0
    start = time.monotonic()
    infra.loopback._SERVER = PRECISE + infra.loopback._SERVER
    with (
        tempfile.TemporaryDirectory() as folder,
        Loopback() as loopback,
        Seaweed(Path(folder, "seaweed")) if program() else nullcontext() as seaweed,
    ):
        processes = multiprocessing.get_context("forkserver")
        processes.set_forkserver_preload(["bench.faults.warm"])
        for number in range(chosen.first, chosen.first + chosen.runs):
            began = time.monotonic()
            run = Run(number, chosen.seed, chosen.workers, loopback, Path(folder), processes, seaweed)
            run.go()
            faults += run.faults
            bad += bool(run.wrong)
            kills = [each for each in run.faults if each.startswith("killed")]
            print(
                f"run {number}: {time.monotonic() - began:.1f} s, {run.workers} workers, {kills}", flush=True
            )
            for wrong in run.wrong:
                print(f"  WRONG: {wrong}", flush=True)
            for lake in (f"lake-{number}", f"alone-{number}"):
                if run.wrong and chosen.keep is not None:
                    shutil.copytree(Path(folder, lake), chosen.keep / lake, dirs_exist_ok=True)
                shutil.rmtree(Path(folder, lake), ignore_errors=True)
    print(json.dumps(dict(sorted(faults.items())), ensure_ascii=False, indent=1))
    never = [step for step in STEPS if not faults[f"killed {step}"]]
    if never:
        print(f"steps at which nobody was killed: {', '.join(never)}")
    print(f"{chosen.runs} runs in {time.monotonic() - start:.0f} s, {bad} wrong")
    # A step that nobody comes to in so many runs is one that the harness misses.
    return 1 if bad or (never and chosen.runs >= 200) else 0


if __name__ == "__main__":
    sys.exit(main())
