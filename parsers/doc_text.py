"""The plain text of a DOC or WPS file, read beside LibreOffice to see whether it lost a table.

LibreOffice now and then gives the cells of a table as one line of text (Writer's own DOC files do it to a last
table). The file itself ends every cell and every row with a mark, so a line that is in the text only once the
marks are taken out was a table. Layout of the file: [MS-DOC] 2.4.1, the piece table.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

from parsers.compound import CompoundFile
from parsers.grid import Grid, Line
from schemas.errors import Unreadable

_MARK = "\x07"
_FLAGS, _CHARACTERS, _PIECES = 0x0A, 0x4C, 0x01A2  # in the file information block
_SECOND_TABLE = 0x0200
_COMPRESSED, _OFFSET = 0x4000_0000, 0x3FFF_FFFF
#: A shorter line may stand in a cell somewhere by chance.
_LONG = 12


def doc_text(data: bytes) -> str:
    """The main text with its marks; '' where the file does not say where its pieces are."""
    try:
        return _text(CompoundFile(data))
    except (Unreadable, struct.error, IndexError):
        return ""


def _text(file: CompoundFile) -> str:
    words = file.read("WordDocument")
    (flags,) = struct.unpack_from("<H", words, _FLAGS)
    (n_characters,) = struct.unpack_from("<I", words, _CHARACTERS)
    start, length = struct.unpack_from("<II", words, _PIECES)
    table = file.read("1Table" if flags & _SECOND_TABLE else "0Table")[start : start + length]
    at = 0
    while table[at] == 1:  # formatting of pieces
        at += 3 + int(struct.unpack_from("<H", table, at + 1)[0])
    n = (int(struct.unpack_from("<I", table, at + 1)[0]) - 4) // 12
    ends = struct.unpack_from(f"<{n + 1}I", table, at + 5)
    parts: list[str] = []
    for piece in range(n):
        (place,) = struct.unpack_from("<I", table, at + 5 + 4 * (n + 1) + 8 * piece + 2)
        size = ends[piece + 1] - ends[piece]
        if place & _COMPRESSED:
            offset = (place & _OFFSET) // 2
            parts.append(words[offset : offset + size].decode("cp1252", "replace"))
        else:
            parts.append(words[place : place + 2 * size].decode("utf-16-le", "replace"))
    return "".join(parts)[:n_characters]


def require_tables_kept(blocks: Iterable[Line | Grid], text: str) -> None:
    """Refuse (``table_unread``) where a line outside every table is the cells of a table run together."""
    marked = "".join(text.split())
    plain = marked.replace(_MARK, "")
    for block in blocks:
        if not isinstance(block, Line):
            continue
        line = "".join(block.text.split())
        if len(line) >= _LONG and line not in marked and line in plain:
            raise Unreadable(
                "table_unread",
                f"LibreOffice lost the table at '{block.text.strip()[:30]}'; save the file as DOCX or PDF.",
                place=block.locator,
            )
