"""``finding``: what a rule found in a document, with both sides and the cells it speaks of.

Figures stand in the printed unit of the cells. A waived finding stays, with the reason.
"""

from __future__ import annotations

from typing import Annotated

import pandera.polars as pa
import polars as pl

from schemas.tables.common import DocumentModel, Figure, enumerated, holds, optional, row_rule

CELL = pl.Struct(
    {
        "table_no": pl.Int16(),
        "row_no": pl.Int16(),
        "col_no": pl.Int16(),
        "page_no": pl.Int16(),
        "bbox_x0": pl.Float32(),
        "bbox_y0": pl.Float32(),
        "bbox_x1": pl.Float32(),
        "bbox_y1": pl.Float32(),
        "source_locator": pl.String(),
        "text": pl.String(),
    }
)


class Finding(DocumentModel):
    """One row an evaluation of a rule at one place."""

    check_code: pl.String = pa.Field(str_matches=r"^[A-Za-z][A-Za-z0-9_*]*$")
    check_seq: pl.Int32 = pa.Field(ge=1)
    rule_version: pl.String = pa.Field(str_length={"min_value": 1})
    check_scope: pl.String = pa.Field(str_length={"min_value": 1})
    status: pl.String = enumerated("check_status")
    severity: pl.String = enumerated("severity")
    left_value: Figure = optional()
    right_value: Figure = optional()
    difference: Figure = optional()
    tolerance: Figure = optional(ge=0)
    addend_count: pl.Int16 = optional(ge=0)
    left_ref: pl.String = optional()
    right_ref: pl.String = optional()
    message_zh: pl.String = pa.Field(str_length={"min_value": 1})
    message_en: pl.String = pa.Field(str_length={"min_value": 1})
    cells: Annotated[pl.List, CELL] = pa.Field()
    waived: pl.Boolean = pa.Field()
    waiver_reason: pl.String = optional()

    class Config:
        """Evaluations of a rule count from 1 in each document."""

        unique = ["document_id", "check_code", "check_seq"]  # noqa: RUF012

    @row_rule(columns="left_value, right_value, difference", says="difference is left_value - right_value")
    def difference_is_left_minus_right(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        return holds(data, pl.col("left_value") - pl.col("right_value") == pl.col("difference"))

    @row_rule(columns="waived, waiver_reason", says="a waiver has a reason, and only a waiver")
    def waiver_has_a_reason(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        return holds(data, pl.col("waived") == pl.col("waiver_reason").is_not_null())
