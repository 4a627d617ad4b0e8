"""Answers that are documents, kept in the landing bucket once by content; and what the region has already.

An object belongs to the address that it was first landed from (its key is made of it). Another address with
the same bytes is an alias as long as they are what the object holds now: when the owner's content changes, the
copy that still has the old bytes becomes an object of its own (by the next crawl, if it was asked before the
owner), and a copy that changes never touches the owner's object.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from scrapy.http import Response

from infra.crawl.journal import Journal
from infra.crawl.landing import Landed, key_of, land, uri_of
from infra.crawl.media import file_name, media_type, name_of_disposition, name_of_url
from infra.crawl.visit import Link, Visit, utc_now, visit_of
from infra.settings import Settings
from schemas.region import Region

_KEPT_HEADERS = ("Content-Type", "Content-Disposition", "Last-Modified", "ETag", "Date", "Server")
_HTML = "text/html"


class Keeper:
    """Keeps documents of a region; ``known`` is what the crawl before knew, by address."""

    def __init__(
        self, region: Region, known: Mapping[str, Visit], journal: Journal, settings: Settings, dry_run: bool
    ) -> None:
        self.region, self.known, self._settings, self._dry_run = region, known, settings, dry_run
        self._crawl_id = journal.crawl_id
        self._phases = {site.name: site.phase for site in region.sites}
        self._landing = asyncio.Lock()
        # What each object holds now, and the other way round.
        held = {
            visit.object_uri: visit.sha256
            for visit in (*known.values(), *journal.visits.values())
            if visit.sha256 and visit.object_uri and self._owns(visit)
        }
        self._objects = {digest: uri for uri, digest in held.items()}

    def visit(self, link: Link, outcome: str, **says: Any) -> Visit:
        """A visit of a link, first seen when it was first seen."""
        visit = visit_of(link, outcome, self._phases[link.site], **says)
        known = self.known.get(link.url)
        return replace(visit, first_seen_at=known.first_seen_at) if known and known.first_seen_at else visit

    def has(self, known: Visit | None) -> bool:
        """Whether the content of a resource known from before is what an object holds now."""
        if known is None or known.sha256 is None or known.object_uri is None:
            return False
        return self._objects.get(known.sha256) == known.object_uri

    async def keep_attachment(self, link: Link, response: Response) -> Visit:
        """The visit of an attachment that was transferred: kept, or failed where it is no document.

        Raises ``StorageError``.
        """
        kind = media_type(response.body)
        if kind is None:
            what = "a web page" if response.body[:500].lstrip()[:1] == b"<" else "no document of a known kind"
            message = f"What came is {what} ({len(response.body):,} bytes)."
            says = {"message": message, "http_status": response.status}
            visit = self.visit(link, "failed", reason="wrong_type", **says)
            return visit.with_memory(self.known.get(link.url))
        disposition = name_of_disposition(response.headers.get("Content-Disposition"))
        names = [link.text, disposition, name_of_url(response.url), link.page_title, link.title]
        name = file_name([*names, name_of_url(link.url)], kind[2], kind[1])
        return await self._keep(link, response, response.body, kind[0], name)

    async def keep_page(self, link: Link, response: Response, document: str) -> Visit:
        """The visit of a page whose tables are the disclosure. Raises ``StorageError``."""
        name = file_name((link.page_title, link.text), frozenset({".html"}), ".html")
        visit = await self._keep(link, response, document.encode(), _HTML, name)
        return replace(visit, links=(), rules=self.region.fingerprint)

    async def _keep(self, link: Link, response: Response, data: bytes, kind: str, name: str) -> Visit:
        known = self.known.get(link.url)
        digest = sha256(data).hexdigest()
        says = {
            "http_status": response.status,
            "media_type": kind,
            "byte_size": len(data),
            "sha256": digest,
            "etag": header(response, "ETag"),
            "last_modified": header(response, "Last-Modified"),
            "fetched_at": utc_now(),
        }
        if self._dry_run:
            return self.visit(link, "planned", file_name=name, **says)
        # One at a time: two addresses may give the same bytes at the same moment.
        async with self._landing:
            own = known.object_uri if known is not None and self._owns(known) else None
            held = self._objects.get(digest)
            if held is not None and held != own:
                return self.visit(link, "alias", object_uri=held, file_name=name, **says)
            uri = own or uri_of(self.region.region, link.url, name, self._settings)
            visit = self.visit(link, "new", object_uri=uri, file_name=uri.rsplit("/", 1)[-1], **says)
            metadata = self._metadata(visit, response)
            landed = await asyncio.to_thread(land, data, uri, kind, metadata, self._settings)
            self._objects = {old: other for old, other in self._objects.items() if other != uri}
            self._objects[digest] = uri
        outcome = _outcome(landed, known if own else None, digest)
        return replace(visit, outcome=outcome, version_id=landed.version_id)

    def _owns(self, visit: Visit) -> bool:
        """Whether the object of a visit is its address's own, and not that of an earlier same content."""
        return f"/{key_of(self.region.region, visit.url, '')}" in (visit.object_uri or "")

    def _metadata(self, visit: Visit, response: Response) -> dict[str, str | None]:
        """In the order of need: the last ones are left out where there is no room."""
        headers = {
            name: value for name in _KEPT_HEADERS if (value := header(response, name)) and len(value) < 200
        }
        return {
            "region-code": self.region.region,
            "crawl-id": self._crawl_id,
            "fetched-at": visit.fetched_at,
            "published-date": visit.published_date,
            "year": str(visit.year) if visit.year else None,
            "phase": visit.phase,
            "level": visit.level,
            "source-url": visit.url,
            "unit-name": visit.unit_name,
            "link-text": visit.link_text,
            "page-title": visit.page_title,
            "page-url": visit.page_url,
            "response-headers": json.dumps(headers),
        }


def header(response: Response, name: str) -> str | None:
    """A header of an answer if it is printable ASCII: else it is of no use in a request or as metadata."""
    value = response.headers.get(name)
    if value is None:
        return None
    text = value.decode("latin-1").strip()
    return text[:500] if text.isascii() and text.isprintable() else None


def _outcome(landed: Landed, known: Visit | None, digest: str) -> str:
    """``new``, ``changed`` or ``unchanged``. An object that the crawl put before it died is as good as new."""
    if known is not None and known.sha256 is not None:
        return "unchanged" if known.sha256 == digest else "changed"
    return "changed" if landed.changed else "new"
