"""From the words of a person to rows of the lake: which unit, which form, which row.

A name that fits several is refused with the list of them, never settled by a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from infra.lake import Lake
from schemas.enumerations import vocabularies
from schemas.errors import UsageError
from schemas.fold import fold
from schemas.title import form_of_title

_CODES = ("function_code", "econ_code", "revenue_code", "department_code")
_NAMES = ("line_label", "function_name", "econ_name", "project_name")
_SHOWN = 8


def find_unit(lake: Lake, unit: str, year: int) -> str:
    """The unit_code that ``unit`` means: a unit_code, the code printed in the tables, or a part of the name."""
    known = (
        lake.scan("document")
        .filter(pl.col("year") == year)
        .select("unit_code", "org_unit_code", "org_unit_name")
        .unique()
        .sort("unit_code")
        .collect()
    )
    wanted = fold(unit)
    for found in (
        known.filter(pl.col("unit_code") == unit),
        known.filter(pl.col("org_unit_code") == unit),
        known.filter(pl.col("org_unit_name").map_elements(fold, return_dtype=pl.String) == wanted),
        known.filter(
            pl.col("org_unit_name").map_elements(lambda name: wanted in fold(name), return_dtype=pl.Boolean)
        ),
    ):
        codes = found["unit_code"].unique(maintain_order=True).to_list()
        if len(codes) == 1:
            return str(codes[0])
        if codes:
            listed = ", ".join(f"{code} {name}" for code, _, name in found.head(_SHOWN).iter_rows())
            raise UsageError(f"{unit} fits {len(codes)} units of {year}: {listed}; give one of the codes.")
    raise UsageError(
        f"The lake has no document of {unit} for {year}; `budgetlake query` lists what is there."
    )


def find_form(form: str) -> str:
    """The form_code that ``form`` means: a form_code, or its Chinese title as printed."""
    terms = vocabularies()["form_code"]
    if form in terms:
        return form
    wanted = fold(form)
    same = [code for code, term in terms.items() if fold(term.zh) == wanted]
    titled = form_of_title(form)
    fits = same or ([titled] if titled else [code for code, term in terms.items() if wanted in fold(term.zh)])
    if len(fits) == 1:
        return fits[0]
    if fits:
        listed = ", ".join(f"{code} {terms[code].zh}" for code in fits[:_SHOWN])
        raise UsageError(f"{form} fits {len(fits)} forms: {listed}; give one of the codes.")
    raise UsageError(
        f"{form} is no statutory form; docs/tables.md lists them, such as expenditure_summary 支出总表."
    )


def choose_rows(lines: pl.DataFrame, code: str | None, column: str | None) -> list[Mapping[str, Any]]:
    """The rows of one form that a code or name, and a column, mean; without a code the totals, else all.

    A code is one of the functional or economic classification, a revenue code or a unit's; a name is a
    part of the printed label.
    """
    rows: list[Mapping[str, Any]] = list(lines.iter_rows(named=True))
    if column is not None:
        wanted_column = fold(column)
        rows = [row for row in rows if wanted_column in fold(row["column_path"])]
    if code is None:
        totals = [row for row in rows if row["row_kind"] == "grand_total"]
        return totals or rows
    exact = [row for row in rows if code in (row[name] for name in _CODES)]
    if exact:
        return exact
    wanted = fold(code)
    same = [row for row in rows if wanted in (fold(row[name] or "") for name in _NAMES)]
    return same or [row for row in rows if any(wanted in fold(row[name] or "") for name in _NAMES)]
