"""The statements of one file as plain data: what ``budgetlake tables --json`` prints."""

from __future__ import annotations

from typing import Any

from parsers.recognise import Recognition


def tables_of(recognition: Recognition) -> list[dict[str, Any]]:
    """The statements in reading order, cells as printed with blanks removed; unrecognised tables have form ``None``.

    A merged cell has its text at its first position and '' elsewhere.
    """
    return [
        {
            "form": statement.form if statement.recognised else None,
            "title": statement.title,
            "pages": [statement.page_from, statement.page_to],
            "money_unit": statement.money_unit,
            "header": [list(path) for path in statement.header],
            "rows": [[row.text(col) for col in range(len(row.cells))] for row in statement.rows],
            "table_no": statement.table_no,
        }
        for statement in recognition.statements
    ]
