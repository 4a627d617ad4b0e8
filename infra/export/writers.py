"""The three kinds of files. Each writer takes frames one after another and keeps none of them.

* Parquet: a file a partition (``unit_code=430202-052001/year=2024/part-0.parquet``), no more than one open; or one.
* CSV: UTF-8, with a byte order mark on request, without which Excel takes Chinese for something else. A text of a
  stranger may be a formula: it stays as printed for programs, and gets an apostrophe in a file for Excel.
* XLSX: numbers are numbers to 15 digits, all that a workbook keeps; a longer one and every code is text, so that
  leading zeros stay. A sheet holds 1,048,576 rows; what is more goes on to another. A text is never a formula, and
  one that a cell cannot hold is refused: the library would cut it.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from schemas.data_package import DICTIONARY, dictionary_rows
from schemas.errors import UsageError
from schemas.view import View

SHEET_ROWS = 1_048_576
_EXACT_DIGITS = 15
_LONGEST_CELL = 32_767
# What a spreadsheet takes for a formula, in either width, but for a signed number (a printed amount).
_FORMULA = re.compile(r"[=@＝＠\t\r\n].|[+\-＋－](?![\d.,]*%?$)", re.DOTALL)


def write_parquet(
    folder: Path, frames: Iterable[pl.DataFrame], partition_by: Sequence[str], name: str = "part-0.parquet"
) -> Iterator[tuple[str, int]]:
    """Write frames that come in order of ``partition_by``; gives path below ``folder`` and rows of each file."""
    import pyarrow.parquet as pq

    writer, path, rows = None, "", 0
    for frame in frames:
        parts = frame.partition_by(partition_by, maintain_order=True) if partition_by else [frame]
        for part in parts:
            table = part.drop(partition_by).to_arrow()
            wanted = "/".join([*_hive(part, partition_by), name])
            if wanted != path:
                if writer is not None:
                    writer.close()
                    yield path, rows
                (folder / wanted).parent.mkdir(parents=True, exist_ok=True)
                writer = pq.ParquetWriter(folder / wanted, table.schema, compression="zstd")
                path, rows = wanted, 0
            assert writer is not None  # noqa: S101  opened above
            writer.write_table(table)
            rows += part.height
    if writer is not None:
        writer.close()
        yield path, rows


def write_csv(path: Path, columns: Sequence[str], frames: Iterable[pl.DataFrame], bom: bool) -> int:
    """Write one file; gives the number of rows."""
    rows = 0
    with path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n" if bom else "\n")
        writer.writerow(columns)
        for frame in frames:
            texts = map(_texts, frame.iter_rows())
            writer.writerows(map(_disarmed, texts) if bom else texts)
            rows += frame.height
    return rows


def write_xlsx(
    path: Path, view: View, frames: Iterable[pl.DataFrame], sheet_rows: int = SHEET_ROWS
) -> list[int]:
    """Write one workbook with the data dictionary as its last sheet; gives the rows of each sheet of data.

    Raises ``UsageError`` for a text that no cell can hold.
    """
    import xlsxwriter

    columns = [column.name for column in view.columns]
    # Constant memory: a row is written out when the next begins.
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        styles = {scale: book.add_format({"num_format": f"#,##0.{'0' * scale}"}) for scale in (1, 2, 4)}
        heads = book.add_format({"bold": True})
        counts: list[int] = []
        sheet: Any = None

        def begin() -> Any:
            made = book.add_worksheet("data" if not counts else f"data {len(counts) + 1}")
            made.freeze_panes(1, 0)
            for place, name in enumerate(columns):
                made.write_string(0, place, name, heads)
            counts.append(0)
            return made

        sheet = begin()
        for frame in frames:
            for row in frame.iter_rows():
                if counts[-1] + 1 == sheet_rows:
                    sheet = begin()
                counts[-1] += 1
                _write_row(sheet, counts[-1], row, columns, styles)
        words = book.add_worksheet("dictionary")
        for number, line in enumerate([DICTIONARY, *dictionary_rows(view)]):
            for place, text in enumerate(line):
                words.write_string(number, place, text, heads if number == 0 else None)
    return counts


def _write_row(
    sheet: Any, number: int, row: tuple[Any, ...], columns: Sequence[str], styles: dict[int, Any]
) -> None:
    for place, value in enumerate(row):
        if value is None:
            continue
        if isinstance(value, bool):
            sheet.write_boolean(number, place, value)
        elif isinstance(value, int | float):
            sheet.write_number(number, place, value)
        elif isinstance(value, Decimal) and len(value.as_tuple().digits) <= _EXACT_DIGITS:
            scale = -int(value.as_tuple().exponent)
            sheet.write_number(number, place, float(value), styles.get(scale))
        else:
            text = _text(value)
            if len(text) > _LONGEST_CELL:
                raise UsageError(
                    f"{columns[place]} of row {number} has {len(text):,} characters, and a cell of a workbook "
                    f"holds {_LONGEST_CELL:,}; export it as CSV or Parquet."
                )
            sheet.write_string(number, place, text)


def _texts(row: tuple[Any, ...]) -> list[str]:
    return [_text(value) for value in row]


def _disarmed(texts: list[str]) -> list[str]:
    return [f"'{text}" if _FORMULA.match(text) else text for text in texts]


def _text(value: Any) -> str:
    """A value as the text of a field: exact amounts, ISO dates, JSON for lists and structures."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=_text)
    return str(value)


def _hive(frame: pl.DataFrame, columns: Sequence[str]) -> list[str]:
    values = frame.select(columns).row(0) if columns else ()
    return [f"{name}={value}" for name, value in zip(columns, values, strict=True)]
