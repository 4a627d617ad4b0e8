"""Frames of generated disclosures for the rules' tests: drawn as text or PDF, read by the parsers."""

from __future__ import annotations

import random
from functools import cache
from types import SimpleNamespace
from typing import Any

import polars as pl

from parsers.document import parse_document
from schemas.rules import notices, row_head_frame
from schemas.tables import polars_schema
from tests.generator.disclosure import seed
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
    return parsed_frames(write_text(disclosure), disclosure.file_name + ".txt")


def parsed_frames(data: bytes, file_name: str, region: str | None = None) -> Frames:
    """A file through the parsers as the rules take it: lake frames, row heads, notices."""
    parsed = parse_document(data, file_name, region=region)
    frames = frames_of(parsed.tables)
    return {
        **frames,
        "row_head": row_head_frame(parsed.row_heads),
        "notice": pl.concat(
            notices(row, each.oddities, each.identity.conflicts)
            for row, each in zip(frames["document"].to_dicts(), parsed.disclosures, strict=True)
        ),
    }


@cache
def family_frames(family: str, number: int = 0) -> Frames:
    """A random disclosure of another family, drawn as PDF and read."""
    disclosure = FAMILIES[family](random.Random(f"{family}{number}"))
    return parsed_frames(draw_pdf(disclosure), disclosure.file_name + ".pdf", disclosure.region)


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
