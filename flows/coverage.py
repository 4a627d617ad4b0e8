"""Who owes what: the disclosures that the registry's bodies owe, and how each stands.

A body owes a budget and final accounts for every fiscal year from the region's first on. What the lake has
counts as published; what the crawl landed and the lake does not have (yet) counts as found, told by the
names and years that its links say; the rest is overdue once its day is past.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from flows.crawl_record import latest_crawl
from infra.lake import Lake, TableCommit
from schemas.region import Region
from schemas.tables import empty_frame, frame
from schemas.unit import Unit, unit_of_name, units

PHASES = ("approved", "actual")

Row = Mapping[str, Any]


def refresh_coverage(lake: Lake, region: Region, run_id: str = "") -> TableCommit:
    """Make the region's rows of ``coverage`` anew from the registry, the latest crawl and the register."""
    rows = coverage(lake, region)

    def make(current: pl.DataFrame) -> pl.DataFrame:
        after = rows.select(current.columns)
        # The time of the check alone is no change.
        same = after.drop("checked_at").sort(pl.all()).equals(current.drop("checked_at").sort(pl.all()))
        return current if same else after

    return lake.rewrite("coverage", [(region.region,)], make, run_id)


def coverage(lake: Lake, region: Region, today: date | None = None) -> pl.DataFrame:
    """The rows of ``coverage`` for a region as things stand; ``today`` is the day in the region by default."""
    today = today or region.now().date()
    bodies = [unit for unit in units() if unit.region == region.region]
    if not bodies:
        return empty_frame("coverage")
    crawled = latest_crawl(lake, region.region).filter(pl.col("sha256").is_not_null()).to_dicts()
    documents = _documents(lake, bodies)
    # What stands goes before what vanished.
    landed = {row["sha256"]: row for row in sorted(crawled, key=lambda row: row["outcome"] != "vanished")}
    said = _said(crawled, region.region)
    checked_at = datetime.now(UTC)
    rows = []
    for unit in bodies:
        # Final accounts of a year are owed in the next one: the year before this one is the last with both.
        for year in range(region.first_year, today.year + 1):
            for phase in PHASES:
                due = region.due.day(year, phase)
                if due.year > today.year:
                    continue
                document = documents.get((unit.code, year, phase))
                crawl: Row | None = landed.get(document["document_id"]) if document else None
                if document and document["withdrawn_at"] and not _vanished(crawl):
                    # Deleted from the bucket: the lake has its rows, and nobody publishes them there.
                    document = None
                if document is None:
                    crawl = crawl or said.get((unit.code, year, phase))
                rows.append(
                    {
                        "region_code": region.region,
                        "unit_code": f"{region.region}-{unit.code}",
                        "org_unit_code": unit.code,
                        "org_unit_name": unit.name,
                        "year": year,
                        "phase": phase,
                        "due_date": due,
                        "checked_at": checked_at,
                        **_standing(document, crawl, due, today),
                    }
                )
    return frame("coverage", rows)


def _standing(document: Row | None, crawl: Row | None, due: date, today: date) -> dict[str, Any]:
    published = (crawl or {}).get("published_date") or (document or {}).get("published_date")
    if _vanished(crawl):
        state = "vanished"
    elif document is not None:
        state = "late" if published is not None and published > due else "published"
    elif crawl is not None:
        state = "found"
    else:
        state = "overdue" if today > due else "not_due"
    return {
        "state": state,
        "published_date": published,
        "document_id": document["document_id"] if document else None,
        "url": crawl["url"] if crawl else document["source_url"] if document else None,
        "object_uri": crawl["object_uri"] if crawl else document["source_uri"] if document else None,
        "vanished_at": crawl["vanished_at"] if crawl and _vanished(crawl) else None,
    }


def _vanished(crawl: Row | None) -> bool:
    return crawl is not None and crawl["outcome"] == "vanished"


def _documents(lake: Lake, bodies: Iterable[Unit]) -> dict[tuple[str, int, str], Row]:
    """The current documents of the bodies, by code, year and phase."""
    codes = [f"{unit.region}-{unit.code}" for unit in bodies]
    columns = (
        *("document_id", "org_unit_code", "year", "budget_phase"),
        *("source_uri", "source_url", "published_date", "withdrawn_at"),
    )
    rows = (
        lake.scan("document")
        .filter(pl.col("unit_code").is_in(codes) & pl.col("is_current"))
        .select(columns)
        .collect()
    )
    # Of a department's and a unit's document, one that stands.
    ordered = sorted(rows.iter_rows(named=True), key=lambda row: row["withdrawn_at"] is None)
    return {(row["org_unit_code"], row["year"], row["budget_phase"]): row for row in ordered}


def _said(crawled: Iterable[Row], region: str) -> dict[tuple[str, int, str], Row]:
    """What the crawl found, by the body of the registry that the links name, year and phase."""
    found: dict[tuple[str, int, str], Row] = {}
    for row in crawled:
        if row["unit_name"] and row["year"] and row["phase"] in PHASES:
            unit = unit_of_name(region, row["unit_name"], row["level"] or "department")
            key = (unit.code, row["year"], row["phase"]) if unit else None
            # What stands goes before what vanished.
            if key is not None and (key not in found or found[key]["outcome"] == "vanished"):
                found[key] = row
    return found
