"""One object of a batch on its way from its address to its outcome."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from flows.contract import Breach
from flows.outcome import Outcome, State
from flows.worker import Rows
from infra.objects import ObjectRef
from schemas.origin import Origin
from schemas.rules import notices


@dataclass(slots=True)
class Item:
    """An object and what is known of it so far. It is ``open`` until it has its outcome.

    ``leader`` is the item of the same batch that stands in its place: the same bytes, or a newer version.
    ``in_ledger`` says that the ledger needs no record of it, ``registered`` that this batch has committed it.
    ``refused_rows`` are rows that fit no frame, ``second_reading`` the frames of another way of reading that
    differ. ``asides`` are frames that the rules ask for beside the lake tables. ``origin`` is where a crawl found
    it.
    """

    ref: ObjectRef
    byte_size: int | None = None
    origin: Origin | None = None
    sha256: str | None = None
    outcome: Outcome | None = None
    frames: dict[str, pl.DataFrame] = field(default_factory=dict)
    refused_rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    second_reading: dict[str, pl.DataFrame] = field(default_factory=dict)
    asides: dict[str, pl.DataFrame] = field(default_factory=dict)
    refused_table: str | None = None
    row_count: int = 0
    leader: Item | None = None
    in_ledger: bool = False
    registered: bool = False

    @property
    def open(self) -> bool:
        """Whether it may still be committed."""
        return self.outcome is None

    @property
    def register(self) -> list[dict[str, Any]]:
        """Its rows of the register: one, or one a chapter where the file holds several bodies' disclosures."""
        return self.frames["document"].to_dicts()

    @property
    def documents(self) -> list[tuple[str, str, int]]:
        """Its documents as the lake knows them, (document_id, unit_code, year): of one file, they share the id."""
        return self.frames["document"].select("document_id", "unit_code", "year").rows()

    def take(self, rows: Rows, built: dict[str, pl.DataFrame] | Breach, heads: pl.DataFrame) -> Breach | None:
        """Take over what the parser gave, and the frames made of it; the ``Breach`` where none were made."""
        self.row_count = sum(map(len, rows.tables.values()))
        if isinstance(built, Breach):
            self.refused_rows = rows.tables
            return built
        self.frames = built
        self.asides = {
            "notice": pl.concat(
                notices(row, said.oddities, said.conflicts)
                for row, said in zip(self.register, rows.noticed, strict=True)
            ),
            "row_head": heads,
        }
        return None

    def settle(self, state: State, **says: Any) -> None:
        """Give it its outcome, with what is known of its document."""
        about: dict[str, Any] = {"document_id": self.sha256}
        if "document" in self.frames:
            rows = self.register
            row = rows[0]
            about |= {"unit_code": row["unit_code"], "unit_name": row["org_unit_name"], "year": row["year"]}
            about |= {
                "phase": row["budget_phase"],
                "statements": sum(each["statement_count"] for each in rows),
            }
            about |= {"chapters": len(rows)}
        self.outcome = Outcome(self.ref, state, rows=self.row_count, **{**about, **says})

    def refuse(self, reason: str, message: str, place: str | None = None, table: str | None = None) -> None:
        """Quarantine it."""
        self.refused_table = table
        self.settle("quarantined", reason=reason, message=message, place=place)

    def is_state(self, state: State) -> bool:
        """Whether this is its outcome."""
        return self.outcome is not None and self.outcome.state == state
