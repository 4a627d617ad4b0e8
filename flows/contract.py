"""The contracts at the lake's door: documents whose rows are refused go whole, with all their rows.

A batch is checked at once, a table at a time, as a check costs the same whatever the size; only what
speaks of no single row is looked for document by document.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, TypeAlias

import polars as pl

from schemas.tables import empty_frame, frame, validate

Frames: TypeAlias = Mapping[str, pl.DataFrame]
Tables: TypeAlias = Mapping[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Breach:
    """Why one document's rows are refused: one sentence, the place, and the table that it was found in."""

    message: str
    place: str | None
    table: str


def build_frames(tables: Tables) -> dict[str, pl.DataFrame] | Breach:
    """A document's rows as frames of the contracts' types; a ``Breach`` where a value does not fit its column."""
    frames = {}
    for table, rows in tables.items():
        try:
            frames[table] = frame(table, rows)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            says = " ".join(str(error).split()).rstrip(".")[:400]
            return Breach(f"Rows of {table} do not fit their columns: {says}.", None, table)
    return frames


def build_together(documents: Sequence[Tables]) -> list[dict[str, pl.DataFrame] | Breach]:
    """``build_frames`` of several documents: a column costs nearly the same for one as for many.

    A value that fits no column is looked for document by document.
    """
    together: dict[str, list[dict[str, Any]]] = {}
    for tables in documents:
        for table, rows in tables.items():
            together.setdefault(table, []).extend(rows)
    whole = build_frames(together)
    if isinstance(whole, Breach):
        return [build_frames(tables) for tables in documents]
    parts = {
        table: split(frame, [len(tables.get(table, ())) for tables in documents])
        for table, frame in whole.items()
    }
    return [{table: parts[table][at] for table in tables} for at, tables in enumerate(documents)]


def split(frame: pl.DataFrame, heights: Sequence[int]) -> list[pl.DataFrame]:
    """The frame in pieces of so many rows."""
    starts = accumulate(heights, initial=0)
    return [frame.slice(start, height) for start, height in zip(starts, heights, strict=False)]


def join_frames(documents: Iterable[Frames], tables: Iterable[str]) -> dict[str, pl.DataFrame]:
    """One frame a table for all documents."""
    documents = list(documents)
    return {
        table: pl.concat([empty_frame(table), *(frames[table] for frames in documents if table in frames)])
        for table in tables
    }


def find_breaches(frames: Frames) -> dict[str, Breach]:
    """The documents whose rows a contract refuses, by document id, each with its first failure."""
    found: dict[str, Breach] = {}
    for table, rows in frames.items():
        if rows.is_empty():
            continue
        _, failures = validate(table, rows)
        for failure in failures.iter_rows(named=True):
            if failure["row_index"] is None:
                found |= {key: each for key, each in _one_by_one(table, rows).items() if key not in found}
                break
            document, breach = _breach(table, rows, failure)
            found.setdefault(document, breach)
    return found


def rows_json(rows: pl.DataFrame | list[dict[str, Any]]) -> str:
    """Rows as JSON text, exact: decimals and dates as texts, nothing rounded."""
    plain = rows.to_dicts() if isinstance(rows, pl.DataFrame) else rows
    return json.dumps(plain, ensure_ascii=False, default=str)


def _one_by_one(table: str, rows: pl.DataFrame) -> dict[str, Breach]:
    """Failures that are of a frame as a whole, laid at the door of the documents that cause them."""
    found = {}
    for (document,), part in rows.group_by("document_id", maintain_order=True):
        _, failures = validate(table, part)
        if failures.height:
            failure = failures.row(0, named=True)
            # Without a row the first one stands for its document.
            found[str(document)] = _breach(table, part, {**failure, "row_index": failure["row_index"] or 0})[
                1
            ]
    if not found:
        message = f"Rows of {table} break its contract together; please report it."
        found = {str(document): Breach(message, None, table) for document in rows["document_id"].unique()}
    return found


def _breach(table: str, rows: pl.DataFrame, failure: Mapping[str, Any]) -> tuple[str, Breach]:
    row = rows.row(failure["row_index"], named=True)
    says = failure["message"].partition(": ")[2].rstrip(".")
    return row["document_id"], Breach(f"A row of {table} is refused: {says}.", _place(row), table)


def _place(row: Mapping[str, Any]) -> str | None:
    parts = []
    if row.get("table_no") is not None:
        parts.append(f"table {row['table_no']}")
    if row.get("row_no") is not None:
        parts.append(f"row {row['row_no']}")
    if row.get("page_no") is not None:
        parts.append(f"page {row['page_no']}")
    elif row.get("source_locator"):
        parts.append(row["source_locator"])
    return ", ".join(parts) or None
