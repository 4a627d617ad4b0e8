"""Plot where a district's money goes: python docs/examples/plot_district.py LAKE REGION YEAR OUT.svg

Approved budgets of the bodies that have published, by functional class, basic and project expenditure apart.
Departments and their units are not counted twice (``district_expenditure``).
"""

from __future__ import annotations

import sys
import warnings
from decimal import Decimal

import matplotlib as mpl

mpl.use("svg")
# Text stays text, so the reader's own fonts show Chinese; nothing in the file changes from run to run.
mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "budgetlake", "font.family": "sans-serif"})

# matplotlib measures the text with a font of its own, without Chinese; the file names no font.
warnings.filterwarnings("ignore", message="Glyph .* missing from font")

import matplotlib.pyplot as plt  # noqa: E402  after the backend is chosen

from infra.lake import Lake, open_sql, run_select  # noqa: E402
from infra.settings import load_settings  # noqa: E402

SQL = """
SELECT class_name,
       coalesce(sum(amount_wan) FILTER (expenditure_type = 'basic'), 0) AS basic,
       coalesce(sum(amount_wan) FILTER (expenditure_type = 'project'), 0) AS project,
       max(region_name) AS region, max(bodies) AS bodies
FROM district_expenditure
WHERE region_code = '{region}' AND year = {year} AND budget_phase = 'approved' AND money_scope = 'all'
GROUP BY class_name HAVING sum(amount_wan) > 0 ORDER BY sum(amount_wan)
"""


def plot(lake: Lake, region: str, year: int, out: str) -> Decimal:
    """Write the plot as SVG; gives the sum of its bars in 万元. Raises ``SystemExit`` where there is nothing."""
    rows = run_select(open_sql(lake), SQL.format(region=region, year=year))
    if rows.is_empty():
        raise SystemExit(f"The lake has no approved budget of {region} for {year}.")
    names, basic, project = (rows[name].to_list() for name in ("class_name", "basic", "project"))
    figure, axes = plt.subplots(figsize=(8, 0.8 + 0.5 * len(names)), layout="constrained")
    axes.barh(names, [float(value) for value in basic], label="基本支出 basic")
    bars = axes.barh(
        names, [float(v) for v in project], left=[float(v) for v in basic], label="项目支出 project"
    )
    totals = [one + other for one, other in zip(basic, project, strict=True)]
    axes.bar_label(bars, labels=[format(value, ",") for value in totals], padding=3)
    bodies = max(rows["bodies"].to_list())
    axes.set_title(f"{rows['region'][0]} {year}: {bodies} bodies, 万元")
    axes.margins(x=0.15)
    axes.legend(loc="lower right")
    figure.savefig(out, metadata={"Date": None, "Creator": None})
    plt.close(figure)
    return sum(totals, Decimal(0))


if __name__ == "__main__":
    uri, code, fiscal_year, path = sys.argv[1:]
    total = plot(Lake.of(load_settings(lake=uri)), code, int(fiscal_year), path)
    print(f"{path}: {total:,} 万元")
