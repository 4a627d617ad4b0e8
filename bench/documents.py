"""Real files made many: copies with other bytes, each uploaded for a body of its own (``bench.another_body``)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

from parsers.document import parse_document
from schemas.errors import DocumentError

#: The reading processes' parser.
PARSER = "bench.another_body:parse_copy"


def name_of(path: Path, told: str | None) -> str:
    """The file name of the copies: ``told`` for a file whose own name and text do not say whose it is."""
    return path.name if told is None else f"{told}{path.suffix}"


def copy_of(path: Path, number: int) -> bytes:
    """The bytes of a file with a comment of ``number`` at a place that its format allows for one.

    Raises ``ValueError`` for a format without such a place.
    """
    data = path.read_bytes()
    match path.suffix.lower():
        case ".pdf":
            return data + b"\n%% copy %d\n" % number
        case ".html" | ".htm":
            return data + b"\n<!-- copy %d -->\n" % number
        case ".docx" | ".xlsx":
            buffer = io.BytesIO(data)
            with zipfile.ZipFile(buffer, "a") as package:
                package.comment = b"copy %d" % number
            return buffer.getvalue()
    raise ValueError(f"{path.name} is of a format that takes no comment at its end")


def readable(files: Sequence[Path], name: str | None) -> list[tuple[Path, str]]:
    """The files of which copies can be made and that give rows, each with the copies' name.

    ``name`` is given to those that do not tell whose they are by themselves.
    """
    found = []
    for path in files:
        for told in (None, name):
            called = name_of(path, told)
            try:
                parse_document(copy_of(path, 0), called)
            except (DocumentError, ValueError):
                continue
            found.append((path, called))
            break
    return found


def key_of(name: str, number: int) -> str:
    """The key under which a copy is uploaded."""
    return f"bench/copy-{number}/{name}"
