"""What an attachment is by its first bytes, and under which name it is kept.

A name is a text from a stranger: it never becomes a path of this machine, it is freed of separators,
control characters and leading dots, cut to the length that an object's key may have, and gets the ending
that its content has, not the one it claims.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from urllib.parse import unquote_to_bytes, urlsplit

_LONGEST_NAME = 180  # bytes of UTF-8; a key has room for 1,024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SIGNATURES = (
    (b"%PDF-", "application/pdf", ".pdf", frozenset({".pdf"})),
    (b"PK\x03\x04", "application/zip", ".zip", frozenset({".docx", ".xlsx", ".ofd", ".zip", ".wps", ".et"})),
    (_OLE, "application/x-ole-storage", ".doc", frozenset({".doc", ".xls", ".wps", ".et"})),
    (b"Rar!\x1a\x07", "application/vnd.rar", ".rar", frozenset({".rar"})),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed", ".7z", frozenset({".7z"})),
)
_SAYS = re.compile("预算|决算")
_DISPOSITION = re.compile(
    r"filename\*?\s*=\s*(?:(?P<charset>[\w-]+)'[\w-]*')?(?P<name>\"[^\"]*\"|[^;]+)", re.I
)


def media_type(data: bytes) -> tuple[str, str, frozenset[str]] | None:
    """Media type, usual ending and possible endings by the first bytes; None for what is no document.

    A PDF may have up to a kilobyte of something before it, as readers allow.
    """
    for signature, kind, ending, endings in _SIGNATURES:
        if data.startswith(signature) or (kind == "application/pdf" and signature in data[:1024]):
            return kind, ending, endings
    return None


def file_name(candidates: Iterable[str | None], endings: frozenset[str], usual: str) -> str:
    """A harmless name from the first candidate that names a budget or final accounts, else the first one.

    ``endings`` are those that the content may have, ``usual`` the one that a name of another ending gets.
    """
    names = [name for name in (harmless(text) for text in candidates if text) if name]
    best = next((name for name in names if _SAYS.search(name)), next(iter(names), "document"))
    stem, ending = _split(best)
    if ending not in endings:
        # The ending of another candidate: an OLE file does not say whether it is text or a sheet.
        others = (_split(name)[1] for name in names)
        ending = next((other for other in others if other in endings), usual)
    return _cut(stem, _LONGEST_NAME - len(ending)) + ending


def harmless(text: str) -> str:
    """A text as a file name: one line, no separators, no control characters, no dots in front."""
    shown = "".join(char if char.isprintable() and char not in '/\\:*?"<>|' else " " for char in text)
    return " ".join(shown.split()).strip(" .")


def name_of_url(url: str) -> str:
    """The last part of an address's path, percent-decoded as UTF-8 or else as GB18030."""
    return decoded(unquote_to_bytes(urlsplit(url).path.rsplit("/", 1)[-1]))


def name_of_disposition(header: bytes | None) -> str | None:
    """The name in a Content-Disposition header, in the encodings that are found in the wild."""
    if not header:
        return None
    best = None
    for found in _DISPOSITION.finditer(decoded(header)):
        name = found["name"].strip().strip('"')
        name = decoded(unquote_to_bytes(name)) if "%" in name else name
        if found["charset"] or best is None:
            best = name
    return best


def decoded(raw: bytes) -> str:
    """Bytes as UTF-8, else as GB18030: what Chinese servers send without saying which."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", errors="replace")


def _split(name: str) -> tuple[str, str]:
    ending = PurePosixPath(name).suffix.lower()
    known = any(ending in endings for *_, endings in _SIGNATURES) or ending in (".html", ".htm")
    return (name[: -len(ending)], ending) if known else (name, "")


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore").strip(" .") or "document"
