"""``trace``: one figure back to the place where it is printed, and all that is known of it.

A trace is built from the lake alone; pictures come from the document's own bytes (``crop_of``), or a sentence
says why there are none. Files without pages have the place in words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

import polars as pl
from PIL import Image

from flows.report.checks import by_cell
from flows.report.find import choose_rows, find_form, find_unit
from flows.report.picture import PagePictures
from flows.report.source import Source
from flows.report.versions import Version, label_of, lines_before, versions_of
from infra.lake import Lake
from parsers.grid import Box
from schemas.errors import UsageError

Row: TypeAlias = Mapping[str, Any]

_PDF = "application/pdf"
_TARGET_FORMS = ("project_performance", "overall_performance")


@dataclass(frozen=True, slots=True)
class Trace:
    """A figure (or a target of an indicator) with its place, its rules and its document's versions.

    ``amount_yuan`` is None for blanks and for targets; ``text`` is what is printed. ``page`` is 1-based, ``box``
    in points from the top left; files without pages have ``locator``. ``before`` is the figure in the version
    before, None where there is none or it is not known.
    """

    document: Row
    table_no: int
    row_no: int
    col_no: int | None
    form_code: str
    label: str
    column: str
    text: str | None
    amount_yuan: Decimal | None
    amount_unit: str | None
    page: int | None
    box: Box | None
    locator: str | None
    findings: tuple[Row, ...]
    versions: tuple[Version, ...]
    before: Decimal | None = None

    @property
    def place(self) -> str:
        """Where it stands, in words."""
        cell = f"table {self.table_no}, row {self.row_no}" + (
            f", column {self.col_no}" if self.col_no else ""
        )
        where = f"page {self.page}" if self.page is not None else self.locator or "place not known"
        return f"{where} ({cell})"


def trace(
    lake: Lake, unit: str, year: int, form: str, code: str | None = None, column: str | None = None
) -> list[Trace]:
    """Every figure that the words mean, in printed order; see ``flows.report.find`` for what they may be.

    Raises ``UsageError`` where nothing fits.
    """
    unit_code, form_code = find_unit(lake, unit, year), find_form(form)
    partition = [(unit_code, year)]
    register = lake.read_partitions("document", partition)
    lines = lake.read_partitions("budget_line", partition).filter(pl.col("form_code") == form_code)
    lines = lines.sort("document_id", "table_no", "row_no", "col_no")
    rows = choose_rows(lines, code, column)
    targets = _targets(lake, partition, form_code, code)
    if not rows and not targets:
        said = "".join(f" {word}" for word in (code, column) if word)
        raise UsageError(
            f"{unit_code} {year} has nothing under {form_code}{said}; without CODE and --column its totals are "
            "shown, and `budgetlake query` lists the rows of budget_line."
        )
    documents = {row["document_id"]: row for row in register.iter_rows(named=True)}
    findings = lake.read_partitions("finding", partition)
    found = []
    for document_id in dict.fromkeys(row["document_id"] for row in [*rows, *targets]):
        document = documents.get(document_id)
        if document is None:
            continue  # a writer is at work, or died: not published
        known = by_cell(findings.filter(pl.col("document_id") == document_id).iter_rows(named=True))
        versions = tuple(versions_of(lake, document, register))
        before = _before(lake, document, versions)
        found += [
            _figure(document, row, known, versions, before)
            for row in rows
            if row["document_id"] == document_id
        ]
        found += [_target(document, row, versions) for row in targets if row["document_id"] == document_id]
    return found


def crop_of(found: Trace, source: Source, around: float = 2.0) -> Image.Image | str:
    """The picture of the printed figure, or a sentence on why there is none."""
    if found.document["media_type"] != _PDF or found.page is None or found.box is None:
        return f"The file has no pages to show; the figure stands at {found.place}."
    if source.data is None:
        return source.missing
    with PagePictures(source.data) as pictures:
        return pictures.crop(found.page, found.box, around)


def _before(lake: Lake, document: Row, versions: Sequence[Version]) -> dict[tuple[Any, ...], Decimal]:
    if len(versions) < 2:
        return {}
    lines = lines_before(lake, document, versions)
    return {_same(row): row["amount_yuan"] for row in lines.iter_rows(named=True)}


def _same(row: Row) -> tuple[Any, ...]:
    return row["form_code"], label_of(row), row["column_path"]


def _box(row: Row) -> Box | None:
    if row["bbox_x0"] is None:
        return None
    return Box(row["bbox_x0"], row["bbox_y0"], row["bbox_x1"], row["bbox_y1"])


def _figure(
    document: Row,
    row: Row,
    known: Mapping[tuple[int, int, int], Sequence[Row]],
    versions: tuple[Version, ...],
    before: Mapping[tuple[Any, ...], Decimal],
) -> Trace:
    cell = (row["table_no"], row["row_no"], row["col_no"])
    return Trace(
        document,
        *cell,
        form_code=row["form_code"],
        label=label_of(row),
        column=row["column_path"],
        text=row["text_raw"],
        amount_yuan=row["amount_yuan"],
        amount_unit=row["amount_unit"],
        page=row["page_no"],
        box=_box(row),
        locator=row["source_locator"],
        findings=tuple(known.get(cell, ())),
        versions=versions,
        before=before.get(_same(row)),
    )


def _targets(
    lake: Lake, partition: Sequence[tuple[str | int, ...]], form_code: str, code: str | None
) -> list[Row]:
    """Indicators of a target form, of those of the lake's rows that the words mean."""
    if form_code not in _TARGET_FORMS:
        return []
    scope = "project" if form_code == "project_performance" else "overall"
    rows = lake.read_partitions("performance_indicator", partition).filter(pl.col("scope") == scope)
    rows = rows.sort("document_id", "table_no", "kpi_no")
    names = ("project_name", "level2_name", "level3_name")
    return [
        {**row, "form_code": form_code}
        for row in rows.iter_rows(named=True)
        if code is None or any(code in (row[name] or "") for name in names)
    ]


def _target(document: Row, row: Row, versions: tuple[Version, ...]) -> Trace:
    names = (row["project_name"], row["level1_name"], row["level2_name"], row["level3_name"])
    return Trace(
        document,
        row["table_no"],
        row["row_no"],
        None,
        form_code=row["form_code"],
        label=" / ".join(name for name in names if name),
        column="指标值",
        text=row["target_raw"],
        amount_yuan=None,
        amount_unit=None,
        page=row["page_no"],
        box=_box(row),
        locator=row["source_locator"],
        findings=(),
        versions=versions,
    )
