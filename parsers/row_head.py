"""The printed head of each matrix row: its code parts (类, 款, 项), its whole code and its name, as printed.

The lake keeps one code a row, made of the parts or taken from the whole. Where a form prints both, or prints
the unit's code and name on a row of its own, only the head shows whether they agree: rules ask it (S01, S05,
S06). It is handed over beside the rows and not stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from parsers.interpret import Row
from parsers.row_key import role_columns
from parsers.statement import Statement

_PARTS = ("class", "group", "item")
_CODES = ("row_code", "function_code", "econ_code", "org_code")


def row_heads(statement: Statement, lines: Sequence[Row]) -> list[Row]:
    """One head a matrix row that gave ``lines`` (rows of ``budget_line``), in print order.

    Keys: ``table_no``, ``row_no``, ``row_kind``, ``parts``, ``code``, ``name``. Of blocks side by side the first
    speaks. List and performance forms have no heads.
    """
    layout = statement.layout
    if layout is None or layout.kind != "matrix":
        return []
    kinds: dict[int, str] = {}
    for line in lines:
        kinds.setdefault(line["row_no"], line["row_kind"])
    block = min((column.block for column in statement.columns if column), key=str, default=None)
    roles = role_columns(statement, block)
    heads = []
    for row in statement.rows:
        if (kind := kinds.get(row.number)) is None:
            continue
        texts = {role: [row.text(col) for col in cols] for role, cols in roles.items() if role != "amount"}
        heads.append(
            {
                "table_no": statement.table_no,
                "row_no": row.number,
                "row_kind": kind,
                "parts": [texts[role][0] for role in _PARTS if role in texts],
                "code": _text(texts, _CODES),
                "name": _text(texts, ("name",)),
            }
        )
    return heads


def _text(texts: Mapping[str, Sequence[str]], roles: Sequence[str]) -> str:
    return "".join(text for role in roles for text in texts.get(role, ()))
