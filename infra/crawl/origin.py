"""What the crawl wrote beside an object, read again: metadata of S3 to an ``Origin``.

Whoever may write to the bucket may write anything here. So each value is taken only if it is what it should
be, and left out otherwise: a wrong one must not cost the document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from infra.crawl.landing import decode_metadata
from schemas.division import division
from schemas.origin import Origin

# Every object of the crawl has this one; the metadata of others mean something else.
_MARK = "crawl-id"
_LONGEST = 2000
_CLOCKS_DIFFER = timedelta(days=1)


def origin_of(metadata: Mapping[str, str], uploaded_at: datetime | None = None) -> Origin | None:
    """The origin that an object's metadata tell; None for an object that no crawl landed.

    A time of fetching long after ``uploaded_at`` is wrong, and left out.
    """
    if _MARK not in metadata:
        return None
    says = {name: _text(value) for name, value in decode_metadata(metadata).items()}
    return Origin(
        source_url=web_address(says.get("source-url")),
        page_url=web_address(says.get("page-url")),
        link_text=says.get("link-text"),
        page_title=says.get("page-title"),
        region=_one_of(says.get("region-code"), lambda code: division(code) is not None),
        unit_name=says.get("unit-name"),
        year=_year(says.get("year")),
        phase=_one_of(says.get("phase"), {"approved", "actual"}.__contains__),
        level=_one_of(says.get("level"), {"department", "unit"}.__contains__),
        published_date=_date(says.get("published-date")),
        fetched_at=_time(says.get("fetched-at"), uploaded_at),
    )


def web_address(text: str | None) -> str | None:
    """The text if it is an http or https address with a host and without credentials, else None."""
    try:
        parts = urlsplit(text or "")
    except ValueError:
        return None
    return text if parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc else None


def _text(value: str) -> str | None:
    shown = "".join(char if char.isprintable() else " " for char in value)
    return " ".join(shown.split())[:_LONGEST] or None


def _one_of(text: str | None, holds: Callable[[str], bool]) -> str | None:
    return text if text is not None and holds(text) else None


def _year(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and 2000 <= int(text) <= 2099 else None


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _time(text: str | None, uploaded_at: datetime | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    if at.tzinfo is None:
        return None
    at = at.astimezone(UTC)
    return None if uploaded_at is not None and at > uploaded_at + _CLOCKS_DIFFER else at
