"""One door to all readers: bytes in, a ``Reading`` out, whatever the format.

Each reader is imported when its format first comes: a run over PDFs never loads the Office readers.
"""

from __future__ import annotations

from parsers import sniff
from parsers.grid import Grid, Reading
from parsers.limits import Limits
from schemas.errors import Unreadable

# Formats that hold no tables we can read, and what a publisher can do about it.
_NOT_SUPPORTED = {
    sniff.OFD: "OFD files are not read yet; publish or convert the file as PDF.",
    sniff.RAR: "RAR archives are not read; unpack it or pack it as ZIP.",
    sniff.SEVEN_ZIP: "7z archives are not read; unpack it or pack it as ZIP.",
    sniff.GZIP: "gzip files are not read; unpack it first.",
    sniff.XML: "XML files other than web pages are not read; save it as XLSX or DOCX.",
    sniff.OTHER_OFFICE: "This kind of Office file is not read; save it as XLSX, DOCX or PDF.",
    sniff.UNKNOWN: "The file is of no known format; use PDF, Office, HTML, text or ZIP.",
}
_DOCUMENT_SUFFIXES = frozenset(
    {".pdf", ".doc", ".docx", ".wps", ".rtf", ".xls", ".xlsx", ".et", ".ofd", ".zip", ".rar", ".7z"}
)


def read(data: bytes, file_name: str | None = None, limits: Limits | None = None) -> Reading:
    """All lines and grids of a file, by the reader that its bytes ask for.

    Raises ``Unreadable`` with one of the reasons ``empty_file``, ``too_large``, ``too_many_pages``,
    ``too_slow``, ``picture``, ``html_error_page``, ``not_supported``, ``encrypted``, ``broken_file``,
    ``engine_missing``. A file without any table is no error here.
    """
    limits = limits or Limits()
    if len(data) > limits.max_bytes:
        raise Unreadable(
            "too_large", f"The file has {len(data):,} bytes, more than the {limits.max_bytes:,} allowed."
        )
    media_type = sniff.sniff(data, file_name)
    if media_type == sniff.EMPTY:
        raise Unreadable("empty_file", f"The file is empty ({len(data):,} bytes); upload it again.")
    if media_type.startswith("image/"):
        raise Unreadable(
            "picture", f"The file is a picture ({media_type}) without text; publish the tables themselves."
        )
    if media_type == sniff.ENCRYPTED_OFFICE:
        raise Unreadable("encrypted", "The file is locked with a password; publish it without one.")
    if media_type == sniff.DAMAGED_OFFICE:
        raise Unreadable("broken_file", "The Office file is cut off or damaged; download it again.")
    if media_type in _NOT_SUPPORTED:
        raise Unreadable("not_supported", _NOT_SUPPORTED[media_type])
    return _read_as(media_type, data, file_name, limits)


def _read_as(media_type: str, data: bytes, file_name: str | None, limits: Limits) -> Reading:
    if media_type == sniff.PDF:
        from parsers.pdf import read_pdf

        return read_pdf(data, limits, file_name)
    if media_type in (sniff.XLSX, sniff.XLS):
        from parsers.spreadsheet import read_spreadsheet

        return read_spreadsheet(data, limits)
    if media_type == sniff.DOCX:
        from parsers.word import read_word

        return read_word(data, limits)
    if media_type in (sniff.DOC, sniff.WPS, sniff.RTF):
        from parsers.old_word import read_old_word

        return read_old_word(data, media_type, limits)
    if media_type == sniff.HTML:
        from parsers.html import read_html

        reading = read_html(data, limits)
        is_page = not any(isinstance(block, Grid) for block in reading.blocks)
        if is_page and (name_suffix := sniff.suffix(file_name)) in _DOCUMENT_SUFFIXES:
            raise Unreadable(
                "html_error_page",
                f"The file is named {name_suffix} but is a web page without tables, likely the site's error "
                "page; download it again.",
            )
        return reading
    if media_type == sniff.ZIP:
        from parsers.archive import read_archive

        return read_archive(data, limits)
    from parsers.text import read_text

    return read_text(data, limits)
