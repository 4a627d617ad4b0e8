"""Plots as inline SVG, drawn by matplotlib: no script, no font, no request; the same data gives the same bytes.

matplotlib was taken because it is kept (since 2003), permissive (a BSD-like licence), draws without a browser
and writes plain SVG whose text stays text. Interactive libraries (plotly, bokeh, altair) bring megabytes of
script for each page, which ten bars do not need.

Colours and fonts are the page's: matplotlib draws with stand-in colours, which become CSS variables, so that
light, dark and print follow the style sheet. Every plot has its numbers in a table beside it.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from markupsafe import Markup, escape

#: Series have the colours --s1 to --s8 of the style sheet.
SERIES = 8
_STAND_INS = {f"#0{number}0{number}0{number}": f"var(--s{number})" for number in range(1, SERIES + 1)}
_INK, _FAINT, _PAPER = "#0a0a0a", "#0b0b0b", "#0c0c0c"
_STAND_INS |= {_INK: "var(--ink)", _FAINT: "var(--line)", _PAPER: "var(--paper)"}
_FONT = re.compile(r"font: ([0-9.]+)px [^;\"]+|font-family: [^;\"]+;? ?")
_HEAD = re.compile(r"^.*?<svg[^>]*viewBox=\"([^\"]+)\"[^>]*>", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_STAND_IN = re.compile("|".join(_STAND_INS))


@cache
def _plotting() -> Any:
    """matplotlib, set up for SVG; loaded when a plot is drawn."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update(
        {
            "svg.fonttype": "none",
            "svg.hashsalt": "budgetlake",
            "font.size": 9,
            "text.color": _INK,
            "axes.edgecolor": _FAINT,
            "axes.labelcolor": _INK,
            "xtick.color": _FAINT,
            "ytick.color": _FAINT,
            "xtick.labelcolor": _INK,
            "ytick.labelcolor": _INK,
            "hatch.linewidth": 0.8,
        }
    )
    import matplotlib.pyplot as plt

    return plt


def stacked_bars(rows: Mapping[str, Sequence[float]], title: str, unit: str) -> Markup:
    """One horizontal bar a row, its parts side by side in the colours of the series; the sum at its end.

    Heights in drawing units only: the exact figures stand in the page's table.
    """
    plt = _plotting()
    figure, axes = plt.subplots(figsize=(8.6, 0.55 + 0.36 * len(rows)))
    names = list(rows)
    left = [0.0] * len(names)
    most = max((sum(parts) for parts in rows.values()), default=0.0) or 1.0
    for series in range(max((len(parts) for parts in rows.values()), default=0)):
        widths = [rows[name][series] for name in names]
        colour = f"#0{series + 1}0{series + 1}0{series + 1}"
        axes.barh(names, widths, left=left, color=colour, height=0.66, edgecolor=_PAPER, linewidth=0.8)
        left = [start + width for start, width in zip(left, widths, strict=True)]
    for place, total in enumerate(left):
        axes.text(total + most * 0.012, place, f"{total:,.0f}", va="center", fontsize=8.5)
    axes.invert_yaxis()
    axes.set_xlim(0, most * 1.14)
    axes.set_xlabel(unit, fontsize=8.5)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    return _svg(figure, axes, title)


def paired_bars(
    rows: Mapping[str, Mapping[str, float]], series: Sequence[str], title: str, unit: str
) -> Markup:
    """A group of vertical bars a row (a year), one a series (budget, final accounts), values above them."""
    plt = _plotting()
    figure, axes = plt.subplots(figsize=(max(3.6, 1.3 + 1.1 * len(rows)), 2.5))
    width = 0.8 / max(1, len(series))
    most = max((value for row in rows.values() for value in row.values()), default=0.0) or 1.0
    for number, name in enumerate(series):
        colour = f"#0{number + 1}0{number + 1}0{number + 1}"
        for place, row in enumerate(rows.values()):
            if name in row:
                at = place + (number - (len(series) - 1) / 2) * width
                axes.bar(at, row[name], width * 0.92, color=colour)
                axes.text(at, row[name] + most * 0.015, f"{row[name]:,.0f}", ha="center", fontsize=8)
    axes.set_xticks(range(len(rows)), list(rows))
    axes.set_ylim(0, most * 1.12)
    axes.set_ylabel(unit, fontsize=8.5)
    axes.yaxis.set_major_formatter("{x:,.0f}")
    return _svg(figure, axes, title)


def _svg(figure: Any, axes: Any, title: str) -> Markup:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=3)
    axes.set_axisbelow(True)
    out = io.StringIO()
    with warnings.catch_warnings():
        # The reader's browser has the font; matplotlib only measures, a Chinese character as a box.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.tight_layout(pad=0.4)
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    _plotting().close(figure)
    text = _METADATA.sub("", out.getvalue())
    text = _STAND_IN.sub(lambda found: _STAND_INS[found.group()], text)
    text = _FONT.sub(lambda found: f"font-size: {found[1]}px" if found[1] else "", text)
    label = escape(title)
    width = round(figure.get_figwidth() * 96)  # text as large as the page's
    size = f"max-width: {width}px; min-width: {min(width, 460)}px"

    def head(found: re.Match[str]) -> str:
        opening = f'<svg class="plot" role="img" aria-label="{label}" style="{size}" viewBox="{found[1]}">'
        return f"{opening}<title>{label}</title>"

    # What matplotlib writes is made of numbers and of our labels, which it escapes as XML.
    return Markup(_HEAD.sub(head, text, count=1))  # noqa: S704
