"""The judgement of a batch: figures checked against each other, read a second time where they fail.

The rules and what follows from them are ``schemas.rules``; here is only the order: evaluate all documents at
once, read again the PDFs with a sum that fails beyond rounding, settle whose error it is, and grade. Rules
that compare a document with others of the lake are not asked here: what they say depends on what has
arrived already, and the lake's rows must not depend on the order of arrival.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import polars as pl

from flows.worker import Rows
from schemas.errors import DocumentError, NotUnderstood, Unreadable
from schemas.rules import doubts, evaluate, grade, settle, with_verdicts
from schemas.tables import empty_frame, frame

log = logging.getLogger("budgetlake.batch")

# The grade "quarantined" comes from an open finding of one of these rules; each has its reason of refusal.
_REASONS = {
    "extraction_doubt": "extraction_doubt",
    "amount_unit_missing": "money_unit_missing",
    "amount_unit_conflict": "money_unit_conflict",
    "phase_conflict": "phase_conflict",
}
_SHOWN = 5

ReadAgain = Callable[[Collection[str]], Mapping[str, Rows | None]]


@dataclass(slots=True)
class Verdict:
    """Rows of ``finding``; by document id its grade, or the doubt that keeps it out of the lake.

    ``second_readings`` are the ``budget_line`` rows of documents whose two readings differ.
    """

    findings: pl.DataFrame
    grades: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, DocumentError] = field(default_factory=dict)
    second_readings: dict[str, pl.DataFrame] = field(default_factory=dict)


def judge(frames: Mapping[str, pl.DataFrame], read_again: ReadAgain) -> Verdict:
    """The verdict on the documents of a batch.

    ``frames`` by lake table, and ``notice`` (``schemas.rules.NOTICE``). ``read_again`` gives documents read by
    another way: None for a format that has only one, no rows where the other way fails.
    """
    documents = frames["document"]["document_id"].unique(maintain_order=True).to_list()
    if not documents:
        return Verdict(empty_frame("finding"))
    verdict = _evaluate(frames, documents)
    _settle_doubts(frames["budget_line"], verdict, read_again)
    grades = grade(verdict.findings)
    verdict.grades = {
        **dict.fromkeys(documents, "consistent"),
        **dict(grades.select("document_id", "grade").iter_rows()),
    }
    for document, given in verdict.grades.items():
        if given == "quarantined" and document not in verdict.doubts:
            verdict.doubts[document] = _refusal(verdict.findings, document)
    return verdict


def _evaluate(frames: Mapping[str, pl.DataFrame], documents: list[str]) -> Verdict:
    """Evaluate all at once; where a rule breaks, one by one, so that it costs no other document."""
    try:
        return Verdict(evaluate(dict(frames)))
    except Exception:
        log.exception("a rule broke on a batch of %s documents; checking them one by one", len(documents))
    verdict = Verdict(empty_frame("finding"))
    for document in documents:
        own = {name: rows.filter(pl.col("document_id") == document) for name, rows in frames.items()}
        try:
            verdict.findings.extend(evaluate(own))
        except Exception as error:
            log.exception("a rule broke on document %s", document)
            says = " ".join(f"{type(error).__name__}: {error}".split())[:300]
            verdict.doubts[document] = Unreadable(
                "internal_error",
                f"The program failed when it checked this document ({says}); please report it.",
            )
    return verdict


def _settle_doubts(lines: pl.DataFrame, verdict: Verdict, read_again: ReadAgain) -> None:
    doubtful = doubts(verdict.findings)["document_id"].unique(maintain_order=True).to_list()
    again = {key: rows for key, rows in read_again(doubtful).items() if rows is not None} if doubtful else {}
    if not again:
        return
    second = pl.concat([empty_frame("budget_line"), *(_lines(rows) for rows in again.values())])
    settled = settle(
        lines.filter(pl.col("document_id").is_in(list(again))),
        second,
        verdict.findings.filter(pl.col("document_id").is_in(list(again))),
    )
    verdict.findings = with_verdicts(verdict.findings, settled)
    differing = settled.filter(pl.col("origin") == "extraction_doubt")
    for (document,), rows in differing.group_by("document_id", maintain_order=True):
        cells = rows["differ"].explode().drop_nulls().unique(maintain_order=True).to_list()
        shown = "; ".join(cells[:_SHOWN]) + (
            f" and {len(cells) - _SHOWN} more" if len(cells) > _SHOWN else ""
        )
        verdict.doubts[str(document)] = NotUnderstood(
            "extraction_doubt",
            f"Sums fail beyond rounding and two ways of reading differ in {len(cells)} cells "
            f"(table/row/column: first / second, in yuan): {shown}.",
            place=f"table {cells[0].partition('/')[0]}" if cells else None,
        )
        verdict.second_readings[str(document)] = second.filter(pl.col("document_id") == document)


def _lines(rows: Rows) -> pl.DataFrame:
    try:
        return frame("budget_line", rows.tables.get("budget_line", []))
    except (KeyError, TypeError, ValueError, OverflowError):
        # A second reading with values that fit no column confirms nothing.
        return empty_frame("budget_line")


def _refusal(findings: pl.DataFrame, document: str) -> DocumentError:
    found = findings.filter(
        (pl.col("document_id") == document)
        & (pl.col("status") == "violated")
        & ~pl.col("waived")
        & pl.col("check_code").is_in(list(_REASONS))
    )
    row = found.row(0, named=True)
    message = f"{row['message_en'].rstrip('.')} (rule {row['check_code']})."
    return NotUnderstood(_REASONS[row["check_code"]], message, row["check_scope"])
