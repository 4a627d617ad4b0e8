"""The pages as text, made from templates (Jinja2) in which everything from a document is escaped.

Autoescape is on for every template, and undefined names are errors. Nothing that a document says becomes an
address: links lead to names that we make from checked codes, and to where the crawl found a document, if that is
an address of the web (``web_address``).
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from flows import VERSION
from infra.crawl.origin import web_address
from schemas.division import full_name
from schemas.enumerations import Term, vocabularies
from schemas.title import titles

ASSETS = ("report.css", "report.js")


@cache
def environment() -> Environment:
    """The templates with what they may call."""
    made = Environment(
        loader=PackageLoader("flows.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "wan": wan,
        "yuan": yuan,
        "signed": signed,
        "moment": moment,
        "place_name": place_name,
        "host": host,
    }
    made.tests["web_address"] = lambda text: web_address(text) is not None
    made.globals |= {"term": word, "version": VERSION, "form_zh": form_zh, "form_en": form_en}
    return made


def render(template: str, **values: Any) -> str:
    """One page. ``root`` (the way back to the report's folder) is needed by every template."""
    return environment().get_template(template).render(values)


@cache
def fingerprint() -> str:
    """Changes whenever a page might look different for the same rows: the report's own files and version."""
    digest = hashlib.sha256(VERSION.encode())
    package = files("flows.report")
    for folder in (package, package / "templates"):
        for entry in sorted(folder.iterdir(), key=lambda each: each.name):
            if entry.is_file():
                digest.update(entry.name.encode() + b"\0" + entry.read_bytes())
    return digest.hexdigest()


def asset(name: str) -> bytes:
    """A file that all pages share."""
    return (files("flows.report") / "templates" / name).read_bytes()


def word(vocabulary: str, code: str | None) -> Term:
    """The term of a code, the code itself where the vocabulary does not have it."""
    return vocabularies()[vocabulary].get(code or "", Term(code or "", code or "—", code or "—"))


@cache
def _titles() -> dict[str, tuple[str, str]]:
    return {title.form: (title.title, title.english) for title in titles()}


def form_zh(form: str) -> str:
    """A form's Chinese title."""
    return _titles().get(form, (word("form_code", form).zh, ""))[0]


def form_en(form: str) -> str:
    """A form's English title."""
    return _titles().get(form, ("", word("form_code", form).en))[1]


def wan(amount: str | Decimal | None) -> str:
    """Yuan as 万元 with two decimals, half up; a dash for nothing."""
    if amount is None:
        return "—"
    return f"{(Decimal(amount) / 10_000).quantize(Decimal('0.01'), 'ROUND_HALF_UP'):,}"


def yuan(amount: str | Decimal | None) -> str:
    """Yuan with separators; a dash for nothing."""
    return "—" if amount is None else f"{Decimal(amount):,.2f}"


def signed(text: str) -> str:
    """A formatted number with its sign always shown, minus as a minus."""
    return "−" + text[1:] if text.startswith("-") else text if text in ("0.00", "—") else "+" + text


def moment(value: Any) -> str:
    """A time in UTC, to the minute."""
    return "—" if value is None else f"{value:%Y-%m-%d %H:%M} UTC"


def place_name(region_code: str) -> str:
    """The name of a division, its code where it is not known."""
    return full_name(region_code) or ("区划未定" if region_code == "000000" else region_code)


def host(address: str) -> str:
    """The host of an address of the web, as a short text for a link."""
    return urlsplit(address).hostname or address
