"""The tab-separated text form of a disclosure: one printed line a line, a TAB between two cells.

A line without TAB is text; lines with TABs that follow each other are one grid, which ends at an empty
line or at text. The form knows no spans: where a header cell was merged, the fields after it are blank,
and every cell here is 1 x 1. Recognition reads header trees from the blanks, and joins the two halves
of a table that a page end has cut with an empty line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsers.grid import Cell, Grid, Line, Reading
from parsers.limits import Limits
from schemas.errors import Unreadable

MEDIA_TYPE = "text/plain"

# Only these end a line. str.splitlines would also cut at U+2028, U+0085 and \x1c, which stand inside cells.
_LINE_END = re.compile(r"\r\n|\n|\r")


def read_text(data: bytes, limits: Limits | None = None) -> Reading:
    """Lines and grids of a text file, fields as printed, located as ``line 44`` and ``line 44, field 2``.

    Raises ``Unreadable``: ``broken_file`` for bytes that are no text, ``too_large`` beyond ``limits``.
    """
    limits = limits or Limits()
    blocks: list[Line | Grid] = []
    rows: list[list[str]] = []
    n_cells = 0
    # The empty line at the end closes a grid that runs to the last line, with or without a line end.
    for number, line in enumerate([*_LINE_END.split(decode(data)), ""], start=1):
        printed = line.strip("\f")  # a form feed is a page break, not a character of the page
        if "\t" in printed:
            rows.append(printed.split("\t"))
            continue
        if rows:
            n_cells += len(rows) * max(map(len, rows))
            if n_cells > limits.max_cells:
                raise Unreadable(
                    "too_large",
                    f"The tables up to line {number - 1} have more than {limits.max_cells:,} cells; "
                    "split the file or raise max_cells.",
                    place=f"line {number - 1}",
                )
            blocks.append(_grid(rows, first_line=number - len(rows)))
            rows = []
        if printed.strip():
            blocks.append(Line(printed, locator=f"line {number}"))
    return Reading(tuple(blocks), media_type=MEDIA_TYPE, engine="text", engine_version="1")


def decode(data: bytes) -> str:
    """The text of ``data`` by its byte order mark, else as UTF-8, else as GB18030 (which includes GBK).

    Raises ``Unreadable`` (``broken_file``) where it is none of them.
    """
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Unreadable(
        "broken_file", "The file is not text in UTF-8, UTF-16 or GB18030; save it as UTF-8 and try again."
    )


def _encodings(data: bytes) -> Iterator[str]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield "utf-16"
        return
    yield "utf-8-sig"
    yield "gb18030"


def _grid(rows: list[list[str]], first_line: int) -> Grid:
    """Rows as a grid, ragged ones padded at the right with blank cells: text has no other end of a row."""
    n_cols = max(map(len, rows))
    cells = tuple(
        Cell(r, c, row[c] if c < len(row) else "", locator=f"line {first_line + r}, field {c + 1}")
        for r, row in enumerate(rows)
        for c in range(n_cols)
    )
    last_line = first_line + len(rows) - 1
    return Grid(len(rows), n_cols, cells, locator=f"lines {first_line}-{last_line}")
