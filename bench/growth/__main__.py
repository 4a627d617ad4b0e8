"""What a batch costs as the lake grows: ``python -m bench.growth [FILES…] [--unit-years 1000,10000] [--write]``.

For each number of units and years a lake is made by rule (``bench.growth.made``). Then batches of documents go through
the whole line, ``flows.line.bring_in`` with its reading processes: a half of them are of new units and years, a
half republish units and years that are in the lake, all over its districts. The first batch is not measured
(imports, checks of a table's columns). Documents are copies of the FILES, or generated disclosures.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.documents import copy_of, readable
from bench.growth.batch import Cost, known_cost, run_batch
from bench.growth.bodies import PARSER, address
from bench.growth.made import make_lake
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
    parser.add_argument("--name", help="file name that files which tell no unit or year are given")
    parser.add_argument("--write", action="store_true", help="write docs/growth.md")
    options = parser.parse_args()
    sizes = [int(each) for each in options.unit_years.split(",")]
    with tempfile.TemporaryDirectory(prefix="budgetlake-bench-") as folder:
        place = Path(folder)
        files = readable(options.files or [_generated(place)], options.name)
        print(f"{len(files)} files give rows; {load()}", flush=True)
        model = _model(files, place)
        grown = [
            measure(size, files, model, place / str(size), options.documents, options.runs) for size in sizes
        ]
    lines = report(grown, options.documents)
    print("\n".join(lines))
    if options.write:
        write_page(lines, grown)


def measure(
    size: int, files: Sequence[tuple[Path, str]], model: Lake, place: Path, documents: int, runs: int
) -> Grown:
    """Batches in a lake of this size; the lake is removed after them."""
    settings = load_settings(lake=str(place / "lake"))
    lake = Lake.of(settings)
    landing = place / "landing"
    make_lake(lake, model, size, landing)
    dice = random.Random(size)
    old = dice.sample(range(size), (runs + 1) * (documents // 2))
    new = iter(range(size, size + (runs + 1) * documents))
    costs: list[Cost] = []
    with DocumentPool(settings, parser=PARSER) as pool:
        pool.start()
        for number in range(runs + 1):
            republished = old[number * (documents // 2) :][: documents // 2]
            bodies = [*republished, *(next(new) for _ in range(documents - len(republished)))]
            refs = _upload(bodies, number + 1, files, landing, settings)
            costs.append(run_batch(refs, lake, settings, pool))
            print(f"{size:,} {number}: {costs[-1]}", flush=True)
            known = known_cost([*refs[:50], *_by_rule(dice.sample(range(size), 50), landing)], lake)
    shutil.rmtree(place)
    return Grown(size, costs[0], costs[1:], known)


def _upload(
    bodies: Sequence[int], edition: int, files: Sequence[tuple[Path, str]], landing: Path, settings: Settings
) -> list[ObjectRef]:
    for at, number in enumerate(bodies):
        path, name = files[at % len(files)]
        there = landing / address(number, edition, name)
        there.parent.mkdir(parents=True)
        there.write_bytes(copy_of(path, number * 100 + edition))
    return list(list_objects(str(landing / f"edition-{edition}"), settings))


def _by_rule(numbers: Sequence[int], landing: Path) -> list[ObjectRef]:
    uris = [str(landing / address(number, 0, "预算公开.pdf")) for number in numbers]
    return [ObjectRef(uri, None, uri, etag=f"{n:x}") for uri, n in zip(uris, numbers, strict=True)]


def _model(files: Sequence[tuple[Path, str]], place: Path) -> Lake:
    """A small lake of the files, whose files the large lakes are made of."""
    settings = load_settings(lake=str(place / "model"))
    lake = Lake.of(settings)
    with DocumentPool(settings, parser=PARSER) as pool:
        run_batch(
            _upload(range(0, 10 * len(files), 10), 0, files, place / "models", settings), lake, settings, pool
        )
    return lake


def _generated(place: Path) -> Path:
    path = place / f"{seed().file_name}.docx"
    path.write_bytes(write_docx(seed()))
    return path


if __name__ == "__main__":
    main()
