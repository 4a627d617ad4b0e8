"""``performance_indicator`` and ``performance_goal``: what the target forms (绩效目标表) promise.

Values keep the printed text beside what was understood of it: 95 with the unit % stays 95.
"""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from schemas.tables.common import (
    DocumentModel,
    Figure,
    Money,
    box_is_whole,
    enumerated,
    holds,
    optional,
    row_rule,
    together,
)


class PerformanceIndicator(DocumentModel):
    """One row an indicator row of a target form, rows that say 无 included."""

    table_no: pl.Int16 = pa.Field(ge=1)
    row_no: pl.Int16 = pa.Field(ge=1)
    kpi_no: pl.Int16 = pa.Field(ge=1)
    scope: pl.String = enumerated("scope")
    project_name: pl.String = optional()
    level1_name: pl.String = optional()
    level1_printed: pl.String = optional()
    level1_inferred: pl.Boolean = pa.Field()
    level2_name: pl.String = optional()
    level3_name: pl.String = optional()
    target_raw: pl.String = optional()
    target_kind: pl.String = enumerated("target_kind")
    target_number: Figure = optional()
    target_unit: pl.String = optional()
    target_operator: pl.String = optional()
    value_content: pl.String = optional()
    remark: pl.String = optional()
    target_date: pl.Date = optional()
    page_no: pl.Int16 = optional(ge=1)
    bbox_x0: pl.Float32 = optional()
    bbox_y0: pl.Float32 = optional()
    bbox_x1: pl.Float32 = optional()
    bbox_y1: pl.Float32 = optional()
    source_locator: pl.String = optional()

    class Config:
        """Indicators count from 1 in each form."""

        unique = ["document_id", "table_no", "kpi_no"]  # noqa: RUF012

    @row_rule(
        columns="target_kind, target_number, target_date, target_raw",
        says="a number has target_number, a date has target_date, an empty target has no text",
    )
    def target_agrees_with_kind(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        kind = pl.col("target_kind")
        number = (kind == "number") == pl.col("target_number").is_not_null()
        date = (kind == "date") == pl.col("target_date").is_not_null()
        text = pl.col("target_raw").is_not_null()
        needs_text, has_none = kind.is_in(["number", "date", "text"]), kind == "empty"
        return holds(data, number & date & (text | ~needs_text) & ~(text & has_none))

    @row_rule(
        columns="level1_inferred, level1_name, level1_printed",
        says="level1_inferred says that level1_name is not the printed word",
    )
    def inferred_means_not_printed(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        differs = pl.col("level1_name").ne_missing(pl.col("level1_printed"))
        return holds(data, pl.col("level1_inferred") == differs)

    @row_rule(columns="scope, project_name", says="the overall form is of no project")
    def overall_has_no_project(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        return holds(data, (pl.col("scope") != "overall") | pl.col("project_name").is_null())

    @row_rule(
        columns="page_no, bbox_x0, bbox_y0, bbox_x1, bbox_y1",
        says="a box is whole, on a page, with its first corner at the top left",
    )
    def box_is_whole(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        return holds(data, box_is_whole())


class PerformanceGoal(DocumentModel):
    """One row a project's goal, an overall goal or a main task."""

    table_no: pl.Int16 = pa.Field(ge=1)
    item_no: pl.Int16 = pa.Field(ge=1)
    scope: pl.String = enumerated("scope")
    item_kind: pl.String = enumerated("item_kind")
    project_name: pl.String = optional()
    project_category: pl.String = optional()
    project_match_name: pl.String = optional()
    period_raw: pl.String = optional()
    period_start: pl.Date = optional()
    period_end: pl.Date = optional()
    annual_budget_wan: Money = optional()
    annual_budget_yuan: Money = optional()
    goal_text: pl.String = optional()
    task_name: pl.String = optional()
    task_content: pl.String = optional()
    page_no: pl.Int16 = optional(ge=1)
    bbox_x0: pl.Float32 = optional()
    bbox_y0: pl.Float32 = optional()
    bbox_x1: pl.Float32 = optional()
    bbox_y1: pl.Float32 = optional()
    source_locator: pl.String = optional()

    class Config:
        """Items count from 1 in each form."""

        unique = ["document_id", "table_no", "item_no"]  # noqa: RUF012

    @row_rule(
        columns="scope, item_kind, project_name",
        says="a project's goal is of scope project; goals of the whole and tasks are not of a project",
    )
    def kind_agrees_with_scope(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        of_project = pl.col("scope") == "project"
        kind_fits = of_project == (pl.col("item_kind") == "project")
        return holds(data, kind_fits & (of_project | pl.col("project_name").is_null()))

    @row_rule(
        columns="period_start, period_end, period_raw",
        says="a period begins before it ends and was printed",
    )
    def period_is_whole(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        start, end = pl.col("period_start"), pl.col("period_end")
        unread = start.is_null() & end.is_null()
        return holds(data, unread | ((start <= end).fill_null(False) & pl.col("period_raw").is_not_null()))

    @row_rule(
        columns="annual_budget_wan, annual_budget_yuan",
        says="annual_budget_wan x 10,000 is annual_budget_yuan, to the half step",
    )
    def budgets_agree(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        off = (pl.col("annual_budget_wan") * 10_000 - pl.col("annual_budget_yuan")).abs()
        return holds(data, together("annual_budget_wan", "annual_budget_yuan") & (off <= 50).fill_null(True))

    @row_rule(
        columns="page_no, bbox_x0, bbox_y0, bbox_x1, bbox_y1",
        says="a box is whole, on a page, with its first corner at the top left",
    )
    def box_is_whole(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        return holds(data, box_is_whole())
