"""The statements of a document as tables to show: every cell with its text, spans, place and marks.

The lake keeps the figures; the words around them (labels, codes, notes) come from reading the document's bytes
again, which takes milliseconds a page. Without the bytes a sheet is made of the lake's rows alone: the label
of a row and its figures. A figure always shows what the lake has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, TypeAlias

from flows.report.checks import Cell as CellKey
from flows.report.versions import label_of
from parsers.grid import Box
from parsers.header import clean
from parsers.statement import Statement
from schemas.form import UNRECOGNISED

Row: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Heading:
    """A cell of the head: its words and spans."""

    text: str
    col_span: int
    row_span: int


@dataclass(frozen=True, slots=True)
class SheetCell:
    """A cell of the body. ``key`` is table, row, column as the lake counts them.

    ``figure`` says that the lake has an amount for it; ``yuan`` is that amount, ``locator`` names the place
    where there is no page.
    """

    key: CellKey
    text: str
    row_span: int = 1
    col_span: int = 1
    page: int | None = None
    box: Box | None = None
    locator: str | None = None
    figure: bool = False
    yuan: str | None = None

    @property
    def name(self) -> str:
        """The key as an anchor: ``3-12-5``."""
        return "-".join(map(str, self.key))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A statement to show: ``statement`` is the lake's row, ``total_rows`` the numbers of rows of totals."""

    statement: Row
    head: list[list[Heading]]
    rows: list[list[SheetCell]]
    total_rows: frozenset[int] = field(default=frozenset())

    @property
    def pages(self) -> list[int]:
        """The pages that cells stand on, in order."""
        return sorted({cell.page for row in self.rows for cell in row if cell.page is not None})

    def cells_on(self, page: int) -> list[SheetCell]:
        """The cells with a box on a page, in printed order."""
        return [cell for row in self.rows for cell in row if cell.page == page and cell.box is not None]


_TOTALS = ("grand_total", "subtotal", "function_class", "economic_class")


def sheet_of(statement: Row, lines: Sequence[Row], read: Statement | None) -> Sheet:
    """The sheet of one row of ``statement``; ``lines`` are its rows of ``budget_line``.

    ``read`` is the same table as read again, None where the bytes are not to be had.
    """
    amounts = {(row["row_no"], row["col_no"]): row for row in lines}
    totals = frozenset(row["row_no"] for row in lines if row["row_kind"] in _TOTALS)
    if read is None:
        return Sheet(statement, *_from_lake(statement, amounts), totals)
    head = _head([tuple(path) for path in read.header])
    rows = [_body_row(read, number, statement["table_no"], amounts) for number in range(len(read.rows))]
    return Sheet(statement, head, rows, totals)


def _body_row(
    read: Statement, index: int, table_no: int, amounts: Mapping[tuple[int, int], Row]
) -> list[SheetCell]:
    row = read.rows[index]
    cells = []
    for col, cell in enumerate(row.cells):
        if not row.owned[col]:
            continue
        amount = amounts.get((row.number, col + 1))
        cells.append(
            SheetCell(
                (table_no, row.number, col + 1),
                clean(amount["text_raw"] or "") if amount else _joined(cell.text),
                _count(later.cells[col] is cell for later in read.rows[index:]),
                _count(other is cell for other in row.cells[col:]),
                cell.page,
                cell.box,
                cell.locator,
                amount is not None,
                _yuan(amount),
            )
        )
    return cells


def _joined(text: str) -> str:
    """A cell's lines as one text: no blank between Chinese characters, one between words."""
    parts = [part for part in text.split("\n") if part.strip()]
    joined = ""
    for part in parts:
        gap = " " if joined and joined[-1].isascii() and part[0].isascii() and joined[-1].isalpha() else ""
        joined += gap + part.strip()
    return joined


def _count(same: Iterable[bool]) -> int:
    """How many are true before the first that is not."""
    number = 0
    for each in same:
        if not each:
            break
        number += 1
    return max(1, number)


def _yuan(amount: Row | None) -> str | None:
    if amount is None or amount["amount_yuan"] is None:
        return None
    return f"{amount['amount_yuan']:,.2f}"


def _head(paths: Sequence[tuple[str, ...]]) -> list[list[Heading]]:
    """The head of a table from the paths of its columns: equal parts side by side are one heading."""
    depth = max((len(path) for path in paths), default=0)
    rows: list[list[Heading]] = []
    for level in range(depth):
        row = []
        start = 0
        # A path that has ended is one heading down to the last row.
        for path, same in groupby(paths, key=lambda path: path[: level + 1]):
            width = len(list(same))
            columns = range(start, start + width)
            start += width
            if len(path) <= level:
                continue
            leaf = len(path) == level + 1 and all(len(paths[col]) == level + 1 for col in columns)
            if leaf:
                row += [Heading(path[-1], 1, depth - level) for _ in columns]
            else:
                row.append(Heading(path[-1], width, 1))
        rows.append(row)
    return rows


def _from_lake(
    statement: Row, amounts: Mapping[tuple[int, int], Row]
) -> tuple[list[list[Heading]], list[list[SheetCell]]]:
    columns = sorted({col for _, col in amounts})
    paths = statement["column_paths"] or []
    named = [paths[col - 1] if col <= len(paths) else str(col) for col in columns]
    head = _head([("项目",), *(tuple(path.split("/")) for path in named)])
    rows = []
    for number in sorted({row for row, _ in amounts}):
        own = {col: row for (row_no, col), row in amounts.items() if row_no == number}
        table_no = statement["table_no"]
        cells = [SheetCell((table_no, number, 0), label_of(next(iter(own.values()))))]
        for col in columns:
            amount = own.get(col)
            cells.append(
                SheetCell(
                    (table_no, number, col),
                    clean((amount["text_raw"] if amount else None) or ""),
                    page=amount["page_no"] if amount else None,
                    box=_box(amount),
                    locator=amount["source_locator"] if amount else None,
                    figure=amount is not None,
                    yuan=_yuan(amount),
                )
            )
        rows.append(cells)
    return head, rows


def _box(amount: Row | None) -> Box | None:
    if amount is None or amount["bbox_x0"] is None:
        return None
    return Box(amount["bbox_x0"], amount["bbox_y0"], amount["bbox_x1"], amount["bbox_y1"])


def title_of(statement: Row) -> str:
    """What a table is called: as printed, else as promised, else that it is not recognised."""
    printed = statement["title_printed"] or statement["title_toc"]
    return printed or ("未识别的表" if statement["form_code"] == UNRECOGNISED else statement["form_code"])
