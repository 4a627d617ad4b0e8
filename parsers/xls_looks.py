"""The looks of an XLS workbook's sheets, from the records of its stream ([MS-XLS] 2.4).

Only Excel 97 and later (BIFF8); older ones have no looks here and are read by their values alone.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from parsers.compound import CompoundFile
from parsers.limits import Limits
from parsers.looks import BOTTOM, LEFT, RIGHT, TOP, Looks, Style
from parsers.number_format import BUILT_IN
from schemas.errors import Unreadable

_BOF, _EOF, _FILEPASS = 0x0809, 0x000A, 0x002F
_BOUNDSHEET, _FORMAT, _XF = 0x0085, 0x041E, 0x00E0
_BLANK, _MULBLANK, _MULRK = 0x0201, 0x00BE, 0x00BD
# FORMULA, NUMBER, LABEL, BOOLERR, RK, RSTRING, LABELSST: row, column and style come first in each.
_VALUES = frozenset({0x0006, 0x0203, 0x0204, 0x0205, 0x027E, 0x00D6, 0x00FD})
_DIMENSIONS = 0x0200
_BIFF8 = 0x0600
#: The most rows and columns of a sheet of Excel 97-2003.
_MOST_ROWS, _MOST_COLUMNS = 65_536, 256


def xls_looks(data: bytes, limits: Limits) -> dict[str, Looks]:
    """The looks of each sheet by its name; empty for workbooks older than Excel 97.

    Raises ``Unreadable``: ``broken_file``, ``encrypted``, ``too_large``.
    """
    container = CompoundFile(data)
    stream = container.read("Workbook" if "Workbook" in container.streams else "Book")
    codes: dict[int, str] = dict(BUILT_IN)
    styles: list[Style] = []
    offsets: list[tuple[str, int]] = []
    try:
        for kind, body in _records(stream, 0):
            if kind == _FILEPASS:
                raise Unreadable(
                    "encrypted", "The workbook is locked with a password; publish it without one."
                )
            if kind == _BOF and struct.unpack_from("<H", body)[0] != _BIFF8:
                return {}
            if kind == _FORMAT:
                codes[struct.unpack_from("<H", body)[0]] = _string(body[2:], wide_count=True)
            elif kind == _XF:
                styles.append(_style(body, codes))
            elif kind == _BOUNDSHEET:
                offsets.append((_string(body[6:], wide_count=False), struct.unpack_from("<I", body)[0]))
        cells_left = limits.max_cells
        looks: dict[str, Looks] = {}
        for name, offset in offsets:
            looks[name] = _sheet(stream, offset, styles, cells_left, name)
            cells_left -= len(looks[name].sides)
    except (struct.error, IndexError) as error:
        raise Unreadable("broken_file", "The workbook is cut off or damaged; download it again.") from error
    return looks


def _require_real_size(body: bytes) -> None:
    """Refuse a sheet of more rows than there can be: calamine makes room for all, and 38 GB end the process."""
    first_row, end_row, first_col, end_col = struct.unpack_from("<IIHH", body)
    if end_row - first_row > _MOST_ROWS or end_col - first_col > _MOST_COLUMNS:
        raise Unreadable("broken_file", "The workbook is damaged; save it again as XLSX.")


def _sheet(stream: bytes, offset: int, styles: list[Style], max_cells: int, name: str) -> Looks:
    looks = Looks()

    def add(row: int, col: int, index: int, holds_something: bool) -> None:
        looks.add(row, col, styles[index] if index < len(styles) else Style(), holds_something)

    for kind, body in _records(stream, offset):
        if kind == _DIMENSIONS:
            _require_real_size(body)
        elif kind in _VALUES or kind == _BLANK:
            row, col, index = struct.unpack_from("<HHH", body)
            add(row, col, index, kind != _BLANK)
        elif kind in (_MULBLANK, _MULRK):
            row, col = struct.unpack_from("<HH", body)
            width = 2 if kind == _MULBLANK else 6
            for place in range(4, len(body) - 2, width):
                add(row, col + (place - 4) // width, struct.unpack_from("<H", body, place)[0], kind == _MULRK)
        if len(looks.sides) > max_cells:
            raise Unreadable(
                "too_large",
                f"The sheet {name} has more than {max_cells:,} ruled cells; clear its blank rows.",
                place=name,
            )
    return looks


def _records(stream: bytes, offset: int) -> Iterator[tuple[int, bytes]]:
    """The records of one substream; those of charts inside it are left out."""
    depth = 0
    while offset + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, offset)
        body = stream[offset + 4 : offset + 4 + length]
        offset += 4 + length
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, body


def _style(body: bytes, codes: dict[int, str]) -> Style:
    number_format, borders = struct.unpack_from("<H", body, 2)[0], struct.unpack_from("<H", body, 10)[0]
    sides = sum(
        side for shift, side in ((0, LEFT), (4, RIGHT), (8, TOP), (12, BOTTOM)) if borders >> shift & 0xF
    )
    return Style(codes.get(number_format), sides)


def _string(body: bytes, wide_count: bool) -> str:
    """A counted string whose flag says whether its characters have one byte or two."""
    count = struct.unpack_from("<H" if wide_count else "<B", body)[0]
    start = 3 if wide_count else 2
    if body[start - 1] & 1:
        return body[start : start + 2 * count].decode("utf-16-le", "replace")
    return body[start : start + count].decode("latin-1")
