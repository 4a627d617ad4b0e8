"""The table, the plot and the page of what a batch costs as the lake grows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from bench.growth.batch import STAGES, Cost
from bench.page import DOCS, table
from bench.processor import load

_PAGE = DOCS / "growth.md"
_PLOT = DOCS / "images" / "growth.svg"
_ASKED = {
    "read": "objects read",
    "written": "objects written",
    "listed": "listings",
    "bytes written": "bytes written",
}


@dataclass(frozen=True, slots=True)
class Grown:
    """What was measured in a lake of so many units and years: the first batch, the others, and ``known``."""

    unit_years: int
    first: Cost
    batches: Sequence[Cost]
    known: float

    def middle(self, of: Callable[[Cost], float]) -> float:
        """The median of the batches but the first."""
        return median(map(of, self.batches))


def report(grown: Sequence[Grown], documents: int) -> list[str]:
    """Lines of Markdown: a column for each lake, and the slope between the smallest and the largest."""
    rows = [_row("processor time of a batch, s", grown, lambda cost: cost.processor, "{:.2f}")]
    rows += [_row(f"· {stage}", grown, _of_stage(stage), "{:.2f}") for stage in STAGES]
    rows.append(["time by the clock, s", *(f"{each.middle(lambda c: c.wall):.1f}" for each in grown)])
    rows.append(["the first batch of a process, s", *(f"{each.first.processor:.2f}" for each in grown)])
    rows.append([f"`Lake.known` of {documents} objects, ms", *(f"{1e3 * each.known:.0f}" for each in grown)])
    for name, called in _ASKED.items():
        unit, style = (1e6, "{:.1f} MB") if name.startswith("bytes") else (1, "{:.0f}")
        rows.append(
            [
                f"{called} of the lake",
                *(style.format(each.middle(_asked(name)) / unit) for each in grown),
            ]
        )
    head = ["units and years in the lake", *(f"{each.unit_years:,}" for each in grown)]
    return [
        f"Batches of {documents} documents, half of them of new units and years; medians of "
        f"{len(grown[0].batches)}; {load()}.",
        "",
        *table(head, rows),
        "",
        *_slope(grown, documents),
    ]


def _row(name: str, grown: Sequence[Grown], of: Callable[[Cost], float], style: str) -> list[str]:
    return [name, *(style.format(each.middle(of)) for each in grown)]


def _of_stage(stage: str) -> Callable[[Cost], float]:
    return lambda cost: cost.stages[stage]


def _asked(name: str) -> Callable[[Cost], float]:
    return lambda cost: cost.asked[name]


def _outside(cost: Cost) -> float:
    """Processor time that has to do with the lake; reading and checking documents do not know its size."""
    return sum(cost.stages[name] for name in ("ledger", "commit", "settle"))


def _slope(grown: Sequence[Grown], documents: int) -> list[str]:
    least, most = grown[0], grown[-1]
    if len(grown) < 2:
        return []
    whole = most.middle(lambda c: c.processor) / least.middle(lambda c: c.processor)
    lake = [each.middle(_outside) for each in (least, most)]
    slope = (lake[1] - lake[0]) / (most.unit_years - least.unit_years)
    reading = most.middle(lambda c: c.processor) - lake[1]
    lines = [
        f"With {most.unit_years:,} units and years a batch costs {whole:.2f} times what it costs with "
        f"{least.unit_years:,}; the part that has to do with the lake (ledger, commit, settle) "
        f"{lake[1] / lake[0]:.2f} times; `Lake.known` {most.known / least.known:.2f} times. "
        f"By that slope, {1e6 * slope:.2f} s a batch for each million units and years:",
        "",
    ]
    rows = []
    for size in (1_000_000, 10_000_000):
        part = lake[1] + slope * (size - most.unit_years)
        total = reading + part
        rows.append(
            [
                f"{size:,} units and years, by the slope",
                f"{part:.2f} s",
                f"{total:.2f} s",
                f"{total / least.middle(lambda c: c.processor):.2f}",
                f"{total / documents * 1e6 / 3600:,.0f} h",
            ]
        )
    head = ["one lake", "ledger, commit, settle", "batch", "times the smallest", "a million documents"]
    return [*lines, *table(head, rows)]


def write_page(lines: Sequence[str], grown: Sequence[Grown]) -> None:
    """Write the table into docs/growth.md, between its marks, and the plot beside it."""
    text = _PAGE.read_text(encoding="utf-8")
    begin, end = "<!-- growth: written by the benchmark -->", "<!-- end of growth -->"
    pattern = re.compile(f"({re.escape(begin)}\n).*?({re.escape(end)})", re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"{_PAGE.name} has no section {begin}.")
    body = "\n".join([*lines, "", "![Processor time of a batch by size of the lake](images/growth.svg)"])
    _PAGE.write_text(pattern.sub(lambda found: f"{found[1]}\n{body}\n\n{found[2]}", text), encoding="utf-8")
    _plot(grown)


def _plot(grown: Sequence[Grown]) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams |= {"svg.hashsalt": "budgetlake", "font.family": "DejaVu Sans", "font.size": 10}
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 3.4), layout="constrained")
    sizes = [each.unit_years for each in grown]
    axes.stackplot(
        sizes,
        *([each.middle(_of_stage(stage)) for each in grown] for stage in STAGES),
        labels=STAGES,
    )
    axes.set_xscale("log")
    axes.set_xlabel("units and years in the lake")
    axes.set_ylabel("s")
    axes.set_title("Processor time of a batch", loc="left", fontsize=11)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    _PLOT.parent.mkdir(exist_ok=True)
    figure.savefig(_PLOT, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)
