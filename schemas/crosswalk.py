"""From the department to the government economic classification: which items make up which.

The national table, and what a region adds to it. A sum that holds only with the overlay is information, not
an error: regions book 30107 绩效工资 of administrative bodies with the wages (50101).
"""

from __future__ import annotations

from functools import cache

from schemas.data_file import load_yaml

ADMINISTRATIVE, INSTITUTION = "administrative", "institution"


def department_codes(gov_code: str, body: str = ADMINISTRATIVE, region: str | None = None) -> frozenset[str]:
    """The department codes that a government item is made of; empty where the table says nothing.

    ``body``: ``administrative`` or ``institution``. ``region``: a division code, to add its overlay (and
    those of the divisions above it); ``None`` for the strict national table. A code of three digits stands
    for all its items.
    """
    found = frozenset(_table(body).get(gov_code, ()))
    for division in _lineage(region):
        found |= _overlays().get(division, {}).get(gov_code, frozenset())
    return found


def government_codes(dept_code: str, body: str = ADMINISTRATIVE, region: str | None = None) -> frozenset[str]:
    """The government items that a department item (or its class) goes into; empty where none is known."""
    wanted = {dept_code, dept_code[:3]}
    gov_codes = {*_table(body), *(code for d in _lineage(region) for code in _overlays().get(d, {}))}
    return frozenset(code for code in gov_codes if wanted & department_codes(code, body, region))


def crosswalk_pairs() -> list[tuple[str, str, str]]:
    """The national table as rows: kind of body, government item, department item or class."""
    return [
        (body, gov, dept)
        for body in (ADMINISTRATIVE, INSTITUTION)
        for gov, depts in _table(body).items()
        for dept in sorted(depts)
    ]


def _lineage(region: str | None) -> list[str]:
    return [f"{region[:2]}0000", f"{region[:4]}00", region] if region else []


@cache
def _table(body: str) -> dict[str, frozenset[str]]:
    data = load_yaml("classifications/crosswalk.yaml")
    return {code: frozenset(entry["dept"]) for code, entry in {**data[body], **data["any"]}.items()}


@cache
def _overlays() -> dict[str, dict[str, frozenset[str]]]:
    data = load_yaml("classifications/crosswalk.yaml")["overlays"]
    return {
        division: {code: frozenset(entry["dept"]) for code, entry in entries.items()}
        for division, entries in data.items()
    }
