"""The statutory forms (报表) as data: titles, column layouts by family, and the lines of list forms.

A *form* is what a statutory table is, over all regions and years (``expenditure_summary`` 支出总表).
A *layout* is how one family of regions prints it: which leaf path of the header stands for which code,
fund or expenditure type. A new province, year or synonym is a new data file or line under
``schemas/data/forms`` and ``schemas/data/lines``; nothing here knows a single form by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from schemas.data_file import load_yaml
from schemas.errors import BudgetlakeError
from schemas.fold import fold
from schemas.header_path import canonical_path

UNRECOGNISED = "unrecognised"

#: Column roles beside ``amount``. ``class``/``group``/``item`` are 类/款/项 of the functional classification,
#: ``econ_class``/``econ_item`` 类/款 of the economic one; ``row_code`` holds functional or organisation codes.
ROLES = frozenset(
    {"amount", "class", "group", "item", "row_code", "function_code", "econ_code", "econ_class", "econ_item"}
    | {"org_code", "name", "label", "category", "project", "econ_label", "item_label", "text", "ignore"}
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an amount stands for: the dimensions of ``budget_line`` that a column or a list line fixes."""

    measure: str | None = None
    direction: str | None = None
    expenditure_type: str | None = None
    expenditure_category: str | None = None
    fund_type: str | None = None
    econ_scheme: str | None = None
    econ_code: str | None = None
    econ_name: str | None = None
    function_code: str | None = None
    revenue_code: str | None = None
    additive_set: str | None = None
    budget_phase: str | None = None

    def over(self, base: Meaning) -> Meaning:
        """This meaning where it says something, else what ``base`` says."""
        return _merged(self, base)


@lru_cache(maxsize=4096)
def _merged(upper: Meaning, base: Meaning) -> Meaning:
    said = {name: value for name in Meaning.__slots__ if (value := getattr(upper, name)) is not None}
    return replace(base, **said)


@dataclass(frozen=True, slots=True)
class Column:
    """A leaf column: ``paths`` are its leaf paths as ``canonical_path`` says them, the usual one first.

    A path that begins with ``*`` is the end of one, under whatever group; it counts under the form's title only.
    """

    paths: tuple[str, ...]
    role: str
    meaning: Meaning
    block: str | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ListLine:
    """A printed line of a list form: its folded labels and what its amounts stand for."""

    labels: tuple[str, ...]
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class Block:
    """One of the independent lists that stand side by side in a form such as 收支总表."""

    defaults: Meaning
    lines: tuple[ListLine, ...]

    def lines_of(self, label: str) -> list[ListLine]:
        """The lines with a folded label, in print order; a label may occur twice (一般公共预算拨款 in T6)."""
        return [line for line in self.lines if label in line.labels]


@dataclass(frozen=True, slots=True)
class FormAmount:
    """An amount of a performance form, found by its label path or by the name of its field."""

    path: str
    paths: tuple[str, ...]
    field: str | None
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class Layout:
    """How one family prints one form. ``leaf_rows`` are the row kinds whose amounts are disjoint.

    ``index``: positions of the columns that a canonical path names; ``endings``: ends of paths (``*合计``) and
    the positions they name; ``required``: positions of the columns that are not optional.
    """

    form: str
    family: str
    number: int | None
    title: str
    kind: str
    scope: str | None
    repeats: bool
    scheme: str | None
    columns: tuple[Column, ...]
    blocks: Mapping[str, Block]
    leaf_rows: frozenset[str]
    fields: Mapping[str, tuple[str, ...]]
    amounts: tuple[FormAmount, ...]
    index: Mapping[str, tuple[int, ...]]
    endings: tuple[tuple[str, int], ...]
    required: frozenset[int]
    defaults: Meaning = field(default=Meaning())


def fold_path(path: str) -> str:
    """A leaf path (parts joined by ``/``) for comparison with the ``paths`` of columns."""
    return canonical_path(path)


@cache
def layouts() -> tuple[Layout, ...]:
    """Every layout of every family, in file order (families by name, forms by number)."""
    root = files("schemas").joinpath("data", "forms")
    families = sorted(entry.name for entry in root.iterdir() if entry.is_dir())
    found = []
    for family in families:
        names = sorted(e.name for e in root.joinpath(family).iterdir() if e.name.endswith(".yaml"))
        found += [_layout(load_yaml(f"forms/{family}/{name}"), family, name) for name in names]
    return tuple(found)


@cache
def layouts_of(form: str) -> tuple[Layout, ...]:
    """The layouts of one form code over all families."""
    return tuple(layout for layout in layouts() if layout.form == form)


@cache
def forms_of_paths() -> Mapping[str, str]:
    """The form of each header path that no layout of another form has.

    Such paths alone may speak against a title, or where there is none.
    """
    forms: dict[str, set[str]] = {}
    for layout in layouts():
        for path in layout.index:
            forms.setdefault(path, set()).add(layout.form)
    return {path: form for path, (form, *others) in forms.items() if not others}


_KEYS = {
    "measure": "measure",
    "direction": "direction",
    "type": "expenditure_type",
    "category": "expenditure_category",
    "fund": "fund_type",
    "scheme": "econ_scheme",
    "econ": "econ_code",
    "econ_name": "econ_name",
    "function": "function_code",
    "code": "revenue_code",
    "additive": "additive_set",
    "phase": "budget_phase",
}
_COLUMN_KEYS = {"path", "or", "role", "block", "optional", *_KEYS}


def _meaning(data: Mapping[str, Any]) -> Meaning:
    """``additive: none`` takes a column out of the additive set of its lines: Meaning says '' for it."""
    said = {_KEYS[key]: value for key, value in data.items() if key in _KEYS}
    return Meaning(**{name: "" if value == "none" else value for name, value in said.items()})


def _layout(data: dict[str, Any], family: str, name: str) -> Layout:
    where = f"schemas/data/forms/{family}/{name}"
    columns = tuple(_column(entry, where) for entry in data.get("columns", ()))
    blocks = {
        key: Block(_meaning(entry.get("defaults", {})), _lines(entry.get("lines", []), where))
        for key, entry in data.get("blocks", {}).items()
    }
    unknown = {c.block for c in columns if c.block} - blocks.keys()
    if unknown:
        raise BudgetlakeError(f"{where}: columns name blocks that are not defined: {sorted(unknown)}")
    return Layout(
        form=data["form"],
        family=family,
        number=data.get("number"),
        title=data["title"],
        kind=data.get("kind", "list" if blocks else "matrix"),
        scope=data.get("scope"),
        repeats=data.get("repeats", False),
        scheme=data.get("scheme"),
        columns=columns,
        blocks=blocks,
        leaf_rows=frozenset(data.get("leaf_rows", ())),
        fields={
            key: tuple(fold(label) for label in labels) for key, labels in data.get("fields", {}).items()
        },
        amounts=tuple(_form_amount(entry) for entry in data.get("amounts", ())),
        index=_index(columns),
        endings=tuple((p[1:], n) for n, column in enumerate(columns) for p in column.paths if p[0] == "*"),
        required=frozenset(number for number, column in enumerate(columns) if not column.optional),
        defaults=_meaning(data.get("defaults", {})),
    )


def _index(columns: tuple[Column, ...]) -> dict[str, tuple[int, ...]]:
    index: dict[str, tuple[int, ...]] = {}
    for number, column in enumerate(columns):
        for path in column.paths:
            if path[0] != "*":
                index[path] = (*index.get(path, ()), number)
    return index


def _column(entry: dict[str, Any], where: str) -> Column:
    role = entry.get("role", "amount")
    if role not in ROLES or entry.keys() - _COLUMN_KEYS:
        raise BudgetlakeError(f"{where}: column {entry} has an unknown role or key")
    paths = tuple(canonical_path(path) for path in [entry["path"], *entry.get("or", ())])
    return Column(paths, role, _meaning(entry), entry.get("block"), entry.get("optional", False))


def _form_amount(entry: dict[str, Any]) -> FormAmount:
    paths = tuple("/".join(map(fold, path.split("/"))) for path in [entry["path"], *entry.get("or", ())])
    return FormAmount(entry["path"], paths, entry.get("field"), _meaning(entry))


@cache
def _lines_file(name: str) -> tuple[ListLine, ...]:
    return _parse_lines(load_yaml(f"lines/{name}.yaml")["lines"], f"schemas/data/lines/{name}.yaml")


def _lines(source: str | list[Any], where: str) -> tuple[ListLine, ...]:
    """Lines given in place, by the name of a shared file, or as a list that mixes both."""
    if isinstance(source, str):
        return _lines_file(source)
    lines: list[ListLine] = []
    for entry in source:
        lines += _lines_file(entry) if isinstance(entry, str) else _parse_lines([entry], where)
    return tuple(lines)


def _parse_lines(entries: list[dict[str, Any]], where: str) -> tuple[ListLine, ...]:
    for entry in entries:
        if entry.keys() - {"label", "also", *_KEYS}:
            raise BudgetlakeError(f"{where}: line {entry} has an unknown key")
    return tuple(
        ListLine(tuple(fold(label) for label in [entry["label"], *entry.get("also", ())]), _meaning(entry))
        for entry in entries
    )
