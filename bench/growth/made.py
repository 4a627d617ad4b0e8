"""Lakes by rule: so many units and years, all tables, without reading a document for each.

The rows of each unit and year are those of a real document, as files of it: hard links, whose unit and year the
folders tell. So the lake has every file, folder and name that it would have, the size of each and nothing twice on
the disk. Register, ledger, hints, publication and Delta's logs are written by the code of ``infra.lake``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from bench.growth.bodies import address, body
from infra.lake import Hint, Lake
from infra.lake.delta_log import DeltaLog, File, commit_actions
from infra.lake.follow import Follower
from infra.lake.layout import FACTS, Partition
from infra.lake.ledger import with_shard
from infra.lake.publication import SCHEMA, Publication, shard_of_unit
from infra.lake.store import open_store
from infra.lake.whereabouts import Whereabouts
from schemas.tables import frame

# ext4 takes 65,000 names of one file.
_LINKS = 60_000
_CHUNK = 20_000

Templates = Sequence[Mapping[str, File]]


def make_lake(lake: Lake, model: Lake, count: int, landing: Path) -> None:
    """Fill an empty lake with ``count`` units and years, each with the files of a document of ``model``.

    The documents that the ledger tells of are said to lie below ``landing``.
    """
    store = open_store(lake.uri, {})
    publication = Publication(lake.uri, {})
    comes: dict[str, list[tuple[Partition, File]]] = {name: [] for name in FACTS}
    templates = _templates(model)
    for number in range(count):
        region, code, year = body(number)
        for name, (source, file) in templates[number % len(templates)].items():
            folder = f"unit_code={region}-{code}/year={year}"
            there = (
                f"{folder}/part-{hashlib.sha256(f'{name} {number}'.encode()).hexdigest()[:32]}.zstd.parquet"
            )
            _link(source, Path(lake.uri, name, there), number)
            comes[name].append(((f"{region}-{code}", year), File(there, file.size, file.rows)))
    publication.table.create(_published(comes))
    for name, files in comes.items():
        if files:
            table = lake.table(name)
            table.make()
            DeltaLog(store, name).create(1, commit_actions(table.partition_by, (), files, {}, 0))
            table.refresh()
            table.checkpoint()
            table.close()
    followers = Follower(store, publication, {name: lake.table(name) for name in FACTS})
    followers.mark(0)
    _landed(lake, count, landing)


def _templates(model: Lake) -> list[dict[str, tuple[Path, File]]]:
    """The files of each unit and year of the model, by table."""
    view = model.snapshot()
    found: dict[Partition, dict[str, tuple[Path, File]]] = {}
    for name in FACTS:
        for partition, files in view.named(name).items():
            for file in files:
                found.setdefault(partition, {})[name] = Path(model.uri, name, file.name), file
    return list(found.values())


def _link(source: Path, target: Path, number: int) -> None:
    if number >= _LINKS:
        copy = source.with_suffix(f".{number // _LINKS}")
        if not copy.exists():
            shutil.copy(source, copy)
        source = copy
    try:
        os.link(source, target)
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(source, target)


def _published(comes: Mapping[str, Sequence[tuple[Partition, File]]]) -> pl.DataFrame:
    now = datetime.now(UTC)
    rows = [
        (shard_of_unit(str(unit), int(year)), unit, year, name, [file.name], [file.size], now, "")
        for name, files in comes.items()
        for (unit, year), file in files
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _landed(lake: Lake, count: int, landing: Path) -> None:
    """The ledger of the documents and the hints where they are."""
    now = datetime.now(UTC)
    whereabouts = Whereabouts(open_store(lake.uri, {}))
    ledger = []
    for begin in range(0, count, _CHUNK):
        numbers = range(begin, min(count, begin + _CHUNK))
        rows, hints = [], []
        for number in numbers:
            uri = str(landing / address(number, 0, "预算公开.pdf"))
            document = hashlib.sha256(f"by rule {number}".encode()).hexdigest()
            region, code, year = body(number)
            hints.append(Hint(document, uri, f"{region}-{code}", year))
            rows.append(
                {
                    "uri": uri,
                    "key": uri,
                    "etag": f"{number:x}",
                    "byte_size": 200_000,
                    "document_id": document,
                    "state": "committed",
                    "uploaded_at": now,
                    "received_at": now,
                    "started_at": now,
                    "committed_at": now,
                    "attempts": 1,
                    "run_id": "by rule",
                }
            )
        ledger.append(with_shard(frame("object", rows)))
        whereabouts.leave(hints)
    whereabouts.finish()
    lake.table("object").create(pl.concat(ledger).select(lake.table("object").schema.names()))
    lake.table("object").refresh()
