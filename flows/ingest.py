"""The flow ``ingest``: a batch of object versions into the lake, with a table that a person can read.

It is a thin coat over ``flows.line``: one task that feeds the warm pool, retried when storage fails, and an
artifact. A batch and not a document is the unit of a run, because a run costs Prefect about a second.
"""

from __future__ import annotations

import atexit
from functools import lru_cache
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.runtime import flow_run
from prefect.tasks import Task, exponential_backoff

from flows.announce import announce
from flows.line import bring_in
from flows.outcome import BatchResult
from flows.pool import DocumentPool
from flows.wording import outcome_line, outcome_rows
from infra.lake import Lake
from infra.objects import ObjectRef
from infra.settings import Settings, load_settings
from schemas.errors import StorageError


@flow(name="ingest", description="Reads a batch of uploaded disclosures, checks them and commits them.")
def ingest(
    objects: list[ObjectRef],
    lake: str | None = None,
    region: str | None = None,
    removed: list[ObjectRef] | None = None,
) -> BatchResult:
    """Bring a batch of objects into the lake.

    ``lake`` is its address (default: the settings'), ``region`` a GB/T 2260 code for documents that do not
    tell theirs, ``removed`` are objects that were deleted, with the time in ``last_modified``. Raises
    ``StorageError`` when storage fails beyond the retries; running it again is safe.
    """
    settings = load_settings(lake=lake)
    result = read_check_commit(objects, settings, region, str(flow_run.id or ""), removed or [])
    logger = get_run_logger()
    for outcome in result.outcomes:
        (logger.info if outcome.settled else logger.warning)(outcome_line(outcome))
    if result.outcomes:
        create_table_artifact(
            table=outcome_rows(result.outcomes, settings.report_url),
            key="ingest",
            description=_describe(result),
        )
    announce(result, settings)
    return result


def _storage_failed(task: Task[Any, Any], run: TaskRun, state: State[Any]) -> bool:
    return isinstance(state.result(raise_on_failure=False), StorageError)


@task(
    name="read, check, commit",
    tags=["lake"],
    retries=3,
    retry_delay_seconds=exponential_backoff(2),
    retry_jitter_factor=0.5,
    retry_condition_fn=_storage_failed,
    # Documents are told apart by the lake's ledger; Prefect's cache would only hold results back.
    cache_policy=NO_CACHE,
    persist_result=False,
)
def read_check_commit(
    objects: list[ObjectRef],
    settings: Settings,
    region: str | None,
    run_id: str,
    removed: list[ObjectRef],
) -> BatchResult:
    """The work of a batch; see ``flows.line.bring_in``."""
    return bring_in(
        objects,
        warm_lake(settings),
        settings,
        removed=removed,
        pool=warm_pool(settings),
        region=region,
        run_id=run_id or None,
    )


@lru_cache(maxsize=4)
def warm_lake(settings: Settings) -> Lake:
    """The process's lake of these settings, its tables kept open from run to run."""
    return Lake.of(settings)


@lru_cache(maxsize=4)
def warm_pool(settings: Settings) -> DocumentPool:
    """The process's reading processes of these settings, kept from run to run."""
    pool = DocumentPool(settings)
    atexit.register(pool.close)
    return pool


def _describe(result: BatchResult) -> str:
    counts = ", ".join(f"{number} {state}" for state, number in sorted(result.counts.items()))
    return (
        f"{len(result.outcomes)} documents: {counts}. Rows read {result.rows.read:,}: "
        f"committed {result.rows.committed:,}, quarantined {result.rows.quarantined:,}, "
        f"set aside {result.rows.set_aside:,}."
    )
