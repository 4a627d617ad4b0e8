"""A region: where a division's bodies publish, how its sites are read, and how politely; one data file each.

``schemas/data/regions/<code>_<name>.yaml`` is reviewed by a person; the file of another folder can be given
by its path. The models are the documentation of the file: every key is a field here, an unknown key or a
wrong value is refused with a sentence that names it. A site is one of few types that cover what is seen:

* a listing of links to pages, each with attachments (``leads_to: page`` and ``page.attachments``);
* a listing of links to the files themselves (``leads_to: attachment``), often from a JSON interface;
* a listing of links to pages that show the tables themselves (``page.document``).

Selectors are CSS in HTML; in a JSON listing they are names joined by dots (``data.list``).
"""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from cssselect import SelectorError
from cssselect import parse as parse_css
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from schemas.division import division

# What disclosures come as; a link with another ending is no attachment.
FILES = r"\.(?:pdf|docx?|xlsx?|et|wps|ofd|zip|rar|7z)$"


def _regex(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression ({error})") from error
    return text


def _host(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9.-]+(:\d{1,5})?", text):
        raise ValueError(f"{text!r} is no host; write it in lower case, with a port only where it is unusual")
    return text


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError(f"{text!r} is no http or https address")
    return text


Regex = Annotated[str, AfterValidator(_regex)]
Host = Annotated[str, AfterValidator(_host)]
WebAddress = Annotated[str, AfterValidator(_web_address)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class HostException(_Entry):
    """A rule that does not hold for one host, and why: both are read by whoever reviews the file."""

    host: Host
    reason: str = Field(min_length=10)


class Night(_Entry):
    """The hours in which the region is crawled, of its own time; from the evening to the morning or not."""

    start: time = time(22)
    end: time = time(6)

    def seconds_left(self, now: datetime) -> float:
        """Seconds until the end of the window that ``now`` (of the region's zone) is in; 0 outside of it."""
        end = datetime.combine(now.date(), self.end, now.tzinfo)
        if self.start >= self.end and now.time() >= self.start:
            end += timedelta(days=1)
        start = datetime.combine(end.date(), self.start, now.tzinfo)
        if self.start >= self.end:
            start -= timedelta(days=1)
        return max(0.0, (end - now).total_seconds()) if start <= now < end else 0.0


class Politeness(_Entry):
    """How a host is treated; times in seconds.

    ``delay`` is the least pause between the starts of two requests to a host, ``jitter`` how much longer it
    may be by chance, as a part of it; a slow answer lengthens it up to ``max_delay``. ``max_wait`` is the
    longest that a host may ask to be left alone (``Retry-After``) before the crawl ends for the night.
    """

    delay: Annotated[float, Field(ge=0.01, le=600)] = 5.0
    jitter: Annotated[float, Field(ge=0, le=2)] = 0.5
    max_delay: PositiveFloat = 60.0
    timeout: PositiveFloat = 60.0
    retries: Annotated[int, Field(ge=0, le=5)] = 2
    max_wait: PositiveFloat = 900.0


class Caps(_Entry):
    """What one night may take, so that a mistake in a rule or a trap of a site ends by itself.

    ``depth`` is the number of links from the first listing page, pages of the listing not counted. A crawl
    that meets ``requests`` or ``bytes`` goes on the next night where it ended.
    """

    requests: PositiveInt = 5_000
    bytes: PositiveInt = 5 * 1024**3
    depth: Annotated[int, Field(ge=1, le=5)] = 3
    page_bytes: PositiveInt = 8 * 1024**2


class Due(_Entry):
    """The last day, as month-day, on which a disclosure is in time: of the budget's year, of the year after."""

    approved: Annotated[str, Field(pattern=r"^\d\d-\d\d$")] = "03-31"
    actual: Annotated[str, Field(pattern=r"^\d\d-\d\d$")] = "10-31"

    def day(self, year: int, phase: str) -> date:
        """The day on which the disclosure of a fiscal year and phase is due."""
        text = self.actual if phase == "actual" else self.approved
        return date.fromisoformat(f"{year + 1 if phase == 'actual' else year}-{text}")


class Next(_Entry):
    """How a listing goes on: a link to follow (``link``, CSS) or addresses that count up (``urls``).

    ``urls`` has ``{page}`` in it, which counts up from ``first``; the listing ends at the first page that is
    not there, or has no entries, or none that were not seen before.
    """

    link: str | None = None
    urls: WebAddress | None = None
    first: Annotated[int, Field(ge=0)] = 1

    @model_validator(mode="after")
    def _one_way(self) -> Next:
        if (self.link is None) == (self.urls is None):
            raise ValueError("give either link or urls")
        if self.urls is not None and "{page}" not in self.urls:
            raise ValueError("urls needs {page} where the number of the page stands")
        return self


class Listing(_Entry):
    """Pages that list disclosures: their addresses, and where in each an entry, its link and date are.

    ``rows`` selects the entries; ``link``, ``title`` and ``date`` are looked for within one (in JSON
    ``link`` may be a pattern such as ``/art/{id}.html``). Of the titles those count that match ``keep`` and
    not ``drop``. ``pages`` bounds the pages of each listing.
    """

    urls: Annotated[tuple[WebAddress, ...], Field(min_length=1)]
    format: Literal["html", "json"] = "html"
    rows: str
    link: str = "a"
    title: str | None = None
    date: str | None = None
    keep: Regex = "预算|决算"
    drop: Regex | None = None
    next: Next | None = None
    pages: Annotated[int, Field(ge=1, le=1000)] = 100


class Page(_Entry):
    """A page of a disclosure: its title and date, the links to its attachments, or the tables on it.

    An attachment is a link of ``attachments`` whose address or text matches ``files``. ``document`` selects
    the part of the page that is the disclosure itself; it is taken where there is no attachment.
    """

    title: str = "h1, title"
    date: str | None = None
    attachments: str | None = "a"
    files: Regex = FILES
    document: str | None = None


class Site(_Entry):
    """One list of disclosures. ``phase`` is for lists that hold budgets only, or final accounts only."""

    name: str
    leads_to: Literal["page", "attachment"] = "page"
    phase: Literal["approved", "actual"] | None = None
    dates: Literal["numeric", "chinese", "epoch"] = "numeric"
    listing: Listing
    page: Page = Page()

    @model_validator(mode="after")
    def _selectors(self) -> Site:
        listing, page = self.listing, self.page
        selectors: list[str | None] = [page.title, page.date, page.attachments, page.document]
        if listing.format == "html":
            selectors += [listing.rows, listing.link, listing.title, listing.date]
        if listing.next is not None:
            if listing.format == "json" and listing.next.link is not None:
                raise ValueError("a JSON listing goes on by next.urls")
            selectors.append(listing.next.link)
        if listing.format == "json" and listing.title is None:
            raise ValueError("a JSON listing needs title")
        for selector in selectors:
            if selector is not None:
                try:
                    parse_css(selector)
                except SelectorError as error:
                    raise ValueError(f"{selector!r} is no CSS selector ({error})") from error
        return self


class Region(_Entry):
    """A division's sites and how they are crawled.

    ``status`` is ``example`` for files that show a type of site and whose addresses are of no real one: they
    are crawled against a test site only, and never scheduled. ``hosts`` are the only ones ever asked.
    ``recheck_days``: an attachment whose server gives neither ETag nor Last-Modified is transferred again
    after so many days, or when what its link says has changed. ``first_year`` is the first fiscal year whose
    disclosures are owed.
    """

    region: Annotated[str, Field(pattern=r"^\d{6}$")]
    name: str
    status: Literal["reviewed", "example"]
    reviewed: date
    hosts: Annotated[tuple[Host, ...], Field(min_length=1)]
    zone: str = "Asia/Shanghai"
    night: Night = Night()
    politeness: Politeness = Politeness()
    caps: Caps = Caps()
    robots_exceptions: tuple[HostException, ...] = ()
    tls_exceptions: tuple[HostException, ...] = ()
    recheck_days: Annotated[int, Field(ge=1, le=366)] = 30
    first_year: Annotated[int, Field(ge=2000, le=2099)]
    due: Due = Due()
    sites: Annotated[tuple[Site, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _consistent(self) -> Region:
        found = division(self.region)
        if found is None:
            raise ValueError(f"region: {self.region} is no division of GB/T 2260")
        if found.name != self.name:
            raise ValueError(f"name: {self.region} is {found.name}, not {self.name}")
        for exception in (*self.robots_exceptions, *self.tls_exceptions):
            if exception.host not in self.hosts:
                raise ValueError(f"an exception is for {exception.host}, which is not among hosts")
        for site in self.sites:
            for url in (*site.listing.urls, *_counted(site)):
                if host_of(url) not in self.hosts:
                    raise ValueError(f"sites: the host of {url} is not among hosts")
        if len({site.name for site in self.sites}) < len(self.sites):
            raise ValueError("sites: two have the same name")
        try:
            ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"zone: {self.zone} is no time zone") from error
        return self

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that change with the file's content: what older rules found is stale."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    def now(self) -> datetime:
        """The time in the region."""
        return datetime.now(ZoneInfo(self.zone))

    def at(self, test_site: str) -> Region:
        """The same region with a test site's address in place of every listing's; its hosts stay allowed."""
        host = host_of(test_site)
        data = self.model_dump(mode="json")
        data["hosts"] = [host, *self.hosts]
        for exceptions in (data["robots_exceptions"], data["tls_exceptions"]):
            exceptions += [{**exceptions[0], "host": host}] if exceptions else []
        for site in data["sites"]:
            listing = site["listing"]
            listing["urls"] = [_moved(url, test_site) for url in listing["urls"]]
            if listing["next"] is not None and listing["next"]["urls"] is not None:
                listing["next"]["urls"] = _moved(listing["next"]["urls"], test_site)
        return Region.model_validate(data)


def _counted(site: Site) -> tuple[str, ...]:
    following = site.listing.next
    return (following.urls,) if following is not None and following.urls is not None else ()


def _moved(url: str, test_site: str) -> str:
    parts, there = urlsplit(url), urlsplit(test_site)
    return parts._replace(scheme=there.scheme, netloc=there.netloc).geturl()


def host_of(url: str) -> str:
    """The host of an address as ``hosts`` writes it: lower case, with the port where it is not the usual."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return host if parts.port in (None, usual) else f"{host}:{parts.port}"
