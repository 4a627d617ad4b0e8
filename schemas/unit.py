"""The registry of units, and the code that stands for a body in ``org_unit_code``.

The printed code is the key where there is one. Shanghai and Jiangsu print none: such a body has the code
of the registry, or else ``x`` and eight hexadecimal digits of its name and level. That code is stable from
year to year as long as the name is, and a registry entry can take its place later.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from schemas.data_file import load_yaml
from schemas.errors import BudgetlakeError
from schemas.fold import fold

LEVELS = frozenset(["department", "unit"])


@dataclass(frozen=True, slots=True)
class Unit:
    """A body of the registry: its region, code, official name and others, and the levels it publishes at."""

    region: str
    code: str
    name: str
    other_names: tuple[str, ...] = ()
    levels: frozenset[str] = LEVELS
    department: str | None = None


class UnitKey(NamedTuple):
    """The code of a body for ``org_unit_code``, and where it comes from, in words."""

    org_unit_code: str
    evidence: str


@cache
def units() -> tuple[Unit, ...]:
    """The registry; ``BudgetlakeError`` where two entries of a region share a code, or a name and a level."""
    registry = tuple(
        Unit(
            entry["region"],
            entry["code"],
            entry["name"],
            tuple(entry.get("other_names", ())),
            frozenset(entry.get("levels", LEVELS)),
            entry.get("department"),
        )
        for entry in load_yaml("units.yaml")
    )
    check_registry(registry)
    return registry


def check_registry(registry: tuple[Unit, ...]) -> None:
    """Refuse a registry in which a code, or a name at a level, leads to two bodies of one region."""
    seen: set[tuple[str, ...]] = set()
    for unit in registry:
        for key in [(unit.region, unit.code), *_name_keys(unit)]:
            if key in seen:
                raise BudgetlakeError(f"units.yaml: {' '.join(key)} stands for two entries; mend one of them")
            seen.add(key)


def _name_keys(unit: Unit) -> list[tuple[str, ...]]:
    names = {fold(name) for name in (unit.name, *unit.other_names)}
    return [(unit.region, name, level) for name in sorted(names) for level in sorted(unit.levels)]


@cache
def _by_name() -> dict[tuple[str, ...], Unit]:
    return {key: unit for unit in units() for key in _name_keys(unit)}


@cache
def _by_code() -> dict[tuple[str, str], Unit]:
    return {(unit.region, unit.code): unit for unit in units()}


def unit_of_code(region: str, code: str) -> Unit | None:
    """The registry's entry for a code of a region."""
    return _by_code().get((region, code))


def unit_of_name(region: str, name: str, level: str) -> Unit | None:
    """The registry's entry for a name, official or other, of a region at a level."""
    return _by_name().get((region, fold(name), level))


def unit_key(region: str, printed_code: str | None, name: str, level: str) -> UnitKey:
    """The code that stands for a body: as printed, of the registry, or made of its name and level.

    ``region`` is a division code (000000 = not resolved); ``level`` is ``department`` or ``unit``.
    """
    if level not in LEVELS:
        raise ValueError(f"level is department or unit, not {level!r}")
    if printed_code:
        return UnitKey(printed_code, "printed in the document")
    if unit := unit_of_name(region, name, level):
        return UnitKey(unit.code, f"registry of units, by the name {name}")
    digest = hashlib.sha256(f"{fold(name)}\n{level}".encode()).hexdigest()
    return UnitKey(
        f"x{digest[:8]}", f"made of the name {name} and the level {level}: not in the registry of units"
    )


def department_code(region: str, org_unit_code: str) -> str | None:
    """The code of the department that a body belongs to: of the registry, or the first three of six digits."""
    if unit := unit_of_code(region, org_unit_code):
        return unit.department
    if org_unit_code.isascii() and org_unit_code.isdigit() and len(org_unit_code) == 6:
        return org_unit_code[:3]
    return None
