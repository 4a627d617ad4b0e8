"""Processes that write into a lake, forked from one that has loaded the lake and no more: it takes two seconds."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import Any

import polars as pl

from infra.lake import Lake
from tests.infra.documents import SUMMARY, document, together


def start_writer(work: Callable[..., None], *arguments: Any) -> BaseProcess:
    """A process that does the work, started."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=_work, args=(dict(os.environ), work, arguments))
    process.start()
    return process


def _work(environment: dict[str, str], work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    # What forks has the environment of when it was started, which may lack the credentials of the local S3.
    os.environ.update(environment)
    work(*arguments)


def commit_all(uri: str, options: dict[str, str], batches: list[dict[str, pl.DataFrame]]) -> None:
    lake = Lake(uri, options)
    for batch in batches:
        lake.commit(batch)


def replace_each_other(uri: str, units: tuple[str, ...], rounds: int) -> None:
    """Commit a new document of each unit, all at once, again and again."""
    lake = Lake(uri)
    for day in range(1, rounds + 1):
        lake.commit(together(*(document(f"{unit}/{day}", [SUMMARY], day=day, unit=unit) for unit in units)))
