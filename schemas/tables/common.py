"""What the lake's tables share: column types, the document's columns, and helpers for row-level rules.

Types are spelled once here. Money is ``Decimal(18, 2)``; positions on a page are points from the top left
of the page as displayed; times are UTC.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import pandera.polars as pa
import polars as pl

from schemas.enumerations import codes

Money = Annotated[pl.Decimal, 18, 2]
Figure = Annotated[pl.Decimal, 18, 4]
Moment = Annotated[pl.Datetime, "us", "UTC"]
Texts = Annotated[pl.List, pl.String()]

SHA256 = r"^[0-9a-f]{64}$"
# GB/T 2260; 000000 = not resolved.
REGION_CODE = r"^[0-9]{6}$"
# As printed (052001), of the registry, or x + 8 hex digits for a body without any (schemas.unit).
ORG_UNIT_CODE = r"^[0-9A-Za-z]{1,21}$"


def enumerated(vocabulary: str, nullable: bool = False) -> Any:
    """A field whose values are the codes of a vocabulary of ``enumerations.yaml``."""
    return pa.Field(isin=codes(vocabulary), nullable=nullable)


def optional(**constraints: Any) -> Any:
    """A field that may be null."""
    return pa.Field(nullable=True, **constraints)


def holds(data: pa.PolarsData, expression: pl.Expr) -> pl.LazyFrame:
    """Result of a check of whole rows; where the expression gives null the rule says nothing and holds."""
    return data.lazyframe.select(expression.fill_null(True).alias("holds"))


def row_rule(columns: str, says: str) -> Callable[[Any], Any]:
    """A check of whole rows: the columns that it speaks of, joined by ', ', and the rule as a clause.

    Pandera turns every failing row into JSON, a minute for 100,000 of them: it is asked for one only. Which
    rows fail is in the check's output all the same.
    """
    return pa.dataframe_check(title=columns, description=says, n_failure_cases=1)


def together(first: str, *others: str) -> pl.Expr:
    """True where the columns are all null or all filled."""
    return pl.all_horizontal(pl.col(first).is_null() == pl.col(other).is_null() for other in others)


def box_is_whole() -> pl.Expr:
    """True where the four sides of a box are all null, or all there, in order and on a page."""
    whole = together("bbox_x0", "bbox_y0", "bbox_x1", "bbox_y1")
    ordered = (pl.col("bbox_x0") <= pl.col("bbox_x1")) & (pl.col("bbox_y0") <= pl.col("bbox_y1"))
    return whole & (pl.col("bbox_x0").is_null() | (ordered & pl.col("page_no").is_not_null()))


class Model(pa.DataFrameModel):
    """Base of every table: exactly these columns, in this order, of these types."""

    class Config:
        """No coercion either: a frame of another type is a fault of ours, found here."""

        strict = True
        ordered = True
        coerce = False


class DocumentModel(Model):
    """Base of every table of a document: whose it is, for which year, in which phase."""

    document_id: pl.String = pa.Field(str_matches=SHA256)
    region_code: pl.String = pa.Field(str_matches=REGION_CODE)
    org_unit_code: pl.String = pa.Field(str_matches=ORG_UNIT_CODE)
    unit_code: pl.String = pa.Field()
    org_unit_name: pl.String = pa.Field(str_length={"min_value": 1})
    year: pl.Int16 = pa.Field(ge=2000, le=2099)
    budget_phase: pl.String = enumerated("budget_phase")

    @row_rule(
        columns="unit_code, region_code, org_unit_code",
        says="unit_code is region_code-org_unit_code",
    )
    def unit_code_is_region_and_code(cls, data: pa.PolarsData) -> pl.LazyFrame:  # noqa: D102, N805
        made = pl.concat_str("region_code", "org_unit_code", separator="-")
        return holds(data, pl.col("unit_code") == made)
