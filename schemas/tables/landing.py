"""``object`` and ``quarantine``: what arrived, how far it came, and what was refused.

An object is a version of a key: (bucket, key, version id or ETag). A plain file has no bucket; its key is
its path. Neither table is of a unit: whose document it is may not be known.
"""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas.quarantine_reason import reason_codes
from schemas.tables.common import SHA256, Model, Moment, enumerated, holds, optional, row_rule


class LandedObject(Model):
    """The ledger: one row an object version ever seen."""

    uri: pl.String = pa.Field(str_length={"min_value": 1})
    bucket: pl.String = optional()
    key: pl.String = pa.Field(str_length={"min_value": 1})
    version_id: pl.String = optional()
    etag: pl.String = optional()
    byte_size: pl.Int64 = optional(ge=0)
    sequencer: pl.String = optional()
    document_id: pl.String = optional(str_matches=SHA256)
    state: pl.String = enumerated("object_state")
    reason: pl.String = optional(isin=reason_codes())
    uploaded_at: Moment = optional()
    source_url: pl.String = optional()
    page_url: pl.String = optional()
    published_date: pl.Date = optional()
    fetched_at: Moment = optional()
    received_at: Moment = pa.Field()
    started_at: Moment = optional()
    committed_at: Moment = optional()
    attempts: pl.Int32 = pa.Field(ge=0)
    run_id: pl.String = optional()

    class Config:
        """An overwritten key is another object."""

        unique = ["uri", "version_id", "etag"]  # noqa: RUF012

    @row_rule(columns="state, reason", says="a quarantined object has a reason code")
    def quarantined_has_a_reason(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        return holds(data, (pl.col("state") != "quarantined") | pl.col("reason").is_not_null())

    @row_rule(
        columns="state, document_id, committed_at",
        says="a committed object has its document and the time",
    )
    def committed_has_its_document(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        done = pl.col("document_id").is_not_null() & pl.col("committed_at").is_not_null()
        return holds(data, (pl.col("state") != "committed") | done)


class Quarantine(Model):
    """One row a refused document, or a refused table or row of it, with all that a person needs to judge."""

    uri: pl.String = pa.Field(str_length={"min_value": 1})
    bucket: pl.String = optional()
    key: pl.String = pa.Field(str_length={"min_value": 1})
    version_id: pl.String = optional()
    etag: pl.String = optional()
    member: pl.String = optional()
    byte_size: pl.Int64 = optional(ge=0)
    sha256: pl.String = optional(str_matches=SHA256)
    seq: pl.Int32 = pa.Field(ge=1)
    reason: pl.String = pa.Field(isin=reason_codes())
    message: pl.String = pa.Field(str_length={"min_value": 1})
    place: pl.String = optional()
    table: pl.String = optional()
    row_count: pl.Int32 = pa.Field(ge=0)
    rows_json: pl.String = optional()
    pipeline_version: pl.String = pa.Field(str_length={"min_value": 1})
    quarantined_at: Moment = pa.Field()
    run_id: pl.String = optional()

    class Config:
        """Records of an object (or of a file inside an archive) count from 1."""

        unique = ["uri", "version_id", "etag", "member", "seq"]  # noqa: RUF012

    @row_rule(
        columns="row_count, rows_json",
        says="refused rows are kept: rows_json is there when row_count is not 0",
    )
    def refused_rows_are_kept(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        return holds(data, (pl.col("row_count") > 0) == pl.col("rows_json").is_not_null())
