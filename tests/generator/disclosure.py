"""A disclosure as printed: cover, contents and tables, of any family of forms.

``seed`` is the published 2024 disclosure, ``derive`` another unit or year of the same family, both by
``forms`` from a ledger. ``with_change`` and ``without`` make the publisher's errors: tables are changed
after they were computed, so that the change contradicts the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.generator.forms import contents_titles, cover_lines, print_tables, read_forms
from tests.generator.ledger import Ledger, Rule, Unit, seed_ledger
from tests.generator.table import Table


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What a document prints, with what it is about (the truth that a parser must find).

    ``contents`` are the numbered titles of the contents page, ``unit_code`` is ``None`` where the family
    prints none, ``phase`` is ``approved`` (budget) or ``actual`` (final accounts).
    """

    unit_name: str
    unit_code: str | None
    year: int
    cover: tuple[str, ...]
    contents_heading: str
    contents: tuple[tuple[int, str], ...]
    tables: tuple[Table, ...]
    phase: str = "approved"
    level: str = "department"
    family: str = "hunan"
    region: str | None = None

    @property
    def file_name(self) -> str:
        """A file name as authorities give it, without an ending."""
        words = "部门决算公开表" if self.phase == "actual" else "部门预算公开表"
        return f"{self.unit_name}_{self.year}年{words}"

    def table(self, form: str, place: int = 0) -> Table:
        """The table of a form; ``place`` counts where a form is printed more than once."""
        return [table for table in self.tables if table.form == form][place]


def disclose(ledger: Ledger) -> Disclosure:
    """The disclosure of the seed's family that a ledger gives, every figure computed from exact amounts."""
    forms = read_forms()
    return Disclosure(
        unit_name=ledger.unit.name,
        unit_code=ledger.unit.code,
        year=ledger.year,
        cover=cover_lines(forms, ledger),
        contents_heading=forms["contents"]["heading"],
        contents=tuple(enumerate(contents_titles(forms), start=1)),
        tables=print_tables(forms, ledger),
        region=ledger.unit.region,
    )


def seed() -> Disclosure:
    """The 2024 department budget of 株洲市荷塘区行政审批服务局 as published."""
    return disclose(seed_ledger())


def derive(unit_code: str, unit_name: str, year: int, rule: Rule | None = None) -> Disclosure:
    """A made disclosure: the seed's ledger scaled by a rule, for a unit and year that never published it."""
    ledger = seed_ledger()
    return disclose(ledger.derived(unit=Unit(unit_code, unit_name, ledger.unit.region), year=year, rule=rule))


def with_table(disclosure: Disclosure, index: int, table: Table) -> Disclosure:
    """The same disclosure with one table replaced, by its 0-based place in the document."""
    tables = list(disclosure.tables)
    tables[index] = table
    return replace(disclosure, tables=tuple(tables))


def with_change(disclosure: Disclosure, index: int, row: int, col: int, text: str) -> Disclosure:
    """A published error: one body cell of one table says something else (all indices 0-based)."""
    return with_table(disclosure, index, disclosure.tables[index].with_cell(row, col, text))


def blank(disclosure: Disclosure, index: int, row: int, col: int) -> Disclosure:
    """A published error: one body cell of one table is empty."""
    return with_change(disclosure, index, row, col, "")


def without_money_unit(disclosure: Disclosure) -> Disclosure:
    """The same disclosure with no money unit printed anywhere."""

    def strip(table: Table) -> Table:
        rows = tuple(tuple(text.replace("（万元）", "") for text in row) for row in table.rows)
        captions = tuple(text for text in table.captions if "万元" not in text and not text.endswith("元"))
        return replace(table, rows=rows, captions=captions, money_unit=None)

    return replace(disclosure, tables=tuple(strip(table) for table in disclosure.tables))
