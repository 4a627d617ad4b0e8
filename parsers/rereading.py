"""The second reading of a document: its pages in doubt by stock pdfplumber, everything else as it was.

A PDF has no cells, only rulings and characters: two programs may see different tables in it, so agreement says
something. Workbooks, DOCX, HTML and tab-separated text state their cells; a second library would repeat
the same statement. For them there is no other way: what fails there is taken as published, and the finding says
that it was read once. In a ZIP the PDFs are read again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import replace

from parsers import sniff
from parsers.archive import Door, open_archive, read_archive
from parsers.document import Parsed, interpret_reading
from parsers.grid import Grid, Line, Reading
from parsers.limits import Limits
from parsers.reader import read
from schemas.origin import Origin


def parse_again(
    data: bytes,
    file_name: str,
    pages: Collection[int],
    *,
    source_uri: str | None = None,
    region: str | None = None,
    origin: Origin | None = None,
    limits: Limits | None = None,
) -> Parsed | None:
    """What ``parse_document`` gives, with ``pages`` (1-based) read another way; ``None`` where there is none.

    Raises ``DocumentError`` as ``parse_document`` does.
    """
    reading = read_again(data, file_name, pages, limits or Limits())
    if reading is None:
        return None
    return interpret_reading(
        reading,
        hashlib.sha256(data).hexdigest(),
        len(data),
        file_name,
        source_uri=source_uri or file_name,
        region=region,
        origin=origin,
    )


def read_again(data: bytes, file_name: str | None, pages: Collection[int], limits: Limits) -> Reading | None:
    """A file's lines and grids with ``pages`` read another way; ``None`` for formats that state their cells."""
    media_type = sniff.sniff(data, file_name)
    if media_type == sniff.PDF:
        return _read_pdf(data, file_name, pages, limits)
    if media_type == sniff.ZIP:
        members = open_archive(data, limits)
        if any(sniff.sniff(content, name) == sniff.PDF for name, content in members):
            return read_archive(data, limits, _door(pages))
    return None


def _door(pages: Collection[int]) -> Door:
    """What reads the files of an archive: pages are counted in each of its PDFs alike."""

    def read_member(content: bytes, name: str | None, limits: Limits | None) -> Reading:
        again = read_again(content, name, pages, limits or Limits())
        return read(content, name, limits) if again is None else again

    return read_member


def _read_pdf(data: bytes, file_name: str | None, pages: Collection[int], limits: Limits) -> Reading:
    from parsers.pdf import read_pdf, read_pdf_again

    first = read_pdf(data, limits, file_name)
    count = first.page_count or 0
    # A doubt without a page is about all of them.
    wanted = {page for page in pages if 1 <= page <= count} or set(range(1, count + 1))
    second = read_pdf_again(data, limits, wanted)
    by_page: dict[int, list[Line | Grid]] = {}
    for block in first.blocks:
        if block.page not in wanted:
            by_page.setdefault(block.page or 0, []).append(block)
    for block in second.blocks:
        by_page.setdefault(block.page or 0, []).append(block)
    return replace(
        first,
        blocks=tuple(block for page in sorted(by_page) for block in by_page[page]),
        engine=second.engine,
        engine_version=second.engine_version,
        oddities=tuple(oddity for oddity in first.oddities if oddity.page not in wanted),
    )
