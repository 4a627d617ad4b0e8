"""Processes that make the pages of documents: a few jobs ahead, results as they come.

A page is made from files of strangers by native code. A process that dies takes no report with it: what was
under way is tried again alone, then without pictures.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace

from flows.report.document_page import DocumentDone, DocumentJob, make_document
from infra.settings import Settings

# Jobs that wait for a process, for each of them: they hold rows, so there are few.
_AHEAD = 2


def make_documents(
    jobs: Iterable[DocumentJob], settings: Settings, workers: int
) -> Iterator[tuple[DocumentJob, DocumentDone]]:
    """Make every page; jobs are taken from the iterator as processes become free."""
    left = iter(jobs)
    broken: list[DocumentJob] = []
    while True:
        running: dict[Future[DocumentDone], DocumentJob] = {}
        with _pool(workers) as pool:
            try:
                yield from _run(left, running, pool, settings, workers)
                break
            except BrokenProcessPool:
                broken += running.values()
    for job in broken:
        yield job, _alone(job, settings)


def _run(
    left: Iterator[DocumentJob],
    running: dict[Future[DocumentDone], DocumentJob],
    pool: ProcessPoolExecutor,
    settings: Settings,
    workers: int,
) -> Iterator[tuple[DocumentJob, DocumentDone]]:
    while True:
        while len(running) < workers * _AHEAD and (job := next(left, None)) is not None:
            running[pool.submit(make_document, job, settings)] = job
        if not running:
            return
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            made = future.result()  # a broken pool is noticed here, the job still among the running
            yield running.pop(future), made


def _alone(job: DocumentJob, settings: Settings) -> DocumentDone:
    try:
        with _pool(1) as pool:
            return pool.submit(make_document, job, settings).result()
    except BrokenProcessPool:
        with _pool(1) as pool:
            return pool.submit(make_document, replace(job, pictures=False, ref=None), settings).result()


def _pool(workers: int) -> ProcessPoolExecutor:
    # A forked child of a process with threads (Polars has them) may hang, so a process forks them that has only
    # loaded what they need: two seconds, paid once. It keeps the environment that it was started with.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([make_document.__module__])
    return ProcessPoolExecutor(
        workers, mp_context=context, initializer=_take_over, initargs=(dict(os.environ),)
    )


def _take_over(environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
