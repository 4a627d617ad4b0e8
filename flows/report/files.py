"""Files of the report: written whole or not at all, and only where they differ."""

from __future__ import annotations

import os
from pathlib import Path

from schemas.errors import StorageError


def write_file(path: Path, data: bytes) -> None:
    """Write a file with its folders; a reader sees the old one or the new one. Raises ``StorageError``."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_name(f"{path.name}.{os.getpid()}.part")
        half.write_bytes(data)
        half.replace(path)
    except OSError as error:
        raise StorageError(f"Cannot write {path}: {error.strerror}.") from error


def remove_files(root: Path, names: set[str]) -> None:
    """Remove files that the report wrote before and does not need any more, and folders left empty."""
    for name in names:
        path = root / name
        path.unlink(missing_ok=True)
        for folder in path.parents:
            if folder == root or not folder.is_dir() or any(folder.iterdir()):
                break
            folder.rmdir()
