"""``crawl`` and ``coverage``: what a crawl met, and which bodies owe which disclosures.

A crawl's rows are the whole picture of a region: what it did not reach or ask for is there too, with what is
known of it from before. So the latest crawl is all that the next one needs to know.
"""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas.tables.common import (
    ORG_UNIT_CODE,
    REGION_CODE,
    SHA256,
    Model,
    Moment,
    enumerated,
    holds,
    optional,
    row_rule,
)


class Crawl(Model):
    """One row a crawl and resource."""

    crawl_id: pl.String = pa.Field(str_matches=r"^[0-9]{8}T[0-9]{6}Z-[0-9]{6}$")
    crawl_month: pl.String = pa.Field(str_matches=r"^[0-9]{4}-[0-9]{2}$")
    region_code: pl.String = pa.Field(str_matches=REGION_CODE)
    crawl_started_at: Moment = pa.Field()
    crawl_finished_at: Moment = optional()
    url: pl.String = pa.Field(str_length={"min_value": 1})
    site: pl.String = pa.Field(str_length={"min_value": 1})
    role: pl.String = enumerated("crawl_role")
    outcome: pl.String = enumerated("crawl_outcome")
    reason: pl.String = enumerated("crawl_reason", nullable=True)
    message: pl.String = optional()
    http_status: pl.Int16 = optional()
    page_url: pl.String = optional()
    page_title: pl.String = optional()
    link_text: pl.String = optional()
    unit_name: pl.String = optional()
    year: pl.Int16 = optional(ge=2000, le=2099)
    phase: pl.String = enumerated("budget_phase", nullable=True)
    level: pl.String = enumerated("disclosure_level", nullable=True)
    published_date: pl.Date = optional()
    file_name: pl.String = optional()
    media_type: pl.String = optional()
    byte_size: pl.Int64 = optional(ge=0)
    sha256: pl.String = optional(str_matches=SHA256)
    object_uri: pl.String = optional()
    version_id: pl.String = optional()
    etag: pl.String = optional()
    last_modified: pl.String = optional()
    fetched_at: Moment = optional()
    first_seen_at: Moment = pa.Field()
    vanished_at: Moment = optional()
    links_json: pl.String = optional()
    pipeline_version: pl.String = pa.Field(str_length={"min_value": 1})
    run_id: pl.String = optional()

    class Config:
        """Links to the same address are one resource."""

        unique = ["crawl_id", "url"]  # noqa: RUF012

    @row_rule(
        columns="outcome, object_uri, sha256",
        says="what is landed has its object and the sha256 of its bytes",
    )
    def landed_has_its_object(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        landed = pl.col("outcome").is_in(["new", "changed", "alias"])
        return holds(data, ~landed | (pl.col("object_uri").is_not_null() & pl.col("sha256").is_not_null()))

    @row_rule(columns="outcome, reason", says="what failed, was refused or vanished has a reason")
    def failure_has_a_reason(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        bad = pl.col("outcome").is_in(["failed", "refused", "robots_refused", "vanished", "not_reached"])
        return holds(data, ~bad | pl.col("reason").is_not_null())

    @row_rule(columns="outcome, vanished_at", says="what vanished has the time, and only that")
    def vanished_has_its_time(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        return holds(data, (pl.col("outcome") == "vanished") == pl.col("vanished_at").is_not_null())


class Coverage(Model):
    """One row a disclosure owed."""

    region_code: pl.String = pa.Field(str_matches=REGION_CODE)
    unit_code: pl.String = pa.Field()
    org_unit_code: pl.String = pa.Field(str_matches=ORG_UNIT_CODE)
    org_unit_name: pl.String = pa.Field(str_length={"min_value": 1})
    year: pl.Int16 = pa.Field(ge=2000, le=2099)
    phase: pl.String = pa.Field(isin=["approved", "actual"])
    state: pl.String = enumerated("coverage_state")
    due_date: pl.Date = pa.Field()
    published_date: pl.Date = optional()
    document_id: pl.String = optional(str_matches=SHA256)
    url: pl.String = optional()
    object_uri: pl.String = optional()
    vanished_at: Moment = optional()
    checked_at: Moment = pa.Field()

    class Config:
        """A body owes a budget and final accounts for every year."""

        unique = ["unit_code", "phase", "year"]  # noqa: RUF012

    @row_rule(columns="state, document_id", says="what is published is in the lake")
    def published_has_its_document(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        there = pl.col("state").is_in(["published", "late"])
        return holds(data, ~there | pl.col("document_id").is_not_null())
