"""Rows of ``statement``: one a table found, one a table that the contents promise and the body lacks."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from parsers.grid import Line
from parsers.header import clean
from parsers.interpret import Row
from parsers.recognise import Recognition
from parsers.statement import Statement
from schemas.form import UNRECOGNISED


def statement_rows(recognition: Recognition, lines: list[Row]) -> list[Row]:
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
