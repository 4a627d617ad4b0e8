"""Interpretation: from statements to tidy rows of the lake tables, exact decimals, printed text kept beside.

One row an amount position, blank included. What an amount stands for comes from its column, from its
row's code or label, and from the form: data in ``schemas``; this module only puts the three together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from parsers.amount import BLANK, Amount, read_amount
from parsers.caption import declares_empty
from parsers.grid import Cell
from parsers.header import clean
from parsers.identity import Identity
from parsers.label import grouped_label, lines_of_label, strip_ordinal
from parsers.match import is_numbering
from parsers.row_key import CODE_ROLES, RowKey, role_columns, row_key
from parsers.statement import BodyRow, Statement
from schemas.errors import NotUnderstood
from schemas.form import Block, Column, Layout, Meaning
from schemas.header_path import canonical_path

Row = dict[str, Any]

_NOTHING = Meaning()
#: A row without a code in a table of codes (其中：…) may repeat what the coded rows say.
_NO_SET = Meaning(additive_set="")


def budget_lines(statement: Statement, identity: Identity) -> list[Row]:
    """The ``budget_line`` rows of a matrix or list statement, without the document's own columns.

    Raises ``NotUnderstood``: ``money_unit_missing`` where amounts are printed without a money unit,
    ``money_unit_conflict`` where caption and header state two,
    ``unreadable_number`` where an amount cell holds neither a number nor a sign for nothing.
    """
    layout = statement.layout
    if layout is None or layout.kind == "performance":
        return []
    if statement.other_unit is not None:
        raise NotUnderstood(
            "money_unit_conflict",
            f"{statement.place()} is in {statement.money_unit} by its caption and in {statement.other_unit} by "
            f"{'another' if statement.money_unit_from == 'document' else 'its header'}; look at the page and replay "
            "with the unit stated.",
            place=statement.place(),
        )
    rows: list[Row] = []
    produced = (
        _list_amounts(statement, layout)
        if layout.kind == "list"
        else _matrix_amounts(statement, layout, identity)
    )
    for row, col, column, key, label, meaning in produced:
        cell = row.cells[col]
        amount = BLANK if _is_header_word(cell, column) else amount_of(cell, statement)
        rows.append(
            _budget_line(statement, row, col, column, key, label, meaning, cell, amount, layout.leaf_rows)
        )
    if any(row["additive_set"] and row["row_kind"] != "grand_total" for row in rows):
        for total in rows:  # a total is a leaf only where it stands alone
            if total["row_kind"] == "grand_total":
                total["additive_set"] = None
    if rows and statement.money_unit is None:
        if any(row["cell_state"] == "value" for row in rows):
            raise NotUnderstood(
                "money_unit_missing",
                f"{statement.place()} prints amounts but no money unit (金额单位); "
                "without it 元 and 万元 cannot be told apart.",
                place=statement.place(),
            )
        return []
    return rows


_Produced = tuple[BodyRow, int, Column, RowKey, str | None, Meaning]


def _matrix_amounts(statement: Statement, layout: Layout, identity: Identity) -> Iterator[_Produced]:
    """Amounts of a matrix; blocks side by side (基本支出决算表) have codes, names and totals of their own."""
    blocks = sorted({column.block for column in statement.columns if column}, key=str)
    roles_of = {block: role_columns(statement, block) for block in blocks}
    by_economic = any("econ_code" in roles or "econ_class" in roles for roles in roles_of.values())
    scheme = Meaning(econ_scheme=layout.scheme or "dept") if by_economic else _NOTHING
    meanings = [
        scheme.over(column.meaning.over(_defaults(layout, column.block))) if column else _NOTHING
        for column in statement.columns
    ]
    above: dict[str | None, dict[str, str]] = {block: {} for block in blocks}
    for row in statement.rows:
        if _is_structural(row):
            continue
        for block, roles in roles_of.items():
            if len(blocks) > 1 and not any(row.text(col) for cols in roles.values() for col in cols):
                continue  # this list is shorter than the one beside it
            key = row_key(
                row, roles, layout.leaf_rows, identity.printed_unit_code, identity.org_unit_name, above[block]
            )
            for col in roles.get("amount", ()):
                column = statement.columns[col]
                if column is None or not row.owned[col] or row.cells[col].col != col:
                    continue
                coded = key.kind != "list_row" or not roles.keys() & CODE_ROLES
                meaning = meanings[col] if coded else _NO_SET.over(meanings[col])
                yield row, col, column, key, key.label, meaning


def _defaults(layout: Layout, block: str | None) -> Meaning:
    return layout.blocks[block].defaults.over(layout.defaults) if block else layout.defaults


def _list_amounts(statement: Statement, layout: Layout) -> Iterator[_Produced]:
    """Amounts of list forms: each block's label beside its amounts, a group merged to the left of the label."""
    labels: dict[str, list[int]] = {}
    for col, column in enumerate(statement.columns):
        if column and column.role == "label":
            labels.setdefault(column.block or "", []).append(col)
    amounts = [(col, c) for col, c in enumerate(statement.columns) if c and c.role == "amount"]
    seen: dict[str, Counter[str]] = {name: Counter() for name in layout.blocks}
    group: dict[str, str] = {}
    for row in statement.rows:
        if _is_structural(row):
            continue
        meanings: dict[str, tuple[str, Meaning]] = {}
        for col, column in amounts:
            name = column.block or ""
            label_cols = labels.get(name, [])
            cell = row.cells[col]
            if not row.owned[col] or any(cell is row.cells[label_col] for label_col in label_cols):
                continue
            if name not in meanings:
                block = layout.blocks[name]
                meanings[name] = _label_meaning(row, label_cols, block, seen[name], group, name)
                if not meanings[name][0] and clean(cell.text):
                    meanings[name] = _label_beside(row, col, statement, block, seen[name])
            label, line = meanings[name]
            if not label and not clean(cell.text):
                continue
            meaning = column.meaning.over(line.over(_defaults(layout, name)))
            yield row, col, column, RowKey("list_row"), label or None, _named(meaning, label)


def _label_meaning(
    row: BodyRow, cols: Sequence[int], block: Block, seen: Counter[str], groups: dict[str, str], name: str
) -> tuple[str, Meaning]:
    """The printed label of a list row and what its line means, under its group where the form has groups."""
    texts = [row.covered(col) for col in cols]
    label, lookup, groups[name] = grouped_label(texts, groups.get(name, ""))
    return label, _line_meaning(block, lookup, seen)


def _label_beside(
    row: BodyRow, col: int, statement: Statement, block: Block, seen: Counter[str]
) -> tuple[str, Meaning]:
    """The label of an amount whose own label is blank: that of the list to the left, where its amount is blank.

    Jiangsu's 当年支出小计 stands in the list by function and its amount in the list by purpose. Where the cells
    between are merged the label covers both lists; some printers rule them all the same.
    """
    for left in range(col - 1, -1, -1):
        column, text = statement.columns[left], row.text(left)
        if column is not None and text:
            named = column.role == "label" and lines_of_label(block, text)[1]
            return (text, _line_meaning(block, text, seen)) if named else ("", _NOTHING)
    return "", _NOTHING


def _line_meaning(block: Block, label: str, seen: Counter[str]) -> Meaning:
    """The meaning of a list line; a label that stands twice is told apart by its order."""
    key, lines = lines_of_label(block, label)
    if not lines:
        return _NOTHING
    line = lines[min(seen[key], len(lines) - 1)]
    seen[key] += 1
    return line.meaning


def _named(meaning: Meaning, label: str) -> Meaning:
    name = strip_ordinal(label)
    if meaning.econ_code and not meaning.econ_name:
        return Meaning(econ_name=name).over(meaning)
    return meaning


def amount_of(cell: Cell, statement: Statement) -> Amount:
    """The amount that a cell prints; ``NotUnderstood`` (``unreadable_number``) where it prints none."""
    amount = read_amount(cell.text)
    if amount is None:
        text = clean(cell.text)
        where = f"page {cell.page}" if cell.page else (cell.locator or "")
        raise NotUnderstood(
            "unreadable_number",
            f"{statement.place()}: the amount cell at {where} prints '{text[:40]}', which is no number.",
            place=f"{statement.place()}, {where}",
        )
    return amount


def _is_structural(row: BodyRow) -> bool:
    """Rows that are no data: 栏次 (1, 2, 3 … under the header), and 无 or 此表为空 in an empty table."""
    texts = [text for col in range(len(row.cells)) if (text := row.text(col))]
    if not texts or is_numbering(texts):
        return True
    return len(texts) == 1 and (texts[0] == "无" or declares_empty(texts[0]))


def _is_header_word(cell: Cell, column: Column) -> bool:
    """Whether an amount cell repeats its column's label: a sub-header fused with the first body row."""
    printed = clean(cell.text)
    if not printed or not printed[0].isalpha() or read_amount(cell.text) is not None:
        return False
    text = canonical_path(printed)
    return text in _HEADER_WORDS or any(path.endswith(text) for path in column.paths)


#: Labels of amount columns that any form may print below its header.
_HEADER_WORDS = frozenset({"合计", "小计", "金额", "预算数", "决算数", "基本支出", "项目支出"})


def _budget_line(
    statement: Statement,
    row: BodyRow,
    col: int,
    column: Column,
    key: RowKey,
    label: str | None,
    meaning: Meaning,
    cell: Cell,
    amount: Amount,
    leaf_rows: frozenset[str],
) -> Row:
    unit = statement.money_unit or ""
    function_code = key.function_code or meaning.function_code
    additive = meaning.additive_set or None
    if key.kind != "list_row" and key.kind not in leaf_rows:
        additive = None
    function_name = key.function_name or (strip_ordinal(label) if label and meaning.function_code else None)
    levels = {3: 1, 5: 2, 7: 3}
    return {
        "table_no": statement.table_no,
        "row_no": row.number,
        "col_no": col + 1,
        "form_code": statement.form,
        "row_kind": key.kind,
        "column_path": "/".join(statement.header[col]) or column.paths[0],
        "direction": meaning.direction,
        "measure_code": meaning.measure,
        "expenditure_type": meaning.expenditure_type,
        "expenditure_category": meaning.expenditure_category,
        "fund_type": meaning.fund_type,
        "revenue_code": meaning.revenue_code,
        "function_code": function_code,
        "function_name": function_name if function_code else None,
        "function_level": levels.get(len(function_code)) if function_code else None,
        "econ_scheme": meaning.econ_scheme,
        "econ_code": key.econ_code or meaning.econ_code,
        "econ_name": key.econ_name or meaning.econ_name,
        "project_name": key.project_name,
        "department_code": key.department_code,
        "line_label": label,
        "additive_set": additive,
        "cell_state": amount.state,
        "text_raw": clean(cell.text) or None,
        "amount_unit": statement.money_unit,
        "amount_scale": amount.scale,
        "amount_wan": amount.wan(unit) if amount.value is not None and unit else None,
        "amount_yuan": amount.yuan(unit) if amount.value is not None and unit else None,
        "budget_phase": meaning.budget_phase,
        **place_of(cell),
    }


def place_of(cell: Cell) -> Row:
    """Provenance columns of a cell: page and box in points, or the locator of the other formats."""
    box = cell.box
    return {
        "page_no": cell.page,
        "bbox_x0": box.x0 if box else None,
        "bbox_y0": box.top if box else None,
        "bbox_x1": box.x1 if box else None,
        "bbox_y1": box.bottom if box else None,
        "source_locator": cell.locator,
    }
