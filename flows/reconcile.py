"""The flow ``reconcile``: the landing place's listing held against the lake, by schedule or on demand."""

from __future__ import annotations

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact

from flows.ingest import ingest, warm_lake
from flows.listing import Account, reconcile_listing
from flows.outcome import BatchResult
from flows.wording import printable
from infra.objects import ObjectRef
from infra.settings import load_settings


@flow(
    name="reconcile", description="Holds the bucket's listing against the lake and ingests what is missing."
)
def reconcile(source: str | None = None, lake: str | None = None) -> Account:
    """Reconcile a landing place with the lake.

    ``source`` is a folder, bucket or prefix (default: the settings' landing bucket). Raises ``StorageError``.
    """
    settings = load_settings(lake=lake)
    place = source or f"s3://{settings.landing_bucket}/"

    def bring(refs: list[ObjectRef], removed: list[ObjectRef]) -> BatchResult:
        result: BatchResult = ingest(refs, lake=settings.lake, removed=removed)
        return result

    account = reconcile_listing(place, warm_lake(settings), settings, bring)
    get_run_logger().info(account.line)
    create_markdown_artifact("\n\n".join([account.line, *map(printable, account.left)]), key="reconcile")
    return account
