"""Names, kinds and metadata: what a stranger says becomes harmless and stays readable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.crawl.landing import decode_metadata, encode_metadata, key_of
from infra.crawl.media import file_name, harmless, media_type, name_of_disposition, name_of_url

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PDF = frozenset({".pdf"})


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"\r\n\r\n%PDF-1.4", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
        (OLE, "application/x-ole-storage"),
        (b"Rar!\x1a\x07\x00", "application/vnd.rar"),
        (b"<html>", None),
        (b"MZ\x90", None),
        (b"", None),
    ],
)
def test_a_file_is_what_its_first_bytes_say(data: bytes, kind: str | None) -> None:
    found = media_type(data)
    assert (found[0] if found else None) == kind


@pytest.mark.parametrize(
    ("candidates", "name"),
    [
        (["附件下载", "教育局2024年部门预算.pdf", "P1.pdf"], "教育局2024年部门预算.pdf"),
        (["附件1", None, "P1.pdf"], "附件1.pdf"),
        (["预算.exe"], "预算.exe.pdf"),
        (["预算.docx"], "预算.pdf"),
        (["../../etc/passwd 预算"], "etc passwd 预算.pdf"),
        (["", None], "document.pdf"),
        (["..."], "document.pdf"),
    ],
)
def test_the_name_that_says_most_is_kept_with_the_ending_of_the_content(
    candidates: list[str | None], name: str
) -> None:
    assert file_name(candidates, PDF, ".pdf") == name


def test_another_candidate_tells_whether_an_old_office_file_is_text_or_a_sheet() -> None:
    kind = media_type(OLE)
    assert kind is not None
    assert file_name(["2024年预算公开表", "1.xls"], kind[2], kind[1]) == "2024年预算公开表.xls"


@given(st.lists(st.text(max_size=300), max_size=3))
def test_any_name_is_harmless(candidates: list[str]) -> None:
    name = file_name(candidates, PDF, ".pdf")
    assert name.endswith(".pdf") and name.isprintable() and not name.startswith(".")
    assert not set(name) & set('/\\:*?"<>|')
    assert len(name.encode()) <= 180
    assert harmless(name) == name
    assert len(key_of("430202", "http://a.example/" + "a" * 2000, name).encode()) < 1024


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="预算.pdf"'.encode(), "预算.pdf"),
        ('attachment; filename="预算.pdf"'.encode("gbk"), "预算.pdf"),
        (b"attachment; filename=a.pdf; filename*=UTF-8''%E9%A2%84%E7%AE%97.pdf", "预算.pdf"),
        (b"attachment; filename=%D4%A4%CB%E3.pdf", "预算.pdf"),
        (b"inline", None),
        (None, None),
    ],
)
def test_a_disposition_is_read_in_the_encodings_that_are_found(
    header: bytes | None, name: str | None
) -> None:
    assert name_of_disposition(header) == name


@pytest.mark.parametrize("path", ["%E9%A2%84%E7%AE%97.pdf", "%D4%A4%CB%E3.pdf"])
def test_a_name_in_an_address_is_utf_8_or_gbk(path: str) -> None:
    assert name_of_url(f"http://a.example/x/{path}?v=1") == "预算.pdf"


@given(
    st.dictionaries(
        st.sampled_from(["source-url", "unit-name", "link-text", "page-title"]), st.text(max_size=3000)
    )
)
def test_metadata_is_ascii_of_two_kilobytes_whatever_it_says(metadata: dict[str, str]) -> None:
    encoded = encode_metadata(metadata)
    assert sum(len(name) + len(value) for name, value in encoded.items()) <= 2000
    assert all(value.isascii() and value.isprintable() for value in encoded.values())


def test_a_text_comes_back_as_it_was_and_a_long_one_cut() -> None:
    name = "株洲市荷塘区行政审批服务局"
    assert decode_metadata(encode_metadata({"unit-name": name})) == {"unit-name": name}
    cut = decode_metadata(encode_metadata({"link-text": "预" * 100}))["link-text"]
    assert cut == "预" * 59 + "…"


def test_what_is_needed_most_stays_where_there_is_no_room_for_all() -> None:
    metadata = {
        "region-code": "430202",
        "source-url": "http://a.example/" + "a" * 1900,
        "page-title": "预" * 60,
    }
    assert set(encode_metadata(metadata)) == {"region-code", "source-url"}
