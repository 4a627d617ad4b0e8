"""Where a document was published, as the crawl that fetched it wrote it down beside its bytes.

It is what others say of the document: the site, the page, the link. It names the source, dates the
publication, and is the weakest evidence of whose disclosure it is: what the document prints has the last word.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Origin:
    """A publication; what is not known is None.

    ``source_url`` is the address of the file, ``page_url`` the page that links to it. ``region`` is the
    GB/T 2260 code of the region whose sites were crawled. ``unit_name``, ``year``, ``phase`` (``approved`` or
    ``actual``) and ``level`` are what link, page and list say together; ``fetched_at`` is in UTC.
    """

    source_url: str | None = None
    page_url: str | None = None
    link_text: str | None = None
    page_title: str | None = None
    region: str | None = None
    unit_name: str | None = None
    year: int | None = None
    phase: str | None = None
    level: str | None = None
    published_date: date | None = None
    fetched_at: datetime | None = None
