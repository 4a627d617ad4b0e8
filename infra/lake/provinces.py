"""Facts in a part for each province: ``province/43/budget_line/…``, its publication and Delta's logs beside it.

A unit's rows are all in the part of its province, by the first two digits of its division code (``00`` where no
division is known), so ``supersede`` has all that it needs in one part, and a document is whole or not there. What a
batch costs grows with its parts, not with the country. ``infra.lake.editions`` says which versions of the parts are
the lake.

A batch of several provinces is a commit a part and then one edition, by which readers see all of it. What that
holds up against:

* A crash in between: parts are ahead of the edition. The batch comes again, finds these parts done, does the others
  and makes the edition. Another writer's edition may show the parts before that, each document whole.
* A document that moves, because its region was corrected: it goes from its old part by an edition of its own, and
  comes to the new one by the next. No edition has it twice, whoever else makes one; a crash in between leaves it
  nowhere, until the batch comes again or ``reconcile`` finds it missing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, partial

import polars as pl

from infra.lake.commit import Commit
from infra.lake.delta_table import LakeTable
from infra.lake.editions import Edition, Editions
from infra.lake.layout import FACTS, REGISTER, Partition, province_of
from infra.lake.part import Part
from infra.lake.store import open_store
from infra.lake.supersede import Frames
from infra.lake.view import SplitView, View
from schemas.tables import empty_frame

FOLDER = "province"


@dataclass(slots=True)
class _Share:
    """What of a batch concerns one part."""

    incoming: dict[str, pl.DataFrame] = field(default_factory=dict)
    replaced: list[tuple[str, str, int]] = field(default_factory=list)
    restated: pl.DataFrame | None = None


class Provinces:
    """The parts of the lake at ``root``. ``tables`` have its columns. Used by one thread."""

    def __init__(self, root: str, tables: Mapping[str, LakeTable], options: Mapping[str, str]) -> None:
        self._root = root
        self._tables = tables
        self._options = options
        self._store = open_store(root, options)
        self._editions = Editions(self._store)
        self._parts: dict[str, Part] = {}

    def tables(self) -> Iterator[LakeTable]:
        """The handles of all tables of all parts."""
        for name in self._editions.newest().parts:
            yield from self._part(name).tables()

    def view(self, version: int | datetime | None = None) -> View:
        """The edition of now, or an earlier one. Raises ``StorageError``."""
        edition = self._editions.newest() if version is None else self._editions.at(version)
        return self._view(edition)

    def current(self, name: str, partitions: Iterable[Partition]) -> pl.DataFrame:
        """The rows of some units and years as they are now; what no edition names yet gets into one."""
        wanted = list(partitions)
        newest = self._newest({province_of(str(unit)) for unit, _ in wanted})
        edition, _ = self._editions.publish(newest)
        return self._view(edition).read(name, wanted)

    def commit(
        self,
        incoming: Frames,
        replaced: Collection[tuple[str, str, int]] = (),
        run_id: str = "",
        restated: pl.DataFrame | None = None,
    ) -> Commit:
        """Bring documents in, all tables of ``FACTS``; the rest is as in ``Lake.commit``."""
        arriving = {(document, province_of(unit)) for document, unit in _documents(incoming)}
        moving = {document for document, _ in arriving}
        leaving = [
            each for each in replaced if each[0] in moving and (each[0], province_of(each[1])) not in arriving
        ]
        done = Commit({})
        if leaving:
            done = done.then(*self._each(_shares(_nothing(), leaving, None), run_id)[0])
        commits, edition, made = self._each(_shares(incoming, replaced, restated), run_id)
        done = done.then(*commits)
        return replace(done, version=edition.number if made or done.version is not None else None)

    def mend(self, run_id: str = "") -> list[Partition]:
        """Make Delta's tables agree with the publications, and the edition with the parts."""
        names = list(self._editions.newest().parts)
        wrong = [partition for name in names for partition in self._part(name).mend(run_id)]
        self._editions.publish(self._newest(names), run_id)
        return sorted(wrong)

    def _each(self, shares: Mapping[str, _Share], run_id: str) -> tuple[list[Commit], Edition, bool]:
        """Commit each part's share, on S3 several at once, and name them in an edition (was it made?)."""

        def commit(name: str) -> Commit | Exception:
            share = shares[name]
            try:
                return self._part(name).commit(share.incoming, share.replaced, run_id, share.restated)
            except Exception as error:
                return error

        self._open(shares)
        done = self._store.each(commit, shares)
        for each in done:
            if isinstance(each, Exception):
                raise each
        commits = [each for each in done if isinstance(each, Commit)]
        seen = {name: self._part(name).version for name in shares}
        return commits, *self._editions.publish(_there(seen), run_id)

    def _newest(self, names: Iterable[str]) -> dict[str, int]:
        """The parts' versions of now; parts that are not there yet are left out."""
        wanted = sorted(set(names))
        self._open(wanted)
        versions = self._store.each(lambda name: self._part(name).newest_version(), wanted)
        return _there(dict(zip(wanted, versions, strict=True)))

    def _open(self, names: Iterable[str]) -> None:
        """Have the parts at hand: the dictionary of parts is not for several threads."""
        for name in names:
            self._part(name)

    def _part(self, name: str) -> Part:
        if name not in self._parts:
            self._parts[name] = Part(f"{self._root}/{FOLDER}/{name}", self._options)
        return self._parts[name]

    def _view(self, edition: Edition) -> SplitView:
        self._open(edition.parts)
        parts = {name: cache(partial(self._part(name).pinned, at)) for name, at in edition.parts.items()}
        return SplitView(self._tables, parts, self._store.each, edition.number or None)


def _documents(incoming: Frames) -> Iterator[tuple[str, str]]:
    yield from incoming[REGISTER].select("document_id", "unit_code").rows()


def _there(versions: Mapping[str, int | None]) -> dict[str, int]:
    return {name: version for name, version in versions.items() if version is not None}


def _nothing() -> dict[str, pl.DataFrame]:
    return {name: empty_frame(name) for name in FACTS}


def _shares(
    incoming: Frames, replaced: Iterable[tuple[str, str, int]], restated: pl.DataFrame | None
) -> dict[str, _Share]:
    """What concerns each part, by its name."""
    shares: defaultdict[str, _Share] = defaultdict(lambda: _Share(_nothing()))
    for name in FACTS:
        for province, rows in _by_province(incoming[name]):
            shares[province].incoming[name] = rows
    for each in replaced:
        shares[province_of(each[1])].replaced.append(each)
    for province, rows in [] if restated is None else _by_province(restated):
        shares[province].restated = rows
    return dict(sorted(shares.items()))


def _by_province(rows: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    units = defaultdict[str, list[str]](list)
    for unit in rows["unit_code"].unique():
        units[province_of(unit)].append(unit)
    if len(units) == 1:
        yield next(iter(units)), rows
        return
    for province, those in units.items():
        yield province, rows.filter(pl.col("unit_code").is_in(those))
