"""The judgement of a batch: figures checked against each other, read a second time where they fail.

The rules and what follows from them are ``schemas.rules``; here is only the order: evaluate all documents at
once, read again the tables with a sum that fails beyond rounding or with characters that were lost, settle whose
error it is, and grade. A format that has no second way of reading is taken as published, and says so. Rules
that compare a document with others of the lake are not asked here: what they say depends on what has
arrived already, and the lake's rows must not depend on the order of arrival.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import polars as pl

from flows.contract import Breach, build_frames, join_frames
from flows.worker import NoOtherWay, Refusal, Rows
from schemas.errors import DocumentError, NotUnderstood, Unreadable
from schemas.rules import doubts, evaluate, grade, read_once, settle, with_verdicts
from schemas.tables import empty_frame

log = logging.getLogger("budgetlake.batch")

# The grade "quarantined" comes from an open finding of one of these rules; each has its reason of refusal.
_REASONS = {
    "extraction_doubt": "extraction_doubt",
    "amount_unit_missing": "money_unit_missing",
    "amount_unit_conflict": "money_unit_conflict",
    "phase_conflict": "phase_conflict",
}
_SHOWN = 5

_COMPARED = ("budget_line", "performance_indicator")

#: Pages to read again by document id; the answers by document id.
ReadAgain = Callable[[Mapping[str, tuple[int, ...]]], Mapping[str, Rows | Refusal | NoOtherWay]]


@dataclass(slots=True)
class Verdict:
    """Rows of ``finding``; by document id and unit code the grade, by document id the doubt that keeps it out.

    A file with chapters of several bodies goes in whole or not at all: a doubt about one is about the file.

    ``second_readings`` are the frames of documents whose two readings differ.
    """

    findings: pl.DataFrame
    grades: dict[tuple[str, str], str] = field(default_factory=dict)
    doubts: dict[str, DocumentError] = field(default_factory=dict)
    second_readings: dict[str, dict[str, pl.DataFrame]] = field(default_factory=dict)


def judge(frames: Mapping[str, pl.DataFrame], read_again: ReadAgain) -> Verdict:
    """The verdict on the documents of a batch.

    ``frames`` by lake table, and ``notice`` and ``row_head`` (``schemas.rules``). ``read_again`` gives documents
    with some of their pages read by another way.
    """
    keys = frames["document"].select("document_id", "unit_code").rows()
    if not keys:
        return Verdict(empty_frame("finding"))
    verdict = _evaluate(frames, list(dict.fromkeys(document for document, _ in keys)))
    _settle_doubts(frames, verdict, read_again)
    grades = grade(verdict.findings)
    verdict.grades = {
        **dict.fromkeys(keys, "consistent"),
        **{(document, unit): given for document, unit, given in grades.iter_rows()},
    }
    for (document, _), given in verdict.grades.items():
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


def _settle_doubts(frames: Mapping[str, pl.DataFrame], verdict: Verdict, read_again: ReadAgain) -> None:
    pages: dict[str, set[int]] = {}
    doubtful = doubts(verdict.findings, frames.get("statement"))
    for document, page in doubtful.select("document_id", "page_no").iter_rows():
        # A place without a page is in a format that states its cells, and the reader will say so.
        pages.setdefault(document, set()).update([] if page is None else [page])
    if not pages:
        return
    answers = read_again({document: tuple(sorted(wanted)) for document, wanted in pages.items()})
    single = [document for document, answer in answers.items() if isinstance(answer, NoOtherWay)]
    verdicts = [read_once(verdict.findings, single)]
    again = {
        document: _second_frames(answer) for document, answer in answers.items() if document not in single
    }
    if again:
        first = {name: _of(frames[name], again) for name in _COMPARED if name in frames}
        settled = settle(first, join_frames(again.values(), _COMPARED), _of(verdict.findings, again))
        verdicts.append(settled)
        differing = settled.filter(pl.col("origin") == "extraction_doubt")
        for (document,), rows in differing.group_by("document_id", maintain_order=True):
            cells = rows["differ"].explode().drop_nulls().unique(maintain_order=True).to_list()
            verdict.doubts[str(document)] = _doubt(cells, answers[str(document)])
            verdict.second_readings[str(document)] = again[str(document)]
    verdict.findings = with_verdicts(verdict.findings, pl.concat(verdicts))


def _second_frames(answer: Rows | Refusal | NoOtherWay) -> dict[str, pl.DataFrame]:
    """What is compared of a second reading: nothing where it failed, or gave values that fit no column."""
    tables = answer.tables if isinstance(answer, Rows) else {}
    built = build_frames({name: tables.get(name, []) for name in _COMPARED})
    return {name: empty_frame(name) for name in _COMPARED} if isinstance(built, Breach) else built


def _of(frame: pl.DataFrame, documents: Collection[str]) -> pl.DataFrame:
    return frame.filter(pl.col("document_id").is_in(list(documents)))


def _doubt(cells: list[str], answer: Rows | Refusal | NoOtherWay) -> DocumentError:
    place = f"table {cells[0].partition('/')[0]}"
    if isinstance(answer, Refusal):
        message = f"Figures do not agree and could not be read a second time: {answer.message}"
        return NotUnderstood("extraction_doubt", message, place=place)
    shown = "; ".join(cells[:_SHOWN]) + (f" and {len(cells) - _SHOWN} more" if len(cells) > _SHOWN else "")
    return NotUnderstood(
        "extraction_doubt",
        f"Figures do not agree and two ways of reading differ in {len(cells)} cells "
        f"(table/row/column: first / second, in yuan): {shown}.",
        place=place,
    )


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
