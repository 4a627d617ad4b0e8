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
_CELL_FIELDS = [field.name for field in CELL.fields]
Row = Mapping[str, Any]


class Drafts:
    """Collects drafts; ``add`` decides the status from whether the rule holds."""

    def __init__(self) -> None:
        self._rows: list[dict[str, Any]] = []

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
        self._rows.append(
            {
                "doc": doc,
                "rule_id": rule_id,
                "check_scope": scope,
                "status": status,
                "left_value": left,
                "right_value": right,
                "tolerance": tolerance,
                "addend_count": count,
                "left_ref": " ".join(_ref(cell) for cell in cells) or None,
                "message_zh": zh,
                "message_en": en,
                "cells": [_cell(cell) for cell in cells] if holds is False else [],
            }
        )

    def frame(self) -> pl.DataFrame:
        """All drafts as a frame of ``DRAFT``."""
        columns = {name: [row.get(name) for row in self._rows] for name in DRAFT}
        return pl.DataFrame(columns, schema=DRAFT)


def _cell(row: Row) -> dict[str, Any]:
    cell = {name: row.get(name) for name in _CELL_FIELDS}
    if cell["text"] is None:
        cell["text"] = row.get("text_raw")
    return cell


def _ref(row: Row) -> str:
    parts: Sequence[Any] = (row.get("table_no"), row.get("row_no"), row.get("col_no"))
    return "/".join(str(part) for part in parts if part is not None)
