"""What was refused and why: one article a document, with the rows that two readings give differently."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypeAlias

from flows.report.pages import render
from flows.report.scope import Scope, stem_of
from flows.report.versions import label_of
from infra.lake import Lake
from schemas.quarantine_reason import quarantine_reasons

Row: TypeAlias = Mapping[str, Any]

_SECOND = "budget_line, second reading"
# A reader sees what is wrong from some of them; all are in the lake.
_MOST_DIFFERENCES = 50


@dataclass(slots=True)
class Refused:
    """A refused document. ``rows`` counts what was kept of it by table; ``differences`` are cells that two
    readings give differently: label, column, first and second reading."""

    uri: str
    reason: str
    message: str
    place: str | None
    at: str
    byte_size: int | None
    unit_code: str | None = None
    unit_name: str | None = None
    year: int | None = None
    rows: dict[str, int] = field(default_factory=dict)
    differences: list[list[str]] = field(default_factory=list)
    more: int = 0

    def plain(self) -> dict[str, Any]:
        """As it is hashed."""
        return asdict(self)


def refused_documents(lake: Lake, scope: Scope) -> list[Refused]:
    """Refused documents of the scope, the latest first; whose document it is may not be known, then it is
    shown only where everything is."""
    rows = lake.scan("quarantine").collect().sort("uri", "version_id", "etag", "seq", nulls_last=False)
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows.iter_rows(named=True):
        groups.setdefault((row["uri"], row["version_id"], row["etag"]), []).append(row)
    found = [_refused(own) for own in groups.values()]
    return sorted(
        (each for each in found if _within(each, scope)), key=lambda each: (each.at, each.uri), reverse=True
    )


def _within(refused: Refused, scope: Scope) -> bool:
    if scope.everything:
        return True
    if refused.unit_code is None:
        return False
    units = not scope.units or refused.unit_code in scope.units
    years = not scope.years or refused.year in scope.years
    regions = not scope.regions or refused.unit_code.startswith(tuple(map(stem_of, scope.regions)))
    return units and years and regions


def _refused(rows: Sequence[Row]) -> Refused:
    first = rows[0]
    made = Refused(
        first["uri"],
        first["reason"],
        first["message"],
        first["place"],
        f"{first['quarantined_at']:%Y-%m-%d %H:%M}",
        first["byte_size"],
    )
    kept = {row["table"]: row for row in rows if row["table"]}
    made.rows = {name: row["row_count"] for name, row in kept.items()}
    for row in _rows(kept.get("document"))[:1]:
        made.unit_code, made.unit_name, made.year = row["unit_code"], row["org_unit_name"], row["year"]
    if _SECOND in kept:
        differences = _differences(_rows(kept.get("budget_line")), _rows(kept[_SECOND]))
        made.differences = differences[:_MOST_DIFFERENCES]
        made.more = len(differences) - len(made.differences)
    return made


def _rows(record: Row | None) -> list[dict[str, Any]]:
    if record is None or record["rows_json"] is None:
        return []
    try:
        rows: list[dict[str, Any]] = json.loads(record["rows_json"])
    except ValueError:
        return []
    return rows


def _differences(first: Sequence[Row], second: Sequence[Row]) -> list[list[str]]:
    """Cells that the two readings give differently; the second reading keeps only those."""
    ours = {(row["table_no"], row["row_no"], row["col_no"]): row for row in first}
    found = []
    for row in second:
        own = ours.get((row["table_no"], row["row_no"], row["col_no"]))
        one, other = (own or {}).get("text_raw") or "（空）", row.get("text_raw") or "（空）"
        if one != other:
            found.append([label_of(own or row), row["column_path"], one, other])
    return found


def quarantine_html(refused: Sequence[Refused]) -> str:
    """The page."""
    reasons = quarantine_reasons()
    counted: dict[str, int] = {}
    for each in refused:
        counted[each.reason] = counted.get(each.reason, 0) + 1
    return render("quarantine.html", root="", refused=refused, reasons=reasons, counted=counted)
