"""The flow ``maintain``: the lake's care, by schedule."""

from __future__ import annotations

from prefect import flow, get_run_logger

from flows.ingest import warm_lake
from infra.lake.maintenance import RETENTION_HOURS, Care, describe, maintain
from infra.settings import load_settings


@flow(
    name="maintain", description="Puts right what dead workers left, checkpoints, clears replaced files away."
)
def maintain_lake(lake: str | None = None, retention_hours: int = RETENTION_HOURS) -> Care:
    """Care for a lake; see ``infra.lake.maintenance``. Raises ``StorageError``."""
    care = maintain(warm_lake(load_settings(lake=lake)), retention_hours)
    for text in describe(care):
        get_run_logger().info(text)
    return care
