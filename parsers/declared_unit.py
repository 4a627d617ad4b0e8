"""A money unit that is said once for all tables: 以下各表单位：万元, 单位：万元（下同）, 公开表格金额单位均为万元.

It holds for tables that say none of their own, and for those alone that its words cover: 以下 and 下同 speak of what
comes after them, 各表 of the whole file. 单位：万元 on a cover or above one table says nothing of the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from parsers.grid import Line
from parsers.heading import unit_of_lines
from parsers.statement import Statement
from schemas.fold import fold

_UNIT = r"\"?(?:人民币)?:?\"?(亿元|万元|千元|元)"
_ENDS = r"(?:(?!\w)|(?=保留|列至|下同))"
# 以下各表, 下列报表, 后附表格, 本部门公开表格, 本套报表, 所有表格: several tables, never 本表 or 公开01表.
_TABLES = (
    r"(?:以下|下列|后附|所附|附后|本套|全套|各|所有|全部|(?=公开(?:表格|报表|各表)))(?:的)?"
    r"(?:各|所有|全部|公开|部门|单位|预算|决算|预决算|附|\d{1,2}张|[一二三四五六七八九十]{1,3}张)*(?:表格|报表|附表|表)"
)
_FOR_TABLES = re.compile(
    rf"(?P<which>{_TABLES})(?:中|内|里)?的?(?:所列|涉及|反映)?(?:数据|数字|金额)?的?,?"
    rf"(?:金额|货币|计量|计价)?单位(?:均|都|统一|全部|皆)*(?:为|是|以|:)*{_UNIT}{_ENDS}"
)
_THE_SAME_BELOW = re.compile(rf"单位(?:为|:)*{_UNIT}[(,;]?(?:以下|下)(?:各?表)?[均皆]?同")
_AFTER = re.compile(r"以下|下列|后附|附后")
# Words that make it doubtful which tables are meant: 上述各表, 除“三公”经费表外.
_DOUBTFUL = re.compile(r"上述|以上|前述|除(?!(?:另有|特别|单独)(?:注明|说明|标注|标明))")
#: A declaration is a caption or a sentence, no paragraph.
_LONGEST = 120


class Declared(NamedTuple):
    """A unit said for several tables: its line, the line's place, and whether for the tables after it alone."""

    unit: str
    line: Line
    at: int
    after: bool


def declared_units(lines: Sequence[Line]) -> Iterator[Declared]:
    """The declarations among the lines of a file; one may be broken over two lines."""
    for at, line in enumerate(lines):
        one = _declared(line, at)
        if one is None and at + 1 < len(lines) and lines[at + 1].page == line.page:
            both = replace(line, text=line.text + lines[at + 1].text)
            one = None if _declared(lines[at + 1], at) else _declared(both, at + 1)
        if one is not None:
            yield one


def _declared(line: Line, at: int) -> Declared | None:
    if len(line.text) > _LONGEST or "位" not in line.text:
        return None
    text = fold(line.text)
    if _DOUBTFUL.search(text):
        return None
    if match := _FOR_TABLES.search(text):
        return Declared(match.group(2), line, at, bool(_AFTER.search(match["which"])))
    if match := _THE_SAME_BELOW.search(text):
        return Declared(match.group(1), line, at, True)
    return None


def share_declared_unit(
    statements: Sequence[Statement], lines_before: Sequence[int], lines: Sequence[Line]
) -> None:
    """Give the declared unit to each statement that states none; two that differ contradict each other.

    ``lines_before`` has, for each statement, how many of ``lines`` were read before its grid. The declaration becomes
    one of the statement's captions: the evidence for its unit.
    """
    asking = [_says_nothing_itself(statement) for statement in statements]
    declared = list(declared_units(lines)) if any(asking) else []
    for statement, before, asks in zip(statements, lines_before, asking, strict=True):
        covering = [each for each in declared if not each.after or each.at < before]
        if not asks or not covering:
            continue
        statement.money_unit, statement.money_unit_from = covering[-1].unit, "document"
        statement.other_unit = next((one.unit for one in covering if one.unit != covering[-1].unit), None)
        if not any(line is covering[-1].line for line in statement.captions):
            statement.captions.append(covering[-1].line)


def _says_nothing_itself(statement: Statement) -> bool:
    """Whether a table has no unit of its own; one whose caption speaks for other tables too has none."""
    if not statement.recognised or statement.money_unit_from not in (None, "caption"):
        return False
    own = [line for line in statement.captions if _declared(line, 0) is None]
    speaks_for_others = len(own) < len(statement.captions)
    return statement.money_unit is None or (speaks_for_others and unit_of_lines(own) is None)
