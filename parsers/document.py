"""One disclosure from bytes to rows: read, recognise, identify, interpret. Pure, no network, no lake.

``parse_document`` gives the rows of every lake table of one document as plain dicts, whole or not at all:
what is not certain raises a ``DocumentError``, which its caller turns into a quarantine record.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import PurePosixPath
from typing import Any

from parsers.doubt import doubts, require_one_body
from parsers.grid import Line, Oddity, Reading
from parsers.header import clean
from parsers.identity import Identity, identify
from parsers.interpret import Row, budget_lines
from parsers.limits import Limits
from parsers.performance import performance_rows
from parsers.reader import read
from parsers.recognise import Recognition, recognise
from parsers.row_head import row_heads
from parsers.statement import Statement
from parsers.unread import require_tables_read
from schemas.errors import NotUnderstood, Unreadable
from schemas.form import UNRECOGNISED
from schemas.origin import Origin

PIPELINE_VERSION = version("budgetlake")


@dataclass(slots=True)
class Parsed:
    """One document understood: its identity, its rows by lake table, what readers and recognition noticed.

    ``row_heads`` is what its matrix rows print before their amounts, for the rules alone (``parsers.row_head``).
    """

    document_id: str
    identity: Identity
    tables: dict[str, list[Row]]
    oddities: tuple[Oddity, ...] = field(default=())
    recognition: Recognition = field(default_factory=Recognition)
    row_heads: list[Row] = field(default_factory=list)


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
    recognition = recognise(reading)
    _require_statements(recognition, reading, file_name)
    require_one_body(recognition, file_name)
    require_tables_read(recognition, file_name)
    identity = identify(recognition, file_name, region, origin)
    common = _common(document_id, identity)
    tables: dict[str, list[Row]] = {name: [] for name in _TABLES}
    heads: list[Row] = []
    for statement in recognition.statements:
        lines = budget_lines(statement, identity)
        heads += row_heads(statement, lines)
        amounts, indicators, goals = performance_rows(statement)
        tables["budget_line"] += [_of_document(common, row) for row in (*lines, *amounts)]
        tables["performance_indicator"] += [{**common, **row} for row in indicators]
        tables["performance_goal"] += [{**common, **row} for row in goals]
    tables["statement"] = [{**common, **row} for row in _statement_rows(recognition, tables["budget_line"])]
    tables["document"] = [
        {
            **common,
            **_document_row(reading, identity, file_name, source_uri, byte_size),
            "statement_count": sum(row.get("table_no") is not None for row in tables["statement"]),
            "line_count": len(tables["budget_line"]),
        }
    ]
    for head in heads:
        head |= {"document_id": document_id, "unit_code": identity.unit_code}
    oddities = (*reading.oddities, *doubts(recognition))
    return Parsed(document_id, identity, tables, oddities, recognition, heads)


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


def _statement_rows(recognition: Recognition, lines: list[Row]) -> list[Row]:
    """One row a table found, then one a table that the contents promise and the body lacks."""
    valued = {row["table_no"] for row in lines if row["cell_state"] == "value"}
    promised = {entry.form: entry for entry in reversed(recognition.contents)}
    numbers = {entry.form: entry.number or at for at, entry in enumerate(recognition.contents, start=1)}
    instances: Counter[str] = Counter()
    rows = []
    for statement in recognition.statements:
        instances[statement.form] += 1
        entry = promised.get(statement.form)
        rows.append(
            {
                **_statement_row(statement),
                "instance_no": instances[statement.form],
                "toc_no": numbers.get(statement.form) if entry else None,
                "title_toc": entry.title if entry else None,
                "status": _status(statement, bool(promised), entry is not None, valued),
            }
        )
    for form, entry in sorted(promised.items(), key=lambda item: numbers[item[0]]):
        if not instances[form]:
            rows.append(
                {
                    "form_code": form,
                    "instance_no": 1,
                    "toc_no": numbers[form],
                    "title_toc": entry.title,
                    "status": "missing_in_body",
                }
            )
    return rows


def _status(statement: Statement, has_contents: bool, promised: bool, valued: set[int]) -> str:
    if statement.layout is None:
        return "unrecognised"
    performance = statement.layout.kind == "performance"
    if statement.table_no not in valued and not (performance and statement.rows):
        return "present_empty"
    if has_contents and not promised:
        return "not_in_toc"
    return "present"


def _statement_row(statement: Statement) -> Row:
    box = statement.box
    return {
        "form_code": statement.form,
        "table_no": statement.table_no,
        "title_printed": statement.title,
        "recognition_score": statement.score,
        "page_from": statement.page_from,
        "page_to": statement.page_to,
        "page_no": statement.page_from if box else None,
        "bbox_x0": box.x0 if box else None,
        "bbox_y0": box.top if box else None,
        "bbox_x1": box.x1 if box else None,
        "bbox_y1": box.bottom if box else None,
        "source_locator": statement.locator,
        "row_count": len(statement.rows),
        "column_count": len(statement.header),
        "header_row_count": statement.header_rows,
        "amount_unit": statement.money_unit,
        "unit_caption": _join(line for line in statement.captions if "单位" in clean(line.text)),
        "note": _join(statement.notes),
        "column_paths": ["/".join(path) for path in statement.header],
        "grid_json": _grid_json(statement) if statement.form == UNRECOGNISED else None,
    }


def _join(lines: Any) -> str | None:
    texts: list[str] = [clean(line.text) for line in lines if isinstance(line, Line)]
    return "\n".join(texts) or None


def _grid_json(statement: Statement) -> str:
    rows = [[row.text(col) for col in range(len(row.cells))] for row in statement.rows]
    return json.dumps(rows, ensure_ascii=False)
