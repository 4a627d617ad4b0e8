"""Compound files (OLE2), the container of DOC, XLS, WPS and of encrypted Office files.

Only what the readers need: the names of the streams, and the bytes of one of them. Format: [MS-CFB].
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from schemas.errors import Unreadable

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_END_OF_CHAIN = 0xFFFFFFFA  # this and all above mark free, end or table sectors
_STREAM, _ROOT = 2, 5


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: int
    start: int
    size: int


class CompoundFile:
    """The streams of one compound file by name; where two storages use a name, the first one counts.

    Raises ``Unreadable`` (``broken_file``) where tables point outside the file or in circles.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        try:
            self._read_tables()
        except struct.error as error:
            raise _broken() from error

    def _read_tables(self) -> None:
        header = self._data[:512]
        if not header.startswith(SIGNATURE):
            raise _broken()
        sector_shift, mini_shift = struct.unpack_from("<HH", header, 0x1E)
        if sector_shift not in (9, 12) or mini_shift != 6:
            raise _broken()
        self._sector = 1 << sector_shift
        first_directory, _, self._mini_cutoff, first_mini_fat = struct.unpack_from("<IIII", header, 0x30)
        fat_sectors = [n for n in struct.unpack_from("<109I", header, 0x4C) if n < _END_OF_CHAIN]
        next_difat, seen = struct.unpack_from("<I", header, 0x44)[0], set[int]()
        while next_difat < _END_OF_CHAIN:
            if next_difat in seen:
                raise _broken()
            seen.add(next_difat)
            *numbers, next_difat = self._numbers(self._sector_bytes(next_difat))
            fat_sectors.extend(n for n in numbers if n < _END_OF_CHAIN)
        self._fat: list[int] = []
        for number in fat_sectors:
            self._fat.extend(self._numbers(self._sector_bytes(number)))
        self.streams: dict[str, _Entry] = {}
        root = _Entry(_ROOT, _END_OF_CHAIN, 0)
        directory = self._chain(first_directory)
        for offset in range(0, len(directory) - 127, 128):
            length, kind = struct.unpack_from("<HB", directory, offset + 0x40)
            start, size = struct.unpack_from("<II", directory, offset + 0x74)
            if kind == _ROOT:
                root = _Entry(kind, start, size)
            elif kind == _STREAM and 2 <= length <= 64:
                name = directory[offset : offset + length - 2].decode("utf-16-le", "replace")
                self.streams.setdefault(name, _Entry(kind, start, size))
        self._mini_stream = self._chain(root.start) if root.start < _END_OF_CHAIN else b""
        mini_fat = self._chain(first_mini_fat) if first_mini_fat < _END_OF_CHAIN else b""
        self._mini_fat = self._numbers(mini_fat)

    def read(self, name: str) -> bytes:
        """The bytes of the stream ``name``; raises ``Unreadable`` where it is absent or damaged."""
        entry = self.streams.get(name)
        if entry is None:
            raise _broken()
        if entry.size >= self._mini_cutoff:
            return self._chain(entry.start)[: entry.size]
        parts = [self._mini_stream[n * 64 : n * 64 + 64] for n in _follow(entry.start, self._mini_fat)]
        return b"".join(parts)[: entry.size]

    def _chain(self, start: int) -> bytes:
        return b"".join(self._sector_bytes(number) for number in _follow(start, self._fat))

    def _sector_bytes(self, number: int) -> bytes:
        # The header takes the place of one sector, whatever the sector's size.
        offset = (number + 1) * self._sector
        if offset >= len(self._data):
            raise _broken()
        return self._data[offset : offset + self._sector]

    @staticmethod
    def _numbers(data: bytes) -> list[int]:
        return list(struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4]))


def _follow(start: int, table: list[int]) -> list[int]:
    """The sectors of a chain; a chain longer than its table goes in circles."""
    chain: list[int] = []
    while start < _END_OF_CHAIN:
        if start >= len(table) or len(chain) > len(table):
            raise _broken()
        chain.append(start)
        start = table[start]
    return chain


def _broken() -> Unreadable:
    return Unreadable("broken_file", "The Office file is cut off or damaged; download it again.")
