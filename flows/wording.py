"""How an outcome reads: one line for a terminal, one row for a table, in the same words everywhere."""

from __future__ import annotations

from collections.abc import Iterable

from flows.outcome import Outcome


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
        parts.append(f"{outcome.unit_code} {printable(outcome.unit_name or '')} {outcome.year}")
    if outcome.state == "committed":
        parts.append(f"{outcome.statements} statements, {outcome.rows:,} rows, {outcome.grade}")
        if outcome.findings:
            parts.append(f"{outcome.findings} findings")
    if outcome.message:
        parts.append(printable(outcome.message))
    return "; ".join(parts)


def outcome_rows(outcomes: Iterable[Outcome]) -> list[dict[str, str | int]]:
    """Rows for a table of documents that a person reads."""
    return [
        {
            "document": printable(outcome.ref.uri),
            "outcome": outcome.state,
            "unit": f"{outcome.unit_code} {printable(outcome.unit_name or '')}" if outcome.unit_code else "",
            "year": outcome.year or "",
            "phase": outcome.phase or "",
            "statements": outcome.statements,
            "rows": outcome.rows,
            "findings": outcome.findings,
            "grade": outcome.grade or "",
            "reason": outcome.reason or "",
            "what": printable(outcome.message),
        }
        for outcome in outcomes
    ]


def printable(text: str) -> str:
    """Text that is safe on a terminal: control and other unprintable characters escaped."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
