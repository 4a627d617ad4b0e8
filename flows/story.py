"""The whole story of an object or a document, from the ledger, the quarantine and the register."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from flows.vanish import is_vanishing
from flows.wording import printable
from infra.lake import Lake
from infra.lake.layout import ASIDE
from schemas.errors import UsageError

_SHORTEST = 6


@dataclass(frozen=True, slots=True)
class Story:
    """Rows of the ledger by time, of the quarantine, and of the register with the forms that each document
    (id and unit) gives and those that a newer one has overtaken."""

    objects: list[dict[str, Any]]
    refused: list[dict[str, Any]]
    documents: list[dict[str, Any]]
    standing: dict[tuple[str, str], list[str]]
    overtaken: dict[tuple[str, str], list[str]]


def find_story(what: str, lake: Lake) -> Story:
    """The story of a key, an address, or a document by (the beginning of) its id.

    Raises ``UsageError`` where the lake has never seen it.
    """
    ledger = lake.scan("object")
    named = (pl.col("key") == what) | (pl.col("uri") == what)
    if len(what) >= _SHORTEST:
        named |= pl.col("document_id").str.starts_with(what.lower())
    found = ledger.filter(named).collect()
    documents = set(found["document_id"].drop_nulls())
    objects = ledger.filter(
        pl.col("uri").is_in(found["uri"].to_list()) | pl.col("document_id").is_in(list(documents))
    ).collect()
    if objects.is_empty():
        raise UsageError(f"The lake has never seen {what}: give a key, an address or the id of a document.")
    refused = lake.scan("quarantine").filter(pl.col("uri").is_in(objects["uri"].to_list())).collect()
    view = lake.snapshot()
    ids = set(objects["document_id"].drop_nulls())
    register = view.scan("document").filter(pl.col("document_id").is_in(list(ids))).collect()
    forms = [
        lake_rows.filter(pl.col("document_id").is_in(list(ids)))
        .select("document_id", "unit_code", "form_code")
        .collect()
        for lake_rows in (view.scan("statement"), view.scan(f"{ASIDE}/statement"))
    ]
    return Story(
        objects.sort("uploaded_at", "received_at", nulls_last=False).to_dicts(),
        refused.sort("quarantined_at", "seq").to_dicts(),
        register.sort("retrieved_at", maintain_order=True).to_dicts(),
        *(_by_document(rows) for rows in forms),
    )


def tell(story: Story) -> Iterator[str]:
    """The story in lines."""
    for row in story.objects:
        name = printable(row["uri"])
        version = f" version {row['version_id']}" if row["version_id"] else ""
        if is_vanishing(row) or (row["etag"] is None and row["state"] in ("withdrawn", "superseded")):
            back = " and came back" if row["state"] == "superseded" else ""
            says = f"{'vanished from its site' if is_vanishing(row) else 'was deleted'}{back}"
            yield f"{_time(row['uploaded_at'])}  {name} {says}"
            continue
        yield f"{_time(row['uploaded_at'])}  {name}{version} was uploaded ({row['byte_size'] or '?'} bytes)"
        reason = f", {row['reason']}" if row["reason"] else ""
        of = f", document {row['document_id'][:12]}" if row["document_id"] else ""
        times = f"received {_time(row['received_at'])}, committed {_time(row['committed_at'])}"
        yield f"    now {row['state']}{reason}{of}: {times}, attempts {row['attempts']}, run {row['run_id']}"
        for refusal in story.refused:
            same = all(refusal[name] == row[name] for name in ("uri", "version_id", "etag"))
            if same and refusal["seq"] == 1:
                place = f" [{printable(refusal['place'])}]" if refusal["place"] else ""
                says = f"{refusal['reason']}: {printable(refusal['message'])}{place}"
                yield f"    refused {_time(refusal['quarantined_at'])} by {refusal['pipeline_version']}: {says}"
    for row in story.documents:
        document = row["document_id"]
        own = (document, row["unit_code"])
        current = "current" if row["is_current"] else "not current"
        gone = f", withdrawn {_time(row['withdrawn_at'])}" if row["withdrawn_at"] else ""
        yield (
            f"document {document[:12]}: {row['unit_code']} {printable(row['org_unit_name'] or '')} {row['year']} "
            f"{row['budget_phase']}, {current}, {row['grade']}, read by {row['pipeline_version']}{gone}"
        )
        yield f"    from {printable(row['source_uri'])}, retrieved {_time(row['retrieved_at'])}"
        if row["source_url"]:
            published = f", published {row['published_date']}" if row["published_date"] else ""
            yield f"    found at {printable(row['source_url'])}{published}"
        if row["supersedes_document_id"]:
            yield f"    follows document {row['supersedes_document_id'][:12]}"
        yield f"    gives {', '.join(story.standing.get(own, [])) or 'no form'}"
        if own in story.overtaken:
            yield f"    overtaken by a newer document: {', '.join(story.overtaken[own])}"


def _by_document(rows: pl.DataFrame) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for document, unit, form in sorted(rows.unique().rows()):
        found.setdefault((document, unit), []).append(form)
    return found


def _time(at: datetime | None) -> str:
    return "-" if at is None else at.strftime("%Y-%m-%d %H:%M:%S")
