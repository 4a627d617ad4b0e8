"""What a page says by the rules of its site: entries of a listing, attachments, title, date, tables.

Pure functions over text; the crawler and ``crawl --check`` use the same ones. A page is hostile until shown
otherwise: nothing in it is run or loaded, texts are cut and freed of control characters, and only the part
that holds the tables is kept, without scripts and other active elements.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from lxml import etree
from parsel import Selector

from infra.crawl.address import absolute
from infra.crawl.visit import Link
from schemas.link_evidence import read_date
from schemas.region import Site

_LONGEST_TEXT = 200
_MOST_ENTRIES = 5000
_ACTIVE = (
    *("script", "style", "iframe", "frame", "object", "embed", "applet", "form", "input", "button", "link"),
    *("base", "meta", "svg", "video", "audio", "img", "noscript", "template"),
)
_KEPT_ATTRIBUTES = frozenset({"colspan", "rowspan", "style", "class", "id", "align"})


class Unexpected(Exception):
    """A page that its rules do not fit; the message is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class ListingPage:
    """A page of a listing: its entries as links, those that were left out and why, and the page after it."""

    entries: tuple[Link, ...]
    dropped: tuple[tuple[str, str], ...] = ()
    following: Link | None = None


@dataclass(frozen=True, slots=True)
class DisclosurePage:
    """A page of a disclosure. ``document`` is HTML of the tables on it, made anew and always the same."""

    title: str
    published: str | None
    attachments: tuple[Link, ...]
    document: str | None = None
    dropped: tuple[tuple[str, str], ...] = field(default=())


def read_listing(site: Site, link: Link, text: str, base: str) -> ListingPage:
    """The entries of a listing page and the page after it; ``base`` is the address that answered.

    Raises ``Unexpected`` where no row is found on the listing's first page, or JSON is none.
    """
    rows = list(_json_rows(site, text) if site.listing.format == "json" else _html_rows(site, text, base))
    if not rows and link.number == 1:
        raise Unexpected(f"The rule rows ({site.listing.rows}) matches nothing on {link.url}.")
    entries: dict[str, Link] = {}
    dropped = []
    for href, title, dated in rows[:_MOST_ENTRIES]:
        url = absolute(base, href) if href else None
        why = _why_not(site, title, url)
        if why is not None or url is None:
            dropped.append((title or href or "(no text)", why or "it has no link"))
            continue
        published = read_date(dated, site.dates) if dated else None
        entries.setdefault(
            url,
            Link(
                url,
                site.name,
                site.leads_to,
                text=title,
                title=title,
                published=published.isoformat() if published else None,
                page_url=link.url,
                depth=link.depth + 1,
            ),
        )
    return ListingPage(
        tuple(entries.values()), tuple(dropped), _following(site, link, text, base, bool(rows))
    )


def read_page(site: Site, link: Link, text: str, base: str) -> DisclosurePage:
    """Title, date and attachments of a disclosure's page, and its tables where it has no attachment."""
    page, root = site.page, Selector(text)
    title = next((found for found in map(_text, root.css(page.title)) if found), "")
    dated = " ".join(_text(found) for found in root.css(page.date)) if page.date else ""
    date = read_date(dated, site.dates)
    published = date.isoformat() if date else link.published
    attachments: dict[str, Link] = {}
    dropped = []
    base = absolute(base, root.css("base::attr(href)").get("")) or base
    for anchor in root.css(page.attachments) if page.attachments else ():
        href = anchor.attrib.get("href") or anchor.css("a::attr(href)").get()
        url = absolute(base, href) if href else None
        name = _text(anchor) or clean(anchor.attrib.get("title", ""))
        if url is None:
            continue
        if not any(re.search(page.files, tried, re.IGNORECASE) for tried in (_path(url), name)):
            dropped.append((name or url, "neither address nor text is that of a file"))
            continue
        attachments.setdefault(
            url,
            Link(
                url,
                site.name,
                "attachment",
                text=name,
                title=link.title,
                published=published,
                page_url=link.url,
                page_title=title,
                depth=link.depth + 1,
            ),
        )
    document = None if attachments or page.document is None else _document(root, page.document, title)
    return DisclosurePage(title, published, tuple(attachments.values()), document, tuple(dropped))


def clean(text: str) -> str:
    """A text on one line without control and other invisible characters, cut to 200."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(shown.split())[:_LONGEST_TEXT]


def _text(selected: Selector) -> str:
    return clean("".join(selected.css("*::text").getall()))


def _path(url: str) -> str:
    return unquote(urlsplit(url).path)


def _why_not(site: Site, title: str, url: str | None) -> str | None:
    listing = site.listing
    if url is None:
        return "it has no link"
    if not re.search(listing.keep, title):
        return f"its title does not match keep ({listing.keep})"
    if listing.drop and re.search(listing.drop, title):
        return f"its title matches drop ({listing.drop})"
    return None


def _html_rows(site: Site, text: str, base: str) -> Iterator[tuple[str | None, str, str]]:
    listing = site.listing
    for row in Selector(text).css(listing.rows):
        anchor = next(iter(row.css(listing.link)), None)
        if anchor is None:
            continue
        # Long titles are cut in the text and whole in the attribute.
        title = _text(row.css(listing.title)[0]) if listing.title and row.css(listing.title) else ""
        title = title or max(clean(anchor.attrib.get("title", "")), _text(anchor), key=len)
        dated = " ".join(_text(found) for found in row.css(listing.date)) if listing.date else ""
        yield anchor.attrib.get("href"), title, dated


def _json_rows(site: Site, text: str) -> Iterator[tuple[str | None, str, str]]:
    listing = site.listing
    try:
        data = json.loads(text)
    except ValueError as error:
        raise Unexpected(f"The answer is no JSON ({error}).") from error
    rows = _at(data, listing.rows)
    if not isinstance(rows, list):
        raise Unexpected(f"There is no list at {listing.rows} in the answer.")
    for row in rows:
        if isinstance(row, dict):
            title = clean(str(_at(row, listing.title or "") or ""))
            dated = str(_at(row, listing.date) or "") if listing.date else ""
            yield _json_link(row, listing.link), title, dated


def _json_link(row: dict[str, Any], rule: str) -> str | None:
    if "{" not in rule:
        value = _at(row, rule)
        return str(value) if isinstance(value, str | int) else None
    names = re.findall(r"\{([\w.]+)\}", rule)
    for name in names:
        value = _at(row, name)
        if not isinstance(value, str | int):
            return None
        rule = rule.replace("{" + name + "}", quote(str(value), safe=""))
    return rule


def _at(data: Any, path: str) -> Any:
    for name in path.split(".") if path else ():
        data = data.get(name) if isinstance(data, dict) else None
    return data


def _following(site: Site, link: Link, text: str, base: str, rows: bool) -> Link | None:
    rule = site.listing.next
    if rule is None or not rows:
        return None
    if rule.urls is not None:
        url: str | None = rule.urls.replace("{page}", str(rule.first + link.number - 1))
    else:
        assert rule.link is not None  # noqa: S101  one of the two
        anchors = Selector(text).css(rule.link)
        href = anchors[0].attrib.get("href") if anchors else None
        url = absolute(base, href) if href else None
    if url is None or url == link.url:
        return None
    return Link(url, site.name, "listing", page_url=link.url, depth=link.depth, number=link.number + 1)


def _document(root: Selector, rule: str, title: str) -> str | None:
    """The selected part of a page as a document of its own: what is in it says all, in any browser or year."""
    parts = []
    for found in root.css(rule):
        element = etree.fromstring(etree.tostring(found.root, with_tail=False), etree.HTMLParser())
        if element is None:
            continue
        etree.strip_elements(element, etree.Comment, etree.ProcessingInstruction, *_ACTIVE, with_tail=False)
        for inner in element.iter(etree.Element):
            for name in set(inner.attrib) - _KEPT_ATTRIBUTES:
                del inner.attrib[name]
        body = element.find("body")
        whole = body if body is not None else element
        parts += [etree.tostring(child, encoding="unicode", method="html") for child in whole]
    if not any("<table" in part for part in parts):
        return None
    shown = title.replace("&", "&amp;").replace("<", "&lt;")
    head = f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>{shown}</title></head>\n'
    heading = "" if title and any(title in clean(part) for part in parts) else f"<h1>{shown}</h1>\n"
    return f"{head}<body>\n{heading}{''.join(parts)}\n</body></html>\n"
