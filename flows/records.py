"""Records of a batch for the ledger and the quarantine: rows of ``object`` and ``quarantine``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

import polars as pl

from flows import VERSION
from flows.contract import rows_json
from flows.outcome import Outcome
from infra.objects import ObjectRef
from schemas.origin import Origin
from schemas.tables import empty_frame, frame

Refused: TypeAlias = "Mapping[str, pl.DataFrame] | Mapping[str, list[dict[str, Any]]]"


def object_row(
    outcome: Outcome,
    *,
    byte_size: int | None,
    attempts: int,
    received_at: datetime,
    finished_at: datetime,
    run_id: str,
    origin: Origin | None = None,
) -> dict[str, Any]:
    """The ledger's row of an outcome."""
    ref = outcome.ref
    there = outcome.state in ("committed", "unchanged", "alias")
    return {
        **object_key(ref),
        "byte_size": ref.size if byte_size is None else byte_size,
        "sequencer": ref.sequencer,
        "document_id": outcome.document_id,
        "state": outcome.state,
        "reason": outcome.reason,
        "uploaded_at": ref.last_modified,
        **published(origin),
        "received_at": received_at,
        "started_at": received_at,
        "committed_at": finished_at if there else None,
        "attempts": attempts,
        "run_id": run_id or None,
    }


def published(origin: Origin | None) -> dict[str, Any]:
    """What ledger and register keep of where an object was published; of one that no crawl landed all null."""
    names = ("source_url", "page_url", "published_date", "fetched_at")
    return {name: getattr(origin, name) if origin else None for name in names}


def quarantine_rows(
    outcome: Outcome,
    *,
    byte_size: int | None,
    sha256: str | None,
    refused: Refused,
    table: str | None,
    at: datetime,
    run_id: str,
) -> list[dict[str, Any]]:
    """The quarantine's rows of a refused object: one a table with rows, the one at fault first; else one.

    All rows of the document are kept, as a document is refused whole.
    """
    common = {
        **object_key(outcome.ref),
        "byte_size": outcome.ref.size if byte_size is None else byte_size,
        "sha256": sha256,
        "reason": outcome.reason,
        "pipeline_version": VERSION,
        "quarantined_at": at,
        "run_id": run_id or None,
    }
    first = {**common, "seq": 1, "message": outcome.message, "place": outcome.place, "row_count": 0}
    kept = sorted((name for name in refused if len(refused[name])), key=lambda name: name != table)
    if not kept:
        return [{**first, "table": table}]
    records = []
    for seq, name in enumerate(kept, start=1):
        head = first if seq == 1 else {**common, "message": f"Refused with its document: {outcome.message}"}
        rows = {"table": name, "row_count": len(refused[name]), "rows_json": rows_json(refused[name])}
        records.append({**head, "seq": seq, **rows})
    return records


def object_frame(rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    """Rows of ``object``; of several of one object version the last."""
    last = {(row["uri"], row["version_id"], row["etag"]): row for row in rows}
    return frame("object", last.values()) if last else empty_frame("object")


def quarantine_frame(rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    """Rows of ``quarantine``."""
    return frame("quarantine", rows)


def object_key(ref: ObjectRef) -> dict[str, Any]:
    """The columns by which the ledger and the quarantine know an object version."""
    return {
        "uri": ref.uri,
        "bucket": ref.bucket,
        "key": ref.key,
        "version_id": ref.version_id,
        "etag": ref.etag,
    }
