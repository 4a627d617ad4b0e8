"""ZIP containers, opened with suspicion: an Office file and an archive of files are both one.

Sizes are taken from the directory first and from the bytes while unpacking, because the directory can
lie. Names are labels only; nothing is ever written under them.
"""

from __future__ import annotations

import io
import zipfile
import zlib

from parsers.limits import Limits
from schemas.errors import Unreadable

# Deflate cannot pack better than 1032 : 1; real Office files stay under 100 : 1.
MAX_RATIO = 400
SMALL = 16_000_000

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, KeyError, IndexError)


def open_zip(data: bytes, limits: Limits) -> zipfile.ZipFile:
    """The ZIP, after a look at its directory: number of members, unpacked size, ratio and encryption.

    Raises ``Unreadable``: ``broken_file``, ``too_large`` or ``encrypted``.
    """
    try:
        container = zipfile.ZipFile(io.BytesIO(data))
        members = container.infolist()
    except (*_BROKEN, NotImplementedError, UnicodeDecodeError) as error:
        raise Unreadable(
            "broken_file", "The ZIP container is cut off or damaged; download the file again."
        ) from error
    if len(members) > limits.max_files:
        raise Unreadable(
            "too_large", f"The ZIP container has {len(members):,} members, more than {limits.max_files:,}."
        )
    size = sum(member.file_size for member in members)
    if size > limits.max_unpacked_bytes or size > max(SMALL, MAX_RATIO * len(data)):
        raise Unreadable(
            "too_large",
            f"The ZIP container would unpack to {size:,} bytes, more than is allowed for a file of "
            f"{len(data):,} bytes.",
        )
    if any(member.flag_bits & 0x1 for member in members):
        raise Unreadable("encrypted", "The file is locked with a password; publish it without one.")
    return container


def read_member(container: zipfile.ZipFile, member: str | zipfile.ZipInfo) -> bytes:
    """The bytes of one member, at most as many as the directory promises.

    Raises ``Unreadable``: ``broken_file`` where the member is absent, damaged or larger than promised,
    ``not_supported`` for a way of packing that Python does not know.
    """
    name = member if isinstance(member, str) else member.filename
    try:
        with container.open(member) as stream:
            # zipfile stops at the promised size and then checks the CRC, so that a lie is found here.
            return stream.read()
    except NotImplementedError as error:
        raise Unreadable(
            "not_supported", "A part of the ZIP container is packed in a way that is not known.", place=name
        ) from error
    except (*_BROKEN, RuntimeError) as error:
        raise Unreadable(
            "broken_file", f"The part {name} is missing or damaged; download the file again.", place=name
        ) from error
