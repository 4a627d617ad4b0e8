"""``budget_line``: one row an amount position of a statement, a printed cell, blank included.

``amount_yuan`` is canonical; ``amount_wan`` is for reading, half-up from yuan where the source prints a
finer figure. ``amount_unit`` and ``amount_scale`` say what was printed: every tolerance comes from them.
"""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas.enumerations import codes
from schemas.tables.common import (
    DocumentModel,
    Money,
    box_is_whole,
    enumerated,
    holds,
    optional,
    row_rule,
    together,
)

# A figure in 万元 has 2 decimals here; one printed finer is rounded to them: by 50 yuan at most.
HALF_STEP_OF_WAN_IN_YUAN = 50
DECIMALS_THAT_WAN_KEEPS = {"元": -2, "万元": 2, "亿元": 6}


class BudgetLine(DocumentModel):
    """Amounts of matrix and list forms, and the amount fields of the target forms."""

    table_no: pl.Int16 = pa.Field(ge=1)
    row_no: pl.Int16 = pa.Field(ge=1)
    col_no: pl.Int16 = pa.Field(ge=1)
    form_code: pl.String = enumerated("form_code")
    row_kind: pl.String = enumerated("row_kind")
    column_path: pl.String = pa.Field(str_length={"min_value": 1})
    direction: pl.String = enumerated("direction")
    measure_code: pl.String = enumerated("measure_code")
    expenditure_type: pl.String = enumerated("expenditure_type", nullable=True)
    expenditure_category: pl.String = enumerated("expenditure_category", nullable=True)
    fund_type: pl.String = enumerated("fund_type", nullable=True)
    function_code: pl.String = optional(str_matches=r"^[0-9]{3}([0-9]{2}){0,3}$")
    function_name: pl.String = optional()
    function_level: pl.Int16 = optional(ge=1, le=3)
    econ_scheme: pl.String = enumerated("econ_scheme", nullable=True)
    econ_code: pl.String = optional(str_matches=r"^[35][0-9]{2}([0-9]{2})?$")
    econ_name: pl.String = optional()
    project_name: pl.String = optional()
    line_label: pl.String = optional()
    additive_set: pl.String = optional(str_matches=r"^[A-Z][A-Z0-9_]*$")
    cell_state: pl.String = enumerated("cell_state")
    text_raw: pl.String = optional()
    amount_unit: pl.String = enumerated("amount_unit")
    amount_scale: pl.Int16 = optional(ge=0, le=6)
    amount_wan: Money = optional()
    amount_yuan: Money = optional()
    revenue_code: pl.String = optional()
    department_code: pl.String = optional(str_matches=r"^[0-9A-Za-z]{1,21}$")
    page_no: pl.Int16 = optional(ge=1)
    bbox_x0: pl.Float32 = optional()
    bbox_y0: pl.Float32 = optional()
    bbox_x1: pl.Float32 = optional()
    bbox_y1: pl.Float32 = optional()
    source_locator: pl.String = optional()
    extraction_confidence: pl.Float32 = optional(ge=0, le=1)

    class Config:
        """A cell gives one row."""

        unique = ["document_id", "table_no", "row_no", "col_no"]  # noqa: RUF012

    @row_rule(
        columns="amount_wan, amount_yuan, amount_unit, amount_scale",
        says="amount_wan x 10,000 is amount_yuan, to the half step where more decimals were printed",
    )
    def amounts_agree(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        kept = pl.col("amount_unit").replace_strict(
            DECIMALS_THAT_WAN_KEEPS, default=-2, return_dtype=pl.Int16
        )
        off = (pl.col("amount_wan") * 10_000 - pl.col("amount_yuan")).abs()
        allowed = pl.when(pl.col("amount_scale") <= kept).then(0).otherwise(HALF_STEP_OF_WAN_IN_YUAN)
        return holds(data, off <= allowed)

    @row_rule(
        columns="cell_state, amount_yuan, amount_wan, amount_scale",
        says="value means another amount than zero, zero means zero, blank means no amount",
    )
    def state_agrees_with_amount(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        yuan, state = pl.col("amount_yuan"), pl.col("cell_state")
        printed = (
            pl.when(yuan.is_null())
            .then(pl.lit("blank"))
            .when(yuan == 0)
            .then(pl.lit("zero"))
            .otherwise(pl.lit("value"))
        )
        known = pl.Series(codes("cell_state")).implode()
        return holds(
            data,
            ~state.is_in(known)
            | ((state == printed) & together("amount_yuan", "amount_wan", "amount_scale")),
        )

    @row_rule(
        columns="text_raw, cell_state",
        says="an amount has the text that it was read from",
    )
    def amount_has_its_text(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        return holds(data, pl.col("amount_yuan").is_null() | pl.col("text_raw").is_not_null())

    @row_rule(
        columns="function_level, function_code",
        says="level 1, 2, 3 means 3, 5, 7 digits; a longer local code or no code has no level",
    )
    def function_level_agrees_with_code(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        digits = pl.col("function_code").str.len_chars()
        level = digits.replace_strict({3: 1, 5: 2, 7: 3}, default=None, return_dtype=pl.Int16)
        return holds(data, pl.col("function_level").eq_missing(level))

    @row_rule(
        columns="econ_scheme, econ_code",
        says="a code that begins with 3 is of the department scheme, with 5 of the government scheme",
    )
    def econ_scheme_agrees_with_code(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        first = pl.col("econ_code").str.head(1)
        scheme = first.replace_strict({"3": "dept", "5": "gov"}, default=None, return_dtype=pl.String)
        return holds(data, scheme.is_null() | pl.col("econ_scheme").eq_missing(scheme))

    @row_rule(
        columns="page_no, bbox_x0, bbox_y0, bbox_x1, bbox_y1",
        says="a box is whole, on a page, with its first corner at the top left",
    )
    def box_is_whole(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        return holds(data, box_is_whole())
