"""What the rules of a region file match on a saved page, in words: for whoever writes or reviews the file."""

from __future__ import annotations

from collections.abc import Iterator

from scrapy.http import HtmlResponse

from infra.crawl.extract import Unexpected, read_listing, read_page
from infra.crawl.visit import Link
from schemas.link_evidence import LinkEvidence
from schemas.region import Region, Site


def describe(region: Region) -> Iterator[str]:
    """A region file in a few lines: what is crawled, when and how politely."""
    polite, night = region.politeness, region.night
    yield f"{region.name} ({region.region}), {region.status}, reviewed {region.reviewed}."
    yield f"Night from {night.start:%H:%M} to {night.end:%H:%M} ({region.zone}); hosts {', '.join(region.hosts)}."
    yield (
        f"At least {polite.delay:g} s between two requests to a host, at most {region.caps.requests:,} requests "
        f"and {region.caps.bytes / 2**20:,.0f} MiB a night."
    )
    for kind, exceptions in (("robots.txt", region.robots_exceptions), ("TLS", region.tls_exceptions)):
        for exception in exceptions:
            yield f"Exception from {kind} for {exception.host}: {exception.reason}"
    for site in region.sites:
        yield f"Site {site.name}: {', '.join(site.listing.urls)} ({site.listing.format}) leads to {site.leads_to}s."


def explain(region: Region, page: bytes) -> Iterator[str]:
    """What each site's rules make of a saved page, as a listing and as a page of a disclosure."""
    for site in region.sites:
        url = site.listing.urls[0]
        text = HtmlResponse(url, body=page).text
        yield f"Site {site.name}, as a listing:"
        yield from (f"  {line}" for line in _listing(site, Link(url, site.name, "listing"), text, url))
        if site.leads_to == "page":
            yield f"Site {site.name}, as a page of a disclosure:"
            yield from (f"  {line}" for line in _page(site, Link(url, site.name, "page"), text, url))


def _listing(site: Site, link: Link, text: str, url: str) -> Iterator[str]:
    try:
        listing = read_listing(site, link, text, url)
    except Unexpected as error:
        yield str(error)
        return
    yield f"{len(listing.entries)} entries kept, {len(listing.dropped)} left out."
    for entry in listing.entries:
        yield f"kept  {entry.title}"
        yield f"      {entry.url}, {entry.published or 'no date'}, {_says(entry.evidence())}"
    for title, why in listing.dropped:
        yield f"left  {title}: {why}"
    if listing.following is not None:
        yield f"goes on at {listing.following.url}"
    elif site.listing.next is not None:
        yield "does not go on: the rule next matches nothing"


def _page(site: Site, link: Link, text: str, url: str) -> Iterator[str]:
    page = read_page(site, link, text, url)
    yield f"title {page.title or '(none)'}, {page.published or 'no date'}"
    for attachment in page.attachments:
        yield f"file  {attachment.text or '(no text)'}"
        yield f"      {attachment.url}, {_says(attachment.evidence())}"
    for name, why in page.dropped:
        yield f"left  {name}: {why}"
    if page.document is not None:
        yield f"The tables on the page are the document ({len(page.document.encode()):,} bytes)."
    elif not page.attachments:
        yield "Nothing on it is a disclosure."


def _says(evidence: LinkEvidence) -> str:
    parts = [evidence.unit_name, evidence.year and str(evidence.year), evidence.phase, evidence.level]
    return " ".join(part for part in parts if part) or "says nothing of body, year or phase"
