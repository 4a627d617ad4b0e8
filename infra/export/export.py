"""One export: files of a view, ``datapackage.json`` and ``dictionary.csv``, in a folder of their own.

The folder appears whole: everything is written beside it and moved there at the end, so an export that was
broken off leaves nothing that looks like one. All of it shows the lake at one moment.
"""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from infra.export.selection import Selection, batches, slices
from infra.export.writers import write_csv, write_parquet, write_xlsx
from infra.lake import Lake, LakeSql, open_sql
from infra.lake.layout import CRAWLS, LEDGERS
from schemas.data_package import ANY, DICTIONARY, TABULAR, data_package, dictionary_rows, table_schema
from schemas.errors import StorageError, UsageError
from schemas.view import View, find, published

DESCRIPTOR = "datapackage.json"


class Format(StrEnum):
    """What the files are."""

    parquet = "parquet"
    csv = "csv"
    xlsx = "xlsx"


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the folder, its files of data below it, and their rows."""

    folder: Path
    files: tuple[str, ...]
    rows: int


def export(
    lake: Lake,
    name: str,
    folder: Path,
    kind: Format = Format.parquet,
    selection: Selection | None = None,
    bom: bool = False,
    plain: bool = False,
) -> Exported:
    """Write a view or table, by its English or Chinese name, into a new or empty ``folder``.

    Parquet is a file a unit and year in hive folders, or one file where it shall be ``plain``.

    Raises ``UsageError`` for an unknown name, a filter that the view cannot have, or a folder that holds
    something, and ``StorageError`` where the lake cannot be read or the files not be written.
    """
    view = find(name)
    if view is None:
        raise UsageError(f"{name} is no view or table; there are {', '.join(published())}.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there already; give a new folder, or remove it first.")
    selected = selection or Selection()
    selected.condition(view)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            resources, years = _write(open_sql(lake), view, draft, kind, selected, bom, plain)
            if not any(rows for _, rows in resources):
                raise UsageError(f"{view.name} has no such rows; nothing was written.")
            _describe(view, draft, [made for made, _ in resources], years)
            draft.chmod(0o755)
            # An empty folder is replaced; one that has been filled meanwhile is not.
            draft.rename(folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except (OSError, duckdb.Error) as error:
        says = " ".join(str(error).split("\n\n")[0].split())
        raise StorageError(f"The export of {view.name} to {folder} failed: {says[:400]}") from error
    rows = sum(rows for _, rows in resources)
    paths = [path for made, _ in resources for path in _paths(made)]
    return Exported(folder, tuple(dict.fromkeys(paths)), rows)


def partition_columns(view: View) -> tuple[str, ...]:
    """The columns that the folders of a Parquet export are named by.

    Never ``region_code``: readers take ``region_code=430202`` for a number.
    """
    names = {column.name for column in view.columns}
    if view.name in (*LEDGERS, *CRAWLS) or "year" not in names:
        return ()
    return ("unit_code", "year") if "unit_code" in names else ("year",)


def _write(
    lake: LakeSql,
    view: View,
    draft: Path,
    kind: Format,
    selection: Selection,
    bom: bool,
    plain: bool,
) -> tuple[list[tuple[dict[str, Any], int]], list[int]]:
    """Resources with their rows, and the years that were met."""
    by = partition_columns(view)
    years: set[int] = set()

    def frames() -> Iterator[pl.DataFrame]:
        for condition in slices(lake, view, selection):
            for frame in batches(lake, view, condition, by):
                if "year" in frame.columns:
                    years.update(frame["year"].unique())
                yield frame

    base = {"name": view.name.replace("_", "-"), "profile": TABULAR if kind is Format.csv else ANY}
    base |= {"encoding": "utf-8", "mediatype": _MEDIA[kind]}
    made: list[tuple[dict[str, Any], int]] = []
    if kind is Format.parquet:
        inside = "" if plain else f"{view.name}/"
        folders, name = ((), f"{view.name}.parquet") if plain else (by, "part-0.parquet")
        files = list(write_parquet(draft / inside, frames(), folders, name))
        resource = {**base, "format": "parquet", "schema": table_schema(view, folders)}
        if files:
            resource |= {"path": [f"{inside}{path}" for path, _ in files], "partitionBy": list(folders)}
            made.append((resource, sum(rows for _, rows in files)))
    elif kind is Format.csv:
        path = f"{view.name}.csv"
        rows = write_csv(draft / path, [column.name for column in view.columns], frames(), bom)
        resource = {**base, "encoding": "utf-8-sig" if bom else "utf-8"}
        made.append(({**resource, "path": path, "format": "csv", "schema": table_schema(view)}, rows))
    else:
        path = f"{view.name}.xlsx"
        for number, rows in enumerate(write_xlsx(draft / path, view, frames()), start=1):
            sheet = "data" if number == 1 else f"data {number}"
            resource = {**base, "path": path, "format": "xlsx", "dialect": {"excel": {"sheet": sheet}}}
            resource["name"] = base["name"] if number == 1 else f"{base['name']}-{number}"
            made.append(({**resource, "schema": table_schema(view)}, rows))
    return made, sorted(years)


_MEDIA = {
    Format.parquet: "application/vnd.apache.parquet",
    Format.csv: "text/csv",
    Format.xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _describe(view: View, draft: Path, resources: list[dict[str, Any]], years: list[int]) -> None:
    created = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    package = data_package(view, resources, years, created)
    text = json.dumps(package, ensure_ascii=False, indent=2) + "\n"
    (draft / DESCRIPTOR).write_text(text, encoding="utf-8")
    with (draft / "dictionary.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(DICTIONARY)
        writer.writerows(dictionary_rows(view))


def _paths(resource: dict[str, Any]) -> list[str]:
    path = resource["path"]
    return path if isinstance(path, list) else [path]
