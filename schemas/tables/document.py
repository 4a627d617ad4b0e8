"""``document`` and ``statement``: the register of disclosures and of the tables found or promised in them."""

from __future__ import annotations

from typing import Annotated

import pandera.polars as pa
import polars as pl

from schemas.tables.common import (
    SHA256,
    DocumentModel,
    Moment,
    Texts,
    box_is_whole,
    enumerated,
    holds,
    optional,
    row_rule,
)

EVIDENCE = pl.Struct(
    {"field": pl.String(), "value": pl.String(), "source": pl.String(), "place": pl.String()}
)


class Document(DocumentModel):
    """One row a document, that is, a content: the same bytes under two keys are one document.

    A file with a chapter for each of several bodies has a row for each, of one ``document_id``: whose a row of any
    table is says ``unit_code`` too. Tables and pages are numbered through the file; ``evidence`` has the chapter's
    number and pages.

    ``region_code``, ``org_unit_code``, ``year``, ``budget_phase`` and ``disclosure_level`` are its business
    key: of the documents that share it exactly one is current.
    """

    disclosure_level: pl.String = enumerated("disclosure_level")
    document_kind: pl.String = enumerated("document_kind")
    document_title: pl.String = optional()
    source_uri: pl.String = pa.Field(str_length={"min_value": 1})
    source_url: pl.String = optional()
    page_url: pl.String = optional()
    file_name: pl.String = pa.Field(str_length={"min_value": 1})
    media_type: pl.String = pa.Field(str_length={"min_value": 1})
    byte_size: pl.Int64 = pa.Field(ge=1)
    page_count: pl.Int32 = optional(ge=1)
    statement_count: pl.Int32 = pa.Field(ge=0)
    line_count: pl.Int32 = pa.Field(ge=0)
    grade: pl.String = enumerated("grade")
    evidence: Annotated[pl.List, EVIDENCE] = pa.Field()
    published_date: pl.Date = optional()
    retrieved_at: Moment = optional()
    ingested_at: Moment = pa.Field()
    withdrawn_at: Moment = optional()
    text_layer: pl.String = enumerated("text_layer")
    engine: pl.String = pa.Field(str_length={"min_value": 1})
    engine_version: pl.String = pa.Field(str_length={"min_value": 1})
    pipeline_version: pl.String = pa.Field(str_length={"min_value": 1})
    is_current: pl.Boolean = pa.Field()
    supersedes_document_id: pl.String = optional(str_matches=SHA256)

    class Config:
        """A document of several units has a row for each."""

        unique = ["document_id", "unit_code", "year"]  # noqa: RUF012

    @row_rule(
        columns="document_kind, budget_phase",
        says="final accounts are of the phase actual, a budget is approved or adjusted",
    )
    def phase_agrees_with_kind(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        final = pl.col("document_kind") == "final_accounts"
        return holds(data, final == (pl.col("budget_phase") == "actual"))

    @row_rule(columns="supersedes_document_id, document_id", says="a document does not supersede itself")
    def supersedes_another(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        return holds(data, pl.col("supersedes_document_id") != pl.col("document_id"))


class Statement(DocumentModel):
    """One row a table of the document, or one that its contents promise and that is not there.

    ``grid_json`` keeps the cells of a table that no form fits, so that nothing printed is lost.
    """

    form_code: pl.String = enumerated("form_code")
    instance_no: pl.Int16 = pa.Field(ge=1)
    table_no: pl.Int16 = optional(ge=1)
    toc_no: pl.Int16 = optional(ge=1)
    title_toc: pl.String = optional()
    title_printed: pl.String = optional()
    status: pl.String = enumerated("statement_status")
    recognition_score: pl.Float32 = optional(ge=0, le=1)
    page_from: pl.Int16 = optional(ge=1)
    page_to: pl.Int16 = optional(ge=1)
    page_no: pl.Int16 = optional(ge=1)
    bbox_x0: pl.Float32 = optional()
    bbox_y0: pl.Float32 = optional()
    bbox_x1: pl.Float32 = optional()
    bbox_y1: pl.Float32 = optional()
    source_locator: pl.String = optional()
    row_count: pl.Int16 = optional(ge=0)
    column_count: pl.Int16 = optional(ge=0)
    header_row_count: pl.Int16 = optional(ge=0)
    amount_unit: pl.String = enumerated("amount_unit", nullable=True)
    unit_caption: pl.String = optional()
    note: pl.String = optional()
    column_paths: Texts = optional()
    grid_json: pl.String = optional()

    class Config:
        """A form may be there several times: one target form a project."""

        unique = ["document_id", "unit_code", "form_code", "instance_no"]  # noqa: RUF012

    @row_rule(columns="status, table_no", says="a table that is missing has no number, every other one has")
    def missing_has_no_number(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        missing = pl.col("status") == "missing_in_body"
        return holds(data, missing == pl.col("table_no").is_null())

    @row_rule(columns="form_code, status, grid_json", says="an unrecognised table says so and keeps its grid")
    def unrecognised_keeps_its_grid(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        unrecognised = pl.col("form_code") == "unrecognised"
        grid = pl.col("grid_json").is_not_null()
        return holds(data, (unrecognised == (pl.col("status") == "unrecognised")) & (unrecognised == grid))

    @row_rule(columns="page_from, page_to", says="pages run forward")
    def pages_run_forward(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        first, last = pl.col("page_from"), pl.col("page_to")
        return holds(data, (first.is_null() == last.is_null()) & (first <= last).fill_null(True))

    @row_rule(
        columns="page_no, bbox_x0, bbox_y0, bbox_x1, bbox_y1",
        says="a box is whole, on a page, with its first corner at the top left",
    )
    def box_is_whole(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        return holds(data, box_is_whole())
