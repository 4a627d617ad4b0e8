"""Drafts: findings before the rule's version, severity and number are added, built row by row.

Content rules look at codes, names and words, of which a document has some dozens: they write drafts one by
one, where amount rules make whole columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import polars as pl

from schemas.tables.finding import CELL

FIGURE = pl.Decimal(18, 4)
#: A finding without what its rule and document give it.
DRAFT = pl.Schema(
    {
        "doc": pl.Int64(),
        "rule_id": pl.String(),
        "check_scope": pl.String(),
        "status": pl.String(),
        "left_value": FIGURE,
        "right_value": FIGURE,
        "tolerance": FIGURE,
        "addend_count": pl.Int16(),
        "left_ref": pl.String(),
        "right_ref": pl.String(),
        "message_zh": pl.String(),
        "message_en": pl.String(),
        "cells": pl.List(CELL),
    }
)
#: The columns that place a cell in its document.
CELL_PLACE = [field.name for field in CELL.fields if field.name != "text"]
Row = Mapping[str, Any]


class Drafts:
    """Collects drafts; ``add`` decides the status from whether the rule holds."""

    def __init__(self) -> None:
        self._rows: list[tuple[Any, ...]] = []
        self._cells: list[tuple[Any, ...]] = []

    def add(
        self,
        doc: int,
        rule_id: str,
        scope: str,
        holds: bool | None,
        zh: str,
        en: str,
        cells: Iterable[Row] = (),
        *,
        left: Decimal | None = None,
        right: Decimal | None = None,
        tolerance: Decimal | None = None,
        count: int | None = None,
    ) -> None:
        """One check. ``holds`` is ``None`` where it could not be evaluated; ``cells`` are kept where it fails.

        ``cells`` are rows with the place columns of the lake tables and ``text`` (or ``text_raw``).
        """
        cells = list(cells)
        status = "not_evaluable" if holds is None else "exact" if holds else "violated"
        ref = " ".join(_ref(cell) for cell in cells) or None
        at = len(self._rows)
        self._rows.append((doc, rule_id, scope, status, left, right, tolerance, count, ref, None, zh, en))
        if holds is False:
            self._cells += [(at, *(cell.get(name) for name in CELL_PLACE), _text(cell)) for cell in cells]

    def frame(self) -> pl.DataFrame:
        """All drafts as a frame of ``DRAFT``."""
        schema = {name: dtype for name, dtype in DRAFT.items() if name != "cells"}
        drafts = pl.DataFrame(self._rows, schema=schema, orient="row").with_row_index("at")
        fields = {field.name: field.dtype for field in CELL.fields}
        cells = pl.DataFrame(self._cells, schema={"at": pl.UInt32(), **fields}, orient="row")
        kept = cells.group_by("at", maintain_order=True).agg(pl.struct(*fields).alias("cells"))
        joined = drafts.join(kept, on="at", how="left", maintain_order="left")
        return joined.select(*schema, pl.col("cells").fill_null([])).cast(DRAFT)


def _text(row: Row) -> str | None:
    text: str | None = row.get("text")
    return row.get("text_raw") if text is None else text


def _ref(row: Row) -> str:
    parts: Sequence[Any] = (row.get("table_no"), row.get("row_no"), row.get("col_no"))
    return "/".join(str(part) for part in parts if part is not None)
