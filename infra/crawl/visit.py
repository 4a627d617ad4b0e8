"""What the crawler knows of a resource: a ``Link`` leads to it, a ``Visit`` says what became of it.

Both are plain data that go to JSON and back unchanged: times are ISO texts in UTC, dates ISO texts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any, Literal, Self

from schemas.link_evidence import LinkEvidence, read_link

Role = Literal["listing", "page", "attachment"]

# Outcomes of a request that was answered as wished.
REACHED = frozenset({"read", "new", "changed", "unchanged", "alias"})


@dataclass(frozen=True, slots=True)
class Link:
    """An address found on a page, with all that the page says of it.

    ``title`` is the title of the disclosure as the listing has it. ``number`` counts the pages of a listing
    from 1, ``depth`` the links from its first page (its further pages not counted).
    """

    url: str
    site: str
    role: Role
    text: str = ""
    title: str = ""
    published: str | None = None
    page_url: str | None = None
    page_title: str | None = None
    depth: int = 0
    number: int = 1

    def evidence(self) -> LinkEvidence:
        """What link text, page title and listing say of body, year and phase, the nearest first."""
        found = LinkEvidence()
        for text in (self.text, self.page_title or "", self.title):
            found = found.or_else(read_link(text))
        return found


@dataclass(frozen=True, slots=True)
class Visit:
    """A resource and its outcome; the columns of the lake table ``crawl`` have the same names.

    ``links`` are what a page links to by the rules of the region file with the fingerprint ``rules``.
    """

    url: str
    site: str
    role: Role
    outcome: str
    reason: str | None = None
    message: str | None = None
    http_status: int | None = None
    page_url: str | None = None
    page_title: str | None = None
    link_text: str | None = None
    unit_name: str | None = None
    year: int | None = None
    phase: str | None = None
    level: str | None = None
    published_date: str | None = None
    file_name: str | None = None
    media_type: str | None = None
    byte_size: int | None = None
    sha256: str | None = None
    object_uri: str | None = None
    version_id: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    fetched_at: str | None = None
    first_seen_at: str | None = None
    vanished_at: str | None = None
    links: tuple[Link, ...] | None = None
    rules: str | None = None

    @property
    def lost(self) -> bool:
        """True where the site says itself that there is nothing any more."""
        return self.outcome == "failed" and self.reason in ("not_found", "gone")

    def with_memory(self, known: Visit | None) -> Visit:
        """The same with what was known before of a resource that was not transferred this time."""
        if known is None:
            return self
        kept = {
            name: getattr(known, name)
            for name in (*_OF_CONTENT, *_OF_LINK, "links", "rules")
            if getattr(self, name) is None
        }
        return replace(self, **kept, first_seen_at=known.first_seen_at or self.first_seen_at)

    def to_json(self) -> str:
        """One line of JSON without what is not known."""
        data = {name: value for name, value in asdict(self).items() if value is not None}
        return json.dumps(data, ensure_ascii=False)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """The visit that ``to_json`` wrote, read as JSON; keys that it does not have are left out."""
        known = {field.name for field in fields(cls)}
        values = {name: value for name, value in data.items() if name in known}
        if values.get("links") is not None:
            values["links"] = tuple(Link(**link) for link in values["links"])
        return cls(**values)


_OF_LINK = (
    *("page_url", "page_title", "link_text", "unit_name", "year", "phase", "level", "published_date"),
)
_OF_CONTENT = (
    *("file_name", "media_type", "byte_size", "sha256", "object_uri", "version_id"),
    *("etag", "last_modified", "fetched_at"),
)


def visit_of(link: Link, outcome: str, phase: str | None = None, **says: Any) -> Visit:
    """A visit of a link with its evidence; ``phase`` is what the whole list is of."""
    evidence = link.evidence()
    return Visit(
        url=link.url,
        site=link.site,
        role=link.role,
        outcome=outcome,
        page_url=link.page_url,
        page_title=link.page_title or None,
        link_text=link.text or link.title or None,
        unit_name=evidence.unit_name,
        year=evidence.year,
        phase=evidence.phase or phase,
        level=evidence.level,
        published_date=link.published,
        **{"first_seen_at": utc_now(), **says},
    )


def utc_now() -> str:
    """The time as visits have it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
