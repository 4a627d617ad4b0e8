"""Inputs that cannot be used, as bytes: each must end in one clear sentence and a quarantine record."""

from __future__ import annotations

import io
from functools import cache

from PIL import Image, ImageDraw
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.generator.archive import nested_zip, zip_bomb
from tests.generator.disclosure import seed, without_money_unit
from tests.generator.face import Face
from tests.generator.pdf import draw_pdf

ERROR_PAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>404 Not Found</title></head>
<body><center><h1>404 Not Found</h1></center><hr><center>nginx</center></body></html>
"""


@cache
def whole_pdf() -> bytes:
    """A good PDF, to be damaged."""
    return draw_pdf(seed())


def truncated_pdf(share: float = 0.6) -> bytes:
    """The first part of a PDF: a download that broke off, without its cross-reference table."""
    return whole_pdf()[: int(len(whole_pdf()) * share)]


def encrypted_pdf(password: str = "gongkai") -> bytes:  # noqa: S107 (a test document's)
    """A PDF that nobody can open without its password."""
    return _one_page(["部门预算公开表"], encryption=StandardEncryption(password, strength=128))


def narrative_pdf() -> bytes:
    """A PDF of text alone, as where the tables were published in a second file."""
    return _one_page(["2024年部门预算说明", "一、部门职责", "详见附件。", "二、收支总体情况说明"])


def scanned_pdf() -> bytes:
    """A PDF whose only page is a picture of a table."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1)
    canvas.drawImage(ImageReader(io.BytesIO(picture())), 0, 0, *A4)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


@cache
def picture() -> bytes:
    """A PNG of ruled lines and marks where text would be."""
    image = Image.new("L", (620, 877), 255)
    pen = ImageDraw.Draw(image)
    for y in range(100, 800, 28):
        pen.line((60, y, 560, y), fill=0)
        pen.rectangle((70, y + 8, 180, y + 18), fill=90)
    for x in (60, 260, 360, 460, 560):
        pen.line((x, 100, x, 772), fill=0)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def pdf_without_money_unit() -> bytes:
    """A good drawing whose tables nowhere say 元 or 万元."""
    return draw_pdf(without_money_unit(seed()))


def oversize_pdf(size: int) -> bytes:
    """A PDF of at least ``size`` bytes: a good one with a comment of blanks behind it."""
    return whole_pdf() + b"\n%" + b" " * max(0, size - len(whole_pdf()))


def bad_files(limit: int = 1 << 20) -> dict[str, bytes]:
    """All bad inputs by file name; ``limit`` is the size in bytes that the oversize one goes over."""
    return {
        "空文件.pdf": b"",
        "错误页面.pdf": ERROR_PAGE.encode(),
        "截断.pdf": truncated_pdf(),
        "加密.pdf": encrypted_pdf(),
        "无表格.pdf": narrative_pdf(),
        "图片.png": picture(),
        "扫描件.pdf": scanned_pdf(),
        "无金额单位.pdf": pdf_without_money_unit(),
        "超大.pdf": oversize_pdf(limit + 1),
        "压缩炸弹.zip": zip_bomb(),
        "多层压缩.zip": nested_zip(),
        "乱码.pdf": bytes(range(256)) * 8,
    }


def _one_page(lines: list[str], encryption: StandardEncryption | None = None) -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1, encrypt=encryption)
    face = Face()
    for place, line in enumerate(lines):
        face.draw(canvas, 60, A4[1] - 80 - 24 * place, line, 14)
    canvas.showPage()
    canvas.save()
    return file.getvalue()
