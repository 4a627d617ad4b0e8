"""The versions of a disclosure, and which figures changed from one to the next.

A document has earlier versions in two ways: another document of the same unit, year, phase and level that it
supersedes, and earlier contents of the same key that it replaced. What those said is in the lake's past.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

import polars as pl

from infra.lake import Lake
from infra.lake.history import rows_before
from schemas.enumerations import term

Row: TypeAlias = Mapping[str, Any]
CellKey: TypeAlias = tuple[Any, ...]

_BUSINESS = ("unit_code", "year", "budget_phase", "disclosure_level")
# What says which figure a cell is, wherever it stands on the page.
_SAME_CELL = (
    "form_code",
    "row_kind",
    "column_path",
    "function_code",
    "econ_code",
    "line_label",
    "project_name",
    "department_code",
    "revenue_code",
)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a disclosure; ``current`` is the one whose figures stand."""

    document_id: str
    uri: str
    uploaded_at: datetime | None
    state: str
    current: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that differs: ``before`` and ``after`` in yuan, None where it was not printed."""

    form_code: str
    label: str
    column: str
    before: Decimal | None
    after: Decimal | None
    cell: tuple[int, int, int] | None


def versions_of(lake: Lake, document: Row, register: pl.DataFrame) -> list[Version]:
    """All versions that the lake knows, oldest first. ``register``: rows of ``document`` of the unit and year."""
    same = [row for row in register.iter_rows(named=True) if all(row[k] == document[k] for k in _BUSINESS)]
    found = {
        row["document_id"]: Version(
            row["document_id"],
            row["source_uri"],
            row["retrieved_at"],
            "committed" if row["is_current"] else "superseded",
            row["is_current"],
        )
        for row in same
    }
    for record in lake.versions({row["source_uri"] for row in same}).iter_rows(named=True):
        document_id = record["document_id"]
        if document_id and document_id not in found and record["state"] == "superseded":
            found[document_id] = Version(
                document_id, record["uri"], record["uploaded_at"], record["state"], current=False
            )
    return sorted(found.values(), key=lambda each: (str(each.uploaded_at or ""), each.document_id))


def lines_before(lake: Lake, document: Row, versions: Iterable[Version]) -> pl.DataFrame:
    """``budget_line`` of the version before ``document`` as it last stood; no rows where it is not known."""
    older = [each.document_id for each in versions]
    place = older.index(document["document_id"]) if document["document_id"] in older else 0
    partition = (document["unit_code"], document["year"])
    if place == 0:
        return rows_of(pl.DataFrame(schema=lake.table("budget_line").schema), set())
    rows = rows_before(lake, "budget_line", [partition], document["ingested_at"])
    return rows_of(rows, set(older[:place]))


def rows_of(lines: pl.DataFrame, documents: set[str]) -> pl.DataFrame:
    """The rows of these documents in printed order."""
    kept = lines.filter(pl.col("document_id").is_in(list(documents)))
    return kept.sort("table_no", "row_no", "col_no")


def changes_between(before: pl.DataFrame, after: pl.DataFrame) -> list[Change]:
    """The figures of ``budget_line`` rows that differ, in the order in which they are printed now.

    A cell is told by its form, its codes, label and column, and by its count among equal ones.
    """
    old, new = _by_key(before), _by_key(after)
    changes = []
    for key, row in new.items():
        was = old.get(key)
        if (was["amount_yuan"] if was else None) != row["amount_yuan"]:
            changes.append(_change(was, row))
    changes += [
        _change(row, None) for key, row in old.items() if key not in new and row["amount_yuan"] is not None
    ]
    return changes


def _by_key(lines: pl.DataFrame) -> dict[CellKey, Row]:
    seen: Counter[CellKey] = Counter()
    found: dict[CellKey, Row] = {}
    for row in lines.iter_rows(named=True):
        key = tuple(row[name] for name in _SAME_CELL)
        seen[key] += 1
        found[(*key, seen[key])] = row
    return found


def _change(before: Row | None, after: Row | None) -> Change:
    row = after or before
    assert row is not None  # noqa: S101  one of both is there
    return Change(
        row["form_code"],
        label_of(row),
        row["column_path"],
        before["amount_yuan"] if before else None,
        after["amount_yuan"] if after else None,
        (after["table_no"], after["row_no"], after["col_no"]) if after else None,
    )


def label_of(row: Row) -> str:
    """What a row of ``budget_line`` is called: its code and name, else its label, else its kind."""
    code = row["function_code"] or row["econ_code"] or row["department_code"]
    name = row["function_name"] if row["function_code"] else row["econ_name"] if row["econ_code"] else None
    name = row["project_name"] or name or row["line_label"]
    words = " ".join(part for part in (code, name) if part)
    return words or term("row_kind", row["row_kind"]).zh
