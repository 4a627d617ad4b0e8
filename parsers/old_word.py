"""DOC, WPS and RTF, turned into DOCX by LibreOffice where it is installed.

LibreOffice is a program of its own with a profile, locks and background processes. Each conversion gets
a fresh profile and folder, a process group that is killed as a whole when time is up, and no display.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import struct
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from parsers.compound import CompoundFile
from parsers.doc_text import doc_text, require_tables_kept
from parsers.grid import Reading
from parsers.limits import Limits
from parsers.sniff import DOC, RTF, WPS
from parsers.word import read_word
from schemas.errors import Unreadable

SUFFIXES = {DOC: ".doc", WPS: ".wps", RTF: ".rtf"}
PROGRAMS = ("soffice", "libreoffice")


def read_old_word(data: bytes, media_type: str, limits: Limits | None = None) -> Reading:
    """Lines and grids of a DOC, WPS or RTF file, located as those of the DOCX made from it.

    Raises ``Unreadable``: ``engine_missing`` without LibreOffice, ``encrypted``, ``too_slow`` beyond
    ``limits.max_seconds``, ``broken_file`` where LibreOffice cannot open it, ``table_unread`` where it loses a table.
    """
    limits = limits or Limits()
    if media_type != RTF and _is_encrypted(data):
        raise Unreadable("encrypted", "The Word file is locked with a password; publish it without one.")
    docx = convert(data, SUFFIXES[media_type], limits.max_seconds)
    reading = read_word(docx, limits)
    if media_type != RTF:
        require_tables_kept(reading.blocks, doc_text(data))
    return replace(reading, media_type=media_type, engine="libreoffice+lxml")


def convert(data: bytes, suffix: str, max_seconds: float) -> bytes:
    """The DOCX that LibreOffice makes of a document; errors as in ``read_old_word``."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise Unreadable(
            "engine_missing",
            f"Reading {suffix[1:].upper()} files needs LibreOffice (the command soffice), which is not "
            "installed here; install it or save the file as DOCX.",
        )
    with tempfile.TemporaryDirectory(prefix="budgetlake-") as folder:
        source = Path(folder, f"document{suffix}")
        source.write_bytes(data)
        command = [
            program,
            f"-env:UserInstallation={Path(folder, 'profile').as_uri()}",
            "--headless",
            "--norestore",
            "--nolockcheck",
            "--convert-to",
            "docx",
            "--outdir",
            str(Path(folder, "out")),
            str(source),
        ]
        _run(command, folder, max_seconds)
        result = Path(folder, "out", "document.docx")
        # LibreOffice ends with status 0 also where it could not open the file.
        if not result.is_file():
            raise Unreadable("broken_file", "LibreOffice cannot open the file; save it as DOCX or PDF.")
        return result.read_bytes()


def _run(command: list[str], folder: str, max_seconds: float) -> None:
    process = subprocess.Popen(  # noqa: S603 - the program comes from PATH, the arguments from here
        command,
        cwd=folder,
        env={**os.environ, "HOME": folder, "SAL_USE_VCLPLUGIN": "svp"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(timeout=max_seconds)
    except subprocess.TimeoutExpired as error:
        raise Unreadable(
            "too_slow",
            f"LibreOffice needed more than {max_seconds:g} s for the file; save it as DOCX or PDF.",
        ) from error
    finally:
        # soffice is a script that starts others: they end with it, also after it has ended.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _is_encrypted(data: bytes) -> bool:
    """The bit fEncrypted of the file information block ([MS-DOC] 2.5.2)."""
    try:
        stream = CompoundFile(data).read("WordDocument")
        return bool(struct.unpack_from("<H", stream, 0x0A)[0] & 0x0100)
    except (Unreadable, struct.error):
        return False
