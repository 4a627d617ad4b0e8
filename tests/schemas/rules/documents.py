"""Frames of generated disclosures for the rules' tests: drawn as text or PDF, read by the parsers."""

from __future__ import annotations

import random
from functools import cache
from types import SimpleNamespace
from typing import Any

import polars as pl

from parsers.document import Parsed, parse_document
from schemas.rules import ROW_HEAD
from schemas.tables import polars_schema
from tests.generator.disclosure import Disclosure, seed
from tests.generator.families import FAMILIES
from tests.generator.pdf import draw_pdf
from tests.generator.text import write_text

Frames = dict[str, pl.DataFrame]
TABLES = ("budget_line", "performance_indicator", "performance_goal", "statement", "document")


def frames_of(tables: dict[str, list[dict[str, Any]]]) -> Frames:
    """Lake frames from a document's rows; columns that only a commit knows stay null."""
    frames = {}
    for name in TABLES:
        schema = polars_schema(name)
        rows = tables.get(name, [])
        frames[name] = pl.DataFrame(
            {c: [row.get(c) or None if row.get(c) == "" else row.get(c) for row in rows] for c in schema},
            schema=schema,
        )
    return frames


def batch(*documents: Frames) -> Frames:
    """Several documents as one batch."""
    return {name: pl.concat([frames[name] for frames in documents]) for name in documents[0]}


@cache
def seed_frames() -> Frames:
    """The seed disclosure, every figure as published, with its row heads."""
    disclosure = seed()
    parsed = parse_document(write_text(disclosure), disclosure.file_name + ".txt")
    return {**frames_of(parsed.tables), "row_head": row_heads(disclosure, parsed)}


def row_heads(disclosure: Disclosure, parsed: Parsed) -> pl.DataFrame:
    """The printed heads of the matrix rows, as the parsers hand them over."""
    kinds = {(row["table_no"], row["row_no"]): row["row_kind"] for row in parsed.tables["budget_line"]}
    rows = []
    for number, table in enumerate(disclosure.tables, start=1):
        paths = table.paths()
        for at, texts in enumerate(table.rows, start=1):
            kind = kinds.get((number, at))
            if kind is None or kind in ("list_row", "form_row"):
                continue
            parts = list(texts[:3]) if paths[0].startswith("功能科目") else []
            code, name = texts[len(parts)], texts[len(parts) + 1]
            rows.append(
                {
                    "table_no": number,
                    "row_no": at,
                    "row_kind": kind,
                    "parts": parts,
                    "code": code,
                    "name": name,
                }
            )
    common = parsed.tables["document"][0]
    for row in rows:
        row |= {"document_id": common["document_id"], "unit_code": common["unit_code"]}
    return pl.DataFrame({name: [row.get(name) for row in rows] for name in ROW_HEAD}, schema=ROW_HEAD)


@cache
def family_frames(family: str, number: int = 0) -> Frames:
    """A random disclosure of another family, drawn as PDF and read."""
    disclosure = FAMILIES[family](random.Random(f"{family}{number}"))
    parsed = parse_document(draw_pdf(disclosure), disclosure.file_name + ".pdf", region=disclosure.region)
    return frames_of(parsed.tables)


def with_amount(frames: Frames, cell: int, yuan: Any) -> Frames:
    """The frames with another amount in one row of ``budget_line``."""
    lines = frames["budget_line"].with_row_index("at")
    changed = lines.with_columns(
        amount_yuan=pl.when(pl.col("at") == cell)
        .then(pl.lit(yuan, pl.Decimal(18, 2)))
        .otherwise("amount_yuan")
    )
    return {**frames, "budget_line": changed.drop("at")}


def oddity(kind: str, **fields: Any) -> Any:
    """What a reader notices, with nothing else than its kind unless said."""
    return SimpleNamespace(
        **{"kind": kind, "message": kind, "page": None, "box": None, "text": None} | fields
    )
