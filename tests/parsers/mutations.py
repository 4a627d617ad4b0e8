"""Damage as it happens to files: bytes changed, cut, doubled, in the container or in a part of it."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable

from schemas.errors import Unreadable
from tests.parsers.office import packed


def damaged(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(out)) if out else 0
        kind = rng.randrange(4)
        if kind == 0:
            out[at : at + 1] = bytes([rng.randrange(256)])
        elif kind == 1:
            del out[at : at + rng.randint(1, 50)]
        elif kind == 2:
            out[at:at] = out[at : at + rng.randint(1, 50)]
        else:
            out[at : at + 4] = rng.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"9999", b"<![C"])
    return bytes(out)


def damaged_parts(data: bytes, rng: random.Random) -> bytes:
    """The same, but inside one part of a ZIP, so that the container stays whole."""
    with zipfile.ZipFile(io.BytesIO(data)) as container:
        parts = {name: container.read(name) for name in container.namelist()}
    name = rng.choice([name for name in parts if parts[name]])
    return packed({**parts, name: damaged(parts[name], rng)})


def assert_only_unreadable(
    read: Callable[[bytes], object], data: bytes, damage: Callable[[bytes, random.Random], bytes], n: int
) -> None:
    for seed in range(n):
        broken = damage(data, random.Random(seed))
        try:
            read(broken)
        except Unreadable as error:
            assert error.message.endswith(".")
            assert error.reason
