"""What a batch costs as the lake grows: ``python -m bench.growth [FILES…] [--unit-years 1000,10000] [--write]``.

For each number of units and years a lake is made by rule (``bench.growth.made``), over all provinces. Then batches of
documents go through the whole line, ``flows.line.bring_in`` with its reading processes: a half of them are of new
units and years, a half republish units and years that are in the lake. The first batch is not measured (imports,
checks of a table's columns). Documents are copies of the FILES, or generated disclosures.

``--lakes none,province`` measures lakes of one piece against lakes by province (``BUDGETLAKE_LAKE_SPLIT``), and
``--over one,all`` batches of one province and of all of them. ``--made one`` makes the facts of one province only, for
countries that are too large for a disk: the ledger is a whole country's all the same. Each file is read once then.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
from collections.abc import Sequence
from itertools import product
from pathlib import Path

from bench.documents import copy_of, readable
from bench.growth.batch import Cost, known_cost, run_batch
from bench.growth.bodies import PARSER, PARSER_ONCE, Body, provinces
from bench.growth.country import Case, report_cases, write_cases
from bench.growth.made import Country, make_lake
from bench.growth.report import Grown, report, write_page
from bench.processor import load
from flows.pool import DocumentPool
from infra.lake import Lake
from infra.objects import ObjectRef, list_objects
from infra.settings import Settings, load_settings
from tests.generator.disclosure import seed
from tests.generator.office import write_docx


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--unit-years", default="1000,10000,100000", help="sizes of lakes, by commas")
    parser.add_argument("--documents", type=int, default=100, help="documents of a batch (100)")
    parser.add_argument("--runs", type=int, default=3, help="batches measured in each lake (3)")
    parser.add_argument("--lakes", help="none, province or both by a comma: how the lakes are parted")
    parser.add_argument("--over", default="one,all", help="one, all: how many provinces a batch is of")
    parser.add_argument(
        "--made", default="all", choices=("one", "all"), help="provinces whose facts are made"
    )
    parser.add_argument("--name", help="file name that files which tell no unit or year are given")
    parser.add_argument("--write", action="store_true", help="write docs/growth.md")
    parser.add_argument(
        "--keep", type=Path, help="with --lakes: a file that keeps the figures of several calls"
    )
    options = parser.parse_args()
    sizes = [int(each) for each in options.unit_years.split(",")]
    cases = [
        Case(size, lakes, over, options.made)
        for size, lakes, over in product(
            sizes,
            options.lakes.split(",") if options.lakes else ["none"],
            options.over.split(",") if options.lakes else ["all"],
        )
    ]
    with tempfile.TemporaryDirectory(prefix="budgetlake-bench-") as folder:
        place = Path(folder)
        files = readable(options.files or [_generated(place)], options.name)
        print(f"{len(files)} files give rows; {load()}", flush=True)
        model = make_model(files, place)
        parse = PARSER_ONCE if options.lakes else PARSER
        grown = [
            measure(case, files, model, place / "case", options.documents, options.runs, parse)
            for case in cases
        ]
    if options.lakes:
        measured = dict(zip(cases, grown, strict=True))
        lines = report_cases(measured, options.documents, options.keep)
    else:
        lines = report(grown, options.documents)
    print("\n".join(lines))
    if options.write and options.lakes:
        write_cases(lines)
    elif options.write:
        write_page(lines, grown)


def measure(
    case: Case,
    files: Sequence[tuple[Path, str]],
    model: Lake,
    place: Path,
    documents: int,
    runs: int,
    parse: str,
) -> Grown:
    """Batches in a lake of this case; the lake is removed after them."""
    settings = load_settings(lake=str(place / "lake"), lake_split=case.lakes)
    lake = Lake.of(settings)
    landing = place / "landing"
    everywhere = tuple(provinces())
    home = everywhere[:1] if case.over == "one" else everywhere
    made = everywhere[:1] if case.made == "one" else everywhere
    country = Country(everywhere, case.unit_years // len(everywhere), made)
    batches = list(_batches(country, home, documents, runs + 1))
    there = {body for old, _ in batches for body in old}
    make_lake(lake, model, country, there, landing, case.lakes == "province")
    known, costs = 0.0, list[Cost]()
    with DocumentPool(settings, parser=parse) as pool:
        pool.start()
        for number, (old, new) in enumerate(batches, start=1):
            refs = _upload([*old, *new], number, files, landing, settings)
            costs.append(run_batch(refs, lake, settings, pool))
            print(f"{case} {number - 1}: {costs[-1]}", flush=True)
            known = known_cost([*refs[:50], *_by_rule(list(there)[:50], landing)], lake)
    shutil.rmtree(place)
    return Grown(case.unit_years, costs[0], costs[1:], known)


def _batches(
    country: Country, home: Sequence[str], documents: int, count: int
) -> list[tuple[list[Body], list[Body]]]:
    """For each batch the bodies that publish again, and those that are new."""
    dice = random.Random(country.each)
    share = -(-count * documents // len(home))
    again = {province: dice.sample(range(country.each), min(share, country.each)) for province in home}
    found, used = [], dict.fromkeys(home, 0)
    for _ in range(count):
        old, new = [], []
        for at in range(documents):
            province = home[at % len(home)]
            at_most = len(again[province])
            if at % 2 and used[province] < at_most:
                old.append(Body(province, again[province][used[province]]))
            else:
                new.append(Body(province, country.each + used[province]))
            used[province] += 1
        found.append((old, new))
    return found


def _upload(
    bodies: Sequence[Body], edition: int, files: Sequence[tuple[Path, str]], landing: Path, settings: Settings
) -> list[ObjectRef]:
    for at, body in enumerate(bodies):
        path, name = files[at % len(files)]
        there = landing / body.address(edition, name)
        there.parent.mkdir(parents=True)
        there.write_bytes(copy_of(path, int.from_bytes(str(body).encode()) * 100 + edition))
    return list(list_objects(str(landing / f"edition-{edition}"), settings))


def _by_rule(bodies: Sequence[Body], landing: Path) -> list[ObjectRef]:
    found = []
    for body in bodies:
        unit, year = body.unit_year
        uri = str(landing / body.address(0, "预算公开.pdf"))
        found.append(ObjectRef(uri, None, uri, etag=f"{unit} {year}"))
    return found


def make_model(files: Sequence[tuple[Path, str]], place: Path) -> Lake:
    """A small lake of the files, whose files the large lakes are made of."""
    settings = load_settings(lake=str(place / "model"))
    lake = Lake.of(settings)
    bodies = [Body("43", 10 * number) for number in range(len(files))]
    with DocumentPool(settings, parser=PARSER) as pool:
        run_batch(_upload(bodies, 0, files, place / "models", settings), lake, settings, pool)
    return lake


def _generated(place: Path) -> Path:
    path = place / f"{seed().file_name}.docx"
    path.write_bytes(write_docx(seed()))
    return path


if __name__ == "__main__":
    main()
