"""What a file is, by its bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers import sniff
from tests.parsers.office import compound, docx, p, packed, xls, xlsx
from tests.parsers.renderings import rendering
from tests.shared import shared

TXT = "株洲市荷塘区行政审批服务局_2024年部门预算公开表.txt"


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"", sniff.EMPTY),
        (b"\0" * 512, sniff.EMPTY),
        (b" \r\n", sniff.EMPTY),
        (b"%PDF-1.7\n", sniff.PDF),
        (b"\r\nrubbish %PDF-1.4", sniff.PDF),
        (xlsx({"表": {}}), sniff.XLSX),
        (xls([]), sniff.XLS),
        (docx(p("a")), sniff.DOCX),
        (packed({"[Content_Types].xml": "<a/>", "word\\document.xml": "<a/>"}), sniff.DOCX),
        (compound({"WordDocument": b"a", "1Table": b"b"}), sniff.DOC),
        (compound({"EncryptedPackage": b"a"}), sniff.ENCRYPTED_OFFICE),
        (compound({"PowerPoint Document": b"a"}), sniff.OTHER_OFFICE),
        (packed({"OFD.xml": "<a/>"}), sniff.OFD),
        (packed({"ppt/presentation.xml": "<a/>", "[Content_Types].xml": "<a/>"}), sniff.OTHER_OFFICE),
        (packed({"mimetype": "application/vnd.oasis.opendocument.text"}), sniff.OTHER_OFFICE),
        (packed({"表.pdf": "%PDF-1.7"}), sniff.ZIP),
        (b"PK\x03\x04 cut", sniff.ZIP),
        (b"Rar!\x1a\x07\x01\0", sniff.RAR),
        (b"7z\xbc\xaf\x27\x1c", sniff.SEVEN_ZIP),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"II*\0", "image/tiff"),
        (b"BM\x10\0\0\0\0\0\0\0", "image/bmp"),
        (b"{\\rtf1", sniff.RTF),
        (b"MIME-Version: 1.0\r\n", sniff.OTHER_OFFICE),
        (b"<!DOCTYPE html><p>%PDF-", sniff.HTML),
        ("\ufeff  <table><tr><td>科目".encode(), sniff.HTML),
        ("<html><body>部门".encode("utf-16"), sniff.HTML),
        (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">', sniff.HTML),
        (b'<?xml version="1.0"?><Workbook>', sniff.XML),
        ("收支总表\t万元".encode(), sniff.TEXT),
        ("收支总表\t万元".encode("gb18030"), sniff.TEXT),
        ("收支总表\t万元".encode("utf-16"), sniff.TEXT),
        (b"<5\t6", sniff.TEXT),
        (b"\x00\x01\x02\x03", sniff.UNKNOWN),
        (b"\x01\x02\x03\x04\x05", sniff.UNKNOWN),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 cut", sniff.DAMAGED_OFFICE),
    ],
)
@pytest.mark.parametrize("name", [None, "公开表.pdf"])
def test_the_bytes_say_what_a_file_is_whatever_its_name(data: bytes, media_type: str, name: str | None):
    assert sniff.sniff(data, name) == media_type


def test_the_name_decides_between_formats_that_share_their_bytes():
    assert sniff.sniff(compound({"WordDocument": b"a"}), "a/公开表.WPS") == sniff.WPS


def test_a_zip_that_holds_a_pdf_unpacked_is_no_pdf():
    assert sniff.sniff(b"PK\x03\x04" + bytes(40) + b"%PDF-1.7") == sniff.ZIP


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("A_docx.docx", sniff.DOCX),
        ("B_xlsx.xlsx", sniff.XLSX),
        ("C_html.html", sniff.HTML),
        ("E_typst.pdf", sniff.PDF),
    ],
)
def test_the_renderings_are_told_apart(name: str, media_type: str):
    assert sniff.sniff(rendering(name).read_bytes()) == media_type


def test_the_seed_and_the_old_template_are_told_apart():
    assert sniff.sniff(shared("seed", TXT).read_bytes()) == sniff.TEXT
    assert sniff.sniff(shared("corpus", "budget_template.xls").read_bytes()) == sniff.XLS


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe"]),
)
def test_any_bytes_have_a_type(data: bytes, start: bytes):
    assert "/" in sniff.sniff(start + data, "x.doc")
