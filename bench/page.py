"""Results on the pages of ``docs``: each benchmark writes its own section there, and its plot beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"
PAGE = DOCS / "performance.md"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table of Markdown, figures to the right."""
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    return [*lines, *("| " + " | ".join(row) + " |" for row in rows)]


def write_section(name: str, lines: Sequence[str], page: Path = PAGE) -> None:
    """Replace what stands between the marks of a section; the page has them."""
    text = page.read_text(encoding="utf-8")
    marks = f"<!-- {name}: written by the benchmark -->", f"<!-- end of {name} -->"
    pattern = re.compile(f"({re.escape(marks[0])}\n).*?({re.escape(marks[1])})", re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"{page.name} has no section {marks[0]}.")
    body = "\n".join(lines)
    page.write_text(pattern.sub(lambda found: f"{found[1]}\n{body}\n\n{found[2]}", text), encoding="utf-8")


def bars(file: str, title: str, unit: str, groups: Mapping[str, Mapping[str, float]]) -> None:
    """A plot of stacked horizontal bars, one a group, a part each; an SVG in ``docs/images``."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams |= {"svg.hashsalt": "budgetlake", "font.family": "DejaVu Sans", "font.size": 10}
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 1.2 + 0.55 * len(groups)), layout="constrained")
    names = list(dict.fromkeys(part for parts in groups.values() for part in parts))
    colours = plt.get_cmap("tab10")
    left = dict.fromkeys(groups, 0.0)
    for at, name in enumerate(names):
        values = [parts.get(name, 0.0) for parts in groups.values()]
        axes.barh(list(groups), values, left=list(left.values()), label=name, color=colours(at), height=0.6)
        left = {group: left[group] + value for group, value in zip(groups, values, strict=True)}
    axes.invert_yaxis()
    axes.set_xlabel(unit)
    axes.set_title(title, loc="left", fontsize=11)
    if len(names) > 1:
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    (DOCS / "images").mkdir(exist_ok=True)
    figure.savefig(DOCS / "images" / file, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)
