"""What the lake already knows of objects and documents, so that nothing is read or added twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import polars as pl

from flows.anew import STANDING, Record, came_back, is_newer
from infra.lake import Hint, Lake
from infra.objects import ObjectRef

# States of an object that need no second reading. What was refused or broken off is read again.
_DONE = frozenset({"committed", "unchanged", "alias", "superseded", "withdrawn"})


class Ledger:
    """The ledger's rows of a batch's addresses, as they were when the batch began."""

    def __init__(self, lake: Lake, refs: Collection[ObjectRef]) -> None:
        self._rows: dict[str, list[Record]] = defaultdict(list)
        if refs:
            for row in lake.versions({ref.uri for ref in refs}).iter_rows(named=True):
                self._rows[row["uri"]].append(row)

    def record(self, ref: ObjectRef) -> Record | None:
        """The row of this object version.

        A listing tells no version id. Its ETag then has to do, but only of the newest version known: a key
        may be given bytes that it had before.
        """
        rows = self._rows[ref.uri]
        for row in rows:
            if (row["version_id"], row["etag"]) == (ref.version_id, ref.etag):
                return row
        if ref.etag is not None:
            for row in rows:
                alike = row["etag"] == ref.etag and None in (row["version_id"], ref.version_id)
                if alike and not any(is_newer(other, row) for other in rows):
                    return row
        return None

    def done(self, ref: ObjectRef) -> Record | None:
        """The row of this object version if nothing is left to do for it."""
        row = self.record(ref)
        if row is None or row["state"] not in _DONE or came_back(ref, self._rows[ref.uri]):
            return None
        return row

    def outdated(self, ref: ObjectRef) -> bool:
        """Whether a newer version of the same key stands in the lake.

        A file has no versions: what is there now is the newest, also when it was put back from a copy.
        """
        return ref.bucket is not None and any(
            row["state"] in STANDING and is_newer(row, ref) for row in self._rows[ref.uri]
        )

    def earlier_documents(self, ref: ObjectRef) -> set[str]:
        """Documents that other versions of the key gave."""
        mine = self.record(ref)
        return {
            row["document_id"]
            for row in self._rows[ref.uri]
            if row is not mine and row["state"] in STANDING and row["document_id"]
        }

    def overtaken(self, ref: ObjectRef) -> list[dict[str, Any]]:
        """The rows of older versions of the key, as they are once ``ref`` is in the lake."""
        mine = self.record(ref)
        return [
            {**row, "state": "superseded"}
            for row in self._rows[ref.uri]
            if row is not mine and row["state"] in STANDING
        ]

    def attempts(self, ref: ObjectRef) -> int:
        """How often this object version was worked on."""
        row = self.record(ref)
        return 0 if row is None else int(row["attempts"])


def registered(lake: Lake, partitions: Iterable[tuple[str, int]]) -> dict[tuple[str, str, int], Record]:
    """The register's rows of these units and years, by (document_id, unit_code, year)."""
    rows = lake.current("document", sorted(set(partitions)))
    return {(row["document_id"], row["unit_code"], row["year"]): row for row in rows.iter_rows(named=True)}


def find_documents(
    lake: Lake, document_ids: Collection[str], hints: Iterable[Hint] | None = None
) -> list[Record]:
    """The register's rows of these documents, wherever they lie; ``hints`` where they were looked up already."""
    wanted = set(document_ids)
    if not wanted:
        return []
    told = lake.look_up(wanted) if hints is None else hints
    places = {(hint.unit_code, hint.year) for hint in told if hint.unit_code and hint.year}
    rows = registered(lake, places).values()
    return [row for row in rows if row["document_id"] in wanted]


def holders(lake: Lake, hints: Iterable[Hint]) -> list[Record]:
    """The ledger's rows by which addresses hold the documents that these hints are of."""
    wanted = {(hint.document_id, hint.uri) for hint in hints}
    rows = lake.versions({uri for _, uri in wanted}).filter(pl.col("state").is_in(list(STANDING)))
    return [row for row in rows.iter_rows(named=True) if (row["document_id"], row["uri"]) in wanted]


def replaced_documents(
    lake: Lake, by_uri: Mapping[str, Collection[str]], kept: Collection[str] = ()
) -> list[tuple[str, str, int]]:
    """Documents that overwritten keys gave, as ``Lake.commit`` takes them; those that another key gives stay.

    ``by_uri`` has the documents that each key gave before, ``kept`` those that the batch itself brings.
    """
    wanted = {document for documents in by_uri.values() for document in documents} - set(kept)
    if not wanted:
        return []
    hints = lake.look_up(wanted, set(by_uri))
    elsewhere = {
        row["document_id"]
        for row in holders(lake, hints)
        if row["document_id"] not in by_uri.get(row["uri"], ())
    }
    return [
        (row["document_id"], row["unit_code"], row["year"])
        for row in find_documents(lake, wanted - elsewhere, hints)
    ]
