"""What changed between two versions of the lake, cell by cell.

The publication says which units and years differ; only their rows are read, as they were and as they are. A
cell is known by what it means and not by where it stands in which document: form, heads of row and column. So
a republished document whose figures are the same changes nothing here, and a figure that was corrected is one
changed cell. Versions go back as far as ``maintain`` keeps files.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from infra.lake.lake import Lake
from infra.lake.layout import UNIT_YEAR, Partition
from schemas.errors import StorageError

MEANING = (
    *UNIT_YEAR,
    "budget_phase",
    "form_code",
    "column_path",
    "row_kind",
    "function_code",
    "econ_scheme",
    "econ_code",
    "department_code",
    "project_name",
    "line_label",
    "function_name",
    "econ_name",
)
_VALUE = ("text_raw", "amount_yuan")


@dataclass(frozen=True, slots=True)
class Changes:
    """The lake's versions compared (None: before the first), and the cells that differ.

    ``cells`` has ``change`` (added, changed, removed), the columns of ``MEANING``, and before and after of
    ``text_raw`` and ``amount_yuan`` with the documents that say so.
    """

    since: int | None
    until: int | None
    cells: pl.DataFrame


def changes(lake: Lake, since: int | datetime | None) -> Changes:
    """The cells that differ between the lake then (None: an empty one) and now.

    Raises ``StorageError`` where that version is not kept any more, or is not there yet.
    """
    now = lake.snapshot()
    if isinstance(since, int) and since > (-1 if now.version is None else now.version):
        raise StorageError(f"The lake {lake.uri} has no version {since} yet; it is at {now.version or 0}.")
    if since is None:
        then_rows, then_version = now.named_rows(None).clear(), None
    else:
        with _kept(lake, since):
            then = lake.snapshot(since)
            then_rows, then_version = then.named_rows(None), then.version
    touched = _differing(then_rows, now.named_rows(None))
    after = now.read("budget_line", touched)
    if since is None:
        before = after.clear()
    else:
        with _kept(lake, since):
            before = then.read("budget_line", touched)
    return Changes(then_version, now.version, _cells(before, after))


@contextmanager
def _kept(lake: Lake, since: int | datetime) -> Iterator[None]:
    """Say it where files or log entries of that time were cleared away."""
    try:
        yield
    except (StorageError, OSError, pl.exceptions.PolarsError) as error:
        when = f"version {since}" if isinstance(since, int) else f"the state of {since:%Y-%m-%d %H:%M:%S} UTC"
        raise StorageError(
            f"{when[0].upper()}{when[1:]} of the lake {lake.uri} cannot be compared with any more: `maintain` "
            "clears replaced files away, after a week unless it is told otherwise; name a later one."
        ) from error


def _differing(before: pl.DataFrame, after: pl.DataFrame) -> list[Partition]:
    lines = [rows.filter(pl.col("table") == "budget_line") for rows in (before, after)]
    one, other = (rows.select(*UNIT_YEAR, pl.col("files").list.sort().list.join("|")) for rows in lines)
    both = pl.concat([one, other])
    return sorted(both.filter(~both.is_duplicated()).select(UNIT_YEAR).unique().rows())


def _cells(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    said = [*_VALUE, "document_id"]
    one, other = (_numbered(rows).select(*MEANING, "_nth", *said) for rows in (before, after))
    joined = one.join(
        other, on=[*MEANING, "_nth"], how="full", coalesce=True, nulls_equal=True, suffix="_after"
    )
    was, now = pl.col("document_id").is_not_null(), pl.col("document_id_after").is_not_null()
    same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_after")) for name in _VALUE)
    # A blank cell that came or went is no figure.
    blank = pl.all_horizontal(pl.col(f"{name}{end}").is_null() for name in _VALUE for end in ("", "_after"))
    change = (
        pl.when(~was).then(pl.lit("added")).when(~now).then(pl.lit("removed")).otherwise(pl.lit("changed"))
    )
    return (
        joined.filter(~(was & now & same) & ~blank)
        .select(
            change.alias("change"),
            *MEANING,
            *(
                pl.col(f"{name}{end}").alias(f"{name}_{'after' if end else 'before'}")
                for name in said
                for end in ("", "_after")
            ),
        )
        .sort("change", *MEANING)
    )


def _numbered(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with ``_nth``: forms may print the same heads several times."""
    ordered = rows.sort("table_no", "row_no", "col_no")
    return ordered.with_columns(_nth=pl.int_range(pl.len()).over(MEANING))
