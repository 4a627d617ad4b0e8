"""Lakes by rule: so many units and years, all tables, without reading a document for each.

Publication, Delta's logs and ledger have all that they would have, each name and size; who reads them pays for all of
it. The Parquet files of a unit and year are there only where somebody will read them: hard links to those of a real
document, whose unit and year the folders tell. The ledger's shards have rows of other addresses, as many as so many
objects have, one file linked into every shard. Register, hints and the ledger's rows of the bodies that are there are
written by the code of ``infra.lake``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from bench.growth.bodies import Body
from infra.lake import Hint, Lake
from infra.lake.delta_log import DeltaLog, File, commit_actions
from infra.lake.editions import Editions
from infra.lake.follow import Follower
from infra.lake.layout import FACTS, Partition
from infra.lake.part import Part
from infra.lake.provinces import FOLDER
from infra.lake.publication import NAME, SCHEMA, Publication, shard_of_unit
from infra.lake.store import open_store
from infra.lake.whereabouts import Whereabouts
from schemas.tables import frame

# ext4 takes 65,000 names of one file.
_LINKS = 60_000

Template = Mapping[str, tuple[Path, File]]


@dataclass(frozen=True, slots=True)
class Country:
    """Units and years: ``each`` in every one of ``provinces``; the facts of those in ``made`` only are made."""

    provinces: tuple[str, ...]
    each: int
    made: tuple[str, ...]

    @property
    def unit_years(self) -> int:
        """All of the country's."""
        return len(self.provinces) * self.each


def make_lake(
    lake: Lake, model: Lake, country: Country, there: Collection[Body], landing: Path, split: bool
) -> None:
    """Fill an empty lake; the bodies that are ``there`` have files, and documents that landed below ``landing``.

    ``split``: as a lake by province, which ``lake`` has to be opened as.
    """
    # Whoever writes first says how the lake is parted.
    lake.record(frame("object", []))
    templates = _templates(model)
    if split:
        for province in country.made:
            part = Part(f"{lake.uri}/{FOLDER}/{province}", {})
            _make_part(part, (Body(province, number) for number in range(country.each)), templates)
        Editions(open_store(lake.uri, {})).publish(dict.fromkeys(country.made, 1))
    else:
        bodies = (Body(province, number) for province in country.made for number in range(country.each))
        _make_part(Part(lake.uri, {}), bodies, templates)
    for at, body in enumerate(sorted(there, key=lambda each: (each.province, each.number))):
        root = Path(lake.uri, FOLDER, body.province) if split else Path(lake.uri)
        for name, (source, _) in _template(templates, body).items():
            _link(source, root / name / _file_name(name, body), at)
    _make_ledger(lake, country.unit_years, 16**3 if split else 16**2)
    _landed(lake, there, landing)


def _templates(model: Lake) -> list[Template]:
    """The files of each unit and year of the model, by table."""
    view = model.snapshot()
    found: dict[Partition, dict[str, tuple[Path, File]]] = {}
    for name in FACTS:
        for partition, files in view.named(name).items():
            for file in files:
                found.setdefault(partition, {})[name] = Path(model.uri, name, file.name), file
    return list(found.values())


def _template(templates: Sequence[Template], body: Body) -> Template:
    return templates[body.number % len(templates)]


def _file_name(table: str, body: Body) -> str:
    unit, year = body.unit_year
    name = hashlib.sha256(f"{table} {unit} {year}".encode()).hexdigest()[:32]
    return f"unit_code={unit}/year={year}/part-{name}.zstd.parquet"


def _link(source: Path, target: Path, number: int) -> None:
    if number >= _LINKS:
        copy = source.with_suffix(f".{number // _LINKS}")
        if not copy.exists():
            shutil.copy(source, copy)
        source = copy
    target.parent.mkdir(parents=True, exist_ok=True)
    os.link(source, target)


def _make_part(part: Part, bodies: Iterator[Body], templates: Sequence[Template]) -> None:
    """Publish the files of these bodies as version 1, and tell Delta's logs of them."""
    comes: dict[str, list[tuple[Partition, File]]] = {name: [] for name in FACTS}
    for body in bodies:
        for name, (_, file) in _template(templates, body).items():
            comes[name].append((body.unit_year, File(_file_name(name, body), file.size, file.rows)))
    store, publication = open_store(part.root, {}), Publication(part.root, {})
    publication.table.make()
    rows = _published(comes)
    written = publication.table.write(rows, sorted(rows.select("shard").unique().rows()))
    files = [(shard, file) for shard, file in written.items() if file is not None]
    _tell(DeltaLog(store, NAME), ("shard",), files)
    publication.table.refresh()
    publication.table.checkpoint()
    for name, table in part.facts.items():
        table.make()
        if comes.get(name):
            _tell(DeltaLog(store, name), table.partition_by, comes[name], published=1)
            table.refresh()
            table.checkpoint()
            table.close()
    Follower(store, publication, part.facts).mark(1)


def _tell(
    log: DeltaLog,
    columns: tuple[str, ...],
    files: Sequence[tuple[Partition, File]],
    published: int | None = None,
) -> None:
    log.create(1, commit_actions(columns, (), files, {}, published))


def _published(comes: Mapping[str, Sequence[tuple[Partition, File]]]) -> pl.DataFrame:
    now = datetime.now(UTC)
    tables = []
    for name, files in comes.items():
        units, years = [each[0][0] for each in files], [each[0][1] for each in files]
        shards = [shard_of_unit(str(unit), int(year)) for unit, year in zip(units, years, strict=True)]
        told = {
            "shard": shards,
            "unit_code": units,
            "year": years,
            "table": [name] * len(files),
            "files": [[file.name] for _, file in files],
            "sizes": [[file.size] for _, file in files],
            "published_at": [now] * len(files),
            "run_id": [""] * len(files),
        }
        tables.append(pl.DataFrame(told, schema=SCHEMA))
    return pl.concat(tables)


def _make_ledger(lake: Lake, objects: int, shards: int) -> None:
    """A ledger of so many objects: in every shard the same rows, of addresses that nobody asks for."""
    table = lake.table("object")
    table.make()
    rows = frame("object", [_row(f"other {number}", None, None) for number in range(objects // shards)])
    if not rows.is_empty():
        digits = len(f"{shards - 1:x}")
        [(_, made)] = table.write(rows.with_columns(shard=pl.lit("by rule")), [("by rule",)]).items()
        assert made is not None
        files = []
        for shard in (f"{number:0{digits}x}" for number in range(shards)):
            name = f"shard={shard}/{Path(made.name).name}"
            _link(Path(table.uri, made.name), Path(table.uri, name), 0)
            files.append(((shard,), File(name, made.size, made.rows)))
        _tell(DeltaLog(open_store(lake.uri, {}), "object"), table.partition_by, files)
    table.refresh()
    table.checkpoint()


def _landed(lake: Lake, there: Collection[Body], landing: Path) -> None:
    """The ledger's rows of the documents that are there, and the hints where they are."""
    rows, hints = [], []
    for body in there:
        unit, year = body.unit_year
        uri = str(landing / body.address(0, "预算公开.pdf"))
        document = hashlib.sha256(f"by rule {unit} {year}".encode()).hexdigest()
        hints.append(Hint(document, uri, str(unit), int(year)))
        rows.append(_row(uri, document, f"{unit} {year}"))
    whereabouts = Whereabouts(open_store(lake.uri, {}))
    whereabouts.leave(hints)
    whereabouts.finish()
    lake.record(frame("object", rows))


def _row(uri: str, document: str | None, etag: str | None) -> dict[str, object]:
    now = datetime.now(UTC)
    return {
        "uri": uri,
        "key": uri,
        "etag": etag,
        "byte_size": 200_000,
        "document_id": document or hashlib.sha256(uri.encode()).hexdigest(),
        "state": "committed",
        "uploaded_at": now,
        "received_at": now,
        "started_at": now,
        "committed_at": now,
        "attempts": 1,
        "run_id": "by rule",
    }
