"""What a batch makes of the units and years that it touches: computed from a view, before anything is written."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

from infra.lake.commit import document_states
from infra.lake.difference import difference
from infra.lake.layout import ASIDE, FACTS, REGISTER, Partition, partitions_of, province_of
from infra.lake.supersede import DOCUMENT, Frames, supersede
from infra.lake.view import View


@dataclass(frozen=True, slots=True)
class Plan:
    """By table, also those under ``overtaken/``: the rows that shall be, and those by which that differs.

    ``documents`` are those of the batch, as ``Commit`` has them.
    """

    partitions: Collection[Partition]
    after: Mapping[str, pl.DataFrame]
    differing: Mapping[str, pl.DataFrame]
    documents: Mapping[str, Literal["committed", "unchanged", "superseded"]]

    def by_province(self) -> dict[str, Plan]:
        """What of it concerns each province, documents left out; a table that does not differ there is left out."""
        whose: dict[str, list[Partition]] = {}
        for partition in self.partitions:
            whose.setdefault(province_of(str(partition[0])), []).append(partition)
        differing = {name: rows_by_province(rows) for name, rows in self.differing.items()}
        after = {
            name: rows_by_province(self.after[name]) for name, rows in self.differing.items() if len(rows)
        }
        return {
            province: Plan(
                partitions,
                # All rows of a table may have gone from a province.
                {name: rows.get(province, self.after[name].clear()) for name, rows in after.items()},
                {name: rows[province] for name, rows in differing.items() if province in rows},
                {},
            )
            for province, partitions in whose.items()
        }


def rows_by_province(rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The rows of each province that has any, by their ``unit_code``."""
    whose = {unit: province_of(unit) for unit in rows["unit_code"].unique()}
    if len(set(whose.values())) <= 1:
        return dict.fromkeys(whose.values(), rows)
    marked = rows.with_columns(_province=pl.col("unit_code").replace_strict(whose))
    parts = marked.partition_by("_province", as_dict=True, include_key=False, maintain_order=True)
    return {str(province): those for (province,), those in parts.items()}


def plan_commit(
    view: View,
    incoming: Frames,
    replaced: Collection[tuple[str, str, int]] = (),
    restated: pl.DataFrame | None = None,
) -> Plan:
    """What ``supersede`` makes of what the view shows; arguments as there."""
    partitions = touched(incoming, replaced, restated)
    standing = {name: view.read(name, partitions) for name in FACTS}
    aside = {name: view.read(f"{ASIDE}/{name}", partitions) for name in FACTS if name != REGISTER}
    current = {
        name: pl.concat([standing[name], aside[name]]) if name in aside else standing[name] for name in FACTS
    }
    after, overtaken = supersede(current, incoming, replaced, restated)
    differing = {name: difference(standing[name], after[name]) for name in FACTS}
    changed = {document for rows in differing.values() for document in rows["document_id"]}
    states = document_states(set(incoming[REGISTER]["document_id"]), changed, after)
    differing |= {f"{ASIDE}/{name}": difference(aside[name], overtaken[name]) for name in aside}
    return Plan(
        partitions, {**after, **{f"{ASIDE}/{name}": overtaken[name] for name in aside}}, differing, states
    )


def touched(
    incoming: Frames, replaced: Collection[tuple[str, str, int]], restated: pl.DataFrame | None
) -> list[Partition]:
    """The units and years that a batch has to do with, sorted."""
    found: set[Partition] = {(unit, year) for _, unit, year in replaced}
    if restated is not None:
        found.update(restated.select(DOCUMENT[1:]).unique().rows())
    return sorted(found.union(*(partitions_of(incoming[name], DOCUMENT[1:]) for name in FACTS)))
