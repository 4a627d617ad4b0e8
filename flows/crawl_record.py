"""The crawl's record in the lake: rows of ``crawl`` from visits, and back to what the next crawl knows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any

import polars as pl

from flows import VERSION
from flows.crawling import CrawlResult
from infra.crawl.visit import Visit
from infra.lake import Lake, TableCommit
from schemas.errors import ContractBroken
from schemas.tables import empty_frame, frame, polars_schema, validate

_TIMES = ("fetched_at", "first_seen_at", "vanished_at")
_PLAIN = tuple(
    field.name for field in fields(Visit) if field.name not in (*_TIMES, "published_date", "links", "rules")
)


def record(lake: Lake, result: CrawlResult, run_id: str = "") -> TableCommit:
    """Write a crawl's rows in one commit; rows of an earlier night of the same crawl give way.

    Raises ``ContractBroken`` where a row breaks the table's contract, which is a fault of ours.
    """
    rows = crawl_frame(result, run_id)
    _, failures = validate("crawl", rows)
    if failures.height:
        raise ContractBroken("contract_broken", f"The crawl's record is wrong: {failures['message'][0]}.")
    partition = (result.region, result.started_at[:7])

    def make(current: pl.DataFrame) -> pl.DataFrame:
        return pl.concat(
            [current.filter(pl.col("crawl_id") != result.crawl_id), rows.select(current.columns)]
        )

    return lake.rewrite("crawl", [partition], make, run_id)


def crawl_frame(result: CrawlResult, run_id: str = "") -> pl.DataFrame:
    """The rows of a crawl."""
    about = {
        "crawl_id": result.crawl_id,
        "crawl_month": result.started_at[:7],
        "region_code": result.region,
        "crawl_started_at": datetime.fromisoformat(result.started_at),
        "crawl_finished_at": datetime.fromisoformat(result.ended_at) if result.ended == "finished" else None,
        "pipeline_version": VERSION,
        "run_id": run_id or None,
    }
    rows = [{**about, **_row(visit, result.started_at)} for visit in result.visits]
    return frame("crawl", rows) if rows else empty_frame("crawl")


def memory(lake: Lake, region: str) -> dict[str, Visit]:
    """What the latest crawl of a region knows, by address; empty before the first."""
    rows = latest_crawl(lake, region)
    return {row["url"]: _visit(row) for row in rows.iter_rows(named=True)}


def latest_crawl(lake: Lake, region: str) -> pl.DataFrame:
    """The rows of the latest crawl of a region: the whole picture of what it publishes."""
    rows = lake.scan("crawl").filter(pl.col("region_code") == region)
    latest = rows.select(pl.col("crawl_id").max()).collect().item()
    if latest is None:
        return empty_frame("crawl")
    return rows.filter(pl.col("crawl_id") == latest).collect()


def _row(visit: Visit, started_at: str) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(visit, name) for name in _PLAIN}
    row["published_date"] = date.fromisoformat(visit.published_date) if visit.published_date else None
    for name in _TIMES:
        value = getattr(visit, name)
        row[name] = datetime.fromisoformat(value) if value else None
    row["first_seen_at"] = row["first_seen_at"] or datetime.fromisoformat(started_at)
    if visit.links is not None:
        links = [_slim(asdict(link)) for link in visit.links]
        row["links_json"] = json.dumps({"rules": visit.rules, "links": links}, ensure_ascii=False)
    return row


def _visit(row: dict[str, Any]) -> Visit:
    data = {name: row[name] for name in _PLAIN}
    for name in (*_TIMES, "published_date"):
        data[name] = row[name].isoformat() if row[name] is not None else None
    if row["links_json"] is not None:
        data |= json.loads(row["links_json"])
    return Visit.from_data(data)


def _slim(link: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in link.items() if value not in (None, "", 0)}


def rows_of(visits: Iterable[Visit]) -> list[dict[str, Any]]:
    """Visits as rows of a report for people: what happened, where, and why."""
    shown = [visit for visit in visits if visit.outcome not in ("read", "unchanged")]
    return [
        {
            "outcome": visit.outcome,
            "reason": visit.reason or "",
            "link": visit.link_text or visit.page_title or "",
            "url": visit.url,
            "message": visit.message or "",
        }
        for visit in sorted(shown, key=lambda visit: (visit.outcome, visit.url))
    ]


assert set(_PLAIN) <= set(polars_schema("crawl"))  # noqa: S101  a field without a column would be lost
