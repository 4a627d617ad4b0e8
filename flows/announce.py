"""What is told when a batch has changed the lake: one Prefect event, and one SNS message where a topic is set.

Downstream runs start by themselves from either. A batch that changed nothing is not announced. Whoever misses
an announcement loses nothing: ``budgetlake changes --since VERSION`` tells the same later. A topic that fails
is a warning, not a failed batch: its documents are in the lake.
"""

from __future__ import annotations

import json
import logging
from typing import Any

from prefect.events import emit_event

from flows.outcome import BatchResult
from infra.aws import sns_client, storage_errors
from infra.settings import Settings
from schemas.errors import StorageError

log = logging.getLogger("budgetlake.announce")

EVENT = "budgetlake.batch.committed"
# SNS takes 256 KiB; what is longer is told without its lists, which the lake has too.
_MOST = 200_000


def announce(result: BatchResult, settings: Settings) -> dict[str, Any] | None:
    """Tell of a batch; gives what was told, None where nothing changed."""
    told = announcement(result, settings)
    if told is None:
        return None
    resource = {
        "prefect.resource.id": f"budgetlake.lake.{settings.lake}",
        "prefect.resource.name": settings.lake,
    }
    emit_event(EVENT, resource, payload=told)
    if settings.topic_arn is not None:
        try:
            with storage_errors(f"announce a batch to {settings.topic_arn}"):
                sns_client(settings).publish(
                    TopicArn=settings.topic_arn, Subject=EVENT, Message=json.dumps(told, ensure_ascii=False)
                )
        except StorageError as error:
            log.warning("%s", error)
    return told


def announcement(result: BatchResult, settings: Settings) -> dict[str, Any] | None:
    """The lake, its new version, the run, documents by what became of them, and tables with their versions and
    partitions (unit, year)."""
    commit = result.commit
    if commit is None or commit.version is None:
        return None
    tables = {
        name: {
            "version": done.version,
            "partitions": [list(partition) for partition in done.partitions],
            "rows_came": done.rows_came,
            "rows_went": done.rows_went,
        }
        for name, done in commit.tables.items()
        if done.version is not None
    }
    told: dict[str, Any] = {
        "lake": settings.lake,
        "version": commit.version,
        "run_id": result.run_id,
        "documents": {
            document: state for document, state in commit.documents.items() if state != "unchanged"
        },
        "tables": tables,
    }
    if len(json.dumps(told)) > _MOST:
        told["documents"] = len(told["documents"])
        for table in tables.values():
            table["partitions"] = None
    return told
