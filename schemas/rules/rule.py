"""A rule (核对规则): what must hold between printed figures, codes, names and titles of a disclosure.

Rules are reviewed data, ``schemas/data/rules/*.yaml``: ``general.yaml`` and its like hold for every family and
speak of measures, types, funds, codes and row kinds; a file that names a ``family`` holds for that family's
disclosures only. Code knows kinds of rules, never a single form:

``sum``       the left side is the sum of the right side, within the half steps of all printed figures
``same``      one quantity printed twice: no tolerance where unit and decimals agree
``at_most``   the left side is not larger than the right side
``content``   structure and words, one tested function each (``test``)
``reading``   what readers and recognition noticed on the way (``schemas.rules.notice``)
``whole``     of the whole document: feasibility, coverage
``across``    of several documents of the lake
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from schemas.data_file import load_yaml
from schemas.errors import BudgetlakeError
from schemas.fold import fold
from schemas.form import fold_path, layouts

AMOUNT_KINDS = frozenset({"sum", "same", "at_most"})
KINDS = AMOUNT_KINDS | {"content", "reading", "whole", "across"}
PAIRS = frozenset({"left", "right", "both", "printed", "all"})

#: What a term may ask of a cell, and the column of ``budget_line`` (or the derived one) that answers.
FIELDS = {
    "kind": "row_kind",
    "measure": "measure_code",
    "direction": "direction",
    "type": "expenditure_type",
    "category": "expenditure_category",
    "fund": "fund_type",
    "scheme": "econ_scheme",
    "econ": "econ_code",
    "econ_digits": "econ_digits",
    "name": "econ_word",
    "function": "function_code",
    "function_digits": "function_digits",
    "path": "path",
    "label": "label",
    "nth": "nth",
    "additive": "additive_set",
    "phase": "budget_phase",
}
#: What the cells of one check have in common; the document and the phase always are.
KEYS = {
    "table",
    "row",
    "col",
    "kind",
    "function",
    "econ",
    "type",
    "fund",
    "measure",
    "label",
    "path",
    "project",
}
KEYS |= {"unit_block", "department_block", "category_block", "subtotal_block"}


@dataclass(frozen=True, slots=True)
class Condition:
    """A field must be one of ``values`` (``None`` = nothing there), or with ``negated`` none of them."""

    field: str
    values: tuple[str | None, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """The cells of some forms that meet all conditions, added (``sign`` 1) or taken away (-1).

    ``digits`` cuts a code key for the comparison: items at 3 digits are summed under their class.
    """

    forms: tuple[str, ...]
    conditions: tuple[Condition, ...]
    sign: int = 1
    digits: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Two sides compared for every combination of the ``by`` keys.

    ``pairs`` says which combinations count: those of the ``left`` or ``right`` side, of ``both``, ``all``, or
    those ``printed`` (on both sides, or on one with a figure).
    """

    by: tuple[str, ...]
    left: tuple[Term, ...]
    right: tuple[Term, ...]
    pairs: str = "left"


@dataclass(frozen=True, slots=True)
class Guard:
    """The rule speaks only of documents in which the cells of these terms are blank or zero, and why."""

    zero: tuple[Term, ...]
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the catalogue. ``blank`` is the status where nothing is printed on either side.

    ``reread``: where it fails the tables are read again, for an error of the reading looks the same. Errors of
    figures and codes are, and what says so.
    """

    id: str
    version: str
    kind: str
    zh: str
    en: str
    source: str
    severity: str
    family: str | None
    forms: tuple[str, ...]
    identities: tuple[Identity, ...] = ()
    guard: Guard | None = None
    blank: str = "empty"
    test: str | None = None
    feasibility: bool = True
    reread: bool = False


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by its id, in the order of the data files."""
    folder = files("schemas").joinpath("data", "rules")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    found: dict[str, Rule] = {}
    for name in names:
        data = load_yaml(f"rules/{name}")
        for entry in data["rules"]:
            rule = _rule(entry, data.get("family"), data.get("source"), f"schemas/data/rules/{name}")
            if rule.id in found:
                raise BudgetlakeError(f"schemas/data/rules/{name}: rule {rule.id} is defined twice")
            found[rule.id] = rule
    return found


_RULE_KEYS = {
    "id",
    "version",
    "kind",
    "zh",
    "en",
    "source",
    "severity",
    "forms",
    "where",
    "by",
    "left",
    "right",
}
_RULE_KEYS |= {"pairs", "identities", "guard", "blank", "test", "feasibility", "reread"}


def _rule(entry: dict[str, Any], family: str | None, source: str | None, where: str) -> Rule:
    place = f"{where}: rule {entry.get('id')}"
    if unknown := entry.keys() - _RULE_KEYS:
        raise BudgetlakeError(f"{place} has unknown keys {sorted(unknown)}")
    kind = entry.get("kind", "sum")
    if kind not in KINDS:
        raise BudgetlakeError(f"{place}: kind {kind} is none of {sorted(KINDS)}")
    base = {
        "forms": entry.get("forms", ()),
        "where": entry.get("where", {}),
        "family": family,
        "place": place,
    }
    parts = entry.get("identities") or ([entry] if kind in AMOUNT_KINDS else [])
    identities = tuple(_identity(part, entry, base) for part in parts)
    guard = None
    if "guard" in entry:
        own = {**base, "where": {}}
        guard = Guard(_terms(entry["guard"]["zero"], own), entry["guard"]["zh"], entry["guard"]["en"])
    named = [form for part in identities for term in (*part.left, *part.right) for form in term.forms]
    return Rule(
        id=entry["id"],
        version=str(entry.get("version", 1)),
        kind=kind,
        zh=entry["zh"],
        en=entry["en"],
        source=entry.get("source") or source or "",
        severity=entry.get("severity", "error"),
        family=family,
        forms=tuple(dict.fromkeys([*named, *base["forms"]])),
        identities=identities,
        guard=guard,
        blank=entry.get("blank", "empty"),
        test=entry.get("test"),
        feasibility=entry.get("feasibility", True),
        reread=entry.get("reread", entry.get("severity", "error") == "error" and _is_of_figures(kind, entry)),
    )


def _is_of_figures(kind: str, entry: dict[str, Any]) -> bool:
    """Rules that compare figures or codes of cells; those of the register speak of titles and captions."""
    return kind in AMOUNT_KINDS | {"whole"} or (kind == "content" and entry.get("test") != "check_register")


def _identity(part: dict[str, Any], entry: dict[str, Any], base: dict[str, Any]) -> Identity:
    by = tuple(part.get("by", entry.get("by", ())))
    pairs = part.get("pairs", entry.get("pairs", "left"))
    if unknown := set(by) - KEYS:
        raise BudgetlakeError(f"{base['place']}: unknown keys {sorted(unknown)}")
    if pairs not in PAIRS or len(by) > 5:
        raise BudgetlakeError(f"{base['place']}: pairs {pairs} or by {by} is not possible")
    own = {**base, "where": {**base["where"], **part.get("where", {})}} if part is not entry else base
    if "forms" in part:
        own = {**own, "forms": part["forms"]}
    return Identity(by, _terms(part["left"], own), _terms(part["right"], own), pairs)


def _terms(data: dict[str, Any] | list[dict[str, Any]], base: dict[str, Any]) -> tuple[Term, ...]:
    return tuple(
        _term({**base["where"], **entry}, base) for entry in (data if isinstance(data, list) else [data])
    )


def _term(entry: dict[str, Any], base: dict[str, Any]) -> Term:
    forms = entry.get("form", base["forms"])
    forms = (forms,) if isinstance(forms, str) else tuple(forms)
    if not forms or entry.keys() - FIELDS.keys() - {"form", "sign", "digits"}:
        raise BudgetlakeError(f"{base['place']}: term {entry} names no form or has unknown keys")
    conditions = [
        _condition(name, value, forms, base["family"]) for name, value in entry.items() if name in FIELDS
    ]
    return Term(forms, tuple(conditions), entry.get("sign", 1), entry.get("digits"))


def _condition(name: str, value: Any, forms: tuple[str, ...], family: str | None) -> Condition:
    negated = isinstance(value, dict)
    if negated:
        value = value["not"]
    if value == "any":
        return Condition(name, (None,), negated=True)
    values = value if isinstance(value, list) else [value]
    words = [None if each is None else str(each) for each in values]
    if name == "name":
        words = [None if word is None else fold(word) for word in words]
    if name in ("label", "path"):
        words = [same for word in words for same in _synonyms(name, word, forms, family)]
    return Condition(name, tuple(dict.fromkeys(words)), negated)


def _synonyms(name: str, word: str | None, forms: tuple[str, ...], family: str | None) -> list[str | None]:
    """A label or leaf path with every other printing that the layouts of these forms know."""
    if word is None:
        return [None]
    folded = fold_path(word) if name == "path" else fold(word)
    same: list[str | None] = [folded]
    for layout in layouts():
        if layout.form not in forms or (family and layout.family != family):
            continue
        if name == "path":
            same += [p for c in layout.columns if folded in c.paths for p in c.paths]
        else:
            lines = [line for block in layout.blocks.values() for line in block.lines]
            same += [label for line in lines if folded in line.labels for label in line.labels]
    return list(dict.fromkeys(same))
