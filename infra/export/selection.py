"""Which rows of a view are exported, and in which slices they are read.

A slice is a region and a year: whatever the size of the lake, no more than its rows are sorted at a time, so
that the files come out in order and memory stays bounded by the largest region's year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from infra.lake import LakeSql, run_select
from infra.lake.layout import CRAWLS, LEDGERS
from schemas.errors import UsageError
from schemas.view import View

_UNIT = re.compile(r"[0-9]{6}-[0-9A-Za-z]{1,21}")
_REGION = re.compile(r"[0-9]{6}")
_BATCH = 20_000


@dataclass(frozen=True, slots=True)
class Selection:
    """Bodies, years and regions to keep, all where empty. A province or city (430000, 430200) has its parts."""

    units: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    regions: tuple[str, ...] = ()

    def condition(self, view: View) -> str:
        """SQL that is true for the selected rows. Raises ``UsageError`` where the view lacks the column."""
        names = {column.name for column in view.columns}
        terms = []
        for option, column, values in (
            ("--unit", "unit_code", self.units),
            ("--year", "year", self.years),
            ("--region", "region_code", self.regions),
        ):
            if values and column not in names:
                raise UsageError(f"{option} cannot be used with {view.name}: it has no column {column}.")
        if self.units:
            terms.append(f"unit_code IN ({', '.join(map(_unit, self.units))})")
        if self.years:
            terms.append(f"year IN ({', '.join(str(int(year)) for year in self.years)})")
        if self.regions:
            terms.append(f"({' OR '.join(map(_within, self.regions))})")
        return " AND ".join(terms) or "true"


def slices(lake: LakeSql, view: View, selection: Selection) -> Iterator[str]:
    """A condition for each slice of the selected rows, by year and region in order."""
    wanted = selection.condition(view)
    names = {column.name for column in view.columns}
    if not {"region_code", "year"} <= names or view.name in (*LEDGERS, *CRAWLS):
        yield wanted
        return
    of_document = "document" if "unit_code" in names else "(SELECT region_code, year FROM document)"
    found = run_select(
        lake,
        f"SELECT DISTINCT region_code, year FROM {of_document} WHERE {wanted} ORDER BY year, region_code",  # noqa: S608
    )
    for region, year in found.iter_rows():
        yield f"{wanted} AND region_code = '{region}' AND year = {year}"


def batches(lake: LakeSql, view: View, condition: str, order: tuple[str, ...]) -> Iterator[pl.DataFrame]:
    """The rows of a slice in order, some thousand at a time, with the view's columns."""
    columns = ", ".join(f'"{column.name}"' for column in view.columns)
    sorting = f" ORDER BY {', '.join(order)}" if order else ""
    sql = f'SELECT {columns} FROM "{view.name}" WHERE {condition}{sorting}'  # noqa: S608
    for batch in lake.connection(sql).sql(sql).to_arrow_reader(_BATCH):
        frame = pl.from_arrow(batch)
        assert isinstance(frame, pl.DataFrame)  # noqa: S101  a batch gives a frame
        yield frame


def _unit(code: str) -> str:
    if not _UNIT.fullmatch(code):
        raise UsageError(f"--unit {code} is no body; give its unit_code such as 430202-052001.")
    return f"'{code}'"


def _within(code: str) -> str:
    if not _REGION.fullmatch(code):
        raise UsageError(f"--region {code} is no division code; give six digits such as 430202.")
    kept = code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code
    return f"starts_with(region_code, '{kept}')"
