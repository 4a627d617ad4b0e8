"""The same disclosure in every office format, and the archives and broken files around it."""

from __future__ import annotations

import io
import zipfile

import pytest
from lxml import etree, html
from python_calamine import CalamineWorkbook

from tests.generator.archive import nested_zip, zip_bomb, zip_files
from tests.generator.bad import bad_files, encrypted_pdf, truncated_pdf
from tests.generator.disclosure import seed
from tests.generator.office import sheet_names, write_docx, write_html, write_xls, write_xlsx
from tests.generator.samples import main
from tests.generator.table import Table

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def lines(table: Table) -> list[str]:
    return [table.title, *table.captions]


@pytest.mark.parametrize("data", [write_xlsx(seed()), write_xls(seed())], ids=["xlsx", "xls"])
def test_a_workbook_has_a_sheet_a_table_with_every_cell_in_its_place(data: bytes) -> None:
    book = CalamineWorkbook.from_object(io.BytesIO(data))
    assert book.sheet_names == ["封面", *sheet_names(seed())]
    for name, table in zip(sheet_names(seed()), seed().tables, strict=True):
        rows = [[str(value) for value in row] for row in book.get_sheet_by_name(name).to_python()]
        assert [row[0] for row in rows[: len(lines(table))]] == lines(table)
        top = len(lines(table))
        grid = table.grid()
        assert [row[: table.n_cols] for row in rows[top : top + len(grid)]] == grid


def test_amounts_can_be_numbers_in_a_workbook() -> None:
    book = CalamineWorkbook.from_object(io.BytesIO(write_xlsx(seed(), numeric=True)))
    assert book.get_sheet_by_name("1-收支总表").to_python()[5][1] == 525.41


def test_a_page_s_tables_have_their_spans() -> None:
    page = html.fromstring(write_html(seed(), "gbk"))
    for table, element in zip(seed().tables, page.iter("table"), strict=True):
        cells = [
            (cell.text or "", int(cell.get("rowspan", 1)), int(cell.get("colspan", 1)))
            for cell in element.iter("td")
        ]
        assert cells == [(cell.text, cell.rows, cell.cols) for cell in sorted(table.fields())]


def test_a_document_s_rows_fill_the_table_s_width() -> None:
    with zipfile.ZipFile(io.BytesIO(write_docx(seed()))) as archive:
        root = etree.fromstring(archive.read("word/document.xml"))
    for table, element in zip(seed().tables, root.iter(f"{W}tbl"), strict=True):
        rows = list(element.iter(f"{W}tr"))
        assert len(rows) == table.n_header + len(table.rows)
        for row in rows:
            spans = [cell.find(f".//{W}gridSpan") for cell in row.iter(f"{W}tc")]
            assert sum(1 if span is None else int(span.get(f"{W}val")) for span in spans) == table.n_cols


@pytest.mark.parametrize("write", [write_xlsx, write_docx, write_html])
def test_office_files_are_the_same_bytes_every_time(write: object) -> None:
    assert callable(write)
    assert write(seed()) == write(seed())


def test_an_archive_may_name_its_files_in_gbk() -> None:
    data = zip_files({"部门预算/公开表.txt": b"1"}, names="gbk")
    with zipfile.ZipFile(io.BytesIO(data), metadata_encoding="gbk") as archive:
        assert archive.namelist() == ["部门预算/公开表.txt"]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() != ["部门预算/公开表.txt"]


def test_bombs_are_small_and_what_they_hold_is_not() -> None:
    assert len(zip_bomb()) < 100_000
    assert zipfile.ZipFile(io.BytesIO(zip_bomb())).infolist()[0].file_size == 64 << 20
    assert zipfile.ZipFile(io.BytesIO(nested_zip())).namelist() == ["7.zip"]


def test_bad_files_are_what_their_names_say() -> None:
    files = bad_files(limit=200_000)
    assert files["空文件.pdf"] == b""
    assert files["错误页面.pdf"].startswith(b"<!DOCTYPE html>")
    assert b"%%EOF" not in truncated_pdf()
    assert b"/Encrypt" in encrypted_pdf()
    assert files["图片.png"].startswith(b"\x89PNG")
    assert b"/Image" in files["扫描件.pdf"]
    assert len(files["超大.pdf"]) > 200_000


def test_the_samples_are_written_into_a_folder(tmp_path: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 0
    printed = capsys.readouterr().out.split()
    assert len(printed) == 5
    assert all(path.endswith("部门预算公开表.pdf") for path in printed)
    assert main([]) == 2
