"""The journal of a crawl: a file to which one line is added for each resource that is done with.

A line is written only when its work is done: the object is in the bucket, the page's links are in the line
itself. So a crawl that dies at any moment has lost nothing but the resource at hand; ``frontier`` says what
is left, in the order in which it was found. A last line that a crash cut short is dropped.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Self

from infra.crawl.visit import Link, Visit, utc_now
from schemas.region import Region

# An unfinished crawl that is older starts anew: what it saw first is no longer what is there.
STALE_DAYS = 30


@dataclass(slots=True)
class Journal:
    """A crawl so far. ``ended`` is ``finished``, or why the last night ended; None while it runs or died."""

    path: Path
    crawl_id: str
    started_at: str
    fingerprint: str
    visits: dict[str, Visit] = field(default_factory=dict)
    ended: str | None = None
    ended_at: str | None = None
    _file: IO[str] | None = None

    @property
    def finished(self) -> bool:
        """True when the crawl is over, all that it found done with."""
        return self.ended == "finished"

    @classmethod
    def begin(cls, path: Path, region: Region) -> Self:
        """A new journal in place of the file's."""
        now = datetime.now(UTC)
        crawl_id = f"{now:%Y%m%dT%H%M%SZ}-{region.region}"
        journal = cls(path, crawl_id, now.isoformat(timespec="milliseconds"), region.fingerprint)
        path.parent.mkdir(parents=True, exist_ok=True)
        head = {"crawl_id": crawl_id, "started_at": journal.started_at, "fingerprint": region.fingerprint}
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps({"crawl": head}) + "\n", encoding="utf-8")
        draft.replace(path)
        return journal

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """The journal of a file; None where there is none that can be read."""
        try:
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            journal = cls(path, **json.loads(lines[0])["crawl"])
        except (OSError, ValueError, IndexError, KeyError, TypeError):
            return None
        for line in lines[1:]:
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if "visit" in entry:
                visit = Visit.from_data(entry["visit"])
                journal.visits[visit.url] = visit
                journal.ended = journal.ended_at = None
            else:
                journal.ended, journal.ended_at = entry["ended"], entry["at"]
        return journal

    @classmethod
    def resume_or_begin(cls, path: Path, region: Region) -> Self:
        """The unfinished journal of the file if it is of the same rules and not stale, else a new one."""
        journal = cls.read(path)
        if journal is not None and not journal.finished and journal.fingerprint == region.fingerprint:
            age = datetime.now(UTC) - datetime.fromisoformat(journal.started_at)
            if age.days < STALE_DAYS:
                return journal
        return cls.begin(path, region)

    def add(self, visit: Visit) -> None:
        """Write down a resource that is done with; on return it is in the file."""
        self.visits[visit.url] = visit
        self._write('{"visit": ' + visit.to_json() + "}")

    def end(self, reason: str) -> None:
        """Write down that the crawl (``finished``) or its night ends, and why."""
        self.ended, self.ended_at = reason, utc_now()
        self._write(json.dumps({"ended": reason, "at": self.ended_at}))

    def frontier(self, region: Region) -> list[Link]:
        """The links that are known and not done with, in the order in which they were found."""
        found: dict[str, Link] = {}
        for site in region.sites:
            for url in site.listing.urls:
                found.setdefault(url, Link(url, site.name, "listing"))
        for visit in self.visits.values():
            for link in visit.links or ():
                found.setdefault(link.url, link)
        return [link for url, link in found.items() if url not in self.visits]

    def _write(self, line: str) -> None:
        if self._file is None:
            # The start of a line that a crash cut short stays alone on its own.
            self._file = self.path.open("a", encoding="utf-8")
            if self._file.tell() and not self.path.read_bytes().endswith(b"\n"):
                self._file.write("\n")
        self._file.write(line + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())
