"""Random faults against the line, run by run: ``python -m bench.faults --runs N --seed S [--workers N]``.

A run: a bucket with versions gets random uploads, overwritings, copies, broken files and deletions; messages
of them come shuffled, repeated or never; two or four watching processes work them off, S3 and the lake fail
and are slow under them, and they are killed (SIGKILL) at a step of the line, each step in its turn, and
replaced. Processes that mend, checkpoint and clear the lake (``bench.faults.carer``) run beside them and are killed
in their steps too. In each tenth run the lake is on SeaweedFS, where there is one. Meanwhile a reader looks whether
it ever sees a part of a document. When the queue is empty the bucket is reconciled, all that is not published is
cleared away, and the lake must equal that of one process that took every event in order, cell by cell.

The last line says what was done and found; the exit status is 1 where anything was wrong.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import shutil
import sys
import tempfile
import time
from collections import Counter
from contextlib import nullcontext
from pathlib import Path

import infra.loopback
from bench.faults.carer import CARE_STEPS
from bench.faults.run import Run
from bench.faults.steps import STEPS
from infra.loopback import Loopback
from tests.seaweed import Seaweed, program

# S3 dates by the second, which leaves the order of events of two keys open; here the clean run has to know it.
PRECISE = """
import moto.s3.models
moto.s3.models.iso_8601_datetime_without_milliseconds_s3 = (
    lambda at: f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z" if at else None
)
"""


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
    never = [step for step in (*STEPS, *CARE_STEPS) if not faults[f"killed {step}"]]
    if never:
        print(f"steps at which nobody was killed: {', '.join(never)}")
    print(f"{chosen.runs} runs in {time.monotonic() - start:.0f} s, {bad} wrong")
    # A step that nobody comes to in so many runs is one that the harness misses.
    return 1 if bad or (never and chosen.runs >= 200) else 0


if __name__ == "__main__":
    sys.exit(main())
