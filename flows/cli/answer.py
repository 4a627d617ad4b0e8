"""Answers on the terminal or for programs: a table for people, CSV, JSON. Amounts are exact in all."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl


class Format(StrEnum):
    """How the answer is written."""

    table = "table"
    csv = "csv"
    json = "json"


def write_answer(answer: pl.DataFrame, output: Format) -> None:
    """Write rows on standard output; JSON has amounts as texts, for many readers take numbers for floats."""
    if output is Format.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(answer.columns)
        writer.writerows([_flat(value) for value in row] for row in answer.iter_rows())
    elif output is Format.json:
        _write_json(answer.iter_rows(named=True))
    else:
        _draw(answer.columns, answer.rows())


def _write_json(rows: Iterable[dict[str, Any]]) -> None:
    """A list with one object a line."""
    sys.stdout.write("[")
    for number, row in enumerate(rows):
        sys.stdout.write(",\n " if number else "\n ")
        sys.stdout.write(json.dumps(row, ensure_ascii=False, default=plain))
    sys.stdout.write("\n]\n")


def plain(value: Any) -> Any:
    """A value that JSON has no kind for: exact, as text."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def _flat(value: Any) -> Any:
    """A value as text of one field: lists and structures as JSON, nothing as an empty field."""
    if value is None:
        return ""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=plain)
    return value if isinstance(value, str | int) else plain(value)


def _draw(columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=box.SIMPLE_HEAD)
    for place, column in enumerate(columns):
        numbers = bool(rows) and all(isinstance(row[place], int | Decimal | None) for row in rows)
        drawn.add_column(Text(column), justify="right" if numbers else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(_shown(value)) for value in row))
    console = Console()
    console.print(drawn)
    console.print(f"{len(rows):,} {'row' if len(rows) == 1 else 'rows'}", highlight=False)


def _shown(value: Any) -> str:
    # Amounts with thousands separators; years and other whole numbers as they are.
    return format(value, ",f") if isinstance(value, Decimal) else str(_flat(value))
