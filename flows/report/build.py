"""``report``: the pages of a scope of the lake, into a folder, only those that changed.

Documents are read from one snapshot of the lake, some at a time, and made in processes; what the pages of units
and the index need is kept as digests. So memory grows by some kilobytes a document and not with its rows.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Any, TypeAlias

import polars as pl

from flows.report.address import page_of
from flows.report.digest import Digest
from flows.report.document_page import DocumentJob
from flows.report.files import write_file
from flows.report.index_page import index_html
from flows.report.makers import make_documents
from flows.report.manifest import Manifest, hash_of
from flows.report.pages import ASSETS, asset
from flows.report.quarantine_page import Refused, quarantine_html, refused_documents
from flows.report.scope import Scope
from flows.report.source import refs_of
from flows.report.unit_page import unit_html
from flows.report.versions import changes_between, lines_before, versions_of
from infra.lake import Lake
from infra.lake.lake import View
from infra.settings import Settings

Row: TypeAlias = Mapping[str, Any]

# Documents whose rows are in memory together: some hundred thousand rows, and one reading a table for all.
_TOGETHER = 40
_TABLES = ("statement", "budget_line", "finding")
_ORDER = {
    "statement": ("table_no", "form_code", "instance_no"),
    "budget_line": ("table_no", "row_no", "col_no"),
    "finding": (),
}


@dataclass(frozen=True, slots=True)
class Built:
    """What a run did: documents shown, pages made again, pages removed."""

    documents: int
    made: int
    removed: int


def build_report(
    lake: Lake,
    settings: Settings,
    out: Path,
    scope: Scope | None = None,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Built:
    """Bring the report's folder up to date. ``tell`` hears how many documents are looked at, of how many.

    Raises ``StorageError`` where the lake cannot be read or the folder cannot be written.
    """
    scope = scope or Scope()
    manifest = Manifest.of(out)
    view = lake.snapshot()
    register = view.scan("document").filter(scope.filter()).collect().sort("unit_code", "year", "document_id")
    for name in ASSETS:
        if manifest.is_new(name, hash_of(asset(name).decode())):
            write_file(out / "assets" / name, asset(name))
            manifest.keep(name, hash_of(asset(name).decode()), [f"assets/{name}"])
    made = 0
    inputs: dict[str, str] = {}
    jobs = _jobs(lake, view, register, out, manifest, inputs, tell)
    for job, done in make_documents(jobs, settings, settings.workers or os.cpu_count() or 1):
        name = _name(job.document)
        manifest.keep(name, inputs[name], done.files, done.digest)
        made += 1
        if made % _TOGETHER == 0:
            manifest.save()  # a run that is broken off goes on from here
    digests = [
        manifest.digest(name) for name in map(_name, register.iter_rows(named=True)) if name in manifest.met
    ]
    made += _units(digests, out, manifest)
    refused = refused_documents(lake, scope)
    made += _shared(digests, refused, scope, out, manifest)
    removed = manifest.drop_unmet()
    manifest.save()
    return Built(len(digests), made, removed)


def _name(document: Row) -> str:
    return f"document {document['unit_code']} {document['year']} {document['document_id']}"


def _jobs(
    lake: Lake,
    view: View,
    register: pl.DataFrame,
    out: Path,
    manifest: Manifest,
    inputs: dict[str, str],
    tell: Callable[[int, int], None],
) -> Iterator[DocumentJob]:
    """The documents whose pages have to be made; ``inputs`` takes the hash of each."""
    looked = 0
    for rows in _batches(register.iter_rows(named=True)):
        partitions = sorted({(row["unit_code"], row["year"]) for row in rows})
        frames = {name: view.read(name, partitions) for name in _TABLES}
        whole = view.read("document", partitions)
        refs = refs_of(lake, rows)
        for document in rows:
            own = {name: _of(document, frames[name], _ORDER[name]) for name in _TABLES}
            looked += 1
            if own["statement"].is_empty():
                continue  # a newer document gives all of its forms: it is a version of that one
            same = whole.filter(
                (pl.col("unit_code") == document["unit_code"]) & (pl.col("year") == document["year"])
            )
            versions = versions_of(lake, document, same)
            ref = refs.get(document["document_id"])
            name = _name(document)
            inputs[name] = hash_of(document, *own.values(), [str(each) for each in versions], str(ref))
            if manifest.is_new(name, inputs[name]):
                before = lines_before(lake, document, versions)
                yield DocumentJob(
                    document,
                    tuple(own["statement"].iter_rows(named=True)),
                    own["budget_line"],
                    tuple(own["finding"].iter_rows(named=True)),
                    tuple(versions),
                    tuple(changes_between(before, own["budget_line"])) if before.height else (),
                    ref,
                    out,
                    page_of(document["unit_code"], document["year"], document["document_id"]),
                )
        tell(looked, register.height)


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while batch := list(islice(left, _TOGETHER)):
        yield batch


def _of(document: Row, rows: pl.DataFrame, order: Sequence[str]) -> pl.DataFrame:
    own = rows.filter(
        (pl.col("document_id") == document["document_id"])
        & (pl.col("unit_code") == document["unit_code"])
        & (pl.col("year") == document["year"])
    )
    return own.sort("check_code", "check_seq") if "check_code" in own.columns else own.sort(order)


def _units(digests: Sequence[Digest], out: Path, manifest: Manifest) -> int:
    made = 0
    for unit_code, group in groupby(digests, key=lambda each: each.unit_code):
        own = list(group)
        name, page = f"unit {unit_code}", f"unit/{unit_code}.html"
        inputs = hash_of([digest.plain() for digest in own])
        if manifest.is_new(name, inputs):
            write_file(out / page, unit_html(own).encode("utf-8"))
            manifest.keep(name, inputs, [page])
            made += 1
    return made


def _shared(
    digests: Sequence[Digest], refused: Sequence[Refused], scope: Scope, out: Path, manifest: Manifest
) -> int:
    """The index and the page of what was refused."""
    made = 0
    told = [each.plain() for each in refused]
    pages: list[tuple[str, str, Callable[[], str]]] = [
        (
            "index.html",
            hash_of([digest.plain() for digest in digests], told, str(scope)),
            lambda: index_html(digests, refused, scope),
        ),
        ("quarantine.html", hash_of(told), lambda: quarantine_html(refused)),
    ]
    for page, inputs, make_page in pages:
        if manifest.is_new(page, inputs):
            write_file(out / page, make_page().encode("utf-8"))
            manifest.keep(page, inputs, [page])
            made += 1
    return made
