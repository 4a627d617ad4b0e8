"""The page of one document: its tables beside the pictures of its pages, its findings and its changes.

Made in a process of its own, from rows that its parent has read: nothing here opens the lake. Pictures are
written one at a time, so memory does not grow with the pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import polars as pl

from flows.report.checks import by_cell, cells_of, is_open
from flows.report.digest import Digest, digest_of
from flows.report.files import write_file
from flows.report.pages import render
from flows.report.picture import PagePictures
from flows.report.sheet import Sheet, SheetCell, sheet_of, title_of
from flows.report.source import Source, read_source
from flows.report.versions import Change, Version
from infra.objects import ObjectRef
from infra.settings import Settings
from parsers.limits import Limits
from parsers.statement import Statement
from schemas.errors import DocumentError

Row: TypeAlias = Mapping[str, Any]

_PDF = "application/pdf"
_RANK = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class DocumentJob:
    """All that the page of a document is made of; it travels to another process."""

    document: Row
    statements: tuple[Row, ...]
    lines: pl.DataFrame
    findings: tuple[Row, ...]
    versions: tuple[Version, ...]
    changes: tuple[Change, ...]
    ref: ObjectRef | None
    out: Path
    page: str
    pictures: bool = True


@dataclass(frozen=True, slots=True)
class DocumentDone:
    """What the manifest keeps of a made page: its digest and its files, below the report's folder."""

    digest: Digest
    files: tuple[str, ...]


@dataclass(slots=True)
class Leaf:
    """A page of the document that is shown: its picture and size in points."""

    number: int
    picture: str
    width: float
    height: float


@dataclass(slots=True)
class ShownFinding:
    """An open finding with the cells it speaks of: (anchor, printed text) of each that is on the page."""

    row: Row
    cells: list[tuple[str, str]] = field(default_factory=list)


def make_document(job: DocumentJob, settings: Settings) -> DocumentDone:
    """Write the page and its pictures."""
    source = read_source(job.ref, job.document["document_id"], settings)
    read, problem = _read_again(job.document, source, settings)
    sheets = _sheets(job, read)
    leaves, why_none = _pictures(job, source, sheets, settings) if job.pictures else ({}, "")
    digest = digest_of(job.document, job.statements, job.lines, job.findings, job.page)
    digest.changes, digest.versions = len(job.changes), len(job.versions)
    shown = _open(job.findings, sheets)
    html = render(
        "document.html",
        root="../../",
        document=job.document,
        digest=digest,
        sheets=sheets,
        missing=[row for row in job.statements if row["table_no"] is None],
        leaves=leaves,
        source_missing=problem or why_none,
        open=[each for each in shown if each.row["severity"] != "info"],
        hints=[each for each in shown if each.row["severity"] == "info"],
        counted=_counted(job.findings),
        marks=_marks(job.findings),
        checks=_checks(job.findings),
        versions=job.versions,
        changes=job.changes,
        title_of=title_of,
    )
    write_file(job.out / job.page, html.encode("utf-8"))
    return DocumentDone(digest, (job.page, *(_beside(job.page, leaf.picture) for leaf in leaves.values())))


def _beside(page: str, name: str) -> str:
    return str(Path(page).parent / name)


def _read_again(document: Row, source: Source, settings: Settings) -> tuple[dict[int, Statement], str]:
    """The document's tables by number, and a sentence where they cannot be read."""
    from parsers.reader import read
    from parsers.recognise import recognise

    if source.data is None:
        return {}, source.missing
    limits = Limits(max_bytes=settings.max_bytes, max_pages=settings.max_pages, max_cells=settings.max_cells)
    try:
        found = recognise(read(source.data, document["file_name"], limits))
    except DocumentError as error:
        return {}, str(error)
    return {statement.table_no: statement for statement in found.statements}, ""


def _sheets(job: DocumentJob, read: Mapping[int, Statement]) -> list[Sheet]:
    sheets = []
    for row in sorted(job.statements, key=lambda each: each["table_no"] or 0):
        table_no = row["table_no"]
        if table_no is None:
            continue
        again = read.get(table_no)
        # Another version of the reader may count tables differently: then the lake's rows are shown alone.
        fits = again is not None and again.form == row["form_code"] and len(again.rows) == row["row_count"]
        lines = list(job.lines.filter(pl.col("table_no") == table_no).iter_rows(named=True))
        sheets.append(sheet_of(row, lines, again if fits else None))
    return sheets


def _pictures(
    job: DocumentJob, source: Source, sheets: Sequence[Sheet], settings: Settings
) -> tuple[dict[int, Leaf], str]:
    """Pictures of the pages with tables or findings on them; a sentence where there are none."""
    if job.document["media_type"] != _PDF or source.data is None:
        return {}, ""
    wanted = {page for sheet in sheets for page in sheet.pages}
    wanted |= {cell["page_no"] for finding in job.findings for cell in finding["cells"] if cell["page_no"]}
    leaves = {}
    stem = Path(job.page).stem
    try:
        with PagePictures(source.data, Limits(max_bytes=settings.max_bytes)) as pictures:
            for number in sorted(wanted):
                page = pictures.page(number)
                name = f"{stem}/p{number:03}.png"
                write_file(job.out / _beside(job.page, name), page.png)
                leaves[number] = Leaf(number, name, page.width, page.height)
    except DocumentError as error:
        return leaves, str(error)
    return leaves, ""


def _open(findings: Sequence[Row], sheets: Sequence[Sheet]) -> list[ShownFinding]:
    """The findings that stand, worst first."""
    cells: dict[tuple[int, int, int], SheetCell] = {
        cell.key: cell for sheet in sheets for row in sheet.rows for cell in row
    }
    shown = []
    for finding in sorted(filter(is_open, findings), key=lambda each: _RANK.get(each["severity"], 3)):
        keys = [
            (cell["table_no"], cell["row_no"], cell["col_no"]) for cell in finding["cells"] or ()
        ] or sorted(cells_of(finding))
        found = [cells[key] for key in dict.fromkeys(keys) if key in cells]
        shown.append(ShownFinding(finding, [(cell.name, cell.text or "（空）") for cell in found]))
    return shown


def _counted(findings: Sequence[Row]) -> list[tuple[str, dict[str, int]]]:
    """Checks by rule and status, in the order of the rules."""
    counted: dict[str, dict[str, int]] = {}
    for finding in findings:
        states = counted.setdefault(finding["check_code"], {})
        states[finding["status"]] = states.get(finding["status"], 0) + 1
    return list(counted.items())


def _marks(findings: Sequence[Row]) -> dict[str, str]:
    """The worst severity of open findings by cell (``3-12-5``)."""
    marks: dict[str, str] = {}
    for cell, own in by_cell(finding for finding in findings if is_open(finding)).items():
        worst = min((finding["severity"] for finding in own), key=lambda each: _RANK.get(each, 3))
        if worst != "info":
            marks["-".join(map(str, cell))] = worst
    return marks


def _checks(findings: Sequence[Row]) -> dict[str, Any]:
    """What the page's script shows of a cell: each check once, and which checks speak of which cell."""
    listed = [
        [each["check_code"], each["status"], each["message_zh"], each["message_en"]] for each in findings
    ]
    places = {id(finding): number for number, finding in enumerate(findings)}
    cells = {
        "-".join(map(str, cell)): [places[id(finding)] for finding in own]
        for cell, own in by_cell(findings).items()
    }
    return {"checks": listed, "cells": cells}
