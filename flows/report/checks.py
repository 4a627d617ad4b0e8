"""Which rules a cell takes part in: findings by the cells that they speak of.

A finding that holds keeps only its references (``3/12/5``: table, row, column); one that does not keeps the
cells themselves. A reference of one or two parts is a whole table or row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

Cell: TypeAlias = tuple[int, int, int]
Finding: TypeAlias = Mapping[str, Any]


def cells_of(finding: Finding) -> set[Cell]:
    """The cells (table, row, column) that a finding speaks of."""
    named = {
        (cell["table_no"], cell["row_no"], cell["col_no"])
        for cell in finding["cells"] or ()
        if None not in (cell["table_no"], cell["row_no"], cell["col_no"])
    }
    return named | _referred(finding["left_ref"]) | _referred(finding["right_ref"])


def _referred(references: str | None) -> set[Cell]:
    found = set()
    for reference in (references or "").split():
        parts = reference.split("/")
        if len(parts) == 3 and all(part.isdigit() for part in parts):
            found.add((int(parts[0]), int(parts[1]), int(parts[2])))
    return found


def by_cell(findings: Iterable[Finding]) -> dict[Cell, list[Finding]]:
    """Findings of one document by cell, in the order of the rules."""
    found: dict[Cell, list[Finding]] = defaultdict(list)
    for finding in findings:
        for cell in sorted(cells_of(finding)):
            found[cell].append(finding)
    return dict(found)


def is_open(finding: Finding) -> bool:
    """Whether a finding stands against its document."""
    return finding["status"] == "violated" and not finding["waived"]
