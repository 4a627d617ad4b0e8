"""How an outcome reads: one line for a terminal, one row for a table, in the same words everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flows.outcome import Outcome
from flows.report.address import page_of

# What Markdown reads as more than itself, an address that turns into a link by itself included.
_MARKUP = re.compile(r"[\\`*_{}\[\]()#|~!:]")


def outcome_line(outcome: Outcome) -> str:
    """One line: state, name, then what is in the lake, or the reason code and the sentence."""
    head = f"{outcome.state:<11}  {printable(outcome.ref.uri)}"
    about = outcome_about(outcome)
    return f"{head}  {about}" if about else head


def outcome_about(outcome: Outcome) -> str:
    """What there is to say of an outcome besides its state and its object."""
    if outcome.state == "quarantined":
        place = f" [{printable(outcome.place)}]" if outcome.place else ""
        return f"{outcome.reason}: {printable(outcome.message)}{place}"
    parts = []
    if outcome.unit_code:
        parts.append(
            f"{outcome.unit_code} {printable(outcome.unit_name or '')} {outcome.year}{_others(outcome)}"
        )
    if outcome.state == "committed":
        parts.append(f"{outcome.statements} statements, {outcome.rows:,} rows, {outcome.grade}")
        if outcome.findings:
            parts.append(f"{outcome.findings} findings")
    if outcome.message:
        parts.append(printable(outcome.message))
    return "; ".join(parts)


def outcome_rows(outcomes: Iterable[Outcome], report_url: str | None = None) -> list[dict[str, str | int]]:
    """Rows for a table of documents that a person reads where cells are Markdown (Prefect's artifacts).

    ``report_url`` is where the report's pages are served: a document that stands in the lake gets a link to its
    page there. Everything a document or an uploader says is text in it, whatever markup it holds.
    """
    return [
        {
            "document": _plain(outcome.ref.uri),
            "outcome": outcome.state,
            "unit": f"{outcome.unit_code} {_plain(outcome.unit_name or '')}{_others(outcome)}"
            if outcome.unit_code
            else "",
            "year": outcome.year or "",
            "phase": outcome.phase or "",
            "statements": outcome.statements,
            "rows": outcome.rows,
            "findings": outcome.findings,
            "grade": outcome.grade or "",
            "page": _page(outcome, report_url),
            "reason": outcome.reason or "",
            "what": _plain(outcome.message),
        }
        for outcome in outcomes
    ]


def _others(outcome: Outcome) -> str:
    """How many bodies' chapters more a file holds than the one that is named."""
    return f" and {outcome.chapters - 1} more" if outcome.chapters > 1 else ""


def _page(outcome: Outcome, report_url: str | None) -> str:
    """A link to the document's page; to the list of what was refused where there is none."""
    if report_url is None:
        return ""
    root = report_url.rstrip("/")
    if outcome.state == "quarantined":
        return f"[quarantine]({root}/quarantine.html)"
    if outcome.unit_code is None or outcome.year is None or outcome.document_id is None:
        return ""
    return f"[{outcome.year}]({root}/{page_of(outcome.unit_code, outcome.year, outcome.document_id)})"


def _plain(text: str) -> str:
    """Text that stays what it is where Markdown and HTML are rendered."""
    return _MARKUP.sub(r"\\\g<0>", printable(text).replace("&", "&amp;").replace("<", "&lt;"))


def printable(text: str) -> str:
    """Text that is safe on a terminal: control and other unprintable characters escaped."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
