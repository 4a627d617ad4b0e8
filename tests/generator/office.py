"""The same disclosure as XLSX, XLS, DOCX and HTML, merged cells merged as those formats do it.

Workbooks have one sheet a table, named by its number and title, as finance systems export them. The DOCX is
written as plain XML: what matters are ``gridSpan`` and ``vMerge``, and its bytes do not depend on the day.
"""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from html import escape
from typing import Any, Literal

import xlsxwriter
import xlwt

from tests.generator.archive import EPOCH
from tests.generator.disclosure import Disclosure
from tests.generator.table import Field, Table

Format = Literal["xlsx", "xls", "docx", "html"]


def write_xlsx(disclosure: Disclosure, numeric: bool = False, *others: Disclosure) -> bytes:
    """A workbook; with ``numeric`` amounts are numbers shown with two decimals, otherwise all is text.

    ``others`` are chapters in the same workbook, each with a cover and sheets of its own.
    """
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    book.set_properties({"created": datetime(*EPOCH)})
    box = book.add_format({"border": 1, "text_wrap": True})
    money = book.add_format({"border": 1, "num_format": "0.00"})
    for place, chapter in enumerate((disclosure, *others)):
        mark = f"{place}-" if place else ""
        if chapter.cover:
            cover = book.add_worksheet(f"{mark}封面")
            for row, line in enumerate(chapter.cover):
                cover.write_string(row, 0, line)
        for name, table in zip(sheet_names(chapter), chapter.tables, strict=True):
            _write_sheet(book.add_worksheet(f"{mark}{name}"[:31]), table, box, money, numeric)
    book.close()
    return file.getvalue()


def _write_sheet(sheet: Any, table: Table, box: Any, money: Any, numeric: bool) -> None:
    top = 0
    for line in (table.title, *table.captions):
        sheet.merge_range(top, 0, top, table.n_cols - 1, line)
        top += 1
    for cell in table.fields():
        row, last = top + cell.row, top + cell.row + cell.rows - 1
        if cell.rows * cell.cols > 1:
            sheet.merge_range(row, cell.col, last, cell.col + cell.cols - 1, cell.text, box)
        elif numeric and cell.col in table.amounts and cell.row >= table.n_header and cell.text:
            sheet.write_number(row, cell.col, float(cell.text), money)
        else:
            sheet.write_string(row, cell.col, cell.text, box)
    if table.note:
        sheet.write_string(top + table.n_header + len(table.rows), 0, table.note)


def write_xls(disclosure: Disclosure) -> bytes:
    """A workbook of Excel 97-2003, all cells text."""
    book = xlwt.Workbook(encoding="utf-8")
    cover = book.add_sheet("封面")
    for row, line in enumerate(disclosure.cover):
        cover.write(row, 0, line)
    for name, table in zip(sheet_names(disclosure), disclosure.tables, strict=True):
        sheet = book.add_sheet(name)
        lines = (table.title, *table.captions)
        for row, line in enumerate(lines):
            sheet.write_merge(row, row, 0, table.n_cols - 1, line)
        for cell in table.fields():
            row = len(lines) + cell.row
            sheet.write_merge(row, row + cell.rows - 1, cell.col, cell.col + cell.cols - 1, cell.text)
        if table.note:
            sheet.write(len(lines) + table.n_header + len(table.rows), 0, table.note)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def sheet_names(disclosure: Disclosure) -> list[str]:
    """A name for every table's sheet: short, unique, without characters that Excel refuses."""
    return [
        f"{place}-{''.join(char for char in table.title if char not in '[]:*?/')}"[:31]
        for place, table in enumerate(disclosure.tables, start=1)
    ]


def write_html(disclosure: Disclosure, charset: str = "utf-8") -> bytes:
    """A page as content systems publish it, with ``rowspan`` and ``colspan``; ``charset`` may be ``gbk``."""
    parts = [
        f'<!DOCTYPE html><html><head><meta charset="{charset}"><title>{escape(disclosure.file_name)}</title>'
        "<style>td{border:1px solid}</style></head><body>"
    ]
    parts += [f"<p>{escape(line)}</p>" for line in disclosure.cover]
    for table in disclosure.tables:
        parts += [f"<h2>{escape(table.title)}</h2>"]
        parts += [f"<p>{escape(line)}</p>" for line in table.captions]
        parts += ["<table>", *_html_rows(table), "</table>"]
        parts += [f"<p>{escape(table.note)}</p>"] if table.note else []
    return "\n".join([*parts, "</body></html>"]).encode(charset)


def _html_rows(table: Table) -> list[str]:
    rows = [""] * (table.n_header + len(table.rows))
    for cell in table.fields():
        spans = f' rowspan="{cell.rows}"' * (cell.rows > 1) + f' colspan="{cell.cols}"' * (cell.cols > 1)
        rows[cell.row] += f"<td{spans}>{escape(cell.text)}</td>"
    return [f"<tr>{row}</tr>" for row in rows]


def write_docx(disclosure: Disclosure, *others: Disclosure) -> bytes:
    """A document of paragraphs and tables, with ``gridSpan`` and ``vMerge``; ``others`` are further chapters."""
    body: list[str] = []
    for chapter in (disclosure, *others):
        body += [_paragraph(line) for line in chapter.cover]
        for table in chapter.tables:
            body += [_paragraph(line) for line in (table.title, *table.captions)]
            body += [_docx_table(table), _paragraph(table.note or "")]
    space = "http://schemas.openxmlformats.org/"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{space}package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{space}package/2006/relationships"><Relationship Id="r1" '
        f'Type="{space}officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
        "</Relationships>",
        "word/document.xml": f'<w:document xmlns:w="{space}wordprocessingml/2006/main"><w:body>'
        + "".join(body)
        + "</w:body></w:document>",
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            xml = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{text}'
            archive.writestr(zipfile.ZipInfo(name, EPOCH), xml, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _paragraph(text: str) -> str:
    return f'<w:p><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def _docx_table(table: Table) -> str:
    n_rows = table.n_header + len(table.rows)
    owner: dict[tuple[int, int], Field] = {
        (row, cell.col): cell for cell in table.fields() for row in range(cell.row, cell.row + cell.rows)
    }
    rows = []
    for row in range(n_rows):
        cells = [(cell, row == cell.row) for col in range(table.n_cols) if (cell := owner.get((row, col)))]
        rows.append("<w:tr>" + "".join(_docx_cell(cell, first) for cell, first in cells) + "</w:tr>")
    sides = "".join(
        f'<w:{side} w:val="single"/>' for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = "<w:gridCol/>" * table.n_cols
    return (
        f"<w:tbl><w:tblPr><w:tblBorders>{sides}</w:tblBorders></w:tblPr>"
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _docx_cell(cell: Field, first: bool) -> str:
    span = f'<w:gridSpan w:val="{cell.cols}"/>' if cell.cols > 1 else ""
    down = f"<w:vMerge{' w:val=' + chr(34) + 'restart' + chr(34) if first else ''}/>" if cell.rows > 1 else ""
    return f"<w:tc><w:tcPr>{span}{down}</w:tcPr>{_paragraph(cell.text if first else '')}</w:tc>"
