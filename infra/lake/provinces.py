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

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import cache, partial

import polars as pl

from infra.lake.commit import Commit, TableCommit
from infra.lake.delta_table import ConflictError, LakeTable
from infra.lake.editions import Edition, Editions
from infra.lake.layout import FACTS, REGISTER, Partition, province_of
from infra.lake.part import Part
from infra.lake.plan import plan_commit, rows_by_province, touched
from infra.lake.store import open_store
from infra.lake.supersede import Frames
from infra.lake.view import SplitView, View
from schemas.tables import empty_frame

FOLDER = "province"


class Provinces:
    """The parts of the lake at ``root``. ``tables`` have its columns. Used by one thread."""

    def __init__(self, root: str, tables: Mapping[str, LakeTable], options: Mapping[str, str]) -> None:
        self._folder = f"{root}/{FOLDER}"
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
        arriving = set(incoming[REGISTER].select("document_id", "unit_code").rows())
        here = {(document, province_of(unit)) for document, unit in arriving}
        moving = {document for document, _ in here}
        leaving = [
            each for each in replaced if each[0] in moving and (each[0], province_of(each[1])) not in here
        ]
        done = Commit({})
        if leaving:
            done = self._bring({name: empty_frame(name) for name in FACTS}, leaving, run_id, None)
        return done.then(self._bring(incoming, replaced, run_id, restated))

    def _bring(
        self,
        incoming: Frames,
        replaced: Collection[tuple[str, str, int]],
        run_id: str,
        restated: pl.DataFrame | None,
    ) -> Commit:
        """A commit of each part, on S3 several at once, and the edition that has them.

        What shall be is computed at once for all parts; a part that another writer changed since does all of its
        own again.
        """
        partitions = touched(incoming, replaced, restated)
        names = sorted({province_of(str(unit)) for unit, _ in partitions})
        self._open(names)
        views = dict(zip(names, self._store.each(lambda name: self._part(name).view(), names), strict=True))
        view = SplitView(
            self._tables, self._folder, {name: partial(views.__getitem__, name) for name in names}
        )
        plan = plan_commit(view, incoming, replaced, restated)
        plans = plan.by_province()

        def commit(name: str) -> Commit:
            part = self._part(name)
            with suppress(ConflictError):
                return part.publish(views[name], plans[name], run_id)
            return part.commit(
                {table: _of(name, rows) for table, rows in incoming.items()},
                [each for each in replaced if province_of(each[1]) == name],
                run_id,
                None if restated is None else _of(name, restated),
            )

        def ended(name: str) -> Commit | Exception:
            try:
                return commit(name)
            except Exception as error:
                # The others end first: a part is for one thread at a time.
                return error

        done = Commit(dict.fromkeys(plan.differing, TableCommit()), plan.documents)
        for each in self._store.each(ended, names):
            if isinstance(each, Exception):
                raise each
            done = done.then(each)
        seen = {name: self._part(name).version for name in names}
        edition, made = self._editions.publish(_there(seen), run_id)
        return replace(done, version=edition.number if made or done.version is not None else None)

    def mend(self, run_id: str = "") -> list[Partition]:
        """Make Delta's tables agree with the publications, and the edition with the parts."""
        names = list(self._editions.newest().parts)
        wrong = [partition for name in names for partition in self._part(name).mend(run_id)]
        self._editions.publish(self._newest(names), run_id)
        return sorted(wrong)

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
            self._parts[name] = Part(f"{self._folder}/{name}", self._options)
        return self._parts[name]

    def _view(self, edition: Edition) -> SplitView:
        self._open(edition.parts)
        parts = {name: cache(partial(self._part(name).pinned, at)) for name, at in edition.parts.items()}
        return SplitView(self._tables, self._folder, parts, edition.number or None, self._store.each)


def _there(versions: Mapping[str, int | None]) -> dict[str, int]:
    return {name: version for name, version in versions.items() if version is not None}


def _of(province: str, rows: pl.DataFrame) -> pl.DataFrame:
    return rows_by_province(rows).get(province, rows.clear())
