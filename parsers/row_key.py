"""What a body row stands for: total, organisation, functional or economic code, project.

Decided by which code columns are filled and by the length of the code, never by indentation or order:
052 is a department, 208 a functional class and 301 an economic class, all with three digits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from parsers.statement import BodyRow, Statement
from schemas.fold import fold

# 合计, 总计, 支出总计, 本年收入合计, 合计数, 财政拨款支出合计
_TOTAL = re.compile(
    r"(?:本年|当年|全年)?(?:财政拨款|一般公共预算|政府性基金(?:预算)?|国有资本经营预算|部门|单位)?"
    r"(?:收入|支出|收支|预算|决算)*(?:合计|总计|总合计)(?:数|金额)?:?"
)
# 人员经费合计, 公用经费合计: totals that are no code's own.
_SUBTOTAL = re.compile(r"^(?:人员|公用|日常公用).*(?:合计|小计)$")
_DIGITS = re.compile(r"\d+")
# Spreadsheets make a number of a code: 2010301.0.
_NUMBER_OF_CODE = re.compile(r"(?<=\d)\.0+$")
# 208-05-01, 208.05.01
_PARTED_CODE = re.compile(r"\d{3}(?:[-.]\d{2}){1,3}")
_CODE_AND_NAME = re.compile(r"^\[?(\d{3,21})\]?[-_–—]?(\D.*)$")
_KIND_OF_LENGTH = {3: "function_class", 5: "function_group", 7: "function_item", 9: "function_item"}


@dataclass(frozen=True, slots=True)
class RowKey:
    """The dimensions that a row gives to all its amounts."""

    kind: str
    function_code: str | None = None
    function_name: str | None = None
    econ_code: str | None = None
    econ_name: str | None = None
    project_name: str | None = None
    department_code: str | None = None
    label: str | None = None


def role_columns(statement: Statement, block: str | None = None) -> Mapping[str, Sequence[int]]:
    """Grid columns of each layout role within a block, in order."""
    columns: dict[str, list[int]] = {}
    for number, column in enumerate(statement.columns):
        if column is not None and column.block == block:
            columns.setdefault(column.role, []).append(number)
    return columns


def row_key(
    row: BodyRow,
    roles: Mapping[str, Sequence[int]],
    leaf_rows: frozenset[str],
    unit_code: str | None,
    unit_name: str,
    above: dict[str, str] | None = None,
) -> RowKey:
    """The key of a matrix row; ``unit_code`` and ``unit_name`` are the document's, as printed.

    ``above`` remembers the split codes of the rows before: where 类 or 款 is printed once for all rows under it.
    """
    texts = {role: [row.text(col) for col in cols] for role, cols in roles.items() if role != "amount"}
    for role in CODE_ROLES:
        if role in texts:
            texts[role] = [_plain_code(text) for text in texts[role]]
    name = "".join(texts.get("name", ()))
    codes = [text for role in CODE_ROLES for text in texts.get(role, ()) if text]
    if any(_TOTAL.fullmatch(fold(text)) for text in [name, *codes, *texts.get("label", ())]):
        return RowKey("grand_total")
    if "item_label" in roles:
        return _procurement(row, roles)
    subtotal = next((text for text in [*codes, name] if _SUBTOTAL.search(fold(text))), None)
    if subtotal is not None:
        return RowKey("subtotal", label=subtotal)
    above = {} if above is None else above
    parts = _with_codes_above(texts, [role for role in ("class", "group", "item") if role in roles], above)
    econ_parts = _with_codes_above(
        texts, [role for role in ("econ_class", "econ_item", "category") if role in roles], above
    )
    if function := _joined(parts):
        return _function(function, name)
    if econ := (_joined(econ_parts) or "".join(texts.get("econ_code", ()))):
        econ, name = _split_name(econ, name)
        return RowKey(
            "economic_class" if len(econ) <= 3 else "economic_item", econ_code=econ, econ_name=name or None
        )
    if code := "".join(texts.get("function_code", ())):
        code, name = _split_name(code, name)
        if not (
            len(code) == 3 and unit_code and unit_code.startswith(code) and fold(name) == fold(unit_name)
        ):
            return _function(code, name)
        return RowKey("department", department_code=code)
    code = "".join([*texts.get("row_code", ()), *texts.get("org_code", ())])
    code, name = _split_name(code, name)
    if code.isdigit() and len(code) == 3:
        return RowKey("department", department_code=code)
    if "project" in leaf_rows and name and fold(name) != fold(unit_name):
        return RowKey("project", project_name=name, department_code=code[:3] or None)
    if code:
        return RowKey("unit", department_code=code[:3])
    if not roles.keys() - {"amount", "ignore", "text"}:
        return RowKey("grand_total")
    if name and fold(name) == fold(unit_name):
        return RowKey("unit")
    if "grand_total" in leaf_rows and not any(text for found in texts.values() for text in found):
        return RowKey("grand_total")
    return RowKey("list_row", label=name or None)


def _with_codes_above(
    texts: Mapping[str, Sequence[str]], roles: Sequence[str], above: dict[str, str]
) -> list[str]:
    """The parts of a split code, those that only an earlier row prints taken from there (201 | 03, then | | 01)."""
    parts = [texts[role][0] for role in roles]
    filled = [number for number, part in enumerate(parts) if part]
    if not filled:
        return parts
    if len(parts[filled[-1]]) <= 2:  # a part, not the whole code
        for number, role in enumerate(roles[: filled[-1]]):
            if not parts[number]:
                parts[number] = above.get(role, "")
            elif parts[number] != above.get(role):
                break  # another class: what stood under the last one does not hold
    above |= dict(zip(roles, parts, strict=True))
    return parts


def _procurement(row: BodyRow, roles: Mapping[str, Sequence[int]]) -> RowKey:
    """政府采购: a category, a project with its economic item and their sum, or one item to be procured."""
    category, project, econ, item = (
        row.covered(roles[role][0]) if role in roles else ""
        for role in ("category", "project", "econ_label", "item_label")
    )
    label = item or project or econ or category
    if _TOTAL.fullmatch(fold(label)):
        return RowKey("grand_total", label=label)
    if item:
        return RowKey("procurement_item", econ_name=econ or None, project_name=project or None, label=label)
    if project or econ:
        return RowKey("subtotal", econ_name=econ or None, project_name=project or None, label=label)
    return RowKey("procurement_category", label=label or None)


#: Roles of columns that hold codes.
CODE_ROLES = (
    "row_code",
    "function_code",
    "econ_code",
    "org_code",
    "class",
    "group",
    "item",
    "econ_class",
    "econ_item",
)


def _plain_code(text: str) -> str:
    """A code as its digits, whatever their width and what parts them; any other text as it is."""
    if not text or not text[0].isdigit():
        return text
    code = _NUMBER_OF_CODE.sub("", text if text.isascii() else unicodedata.normalize("NFKC", text))
    return re.sub("[-.]", "", code) if _PARTED_CODE.fullmatch(code) else code


def _joined(parts: Sequence[str]) -> str:
    """One code out of 类 | 款 | 项, which are printed as parts (201 | 03 | 01) or cumulated (201 | 20103)."""
    code = ""
    for part in parts:
        if not _DIGITS.fullmatch(part):
            if part:
                return ""
            continue
        if code and part.startswith(code):
            code = part
        elif code and len(part) == 1:
            code += part.zfill(2)  # spreadsheets turn 03 into 3
        else:
            code += part
    return code if len(code) > 2 else ""  # 03 alone says nothing


def _function(code: str, name: str) -> RowKey:
    kind = _KIND_OF_LENGTH.get(len(code), "function_item")
    return RowKey(kind, function_code=code, function_name=name or None)


def _split_name(code: str, name: str) -> tuple[str, str]:
    """Code and name that were printed in one cell (2010101-行政运行, [2010301]行政运行)."""
    match = _CODE_AND_NAME.match(code)
    if match and not name:
        return match.group(1), match.group(2)
    return code, name
