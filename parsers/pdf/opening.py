"""Opening a PDF, or saying in one sentence why it cannot be read."""

from __future__ import annotations

import pypdfium2

from parsers.limits import Limits
from schemas.errors import Unreadable

_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM", b"RIFF")
_BLANK = b"\0\t\n\r "
_END_WITHIN = 2048  # bytes from the end in which a whole PDF says where its table of objects is
_PASSWORD, _SECURITY = 4, 5  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY


def open_document(data: bytes, limits: Limits) -> pypdfium2.PdfDocument:
    """The document, which the caller closes.

    Raises ``Unreadable``: ``empty_file``, ``too_large``, ``html_error_page``, ``picture``,
    ``not_supported``, ``broken_file``, ``encrypted`` (a password is needed to open it; files that only
    forbid changes open), ``too_many_pages``.
    """
    _refuse_other_formats(data, limits)
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        # A damaged trailer can name objects that look like encryption; a real one names /Encrypt.
        if error.err_code in (_PASSWORD, _SECURITY) and b"/Encrypt" in data:
            raise Unreadable(
                "encrypted", "The file needs a password; ask the publisher for one without."
            ) from error
        raise Unreadable(
            "broken_file", "The file is damaged and cannot be opened; transfer it again."
        ) from error
    if len(document) > limits.max_pages:
        n = len(document)
        document.close()
        raise Unreadable("too_many_pages", f"The file has {n:,} pages; the limit is {limits.max_pages:,}.")
    return document


def _refuse_other_formats(data: bytes, limits: Limits) -> None:
    if not data[:1024].strip(_BLANK) and not data.strip(_BLANK):
        raise Unreadable("empty_file", "The file is empty; transfer it again.")
    if len(data) > limits.max_bytes:
        raise Unreadable("too_large", f"The file has {len(data):,} bytes; the limit is {limits.max_bytes:,}.")
    head = data[:1024]
    if b"%PDF-" not in head:
        start = head.lstrip(b"\xef\xbb\xbf\t\n\r ").lower()
        if start.startswith((b"<!doctype", b"<html", b"<head", b"<?xml", b"<script", b"<body")):
            raise Unreadable("html_error_page", "The file is a web page, not a PDF; crawl its address again.")
        if data.startswith(_PICTURES):
            raise Unreadable("picture", "The file is a picture, not a PDF; look for the disclosure as text.")
        raise Unreadable("not_supported", "The file is not a PDF: it does not begin with %PDF.")
    # pdfium mends a file that was cut off and leaves out the pages it lost: refuse that before it opens.
    if b"startxref" not in data[-2 * _END_WITHIN :].rstrip(_BLANK)[-_END_WITHIN:]:
        raise Unreadable("broken_file", "The file is cut off before its end; transfer it again.")
