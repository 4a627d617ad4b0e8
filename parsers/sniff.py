"""What a file is, by its bytes: names on disclosure sites are wrong too often to be believed.

A ``.pdf`` is an HTML error page, a ``.xls`` an HTML table, a ``.doc`` a DOCX. The name decides only
between formats that share their bytes.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from parsers.compound import SIGNATURE, CompoundFile
from parsers.limits import Limits
from parsers.package import open_zip, read_member
from schemas.errors import Unreadable

EMPTY = "application/x-empty"
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLS = "application/vnd.ms-excel"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DOC = "application/msword"
WPS = "application/vnd.ms-works"
RTF = "application/rtf"
HTML = "text/html"
TEXT = "text/plain"
XML = "application/xml"
ZIP = "application/zip"
RAR = "application/vnd.rar"
SEVEN_ZIP = "application/x-7z-compressed"
GZIP = "application/gzip"
OFD = "application/ofd"
ENCRYPTED_OFFICE = "application/x-encrypted-office"
DAMAGED_OFFICE = "application/x-ole-storage"
OTHER_OFFICE = "application/x-other-office"
UNKNOWN = "application/octet-stream"

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"Rar!\x1a\x07", RAR),
    (b"7z\xbc\xaf\x27\x1c", SEVEN_ZIP),
    (b"\x1f\x8b", GZIP),
    (b"{\\rtf", RTF),
    (b"MIME-Version:", OTHER_OFFICE),  # a web archive (MHTML) as Office saves it
)
_MARKUP = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|meta|title|table|tr|td|div|p|span|style|script|section|h[1-6]|br)\b",
    re.IGNORECASE,
)


def sniff(data: bytes, file_name: str | None = None) -> str:
    """The media type of ``data``; ``UNKNOWN`` where it is none of the known ones. Never raises."""
    if not data.strip(b"\0 \t\r\n\f"):
        return EMPTY
    if data.startswith(b"%PDF-"):
        return PDF
    for signature, media_type in _SIGNATURES:
        if data.startswith(signature):
            return media_type
    if data.startswith(b"BM") and data[6:10] == b"\0\0\0\0":
        return "image/bmp"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _sniff_zip(data)
    if data.startswith(SIGNATURE):
        return _sniff_compound(data, suffix(file_name))
    # Readers of PDF accept rubbish before the header. A ZIP of PDFs or a page about them is none.
    if b"%PDF-" in data[:1024] and not data.lstrip().startswith(b"<"):
        return PDF
    return _sniff_text(data)


def suffix(file_name: str | None) -> str:
    """The extension of a file name or object key in lower case with its dot; '' where there is none."""
    return PurePosixPath(file_name.replace("\\", "/")).suffix.lower() if file_name else ""


def _sniff_zip(data: bytes) -> str:
    try:
        container = open_zip(data, Limits())
    except Unreadable:
        return ZIP  # whoever opens it says what is wrong
    # Some Windows programs write back slashes.
    names = {name.replace("\\", "/") for name in container.namelist()}
    if "word/document.xml" in names or ("[Content_Types].xml" in names and _has_folder(names, "word/")):
        return DOCX
    if "xl/workbook.xml" in names:
        return XLSX
    if "OFD.xml" in names:
        return OFD
    if "[Content_Types].xml" in names:
        return OTHER_OFFICE  # presentations, binary workbooks
    if "mimetype" in names:
        try:
            declared = read_member(container, "mimetype")
        except Unreadable:
            return ZIP
        if declared.startswith((b"application/vnd.oasis", b"application/epub")):
            return OTHER_OFFICE
    return ZIP


def _has_folder(names: set[str], folder: str) -> bool:
    return any(name.startswith(folder) for name in names)


def _sniff_compound(data: bytes, name_suffix: str) -> str:
    try:
        names = CompoundFile(data).streams
    except Unreadable:
        return DAMAGED_OFFICE
    if "EncryptedPackage" in names:
        return ENCRYPTED_OFFICE
    if "Workbook" in names or "Book" in names:
        return XLS
    if name_suffix in (".wps", ".wpt"):
        return WPS  # WPS Writer uses Word's stream names
    return DOC if "WordDocument" in names else OTHER_OFFICE


def _sniff_text(data: bytes) -> str:
    head = data[:8192]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head[: len(head) // 2 * 2].decode("utf-16", "replace").encode()
    if b"\0" in head:
        return UNKNOWN
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        if _MARKUP.search(start):
            return HTML
        return XML if start.startswith(b"<?xml") else TEXT
    control = sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head)
    return UNKNOWN if control > len(head) // 50 else TEXT
