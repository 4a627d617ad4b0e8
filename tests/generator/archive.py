"""ZIP archives as authorities publish them, and as attackers do."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

EPOCH = (1980, 1, 1, 0, 0, 0)


class _GbkName(zipfile.ZipInfo):
    """A member whose name is GBK without the flag for UTF-8: what Windows in Chinese writes."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 (overrides zipfile)
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def zip_files(files: Mapping[str, bytes], names: str = "utf-8") -> bytes:
    """An archive of the files, names in UTF-8 or ``gbk``."""
    kind = _GbkName if names == "gbk" else zipfile.ZipInfo
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in files.items():
            archive.writestr(kind(name, EPOCH), data, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def zip_bomb(name: str = "部门预算公开表.txt", size: int = 64 << 20) -> bytes:
    """A small archive of one member of ``size`` zero bytes: a thousand times its own size."""
    return zip_files({name: bytes(size)})


def nested_zip(depth: int = 8) -> bytes:
    """Archives within archives."""
    data = b"empty"
    for level in range(depth):
        data = zip_files({f"{level}.zip": data})
    return data
