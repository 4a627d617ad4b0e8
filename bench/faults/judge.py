"""What must hold of a lake: whenever it is read, and when all is over."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache

import polars as pl

from infra.lake import Lake
from infra.lake.lake import View
from infra.lake.layout import FACTS
from infra.settings import Settings
from infra.versions import Removal, list_versions
from parsers.document import parse_document

NO_FORM = ("missing_in_body", "unrecognised")


@lru_cache(maxsize=1024)
def forms_of(data: bytes) -> Mapping[str, int]:
    """A document's lines by form, as read alone."""
    tables = parse_document(data, "x.txt").tables
    # Tables that no form fits do not replace one another.
    stated = (row for row in tables["statement"] if row["status"] not in NO_FORM)
    found = {row["form_code"]: 0 for row in stated}
    for line in tables["budget_line"]:
        found[line["form_code"]] += 1
    return found


def halves(view: View, contents: Mapping[str, bytes]) -> list[str]:
    """What a reader of one snapshot sees of parts of documents; empty as it must be.

    Of each unit and year and form, the newest document in the register that has the form gives all lines of
    it, and no other document any; ``statement`` says the same as ``budget_line``.
    """
    register = view.scan("document").sort("retrieved_at", "document_id").collect()
    lines = view.scan("budget_line").group_by("document_id", "form_code").len().collect()
    seen = {(document, form): count for document, form, count in lines.rows()}
    stated = view.scan("statement").filter(~pl.col("status").is_in(NO_FORM)).collect()
    statements = set(stated.select("document_id", "form_code").rows())
    owner: dict[tuple[str, int, str], tuple[str, int]] = {}
    for row in register.iter_rows(named=True):
        for form, count in forms_of(contents[row["document_id"]]).items():
            owner[row["unit_code"], row["year"], form] = (row["document_id"], count)
    expected = {(document, form): count for (_, _, form), (document, count) in owner.items()}
    wrong = [
        f"{key[1]} of {key[0][:8]}: {seen.get(key, 0)} lines of {count}"
        for key, count in expected.items()
        if seen.get(key, 0) != count
    ]
    wrong += [f"{form} of {document[:8]} does not stand" for document, form in set(seen) - set(expected)]
    wrong += [f"statement of {form} of {document[:8]}" for document, form in statements ^ set(expected)]
    return wrong


def rows(lake: Lake) -> dict[str, list[str]]:
    """All facts as texts; when the work was done is no part of them."""
    view = lake.snapshot()
    return {
        name: sorted(map(str, view.scan(name).drop("ingested_at", strict=False).collect().rows()))
        for name in FACTS
    }


def differences(lake: Lake, alone: Lake) -> list[str]:
    """Tables in which the lake is not the lake of the run without faults."""
    mine, theirs = rows(lake), rows(alone)
    return [
        f"{name}: {len(set(mine[name]) - set(theirs[name]))} rows too many, "
        f"{len(set(theirs[name]) - set(mine[name]))} missing, {len(mine[name])} against {len(theirs[name])}; "
        f"{[*sorted(set(mine[name]) ^ set(theirs[name]))][:2]}"
        for name in FACTS
        if mine[name] != theirs[name]
    ]


def unsettled(lake: Lake, settings: Settings) -> list[str]:
    """Object versions that the ledger does not know as done, and rows that Delta has and nobody published."""
    ledger = lake.scan("object").collect()
    done = set(
        ledger.filter(~pl.col("state").is_in(["received", "started", "failed"]))
        .select("uri", "version_id")
        .rows()
    )
    listed = [entry for key in list_versions(f"s3://{settings.landing_bucket}/", settings) for entry in key]
    wrong = [
        f"{entry.uri} {entry.version_id} is not settled"
        for entry in listed
        if not isinstance(entry, Removal) and (entry.uri, entry.version_id) not in done
    ]
    lake.mend()
    view = lake.snapshot()
    told: dict[str, list[str]] = {name: [] for name in FACTS}
    for table in lake.tables():
        if table.name in told:
            table.refresh()
            told[table.name] += table.files()
    for name, files in told.items():
        if sorted(files) != sorted(view.files(name)):
            wrong.append(f"{name} has files that are not published")
    keys = ["unit_code", "document_id", "table_no", "row_no", "col_no"]
    if view.scan("budget_line").select(pl.struct(keys).is_duplicated().any()).collect().item():
        wrong.append("budget_line has a cell twice")
    return wrong


def content_id(data: bytes) -> str:
    """A document's identity."""
    return hashlib.sha256(data).hexdigest()
