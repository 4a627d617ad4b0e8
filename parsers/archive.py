"""ZIP archives: a disclosure published as several files is one document, read in the order of the names.

Names come in UTF-8 or, from Chinese Windows, in GBK without a word about it. They are labels: nothing is
unpacked to disk, so a name cannot lead anywhere. A ZIP inside the ZIP is opened too, one inside that not.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from parsers import sniff
from parsers.grid import Grid, Line, Oddity, Reading
from parsers.limits import Limits
from parsers.package import open_zip, read_member
from schemas.errors import Unreadable

MAX_DEPTH = 2

Door: TypeAlias = Callable[[bytes, str | None, Limits | None], Reading]

# What operating systems and editors leave in archives.
_LITTER = re.compile(r"(^|/)(__MACOSX/|\.(?!\.?/)|~\$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
_UTF8_NAME = 0x800
_NUMBER = re.compile(r"(\d+|[零一二三四五六七八九十百]+)")
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")}


def open_archive(data: bytes, limits: Limits | None = None) -> list[tuple[str, bytes]]:
    """The files of a ZIP as (name, bytes) in natural order of their names; litter and empty files left out.

    Files of an inner ZIP are named ``inner.zip/file.pdf``. Raises ``Unreadable``: ``broken_file``,
    ``encrypted``, ``not_supported``, and ``too_large`` where all files together
    are more than ``limits`` allow.
    """
    limits = limits or Limits()
    files = _open(data, limits, depth=1)
    return sorted(files, key=lambda item: natural_order(item[0]))


def read_archive(data: bytes, limits: Limits | None = None, door: Door | None = None) -> Reading:
    """One reading of all files of a ZIP, every place prefixed with its file's name; ``door`` reads each of them.

    A file that cannot be read is an ``unreadable_member`` oddity, unless none can: then its error is raised.
    """
    from parsers.reader import read  # the door that this reader stands behind

    door, limits = door or read, limits or Limits()
    members = open_archive(data, limits)
    if not members:
        raise Unreadable("empty_file", "The ZIP archive has no files in it; upload it again.")
    readings: list[tuple[str, Reading]] = []
    refused: list[tuple[str, Unreadable]] = []
    for name, content in members:
        try:
            if sniff.sniff(content, name) == sniff.ZIP:
                raise Unreadable(
                    "not_supported", f"ZIP archives are opened {MAX_DEPTH} deep; unpack it first."
                )
            readings.append((name, door(content, name, limits)))
        except Unreadable as error:
            refused.append((name, error))
    if not readings:
        name, first = refused[0]
        raise Unreadable(first.reason, f"{name} in the ZIP archive: {first.message}", place=name) from first
    return _combine(readings, refused)


def natural_order(name: str) -> list[tuple[int, int, str]]:
    """A sort key in which 附件2 comes before 附件10, and 附件二 before 附件十."""
    parts = _NUMBER.split(name)
    return [(0, 0, part) if index % 2 == 0 else (1, _value(part), "") for index, part in enumerate(parts)]


def _open(data: bytes, limits: Limits, depth: int) -> list[tuple[str, bytes]]:
    files: list[tuple[str, bytes]] = []
    with open_zip(data, limits) as container:
        for member in container.infolist():
            name = _clean_name(member)
            if not name or name.endswith("/") or not member.file_size or _LITTER.search(name):
                continue
            content = read_member(container, member)
            inner = [(name, content)]
            if depth < MAX_DEPTH and sniff.sniff(content, name) == sniff.ZIP:
                inner = [(f"{name}/{path}", file) for path, file in _open(content, limits, depth + 1)]
            files.extend(inner)
            # What inner archives unpack to counts for the outer one.
            unpacked = sum(len(file) for _, file in files)
            if len(files) > limits.max_files or unpacked > limits.max_unpacked_bytes:
                raise Unreadable(
                    "too_large",
                    f"The ZIP archive holds more than is allowed ({len(files):,} files, "
                    f"{unpacked:,} bytes so far); split it.",
                    place=name,
                )
    return files


def _clean_name(member: zipfile.ZipInfo) -> str:
    """The member's name as its author saw it: UTF-8 where it says so or is so, else GBK."""
    name = member.filename
    if not member.flag_bits & _UTF8_NAME:
        # Python has decoded the bytes as code page 437, which keeps every byte.
        raw = name.encode("cp437", "replace")
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            name = raw.decode("gb18030", "replace")
    name = name.replace("\\", "/")
    return "".join(char if char.isprintable() else "\ufffd" for char in name)


def _value(digits: str) -> int:
    if digits.isdigit():
        return int(digits[:18])
    value = 0
    for char in digits:
        if char in "十百":
            unit = 10 if char == "十" else 100
            value += unit if value % 10 == 0 else value % 10 * (unit - 1)
        else:
            value += _DIGITS[char]
    return value


def _combine(readings: list[tuple[str, Reading]], refused: list[tuple[str, Unreadable]]) -> Reading:
    parts = [reading for _, reading in readings]
    oddities = [
        replace(oddity, message=f"{name}: {oddity.message}")
        for name, part in readings
        for oddity in part.oddities
    ]
    oddities += [
        Oddity("unreadable_member", f"{name}: {error.message} ({error.reason})") for name, error in refused
    ]
    pages = [part.page_count for part in parts if part.page_count is not None]
    layers = {part.text_layer for part in parts}
    return Reading(
        tuple(_located(name, block) for name, part in readings for block in part.blocks),
        media_type=sniff.ZIP,
        engine="+".join(sorted({part.engine for part in parts})),
        engine_version="+".join(sorted({part.engine_version for part in parts})),
        page_count=sum(pages) if pages else None,
        text_layer=layers.pop() if len(layers) == 1 else "native",
        oddities=tuple(oddities),
    )


def _located(name: str, block: Line | Grid) -> Line | Grid:
    """The block with the file's name before every place; page numbers stay those of the file."""
    place = _prefix(name, block.locator, block.page)
    if isinstance(block, Line):
        return replace(block, locator=place)
    cells = tuple(cell._replace(locator=_prefix(name, cell.locator, cell.page)) for cell in block.cells)
    return replace(block, locator=place, cells=cells)


def _prefix(name: str, locator: str | None, page: int | None) -> str:
    if locator is None:
        return name if page is None else f"{name}: page {page}"
    return f"{name}: {locator}"
