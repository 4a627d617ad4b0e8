"""What the index and a unit's page need to know of a document: small, plain data that the manifest keeps.

So both are made without reading the lake's rows of documents that did not change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any, TypeAlias

import polars as pl

from flows.report.checks import is_open
from schemas.form import UNRECOGNISED, Layout, fold_path, layouts

Row: TypeAlias = Mapping[str, Any]

# Where amounts by function are taken from, the widest first; the digest says which it was.
_BY_FUNCTION = {
    "expenditure_summary": None,
    "appropriation_expenditure": "fiscal_appropriation",
    "general_budget_expenditure": "general_public_budget",
}


@dataclass(slots=True)
class Digest:
    """One document. Amounts are yuan as text; ``forms`` are (form_code, state) of what the family owes.

    States: ``present``, ``empty`` (declared empty), ``missing`` (promised by the contents and not printed),
    ``absent`` (of the family, neither promised nor printed), ``extra`` (printed and not of the family).
    ``functions`` and ``items`` are total expenditure by functional class (3 digits) and item (7 digits) after
    form ``basis``; ``findings`` counts open findings by rule and severity; ``checks`` all checks by status.
    """

    key: str
    document_id: str
    unit_code: str
    unit_name: str
    region_code: str
    year: int
    phase: str
    kind: str
    level: str
    title: str
    file_name: str
    grade: str
    current: bool
    page: str
    family: str | None = None
    forms: list[list[str]] = field(default_factory=list)
    totals: dict[str, str] = field(default_factory=dict)
    basis: str | None = None
    functions: dict[str, str] = field(default_factory=dict)
    items: dict[str, list[str]] = field(default_factory=dict)
    findings: list[list[Any]] = field(default_factory=list)
    checks: dict[str, int] = field(default_factory=dict)
    figures: int = 0
    changes: int = 0
    versions: int = 1

    def plain(self) -> dict[str, Any]:
        """As the manifest keeps it."""
        return asdict(self)

    def count(self, state: str) -> int:
        """Owed forms in a state."""
        return sum(each == state for _, each in self.forms)

    @property
    def open_errors(self) -> int:
        """Open findings of severity error."""
        return sum(number for _, severity, number in self.findings if severity == "error")

    @property
    def open_warnings(self) -> int:
        """Open findings of severity warning."""
        return sum(number for _, severity, number in self.findings if severity == "warning")


def digest_of(
    document: Row,
    statements: Sequence[Row],
    lines: pl.DataFrame,
    findings: Iterable[Row],
    page: str,
) -> Digest:
    """The digest of one document, from its rows of the lake; ``page`` is the address of its page."""
    name = document["document_id"]
    made = Digest(
        f"{name}/{document['unit_code']}/{document['year']}",
        name,
        document["unit_code"],
        document["org_unit_name"],
        document["region_code"],
        document["year"],
        document["budget_phase"],
        document["document_kind"],
        document["disclosure_level"],
        document["document_title"] or "",
        document["file_name"],
        document["grade"],
        document["is_current"],
        page,
        figures=int((lines["cell_state"] != "blank").sum()),
    )
    made.family = family_of(document, statements)
    made.forms = _forms(made.family, document, statements)
    own = lines.filter(pl.col("budget_phase") == document["budget_phase"])
    made.totals = _totals(own)
    made.basis, made.functions, made.items = _functions(own)
    counted: Counter[tuple[str, str]] = Counter()
    checks: Counter[str] = Counter()
    for finding in findings:
        checks[finding["status"]] += 1
        if is_open(finding):
            counted[finding["check_code"], finding["severity"]] += 1
    made.findings = [[code, severity, number] for (code, severity), number in sorted(counted.items())]
    made.checks = dict(sorted(checks.items()))
    return made


@cache
def _families() -> dict[str, dict[str, Layout]]:
    found: dict[str, dict[str, Layout]] = {}
    for layout in layouts():
        found.setdefault(layout.family, {}).setdefault(layout.form, layout)
    return found


def owed(family: str | None) -> list[str]:
    """The forms that a family publishes, in its order."""
    forms = _families().get(family or "", {})
    return sorted(forms, key=lambda form: (forms[form].number or 99, form))


def family_of(document: Row, statements: Sequence[Row]) -> str | None:
    """The family whose layouts print most of the columns of a document's tables; None where none fits."""
    if document["document_kind"] == "final_accounts" and "final_accounts" in _families():
        return "final_accounts"
    score: Counter[str] = Counter()
    present = {row["form_code"] for row in statements if row["form_code"] != UNRECOGNISED}
    for family, forms in sorted(_families().items()):
        if family == "final_accounts":
            continue
        for row in statements:
            layout = forms.get(row["form_code"])
            if layout is not None:
                known = {path for column in layout.columns for path in column.paths}
                score[family] += sum(fold_path(path) in known for path in row["column_paths"] or ()) * 4 + 1
        score[family] += 8 * len(present & forms.keys()) // max(1, len(present | forms.keys()))
    best = score.most_common(1)
    return best[0][0] if best and best[0][1] > 0 else None


_STATES = {"present_empty": "empty", "missing_in_body": "missing"}


def _forms(family: str | None, document: Row, statements: Sequence[Row]) -> list[list[str]]:
    states: dict[str, str] = {}
    for row in statements:
        state = _STATES.get(row["status"], "present")
        # A form that is there several times is there when one of them is.
        if states.get(row["form_code"]) != "present":
            states[row["form_code"]] = state
    due = owed(family)
    if document["disclosure_level"] == "unit" and states:
        # The targets of the whole department are the department's to publish.
        due = [form for form in due if form != "overall_performance" or form in states]
    found = [[form, states.get(form, "absent")] for form in due]
    rest = sorted(form for form in states if form not in due and form != UNRECOGNISED)
    return found + [[form, "extra"] for form in rest]


def _totals(lines: pl.DataFrame) -> dict[str, str]:
    """Grand totals as printed once: revenue, expenditure, basic and project expenditure."""
    wanted = {
        "revenue": ("revenue_summary", ("revenue", "revenue_total"), None),
        "expenditure": ("expenditure_summary", ("expenditure", "expenditure_total"), None),
        "basic": ("expenditure_summary", ("expenditure",), "basic"),
        "project": ("expenditure_summary", ("expenditure",), "project"),
    }
    found = {}
    for name, (form, measures, kind) in wanted.items():
        rows = lines.filter(
            (pl.col("form_code") == form)
            & pl.col("row_kind").is_in(["grand_total", "list_row"])
            & pl.col("measure_code").is_in(list(measures))
            & pl.col("expenditure_type").eq_missing(pl.lit(kind, pl.String))
            & pl.col("fund_type").is_null()
            & pl.col("amount_yuan").is_not_null()
        ).sort("table_no", "row_no", "col_no")
        # A form that is a list (收入总表 of Jiangsu) has its total as a line of its own.
        totals = rows.filter(pl.col("row_kind") == "grand_total")
        lines_of_total = rows.filter(pl.col("measure_code").str.ends_with("_total"))
        for choice in (totals, lines_of_total):
            if choice.height and name not in found:
                found[name] = str(choice["amount_yuan"][0])
    return found


def _functions(lines: pl.DataFrame) -> tuple[str | None, dict[str, str], dict[str, list[str]]]:
    totals = lines.filter(
        (pl.col("measure_code") == "expenditure")
        & pl.col("expenditure_type").is_null()
        & pl.col("function_code").is_not_null()
        & pl.col("amount_yuan").is_not_null()
    )
    for form, fund in _BY_FUNCTION.items():
        # A form of one fund alone says that fund for its totals.
        of_total = pl.col("fund_type").eq_missing(pl.lit(fund, pl.String))
        rows = totals.filter((pl.col("form_code") == form) & of_total)
        classes = _summed(rows.filter(pl.col("row_kind") == "function_class"))
        if classes:
            items = _summed(rows.filter(pl.col("row_kind") == "function_item"))
            names = dict(rows.select("function_code", "function_name").drop_nulls().rows())
            return (
                form,
                {code: str(amount) for code, amount in classes.items()},
                {code: [names.get(code, ""), str(amount)] for code, amount in items.items()},
            )
    return None, {}, {}


def _summed(rows: pl.DataFrame) -> dict[str, Decimal]:
    summed = rows.group_by("function_code").agg(pl.col("amount_yuan").sum()).sort("function_code")
    return {code: amount for code, amount in summed.iter_rows() if amount}
