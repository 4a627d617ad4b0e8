"""The index: what the lake covers, how far it is proven, what was found, and where the money goes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from markupsafe import Markup

from flows.report.digest import Digest
from flows.report.pages import place_name, render, word
from flows.report.plots import SERIES, stacked_bars
from flows.report.quarantine_page import Refused
from flows.report.scope import Scope
from schemas import classification
from schemas.enumerations import codes
from schemas.rules import rules


@dataclass(frozen=True, slots=True)
class RuleCount:
    """Open findings of one rule: how many, in how many documents, at which severity."""

    code: str
    zh: str
    en: str
    severity: str
    number: int
    documents: int


@dataclass(frozen=True, slots=True)
class Functions:
    """Amounts by functional class and year: ``columns`` (year, phase, documents), ``rows`` (code, name, yuan)."""

    columns: list[tuple[int, str, int]]
    rows: list[tuple[str, str, list[Decimal | None]]]
    totals: list[Decimal]
    plot: Markup | None
    legend: list[tuple[int, str]]
    other_bases: int


def index_html(digests: Sequence[Digest], refused: Sequence[Refused], scope: Scope) -> str:
    """The page."""
    ordered = sorted(
        digests, key=lambda each: (each.region_code, each.unit_name, each.unit_code, each.year, each.phase)
    )
    regions = [
        (code, place_name(code), list(own))
        for code, own in groupby(ordered, key=lambda each: each.region_code)
    ]
    checks: Counter[str] = Counter()
    for digest in ordered:
        checks.update(digest.checks)
    grades = Counter(digest.grade for digest in ordered)
    return render(
        "index.html",
        root="",
        regions=regions,
        units=len({digest.unit_code for digest in ordered}),
        digests=ordered,
        years=sorted({digest.year for digest in ordered}),
        grades=[(code, grades[code]) for code in codes("grade") if grades[code]],
        checks=checks,
        figures=sum(digest.figures for digest in ordered),
        found=_found(ordered),
        functions=_functions(ordered),
        refused=refused,
        scope=scope,
    )


def _found(digests: Sequence[Digest]) -> list[RuleCount]:
    numbers: Counter[tuple[str, str]] = Counter()
    documents: Counter[tuple[str, str]] = Counter()
    for digest in digests:
        for code, severity, number in digest.findings:
            numbers[code, severity] += number
            documents[code, severity] += 1
    known = rules()
    rank = {severity: place for place, severity in enumerate(("error", "warning", "info"))}
    return [
        RuleCount(
            code,
            known[code].zh if code in known else code,
            known[code].en if code in known else code,
            severity,
            number,
            documents[code, severity],
        )
        for (code, severity), number in sorted(
            numbers.items(), key=lambda item: (rank.get(item[0][1], 3), -item[1], item[0][0])
        )
    ]


def _functions(digests: Sequence[Digest]) -> Functions:
    """Sums over bodies. A body that publishes as department and as unit counts once, as department."""
    chosen: dict[tuple[str, int, str], Digest] = {}
    for digest in digests:
        if digest.current and digest.functions:
            key = (digest.unit_name, digest.year, digest.phase)
            if key not in chosen or digest.level == "department":
                chosen[key] = digest
    columns: dict[tuple[int, str], list[Digest]] = {}
    for (_, year, phase), digest in sorted(
        chosen.items(), key=lambda item: (item[0][1], item[0][2] != "approved")
    ):
        columns.setdefault((year, phase), []).append(digest)
    summed: defaultdict[tuple[str, int, str], Decimal] = defaultdict(Decimal)
    total: defaultdict[str, Decimal] = defaultdict(Decimal)
    for column, own in columns.items():
        for digest in own:
            for code, amount in digest.functions.items():
                summed[code, *column] += Decimal(amount)
                total[code] += Decimal(amount)
    ranked = sorted(total, key=lambda code: (-total[code], code))
    named = {code: classification.name("function", code) or code for code in ranked}
    sums = [sum((summed[code, *column] for code in ranked), Decimal(0)) for column in columns]
    own_series, rest = ranked[: SERIES - 1], ranked[SERIES - 1 :]
    bars = {
        f"{year} {word('budget_phase', phase).zh}": [
            *(_wan(summed[code, year, phase]) for code in own_series),
            *([_wan(sum((summed[code, year, phase] for code in rest), Decimal(0)))] if rest else []),
        ]
        for year, phase in columns
    }
    legend = [(number, named[code]) for number, code in enumerate(own_series, start=1)]
    return Functions(
        [(year, phase, len(own)) for (year, phase), own in columns.items()],
        [(code, named[code], [summed[code, *column] or None for column in columns]) for code in ranked],
        sums,
        stacked_bars(bars, "各年按功能分类的支出 expenditure by function and year", "万元") if bars else None,
        legend + ([(SERIES, "其他")] if rest else []),
        sum(digest.basis != "expenditure_summary" for digest in chosen.values()),
    )


def _wan(amount: Decimal) -> float:
    # A drawing needs no exactness; the table has the figures.
    return float(amount / 10_000)
