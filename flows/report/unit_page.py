"""The page of a unit: its years side by side, and what changed from one to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from markupsafe import Markup

from flows.report.digest import Digest
from flows.report.pages import render, word
from flows.report.plots import paired_bars
from schemas import classification

_TOTALS = {
    "revenue": ("收入", "revenue"),
    "expenditure": ("支出", "expenditure"),
    "basic": ("其中：基本支出", "of which basic"),
    "project": ("其中：项目支出", "of which projects"),
}
# The largest changes are what a reader looks for; the documents have all.
_MOST_CHANGES = 15


@dataclass(frozen=True, slots=True)
class Move:
    """An amount that differs between two documents of a unit, in yuan; None where it is not there."""

    code: str
    name: str
    before: Decimal | None
    after: Decimal | None

    @property
    def difference(self) -> Decimal:
        """After less before, what is not there as nothing."""
        return (self.after or Decimal(0)) - (self.before or Decimal(0))

    @property
    def share(self) -> str:
        """The difference as a share of what was before."""
        if not self.before:
            return "新增"
        return f"{self.difference / self.before * 100:+.1f}%".replace("-", "−")


@dataclass(frozen=True, slots=True)
class Step:
    """From one document to the next of the same phase: the functional items that moved most."""

    before: Digest
    after: Digest
    moves: list[Move]
    more: int


def unit_html(digests: Sequence[Digest]) -> str:
    """The page of the unit whose documents these are."""
    shown = sorted(digests, key=lambda each: (each.year, each.phase != "approved", each.document_id))
    forms = list(dict.fromkeys(form for digest in shown for form, _ in digest.forms))
    functions = sorted({code for digest in shown for code in digest.functions})
    return render(
        "unit.html",
        root="../",
        unit=shown[-1],
        names=list(dict.fromkeys(digest.unit_name for digest in reversed(shown))),
        digests=shown,
        forms=forms,
        states=[dict(map(tuple, digest.forms)) for digest in shown],  # type: ignore[arg-type]
        totals=_TOTALS,
        functions=[(code, classification.name("function", code) or "") for code in functions],
        steps=_steps(shown),
        plot=_plot(shown),
    )


def _steps(digests: Sequence[Digest]) -> list[Step]:
    steps = []
    for phase in ("approved", "actual"):
        own = [digest for digest in digests if digest.phase == phase and digest.items and digest.current]
        for before, after in pairwise(own):
            if before.basis != after.basis or before.year == after.year:
                continue  # other forms count other money
            moves = []
            for code in sorted(before.items.keys() | after.items.keys()):
                old, new = before.items.get(code), after.items.get(code)
                move = Move(
                    code,
                    (new or old or [""])[0],
                    Decimal(old[1]) if old else None,
                    Decimal(new[1]) if new else None,
                )
                if move.difference:
                    moves.append(move)
            moves.sort(key=lambda move: -abs(move.difference))
            steps.append(Step(before, after, moves[:_MOST_CHANGES], max(0, len(moves) - _MOST_CHANGES)))
    return steps


def _plot(digests: Sequence[Digest]) -> Markup | None:
    """Expenditure by year, budget beside final accounts; nothing to compare, no plot."""
    rows: dict[str, dict[str, float]] = {}
    series: list[str] = []
    for digest in digests:
        if digest.current and "expenditure" in digest.totals:
            name = word("budget_phase", digest.phase).zh
            series += [name] if name not in series else []
            # A drawing's height needs no exactness; the table has the figures.
            rows.setdefault(str(digest.year), {})[name] = float(
                Decimal(digest.totals["expenditure"]) / 10_000
            )
    if sum(map(len, rows.values())) < 2:
        return None
    return paired_bars(rows, series, f"{digests[-1].unit_name} 各年支出 expenditure by year", "万元")
