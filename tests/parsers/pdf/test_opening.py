"""What cannot be read is refused with its reason and one sentence, never a traceback."""

from __future__ import annotations

import time
from io import BytesIO

import pytest
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from parsers.limits import Limits
from parsers.pdf import read_pdf, read_pdf_again
from schemas.errors import Unreadable
from schemas.quarantine_reason import reason_codes
from tests.parsers.pdf.drawing import Sheet, fill_cells
from tests.parsers.pdf.test_geometry import ROWS, XS, YS, grids


def table_pdf() -> bytes:
    sheet = Sheet()
    sheet.grid(XS, YS)
    fill_cells(sheet, XS, YS, ROWS)
    return sheet.pdf()


def encrypted_pdf(user: str, owner: str) -> bytes:
    file = BytesIO()
    canvas = Canvas(file, encrypt=StandardEncryption(user, owner, canModify=0))
    canvas.drawString(100, 700, "text")
    canvas.save()
    return file.getvalue()


def picture() -> Image.Image:
    return Image.new("RGB", (200, 100), "white")


def picture_pdf(words: str = "") -> bytes:
    file = BytesIO()
    canvas = Canvas(file)
    canvas.drawImage(ImageReader(picture()), 50, 100, 400, 600)
    canvas.showPage()
    if words:
        canvas.drawString(100, 700, words)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def picture_file() -> bytes:
    file = BytesIO()
    picture().save(file, "PNG")
    return file.getvalue()


REFUSED = [
    ("empty_file", b""),
    ("empty_file", b"\n \0\n"),
    ("html_error_page", b"\xef\xbb\xbf\r\n<!DOCTYPE html><html><body>404</body></html>"),
    ("html_error_page", b"<html><head><title>\xe7\x99\xbb\xe5\xbd\x95</title></head></html>"),
    ("picture", picture_file()),
    ("not_supported", b"PK\x03\x04 an office file"),
    ("broken_file", table_pdf()[:-600]),
    ("broken_file", b"%PDF-1.7\n" + b"\x00\xff" * 500),
    ("broken_file", b"%PDF-1.7\n garbage\nstartxref\n0\n%%EOF\n"),
    ("encrypted", encrypted_pdf("secret", "owner")),
    ("scanned", picture_pdf()),
]


@pytest.mark.parametrize(("reason", "data"), REFUSED, ids=[f"{r}-{i}" for i, (r, _) in enumerate(REFUSED)])
def test_a_file_that_gives_no_tables_is_refused_with_its_reason(reason: str, data: bytes) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_pdf(data, Limits())
    assert refusal.value.reason == reason
    assert reason in reason_codes()
    assert refusal.value.message.count(".") >= 1
    assert "\n" not in refusal.value.message


@pytest.mark.parametrize(("reason", "data"), REFUSED[:-1], ids=range(len(REFUSED) - 1))
def test_the_second_reading_refuses_what_the_first_one_does(reason: str, data: bytes) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_pdf_again(data, Limits())
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(max_bytes=100), "too_large"),
        (Limits(max_pages=0), "too_many_pages"),
        (Limits(max_cells=5), "too_large"),
        (Limits(max_seconds=0), "too_slow"),
        (Limits(max_page_objects=3), "too_large"),
    ],
)
def test_limits_end_the_reading_with_their_reason(limits: Limits, reason: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_pdf(table_pdf(), limits)
    assert refusal.value.reason == reason


def test_a_drawing_of_thousands_of_lines_is_read_in_a_moment_and_keeps_its_text() -> None:
    sheet = Sheet()
    sheet.text(50, 30, "区域规划图")
    path = sheet.canvas.beginPath()
    for i in range(4_000):
        x, y = (i * 37) % 560 + 20, (i * 53) % 340 + 20
        path.moveTo(x, y)
        path.lineTo(x + 30, y)
        path.lineTo(x + 30, y + 25)
    sheet.canvas.drawPath(path)
    start = time.process_time()
    reading = read_pdf(sheet.pdf())
    assert time.process_time() - start < 5
    assert "区域规划图" in [getattr(block, "text", "") for block in reading.blocks]
    assert [oddity.kind for oddity in reading.oddities] == ["dense_drawing"]


def test_the_message_names_the_file() -> None:
    with pytest.raises(Unreadable, match=r"^2024年预算\.pdf: The file is empty"):
        read_pdf(b"", file_name="2024年预算.pdf")


def test_a_file_that_only_forbids_changes_is_read() -> None:
    assert read_pdf(encrypted_pdf("", "owner")).blocks


def test_one_picture_page_among_pages_of_text_is_noted_not_refused() -> None:
    reading = read_pdf(picture_pdf("2024"))
    assert [(o.kind, o.page) for o in reading.oddities] == [("page_without_text", 1)]


@pytest.mark.parametrize(("native_page", "layer"), [(False, "ocr"), (True, "mixed")])
def test_text_behind_a_picture_is_told_from_native_text(native_page: bool, layer: str) -> None:
    file = BytesIO()
    canvas = Canvas(file)
    canvas.drawImage(ImageReader(picture()), 0, 0, 595, 842)
    words = canvas.beginText(100, 700)
    words.setTextRenderMode(3)
    words.textLine("2024")
    canvas.drawText(words)
    canvas.showPage()
    if native_page:
        canvas.drawString(100, 700, "2024")
        canvas.showPage()
    canvas.save()
    assert read_pdf(file.getvalue()).text_layer == layer


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9, 0.99])
def test_a_damaged_file_is_refused_or_read_but_never_ends_in_a_traceback(keep: float) -> None:
    data = table_pdf()
    damaged = data[: int(len(data) * keep)] + b"\0" * 64 + data[int(len(data) * keep) + 64 :]
    try:
        assert len(grids(read_pdf(damaged))) <= 1
    except Unreadable as refusal:
        assert refusal.reason in ("broken_file", "scanned")
