"""Lakes of one piece against lakes by province: the table, by cases, that ``docs/growth.md`` shows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.growth.batch import Cost
from bench.growth.report import Grown
from bench.page import DOCS, table
from bench.processor import load

_PAGE = DOCS / "growth.md"
_STAGES = ("ledger", "commit", "settle")
_PARTED = {"none": "one", "province": "one a province"}


@dataclass(frozen=True, slots=True)
class Case:
    """A lake of so many units and years, parted so, and batches of one province or of all."""

    unit_years: int
    lakes: str
    over: str
    made: str


def report_cases(measured: Mapping[Case, Grown], documents: int, keep: Path | None) -> list[str]:
    """Lines of Markdown: a row for each case; ``keep`` has those of earlier calls too."""
    rows = {json.dumps(asdict(case)): _figures(grown) for case, grown in measured.items()}
    if keep is not None:
        earlier = json.loads(keep.read_text()) if keep.exists() else {}
        rows = {**earlier, **rows}
        keep.write_text(json.dumps(rows, indent=1))
    head = [
        "units and years; lakes; a batch is of",
        *_STAGES,
        "together, s",
        "`known`, ms",
        "read",
        "written",
        "listed",
        "MB",
    ]
    cases = sorted(
        ((Case(**json.loads(name)), figures) for name, figures in rows.items()),
        key=lambda each: (each[0].unit_years, each[0].lakes, each[0].over),
    )
    runs = len(next(iter(measured.values())).batches)
    return [
        f"Batches of {documents} documents, half of them of new units and years; medians of {runs}; processor "
        f"seconds of what has to do with the lake; {load()}.",
        "",
        *table(head, [[_name(case), *_shown(figures)] for case, figures in cases]),
    ]


def _name(case: Case) -> str:
    provinces = "one province" if case.over == "one" else "31 provinces"
    return f"{case.unit_years:,}; {_PARTED[case.lakes]}; {provinces}"


def _figures(grown: Grown) -> dict[str, float]:
    def of_stages(cost: Cost) -> float:
        return sum(cost.stages[name] for name in _STAGES)

    def stage(name: str) -> Callable[[Cost], float]:
        return lambda cost: cost.stages[name]

    def asked(name: str) -> Callable[[Cost], float]:
        return lambda cost: cost.asked[name]

    return {
        **{name: grown.middle(stage(name)) for name in _STAGES},
        "together": grown.middle(of_stages),
        "known": 1e3 * grown.known,
        **{name: grown.middle(asked(name)) for name in ("read", "written", "listed")},
        "bytes": grown.middle(asked("bytes written")) / 1e6,
    }


def _shown(figures: Mapping[str, Any]) -> Sequence[str]:
    styles = {"known": "{:.0f}", "read": "{:.0f}", "written": "{:.0f}", "listed": "{:.0f}", "bytes": "{:.1f}"}
    return [styles.get(name, "{:.2f}").format(value) for name, value in figures.items()]


def write_cases(lines: Sequence[str], name: str = "provinces") -> None:
    """Write a section of docs/growth.md, between its marks."""
    begin, end = f"<!-- {name}: written by the benchmark -->", f"<!-- end of {name} -->"
    text = _PAGE.read_text(encoding="utf-8")
    pattern = re.compile(f"({re.escape(begin)}\n).*?({re.escape(end)})", re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"{_PAGE.name} has no section {begin}.")
    body = "\n".join(lines)
    _PAGE.write_text(pattern.sub(lambda found: f"{found[1]}\n{body}\n\n{found[2]}", text), encoding="utf-8")
