"""Which rows went and came between two frames of a table, as multisets: order says nothing."""

from __future__ import annotations

import polars as pl


def difference(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """The rows that are not in both, with ``_n``: how many more times in ``after`` (negative: ``before``).

    Values are compared exactly, null equal to null; nested columns too.
    """
    columns = before.columns
    both = pl.concat(
        [
            before.with_columns(_n=pl.lit(-1, pl.Int32)),
            after.select(columns).with_columns(_n=pl.lit(1, pl.Int32)),
        ]
    )
    return both.group_by(columns).agg(pl.col("_n").sum()).filter(pl.col("_n") != 0)
