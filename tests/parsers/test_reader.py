"""The one door to all readers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers import sniff
from parsers.limits import Limits
from parsers.reader import read
from schemas.errors import Unreadable
from tests.parsers.office import PLAIN, compound, docx, p, packed, table, tbl, tc, xls, xlsx
from tests.parsers.renderings import texts

ROWS = [["科目", "合计"], ["201", "1.00"]]
PAGE = "<table>" + "".join(f"<tr><td>{a}<td>{b}" for a, b in ROWS) + "</table>"


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        ("\n".join("\t".join(row) for row in ROWS).encode(), sniff.TEXT),
        (PAGE.encode("gbk"), sniff.HTML),
        (docx(tbl(*("".join(map(tc, row)) for row in ROWS))), sniff.DOCX),
        (xlsx({"表": table(ROWS, PLAIN)}), sniff.XLSX),
        (xls([(r, c, text, PLAIN) for r, row in enumerate(ROWS) for c, text in enumerate(row)]), sniff.XLS),
        (packed({"表.html": PAGE}), sniff.ZIP),
    ],
)
@pytest.mark.parametrize("name", [None, "附件.pdf", "表.xls"])
def test_every_format_is_read_whatever_its_name(data: bytes, media_type: str, name: str | None):
    reading = read(data, name)
    assert texts(reading) == [ROWS]
    assert reading.media_type == media_type
    assert reading.engine
    assert reading.engine_version


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "公开表.pdf", "empty_file"),
        (b"\0\0\0\0", "公开表.pdf", "empty_file"),
        (b"a" * 2_001, "公开表.txt", "too_large"),
        (b"\x89PNG\r\n\x1a\n....", "公开表.pdf", "picture"),
        (b"<html><body><h1>404 Not Found</h1>", "公开表.pdf", "html_error_page"),
        (b"<html><body><h1>404 Not Found</h1>", "a/b/公开表.XLS", "html_error_page"),
        (b"Rar!\x1a\x07\x00", "公开表.rar", "not_supported"),
        (b"7z\xbc\xaf\x27\x1c", "公开表.7z", "not_supported"),
        (packed({"OFD.xml": "<a/>"}), "公开表.ofd", "not_supported"),
        (b"\x00\x01\x02\x03", "公开表.pdf", "not_supported"),
        (b"PK\x03\x04 cut off", "公开表.docx", "broken_file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 cut off", "公开表.xls", "broken_file"),
        (docx(p("a"))[:-30], "公开表.docx", "broken_file"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_in_a_sentence(data: bytes, name: str, reason: str):
    with pytest.raises(Unreadable) as error:
        read(data, name, Limits(max_bytes=2_000))
    assert error.value.reason == reason
    assert error.value.message.endswith(".")


def test_a_locked_office_file_is_told_as_such():
    with pytest.raises(Unreadable) as error:
        read(compound({"EncryptedPackage": b"a"}), "公开表.xlsx")
    assert error.value.reason == "encrypted"


@pytest.mark.parametrize("name", [None, "index.html", "show?id=5"])
def test_a_web_page_that_says_it_is_one_needs_no_table(name: str | None):
    assert texts(read(b"<html><body><h1>404", name)) == ["404"]


@given(st.binary(min_size=1, max_size=400).filter(lambda data: b"%PDF" not in data))
def test_any_bytes_are_read_or_refused(data: bytes):
    try:
        assert read(data).media_type
    except Unreadable as error:
        assert error.reason
