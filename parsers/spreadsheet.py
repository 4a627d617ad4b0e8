"""XLSX and XLS: each sheet's tables with their merged cells, and the texts round them.

Values and merges come from calamine, and what it does not read from the files' own parts: number formats,
so that a cell's text is what the sheet displays, and rules, so that a table ends where it is drawn to end.
Hidden sheets are read too; their places say so.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.metadata import version
from typing import NamedTuple

import python_calamine as calamine

from parsers.areas import Area, Sheet, find_areas
from parsers.compound import SIGNATURE
from parsers.grid import Grid, Line, Oddity, Reading
from parsers.limits import Limits
from parsers.looks import Looks, Slot
from parsers.number_format import Value, display
from parsers.placement import Placed, place_cells
from parsers.sniff import XLS, XLSX
from parsers.xls_looks import xls_looks
from parsers.xlsx_looks import xlsx_looks
from schemas.errors import Unreadable


def read_spreadsheet(data: bytes, limits: Limits | None = None) -> Reading:
    """Lines and grids of a workbook, sheet by sheet, located as ``Sheet1!B7``.

    A formula without a saved result is a ``formula_without_value`` oddity. Raises ``Unreadable``:
    ``broken_file``, ``encrypted``, ``too_large``, ``too_many_pages``.
    """
    limits = limits or Limits()
    is_old = data.startswith(SIGNATURE)
    looks = xls_looks(data, limits) if is_old else xlsx_looks(data, limits)
    if len(looks) > limits.max_pages:
        raise Unreadable(
            "too_many_pages", f"The workbook has {len(looks):,} sheets, more than {limits.max_pages:,}."
        )
    for name, look in looks.items():
        _check_size(name, look, limits.max_cells)
    blocks: list[Line | Grid] = []
    oddities: list[Oddity] = []
    cells_left = limits.max_cells
    for values in _sheets(data):
        look = looks.get(values.name, Looks())
        place = f"{values.name} (hidden)" if values.is_hidden else values.name
        found = list(_blocks(_content(values, look, cells_left), place, cells_left))
        blocks.extend(found)
        cells_left -= sum(block.n_rows * block.n_cols for block in found if isinstance(block, Grid))
        if look.unsaved:
            first = f"{place}!{reference(*look.unsaved[0])}"
            oddities.append(
                Oddity(
                    "formula_without_value",
                    f"{len(look.unsaved)} formulas from {first} on have no saved result and are read as blank; "
                    "open the workbook and save it.",
                )
            )
    return Reading(
        tuple(blocks),
        media_type=XLS if is_old else XLSX,
        engine="calamine",
        engine_version=_engine_version(),
        oddities=tuple(oddities),
    )


def reference(row: int, col: int) -> str:
    """A cell's name as people see it: (6, 1) is ``B7``."""
    letters, col = "", col + 1
    while col:
        col, rest = divmod(col - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


class _Values(NamedTuple):
    """One sheet as calamine gives it: values from ``start`` on, and merges as corners."""

    name: str
    is_hidden: bool
    start: Slot
    rows: Sequence[Sequence[Value]]
    merges: list[tuple[Slot, Slot]]


def _sheets(data: bytes) -> Iterator[_Values]:
    """The worksheets in order; whatever fails in calamine is told as ``Unreadable``."""
    try:
        workbook = calamine.load_workbook(io.BytesIO(data))
        for meta in workbook.sheets_metadata:
            if meta.typ is not calamine.SheetTypeEnum.WorkSheet:
                continue  # charts and macros
            sheet = workbook.get_sheet_by_name(meta.name)
            is_hidden = meta.visible is not calamine.SheetVisibleEnum.Visible
            merges = sheet.merged_cell_ranges or []
            yield _Values(meta.name, is_hidden, sheet.start or (0, 0), sheet.to_python(), merges)
    except calamine.PasswordError as error:
        raise Unreadable(
            "encrypted", "The workbook is locked with a password; publish it without one."
        ) from error
    except (calamine.CalamineError, OSError, ValueError, OverflowError) as error:
        raise Unreadable(
            "broken_file", "The workbook is cut off or damaged; save it again as XLSX."
        ) from error
    except BaseException as error:
        # A failed assertion in calamine's Rust comes as a PanicException, which is not an Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise Unreadable("broken_file", "The workbook is damaged; save it again as XLSX.") from error


def _check_size(name: str, look: Looks, max_cells: int) -> None:
    """calamine makes room for every cell between the first and the last, so a stray one could cost gigabytes."""
    if look.first is None or look.last is None:
        return
    rows, cols = look.last[0] - look.first[0] + 1, look.last[1] - look.first[1] + 1
    if rows * cols > max_cells:
        raise Unreadable(
            "too_large",
            f"The sheet {name} runs over {rows:,} x {cols:,} cells up to {reference(*look.last)}, more than "
            f"{max_cells:,}; clear stray cells far from the tables.",
            place=name,
        )


def _content(values: _Values, look: Looks, max_cells: int) -> Sheet:
    """The sheet's displayed texts, merges and ruled cells.

    A text under a merge is not displayed: programs that merge cells leave copies of it there.
    """
    texts: dict[Slot, str] = {}
    top, left = values.start
    for r, row in enumerate(values.rows, start=top):
        for c, value in enumerate(row, start=left):
            if value != "":
                text = display(value, look.codes.get((r, c)))
                # Excel ends lines with \n, other programs with \r\n.
                if text.strip():
                    texts[r, c] = text.replace("\r\n", "\n").replace("\r", "\n")
    ruled = look.is_ruled()
    last_row = max((row for row, _ in (*texts, *ruled)), default=0)
    last_col = max((col for _, col in (*texts, *ruled)), default=0)
    merges = {
        start: Area(*start, min(end[0], last_row), min(end[1], last_col))
        for start, end in values.merges
        if start <= end and start[0] <= last_row and start[1] <= last_col
    }
    if sum(merge.n_rows * merge.n_cols for merge in merges.values()) > max_cells:
        raise Unreadable(
            "too_large",
            f"The merged cells of the sheet {values.name} cover more than {max_cells:,} cells; undo the merges "
            "outside the tables.",
            place=values.name,
        )
    for start, merge in merges.items():
        for slot in merge.slots():
            if slot != start:
                texts.pop(slot, None)
    return Sheet(texts, merges, ruled)


def _blocks(sheet: Sheet, place: str, max_cells: int) -> Iterator[Line | Grid]:
    """Grids and lines in the order of their first rows."""
    areas = find_areas(sheet)
    found: list[tuple[Slot, Line | Grid]] = []
    for area in areas:
        grid = _grid(sheet, area, place, max_cells)
        if grid is not None:
            max_cells -= grid.n_rows * grid.n_cols
            found.append(((area.top, area.left), grid))
    for slot, text in sheet.texts.items():
        if not any(area.holds(*slot) for area in areas):
            locator = f"{place}!{reference(*slot)}"
            found.extend((slot, Line(line, locator=locator)) for line in text.split("\n") if line.strip())
    found.sort(key=lambda item: item[0])
    yield from (block for _, block in found)


def _grid(sheet: Sheet, area: Area, place: str, max_cells: int) -> Grid | None:
    locator = f"{place}!{reference(area.top, area.left)}:{reference(area.bottom, area.right)}"
    if area.n_rows * area.n_cols > max_cells:
        raise Unreadable(
            "too_large",
            f"The table at {locator} has more cells than the {max_cells:,} left for this file.",
            place=locator,
        )
    merged = {
        slot
        for start, merge in sheet.merges.items()
        if area.holds(*start)
        for slot in merge.slots()
        if slot != start
    }

    def name(row: int, col: int) -> str:
        return f"{place}!{reference(row, col)}"

    placed = (
        Placed(
            row - area.top,
            col - area.left,
            (span := sheet.span((row, col))).n_rows,
            span.n_cols,
            sheet.texts.get((row, col), ""),
            name(row, col),
        )
        for row, col in area.slots()
        if (row, col) not in merged
    )
    return place_cells(
        placed,
        area.n_rows,
        area.n_cols,
        blank_locator=lambda row, col: name(row + area.top, col + area.left),
        locator=locator,
        max_cells=max_cells,
    )


@cache
def _engine_version() -> str:
    return version("python-calamine")
