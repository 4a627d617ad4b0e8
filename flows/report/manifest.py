"""What the report's folder holds and what it was made from, so that only what changed is made again.

``manifest.json`` has an entry a page: the hash of its inputs, its files, and for a document its digest. A
folder without it, or one of another version of the report, is filled anew. Files that no entry names are
not ours and stay.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from flows.report.digest import Digest
from flows.report.files import remove_files, write_file
from flows.report.pages import fingerprint

NAME = "manifest.json"


@dataclass(slots=True)
class Entry:
    """A page: the hash of what it was made from, and the files it consists of, below the report's folder."""

    inputs: str
    files: list[str]
    digest: dict[str, Any] | None = None


@dataclass(slots=True)
class Manifest:
    """The entries of a report's folder by name, and which of them this run has met."""

    root: Path
    entries: dict[str, Entry] = field(default_factory=dict)
    met: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, root: Path) -> Manifest:
        """The manifest of a folder; without entries to rely on where it is missing, broken or of another version."""
        manifest = cls(root)
        try:
            data = json.loads((root / NAME).read_text(encoding="utf-8"))
            same = data["report"] == fingerprint()
            for name, entry in data["entries"].items():
                manifest.entries[name] = Entry(
                    entry["inputs"] if same else "", entry["files"], entry["digest"] if same else None
                )
        except (OSError, ValueError, KeyError, TypeError):
            manifest.entries.clear()
        return manifest

    def is_new(self, name: str, inputs: str) -> bool:
        """Whether a page has to be made: its inputs differ, or one of its files is gone. Marks it as met."""
        self.met.add(name)
        entry = self.entries.get(name)
        if entry is None or entry.inputs != inputs:
            return True
        return not all((self.root / file).is_file() for file in entry.files)

    def keep(self, name: str, inputs: str, files: Iterable[str], digest: Digest | None = None) -> None:
        """Record a page that was made; files that it had before and has no more are removed."""
        listed = list(files)
        before = self.entries.get(name)
        if before is not None:
            remove_files(self.root, set(before.files) - set(listed))
        self.entries[name] = Entry(inputs, listed, None if digest is None else digest.plain())

    def digest(self, name: str) -> Digest:
        """The digest of a document's page."""
        return Digest(**(self.entries[name].digest or {}))

    def drop_unmet(self) -> int:
        """Remove the pages that this run has not met; gives how many."""
        gone = self.entries.keys() - self.met
        kept = {file for name in self.met for file in self.entries[name].files}
        for name in gone:
            remove_files(self.root, set(self.entries.pop(name).files) - kept)
        return len(gone)

    def save(self) -> None:
        """Write ``manifest.json``."""
        entries = {
            name: {"inputs": entry.inputs, "files": entry.files, "digest": entry.digest}
            for name, entry in sorted(self.entries.items())
        }
        text = json.dumps({"report": fingerprint(), "entries": entries}, ensure_ascii=False, indent=0)
        write_file(self.root / NAME, text.encode("utf-8"))


def hash_of(*parts: object) -> str:
    """A hash of frames and plain data, the same for the same rows in the same order."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, pl.DataFrame):
            digest.update(part.write_json().encode())
        else:
            digest.update(json.dumps(part, ensure_ascii=False, default=str, sort_keys=True).encode())
        digest.update(b"\0")
    return digest.hexdigest()
