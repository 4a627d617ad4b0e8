"""What readers pay for a lake in parts: ``python -m bench.growth.queries [FILES…] [--unit-years 3100] [--write]``.

The same units and years, all of them with their files, in a lake of one piece and in one by province. Each question is
asked of a lake that is opened anew, as a command does; processor time of this process, the least of some times.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.documents import readable
from bench.growth.__main__ import make_model
from bench.growth.bodies import Body, provinces
from bench.growth.country import write_cases
from bench.growth.made import Country, make_lake
from bench.page import table
from bench.processor import load
from infra.lake import Lake, open_sql, run_select

_TIMES = 5
_UNIT = "unit_code = '{}' AND year = {}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--unit-years", type=int, default=3100, help="units and years in each lake (3,100)")
    parser.add_argument("--name", help="file name that files which tell no unit or year are given")
    parser.add_argument("--write", action="store_true", help="write docs/growth.md")
    options = parser.parse_args()
    everywhere = tuple(provinces())
    country = Country(everywhere, options.unit_years // len(everywhere), everywhere)
    bodies = {Body(province, number) for province in everywhere for number in range(country.each)}
    with tempfile.TemporaryDirectory(prefix="budgetlake-bench-") as folder:
        place = Path(folder)
        model = make_model(readable(options.files, options.name), place)
        spent = []
        for split in ("none", "province"):
            lake = Lake(str(place / split), split="province" if split == "province" else "none")
            make_lake(lake, model, country, bodies, place / "landing", split == "province")
            spent.append({name: _least(ask, lake.uri) for name, ask in _questions(Body("43", 1)).items()})
    rows = [[name, f"{1e3 * spent[0][name]:.0f}", f"{1e3 * spent[1][name]:.0f}"] for name in spent[0]]
    lines = [
        f"{country.unit_years:,} units and years over {len(everywhere)} provinces in a folder; processor time in "
        f"ms, the least of {_TIMES}; {load()}.",
        "",
        *table(["", "one lake", "one a province"], rows),
    ]
    print("\n".join(lines))
    if options.write:
        write_cases(lines, "readers")


def _questions(body: Body) -> dict[str, Callable[[Lake], object]]:
    unit, year = body.unit_year
    where = _UNIT.format(unit, year)
    return {
        "the rows of one unit and year, `Lake.read_partitions`": lambda lake: lake.read_partitions(
            "budget_line", [(unit, year)]
        ),
        "`budgetlake query`: opened, nothing asked": open_sql,
        "· one unit and year": lambda lake: run_select(
            open_sql(lake),
            f"SELECT sum(amount_yuan) FROM budget_line WHERE {where}",  # noqa: S608
        ),
        "· a sum over all": lambda lake: run_select(
            open_sql(lake), "SELECT year, sum(amount_yuan) FROM budget_line GROUP BY ALL"
        ),
        "· a published view over all": lambda lake: run_select(
            open_sql(lake), "SELECT count(*) FROM unit_overview"
        ),
    }


def _least(ask: Callable[[Lake], object], uri: str) -> float:
    found = []
    for _ in range(_TIMES):
        used = time.process_time()
        ask(Lake(uri))
        found.append(time.process_time() - used)
    return min(found)


if __name__ == "__main__":
    main()
