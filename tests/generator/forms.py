"""The printed forms of the seed's family, computed from a ledger after the layouts of ``data/forms.yaml``.

Amount columns carry a selector of the ledger, text columns a ``<word>`` that the row fills in. Nothing is
copied from table to table: two tables agree because they sum the same exact amounts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from itertools import zip_longest
from typing import Any, NamedTuple

import yaml

from tests.generator.ledger import DATA, Ledger, print_wan
from tests.generator.performance import print_overall, print_project
from tests.generator.table import Heading, Table

CLASS, GROUP = 3, 5  # digits of a functional class and group; an item has 7


class Column(NamedTuple):
    """A leaf column: what it selects from the ledger, or which of the row's words it prints."""

    label: str
    selector: str


@cache
def read_forms() -> dict[str, Any]:
    """The layouts of the family."""
    data: dict[str, Any] = yaml.safe_load((DATA / "forms.yaml").read_text("utf-8"))
    return data


def words_of(ledger: Ledger) -> dict[str, str]:
    """What stands for ``{code}``, ``{unit}``, ``{department}`` and ``{year}`` in the layouts."""
    unit = ledger.unit
    return {"code": unit.code, "unit": unit.name, "department": unit.department, "year": str(ledger.year)}


def cover_lines(forms: Mapping[str, Any], ledger: Ledger) -> tuple[str, ...]:
    """The lines of the cover."""
    return tuple(line.format(**words_of(ledger)) for line in forms["cover"])


def contents_titles(forms: Mapping[str, Any]) -> tuple[str, ...]:
    """The titles that the contents page promises, some of which the body does not keep."""
    return tuple(forms["contents"]["titles"])


def print_tables(forms: Mapping[str, Any], ledger: Ledger) -> tuple[Table, ...]:
    """All tables in print order; the project form once a project."""
    return tuple(table for form in forms["forms"] for table in _print_form(forms, form, ledger))


def _print_form(forms: Mapping[str, Any], form: Mapping[str, Any], ledger: Ledger) -> Iterator[Table]:
    words = words_of(ledger)
    common = {
        "form": form["form"],
        "number": form["number"],
        "title": form.get("title") or forms["contents"]["titles"][form["number"] - 1],
        "captions": tuple(line.format(**words) for line in form.get("captions", forms["captions"])),
        "note": form.get("note", forms["note"]),
        "money_unit": "万元",
    }
    if form["form"] == "project_performance":
        for project in ledger.projects:
            yield Table(header=(), **common, **print_project(ledger, project))
    elif form["form"] == "overall_performance":
        yield Table(header=(), **common, **print_overall(ledger))
    else:
        columns = [column for each in form["header"] for column in _columns(each)]
        rows = _list_rows(form, ledger) if form["rows"] == "lists" else _matrix_rows(form, columns, ledger)
        yield Table(
            header=tuple(_heading(each) for each in form["header"]),
            rows=tuple(rows),
            amounts=frozenset(_amount_columns(form, columns)),
            decimal_blank=form.get("decimal_blank", False),
            **common,
        )


def _heading(node: str | Mapping[str, Any]) -> Heading:
    if isinstance(node, str):
        return Heading(node)
    ((label, below),) = node.items()
    if isinstance(below, int):
        return Heading(label, unnamed=below)
    if isinstance(below, list):
        return Heading(label, tuple(_heading(each) for each in below))
    return Heading(label)


def _columns(node: str | Mapping[str, Any]) -> Iterator[Column]:
    if isinstance(node, str):
        yield Column(node, "none")
        return
    ((label, below),) = node.items()
    if isinstance(below, int):
        yield from (Column(label, word) for word in ("<class>", "<group>", "<item>"))
    elif isinstance(below, list):
        for each in below:
            yield from _columns(each)
    else:
        yield Column(label, below)


def _amount_columns(form: Mapping[str, Any], columns: list[Column]) -> Iterator[int]:
    for index, column in enumerate(columns):
        if column.label == "预算数" if form["rows"] == "lists" else not column.selector.startswith("<"):
            yield index


def _list_rows(form: Mapping[str, Any], ledger: Ledger) -> Iterator[tuple[str, ...]]:
    def line(node: str | Mapping[str, str]) -> tuple[str, str]:
        if isinstance(node, str):
            return node, ""
        ((label, selector),) = node.items()
        return label, print_wan(ledger.total(selector))

    def lines(nodes: Iterable[Any]) -> Iterator[tuple[str, str]]:
        for node in nodes:
            if isinstance(node, list):
                yield from lines(node)
            else:
                yield line(node)

    for pairs in zip_longest(*(lines(nodes) for nodes in form["lists"]), fillvalue=("", "")):
        yield tuple(text for pair in pairs for text in pair)
    for foot in form["foot"]:
        yield tuple(text for node in foot for text in line(node))


def _matrix_rows(form: Mapping[str, Any], columns: list[Column], ledger: Ledger) -> Iterator[tuple[str, ...]]:
    for kind, words, scope in _row_heads(form, columns, ledger):
        row = []
        for column in columns:
            if column.selector.startswith("<"):
                row.append(words.get(column.selector, ""))
            else:
                row.append(_amount(column, kind, scope, ledger))
        yield tuple(row)


class _Scope(NamedTuple):
    """What of the ledger a row speaks of."""

    function: str = ""
    economic: str = ""
    project: str | None = None


def _amount(column: Column, kind: str, scope: _Scope, ledger: Ledger) -> str:
    selector = column.selector
    if scope.economic:  # a row of the economic classification takes the part of a term that is its own
        selector = " ".join(
            f"basic/{max(term.partition('/')[2], scope.economic, key=len)}"
            for term in selector.split()
            if term != "zero" and _nested(term.partition("/")[2], scope.economic)
        )
    total = ledger.total(selector, project=scope.project, function=scope.function)
    if total is None and kind == "total" and column.selector.endswith("zero"):
        total = Decimal(0)
    return print_wan(total)


def _nested(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _row_heads(
    form: Mapping[str, Any], columns: list[Column], ledger: Ledger
) -> Iterator[tuple[str, dict[str, str], _Scope]]:
    """Row kind, the row's own words and its scope, in print order."""
    kind, unit, whole = form["rows"], ledger.unit, _Scope()
    total_under = "<code>" if form.get("total_under") else "<name>"
    if kind == "economic":
        for code, name in ledger.economics.items():
            if ledger.total(f"basic/{code}") is not None:
                yield "economic", {"<code>": code, "<name>": name}, _Scope(economic=code)
        yield "total", {"<code>": "合计"}, whole
        return
    yield "total", {total_under: "合计"}, whole
    selector = next(column.selector for column in columns if not column.selector.startswith("<"))
    if form.get("only_total") or ledger.total(selector) is None:
        return
    department = form.get("department_name", "{unit}").format(**words_of(ledger))
    yield "department", {"<code>": unit.department, "<name>": department}, whole
    if kind == "projects":
        for project in ledger.projects:
            name = project["name"]
            if ledger.total("project", project=name) is not None:
                yield "project", {"<code>": unit.code, "<name>": name}, _Scope(project=name)
        return
    yield "unit", {"<code>": unit.code, "<name>": unit.name}, whole
    if kind in ("tree", "items"):
        yield from _function_heads(kind, ledger.items(selector), ledger)


def _function_heads(
    kind: str, items: list[str], ledger: Ledger
) -> Iterator[tuple[str, dict[str, str], _Scope]]:
    codes = items
    if kind == "tree":
        codes = sorted({item[:digits] for item in items for digits in (CLASS, GROUP, len(item))})
    for code in codes:
        words = {"<class>": code[:CLASS], "<group>": code[CLASS:GROUP], "<item>": code[GROUP:]}
        words |= {
            "<code>": code if kind == "tree" else ledger.unit.code,
            "<name>": ledger.functions[code],
        }
        yield "function", words, _Scope(function=code)
