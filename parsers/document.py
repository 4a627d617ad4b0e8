"""One file from bytes to rows: read, recognise, cut into chapters, identify, interpret. No network, no lake.

``parse_document`` gives the rows of every lake table of one file as plain dicts, whole or not at all:
what is not certain raises a ``DocumentError``, which its caller turns into a quarantine record.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import PurePosixPath
from typing import Any

from parsers.body import Body
from parsers.chapters import Chapter, find_chapters
from parsers.doubt import doubts
from parsers.evidence import Evidence
from parsers.grid import Oddity, Reading
from parsers.identity import Identity, identify
from parsers.interpret import Row, budget_lines
from parsers.limits import Limits
from parsers.performance import performance_rows
from parsers.reader import read
from parsers.recognise import Recognition, recognise
from parsers.row_head import row_heads
from parsers.statement_rows import statement_rows
from parsers.unread import require_tables_read
from schemas.errors import NotUnderstood, Unreadable
from schemas.origin import Origin

PIPELINE_VERSION = version("budgetlake")


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One body's disclosure in a file: whose it is, and what readers and recognition noticed in it."""

    identity: Identity
    oddities: tuple[Oddity, ...] = field(default=())


@dataclass(slots=True)
class Parsed:
    """One file understood: its rows by lake table, and its disclosures in the order of the rows of ``document``.

    Most files hold one; of one that holds chapters of several bodies all rows have the file's ``document_id``, and
    tables are numbered through the file. ``row_heads`` is what its matrix rows print before their amounts, for the
    rules alone (``parsers.row_head``).
    """

    document_id: str
    disclosures: tuple[Disclosure, ...]
    tables: dict[str, list[Row]]
    recognition: Recognition = field(default_factory=Recognition)
    row_heads: list[Row] = field(default_factory=list)

    @property
    def identity(self) -> Identity:
        """Whose the file is: the first of its disclosures."""
        return self.disclosures[0].identity

    @property
    def oddities(self) -> tuple[Oddity, ...]:
        """What was noticed in all of them."""
        return tuple(oddity for each in self.disclosures for oddity in each.oddities)


def parse_document(
    data: bytes,
    file_name: str,
    *,
    source_uri: str | None = None,
    region: str | None = None,
    origin: Origin | None = None,
    limits: Limits | None = None,
) -> Parsed:
    """The rows of one disclosure file.

    ``file_name`` is evidence (unit, year) and serves in messages, never as a path. ``region`` is a GB/T 2260
    code given from outside, ``origin`` where the file was published: the weakest evidence. Raises
    ``DocumentError`` with a reason code and one sentence.
    """
    limits = limits or Limits()
    document_id = hashlib.sha256(data).hexdigest()
    reading = read(data, file_name, limits)
    return interpret_reading(
        reading,
        document_id,
        len(data),
        file_name,
        source_uri=source_uri or file_name,
        region=region,
        origin=origin,
    )


def interpret_reading(
    reading: Reading,
    document_id: str,
    byte_size: int,
    file_name: str,
    *,
    source_uri: str,
    region: str | None = None,
    origin: Origin | None = None,
) -> Parsed:
    """The rows of a reading: what ``parse_document`` does after reading; the second reading uses it too."""
    whole = recognise(reading)
    reading = whole.reading or reading
    _require_statements(whole, reading, file_name)
    require_tables_read(whole, file_name)
    chapters = find_chapters(reading, whole, file_name)
    identities = [_identify(chapter, file_name, region, origin) for chapter in chapters]
    _require_keys(identities, file_name)
    noticed = _by_chapter(reading.oddities, chapters)
    tables: dict[str, list[Row]] = {name: [] for name in _TABLES}
    heads: list[Row] = []
    disclosures = []
    for chapter, identity, seen in zip(chapters, identities, noticed, strict=True):
        own, own_heads = _rows(chapter.recognition, document_id, identity)
        register = {
            **_common(document_id, identity),
            **_document_row(reading, identity, file_name, source_uri, byte_size),
            "statement_count": sum(row.get("table_no") is not None for row in own["statement"]),
            "line_count": len(own["budget_line"]),
        }
        for name, rows in own.items():
            tables[name] += rows
        tables["document"].append(register)
        heads += own_heads
        disclosures.append(Disclosure(identity, (*seen, *doubts(chapter.recognition))))
    recognition = chapters[0].recognition if len(chapters) == 1 else _together(chapters)
    return Parsed(document_id, tuple(disclosures), tables, recognition, heads)


def _rows(
    recognition: Recognition, document_id: str, identity: Identity
) -> tuple[dict[str, list[Row]], list[Row]]:
    """The rows of one body's tables by lake table, the register apart, and the heads of its matrix rows."""
    common = _common(document_id, identity)
    tables: dict[str, list[Row]] = {name: [] for name in _TABLES if name != "document"}
    heads: list[Row] = []
    for statement in recognition.statements:
        lines = budget_lines(statement, identity)
        heads += row_heads(statement, lines)
        amounts, indicators, goals = performance_rows(statement)
        tables["budget_line"] += [_of_document(common, row) for row in (*lines, *amounts)]
        tables["performance_indicator"] += [{**common, **row} for row in indicators]
        tables["performance_goal"] += [{**common, **row} for row in goals]
    tables["statement"] = [{**common, **row} for row in statement_rows(recognition, tables["budget_line"])]
    for head in heads:
        head |= {"document_id": document_id, "unit_code": identity.unit_code}
    return tables, heads


def _identify(chapter: Chapter, file_name: str, region: str | None, origin: Origin | None) -> Identity:
    """Whose a chapter is; refused where its own evidence names another body than the one it was cut out for."""
    body = chapter.body
    if body is None:
        return identify(chapter.recognition, file_name, region, origin)
    mark = chapter.opening
    identity = identify(
        chapter.recognition,
        file_name,
        region,
        origin,
        is_this=lambda name: body.is_like(Body(name)),
        opening=(mark.title, mark.source) if mark and mark.title else None,
    )
    if not body.is_like(Body(identity.org_unit_name)):
        raise NotUnderstood(
            "unit_conflict",
            f"{file_name} has a chapter for {body.name} that names {identity.org_unit_name} too; split it into one "
            "file a body.",
            place=chapter.place,
        )
    said = Evidence("chapter", f"{chapter.number}/{chapter.count}", "chapter", chapter.place)
    return replace(identity, evidence=(*identity.evidence, said))


def _require_keys(identities: Sequence[Identity], file_name: str) -> None:
    """Refuse chapters that the lake could not tell apart: two of one unit code."""
    seen: dict[str, Identity] = {}
    for identity in identities:
        other = seen.setdefault(identity.unit_code, identity)
        if other is not identity:
            raise NotUnderstood(
                "unit_conflict",
                f"{file_name} has chapters for {other.org_unit_name} and {identity.org_unit_name} under one code "
                f"({identity.org_unit_code}); split it into one file a body.",
            )


def _by_chapter(oddities: Sequence[Oddity], chapters: Sequence[Chapter]) -> list[list[Oddity]]:
    """What the reader noticed, each with the chapter on whose pages it stands; the first where none is."""
    pages = [{block.page for block in chapter.reading.blocks} - {None} for chapter in chapters]
    found: list[list[Oddity]] = [[] for _ in chapters]
    for oddity in oddities:
        found[next((at for at, own in enumerate(pages) if oddity.page in own), 0)].append(oddity)
    return found


def _together(chapters: Sequence[Chapter]) -> Recognition:
    parts = [chapter.recognition for chapter in chapters]
    return Recognition(
        statements=[each for part in parts for each in part.statements],
        contents=[each for part in parts for each in part.contents],
        lines=[each for part in parts for each in part.lines],
    )


_TABLES = ("budget_line", "performance_indicator", "performance_goal", "statement", "document")


def _require_statements(recognition: Recognition, reading: Reading, file_name: str) -> None:
    if not recognition.statements:
        raise Unreadable(
            "no_tables",
            f"{file_name} holds no table (pages: {reading.page_count or 'not counted'}); "
            "its tables may be published in a second file.",
        )
    if not any(statement.recognised for statement in recognition.statements):
        raise NotUnderstood(
            "no_statement",
            f"{file_name} holds {len(recognition.statements)} tables but none is a known statutory form.",
            place=recognition.statements[0].place(),
        )


def _common(document_id: str, identity: Identity) -> Row:
    return {
        "document_id": document_id,
        "region_code": identity.region_code,
        "org_unit_code": identity.org_unit_code,
        "unit_code": identity.unit_code,
        "org_unit_name": identity.org_unit_name,
        "year": identity.year,
        "budget_phase": identity.budget_phase,
    }


def _of_document(common: Row, row: Row) -> Row:
    """A fact with its document's columns; a column that prints another phase (预算数 beside 决算数) keeps it."""
    phase = row.get("budget_phase") or common["budget_phase"]
    return {**common, **row, "budget_phase": phase}


def _document_row(
    reading: Reading, identity: Identity, file_name: str, source_uri: str, byte_size: int
) -> dict[str, Any]:
    return {
        "disclosure_level": identity.disclosure_level,
        "document_kind": identity.document_kind,
        "document_title": identity.title,
        "source_uri": source_uri,
        "file_name": PurePosixPath(file_name.replace("\\", "/")).name,
        "media_type": reading.media_type,
        "byte_size": byte_size,
        "page_count": reading.page_count,
        "evidence": [
            {"field": vote.field, "value": vote.value, "source": vote.source, "place": vote.place}
            for vote in identity.evidence
        ],
        "text_layer": reading.text_layer,
        "engine": reading.engine,
        "engine_version": reading.engine_version,
        "pipeline_version": PIPELINE_VERSION,
    }
