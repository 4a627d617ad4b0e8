"""ZIP archives of disclosures."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from parsers.archive import natural_order, open_archive, read_archive
from parsers.grid import Grid
from parsers.limits import Limits
from schemas.errors import Unreadable
from tests.parsers.mutations import assert_only_unreadable, damaged, damaged_parts
from tests.parsers.office import packed
from tests.parsers.renderings import texts

PAGE = "<p>表</p><table><tr><td>a<td>b<tr><td>c<td>d</table>"


def packed_by_windows(name: str, content: bytes, encoding: str = "gbk") -> bytes:
    """A ZIP whose name is in a local code page without a word about it, as Chinese Windows writes it."""
    placeholder = "x" * len(name.encode(encoding))
    return packed({placeholder: content}).replace(placeholder.encode(), name.encode(encoding))


def test_files_come_in_the_natural_order_of_their_names():
    names = ["附件10.txt", "附件2.txt", "附件一.txt", "说明.txt"]
    assert [name for name, _ in open_archive(packed(dict.fromkeys(names, "x")))] == sorted(
        names, key=natural_order
    )
    for small, large in [
        ("附件2", "附件10"),
        ("附件二", "附件十"),
        ("附件九", "附件十二"),
        ("表二十一", "表二十二"),
    ]:
        assert natural_order(small) < natural_order(large)


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_names_from_chinese_windows_are_read(encoding: str):
    assert open_archive(packed_by_windows("部门预算公开表.txt", b"x", encoding)) == [
        ("部门预算公开表.txt", b"x")
    ]


def test_litter_folders_and_empty_files_are_left_out():
    parts = {
        "__MACOSX/._a.txt": "x",
        ".DS_Store": "x",
        "甲/~$a.docx": "x",
        "Thumbs.db": "x",
        "甲/": "",
        "空.txt": "",
    }
    assert open_archive(packed({**parts, "甲/a.txt": "x"})) == [("甲/a.txt", b"x")]


def test_an_inner_archive_is_opened_and_one_inside_that_is_not():
    inner = packed({"b.txt": "1\t2", "deep.zip": packed({"c.txt": "3\t4"})})
    data = packed({"a.zip": inner})
    assert [name for name, _ in open_archive(data)] == ["a.zip/b.txt", "a.zip/deep.zip"]
    reading = read_archive(data)
    assert texts(reading) == [[["1", "2"]]]
    assert [oddity.kind for oddity in reading.oddities] == ["unreadable_member"]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "C:\\Windows\\a.txt", "a\nb\x1b[31m.txt"]
)
def test_a_name_is_a_label_without_control_characters(name: str):
    ((label, content),) = open_archive(packed({name: "x"}))
    assert content == b"x"
    assert label.isprintable()


def test_readings_are_joined_and_every_place_names_its_file():
    reading = read_archive(packed({"2.html": PAGE, "1.txt": "说明\n1\t2"}))
    assert texts(reading) == ["说明", [["1", "2"]], "表", [["a", "b"], ["c", "d"]]]
    assert [block.locator for block in reading.blocks] == [
        "1.txt: line 1",
        "1.txt: lines 2-2",
        "2.html: /html/body/p",
        "2.html: /html/body/table",
    ]
    grid = reading.blocks[1]
    assert isinstance(grid, Grid)
    assert grid.cells[1].locator == "1.txt: line 2, field 2"
    assert reading.engine == "lxml+text"


def test_one_file_that_cannot_be_read_is_an_oddity():
    reading = read_archive(packed({"a.txt": "1\t2", "标志.png": b"\x89PNG\r\n\x1a\n"}))
    assert texts(reading) == [[["1", "2"]]]
    assert [(oddity.kind, "标志.png" in oddity.message) for oddity in reading.oddities] == [
        ("unreadable_member", True)
    ]


def test_an_archive_of_nothing_readable_says_why():
    with pytest.raises(Unreadable) as error:
        read_archive(packed({"扫描.jpg": b"\xff\xd8\xff\xe0"}))
    assert error.value.reason == "picture"
    assert error.value.place == "扫描.jpg"


def test_an_archive_without_files_is_empty():
    with pytest.raises(Unreadable) as error:
        read_archive(packed({}))
    assert error.value.reason == "empty_file"


@pytest.mark.parametrize(
    ("parts", "limits"),
    [
        ({f"{i}.txt": "x" for i in range(11)}, Limits(max_files=10)),
        ({"a.txt": b"x" * 1_001}, Limits(max_unpacked_bytes=1_000)),
        ({"a.txt": b"\0" * 30_000_000}, Limits()),
        (
            {"a.zip": packed({"b": b"x" * 600}), "c.zip": packed({"d": b"x" * 600})},
            Limits(max_unpacked_bytes=1_000),
        ),
    ],
)
def test_an_archive_beyond_the_limits_is_refused(parts: dict[str, str | bytes], limits: Limits):
    with pytest.raises(Unreadable) as error:
        read_archive(packed(parts), limits)
    assert error.value.reason == "too_large"


def test_a_directory_that_lies_about_sizes_is_found_out():
    data = packed({"a.txt": b"x" * 5_000_000})
    lie = data.replace(struct.pack("<I", 5_000_000), struct.pack("<I", 10))
    with pytest.raises(Unreadable) as error:
        open_archive(lie)
    assert error.value.reason == "broken_file"


def test_a_locked_archive_is_told_as_such():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as container:
        container.writestr("a.txt", "x")
        container.filelist[0].flag_bits |= 1
    with pytest.raises(Unreadable) as error:
        open_archive(buffer.getvalue())
    assert error.value.reason == "encrypted"


@pytest.mark.parametrize("damage", [damaged, damaged_parts])
def test_damage_is_told_and_nothing_else_escapes(damage):
    data = packed({"a.txt": "1\t2", "b.html": PAGE, "c.zip": packed({"d.txt": "3\t4"})})
    assert_only_unreadable(read_archive, data, damage, 300)
