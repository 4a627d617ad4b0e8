"""DOC, WPS and RTF by LibreOffice."""

from __future__ import annotations

import os
import shutil
import struct
import time
from pathlib import Path

import pytest

from parsers.doc_text import doc_text, require_tables_kept
from parsers.grid import Cell, Grid, Line
from parsers.limits import Limits
from parsers.old_word import PROGRAMS, convert, read_old_word
from parsers.sniff import DOC, RTF, sniff
from schemas.errors import Unreadable
from tests.parsers.office import compound

TABLE = rb"{\rtf1\ansi Title\par\trowd\cellx2000\cellx4000\intbl a\cell b\cell\row\pard after\par}"


def program(folder: Path, script: str) -> Path:
    """A program by LibreOffice's name that does what the script says."""
    path = folder / "soffice"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_without_libreoffice_the_message_names_the_way_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unreadable) as error:
        read_old_word(compound({"WordDocument": bytes(64)}), DOC)
    assert error.value.reason == "engine_missing"
    assert "LibreOffice" in error.value.message


def test_a_locked_file_is_told_without_starting_anything(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    block = bytes(10) + struct.pack("<H", 0x0100)
    with pytest.raises(Unreadable) as error:
        read_old_word(compound({"WordDocument": block}), DOC)
    assert error.value.reason == "encrypted"


def test_a_program_that_hangs_is_ended_with_its_children(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    note = tmp_path / "child"
    program(tmp_path, f"sleep 60 & echo $! > {note}; wait")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(Unreadable) as error:
        convert(TABLE, ".rtf", max_seconds=1)
    assert error.value.reason == "too_slow"
    time.sleep(0.2)
    child = Path("/proc", note.read_text().strip(), "stat")
    assert not child.exists() or child.read_text().split()[2] == "Z"


def test_a_program_that_makes_nothing_means_a_broken_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    program(tmp_path, "exit 0")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(Unreadable) as error:
        convert(b"no document", ".doc", max_seconds=10)
    assert error.value.reason == "broken_file"


def doc(text: str) -> bytes:
    """A DOC with nothing but a text in one piece."""
    pieces = b"\x02" + struct.pack("<I2IHIH", 16, 0, len(text), 0, 0x200, 0)
    block = bytearray(0x200)
    struct.pack_into("<I", block, 0x4C, len(text))
    struct.pack_into("<II", block, 0x1A2, 0, len(pieces))
    return compound({"WordDocument": bytes(block) + text.encode("utf-16-le"), "0Table": pieces})


@pytest.mark.parametrize("kept", [True, False])
def test_a_table_that_became_a_line_of_text_is_refused(kept: bool):
    cells = ["产出指标", "数量指标", "法律顾问人数", "1", "人"]
    text = doc_text(doc("续表\r" + "\x07".join(cells) + "\x07\x07无此项资金安排的说明文字。\r"))
    row = Grid(1, 5, tuple(Cell(0, col, word) for col, word in enumerate(cells)))
    note = Line("无此项资金安排的说明文字。")
    if kept:
        require_tables_kept([row, note], text)
        return
    with pytest.raises(Unreadable) as error:
        require_tables_kept([Line("".join(cells)), note], text)
    assert error.value.reason == "table_unread"


@pytest.mark.slow
def test_libreoffice_itself_reads_the_table():
    if not any(map(shutil.which, PROGRAMS)):
        pytest.skip("LibreOffice is not installed: old Word files are not tested")
    assert sniff(TABLE) == RTF
    line, grid, after = read_old_word(TABLE, RTF, Limits(max_seconds=120)).blocks
    assert isinstance(line, Line) and isinstance(grid, Grid) and isinstance(after, Line)
    assert (line.text, grid.texts(), after.text) == ("Title", [["a", "b"]], "after")
