"""One run of the harness: what befalls the bucket, the queue, the workers and the lake, and what must hold then."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from random import Random
from uuid import uuid4

from bench.faults.carer import CARE_STEPS, care, clear_all
from bench.faults.inside import Inside
from bench.faults.judge import content_id, differences, halves, unsettled
from bench.faults.orders import Orders
from bench.faults.reader import Reader
from bench.faults.schedule import EDITIONS, FORMS, UNITS, announce, document, events, in_order, upload
from bench.faults.steps import STEPS
from bench.faults.worker import watch
from flows.line import bring_in
from flows.listing import reconcile_listing
from flows.outcome import BatchResult
from infra.aws import s3_client, sqs_client
from infra.lake import Lake
from infra.loopback import Loopback, make_landing
from infra.objects import ObjectRef
from infra.settings import Settings
from infra.versions import Removal
from tests.seaweed import Seaweed

_PATIENCE = 240.0
CONTENTS = {
    content_id(data): data
    for data in (document(unit, edition, forms) for unit in UNITS for edition in EDITIONS for forms in FORMS)
}


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
                "lake_split": "province" if number % 3 == 2 else "none",
            }
        )
        self.faults["run with a lake parted by province"] += self.settings.lake_split == "province"
        self.alone = Lake(str(folder / f"alone-{number}"))
        self.left_to_kill = self.workers + 2
        # Where nobody else does, the writers themselves checkpoint.
        self.carers, self.cares_to_kill = {1: 2, 3: 0}.get(number % 5, 1), 3
        self.faults[f"run with {self.carers or 'no'} process caring for the lake"] += 1
        self.wrong: list[str] = []

    def go(self) -> None:
        """Do all of it."""
        dice, settings = self.dice, self.settings
        sequenced = dice.random() < 0.7
        upload(settings, dice, dice.randint(5, 9), self.faults)
        first = events(settings)
        announce(first, settings, dice, sequenced, self.faults)
        reader = Reader(settings, self.options, CONTENTS, dice.randrange(1 << 30))
        reader.start()
        processes = [self._start_watch() for _ in range(self.workers)]
        carers = [self._start_care() for _ in range(self.carers)]
        upload(settings, dice, dice.randint(2, 6), self.faults)
        announce(
            [each for each in events(settings) if each not in first], settings, dice, sequenced, self.faults
        )
        self._wait(processes, carers)
        self._end(processes)
        lake = Lake(settings.lake, self.options, settings.lake_split)
        self._reconcile(lake)
        # It cares while the bucket is reconciled, too.
        self._end(carers)
        reader.end()
        clear_all(lake)
        lake = Lake(settings.lake, self.options, settings.lake_split)
        self.faults["look of the reader"] += reader.looks
        self.faults["look some seconds after its snapshot"] += reader.held
        self.faults["look that took longer than the retention, and failed"] += reader.late
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

    def _start_watch(self) -> ForkServerProcess:
        step = None
        if self.left_to_kill:
            self.left_to_kill -= 1
            # Each step has its turn, run by run, with two watchers and with four.
            step = STEPS[(self.number * 4 + self.number // 13 + self.left_to_kill) % len(STEPS)]
        orders = self._orders(step, self.dice.choice([1, 1, 1, 2]))
        return self._process(watch, replace(orders, own_pool=self.number % 10 == 0))

    def _start_care(self) -> ForkServerProcess:
        step = None
        if self.cares_to_kill:
            self.cares_to_kill -= 1
            step = CARE_STEPS[(self.number * 3 + self.cares_to_kill) % len(CARE_STEPS)]
        return self._process(care, self._orders(step, self.dice.choice([1, 1, 2])))

    def _orders(self, step: str | None, nth: int) -> Orders:
        return Orders(
            self.settings,
            self.options,
            step,
            nth=nth,
            rate=0.05,
            seed=self.dice.randrange(1 << 30),
            report=self.report,
        )

    def _process(self, does: Callable[[Orders], None], orders: Orders) -> ForkServerProcess:
        process = self.processes.Process(target=does, args=(orders,))
        process.start()
        return process

    def _wait(self, watchers: list[ForkServerProcess], carers: list[ForkServerProcess]) -> None:
        """Until the queue is empty, with dead processes replaced."""
        until = time.monotonic() + _PATIENCE
        quiet = 0
        while time.monotonic() < until and quiet < 3:
            time.sleep(0.3)
            for processes, start in ((watchers, self._start_watch), (carers, self._start_care)):
                for place, process in enumerate(processes):
                    if process.exitcode is None:
                        continue
                    if process.exitcode != -signal.SIGKILL:
                        self.wrong.append(f"a process ended with status {process.exitcode}")
                    processes[place] = start()
            answer = sqs_client(self.settings).get_queue_attributes(
                QueueUrl=str(self.settings.queue_url),
                AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
            )
            quiet = quiet + 1 if sum(map(int, answer["Attributes"].values())) == 0 else 0
        if quiet < 3:
            self.wrong.append("the queue was not drained in time")

    def _end(self, processes: list[ForkServerProcess]) -> None:
        for process in processes:
            process.terminate()
        for process in processes:
            process.join(_PATIENCE)
            # Its turn to be killed may come in its last batch.
            if process.exitcode not in (0, -signal.SIGKILL):
                self.wrong.append(f"a process that was told to stop has status {process.exitcode}")

    def _reconcile(self, lake: Lake) -> None:
        def bring(refs: list[ObjectRef], removed: list[ObjectRef]) -> BatchResult:
            return bring_in(refs, lake, self.settings, removed=removed, pool=self.pool)

        place = f"s3://{self.settings.landing_bucket}/"
        account = reconcile_listing(place, lake, self.settings, bring)
        self.faults["repaired by reconcile"] += account.repaired
        again = reconcile_listing(place, lake, self.settings, bring)
        if account.left or again.missing:
            self.wrong.append(f"reconcile left {account.left}, {again}")
