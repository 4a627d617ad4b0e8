"""Rows of numbers that stand in no table: what is printed as a table and was not read as one.

A table without rulings, or with rulings that do not tell its columns, leaves its rows among the lines. Nothing
in a narrative looks so: a line of it has words between its numbers. Such a file is refused whole, since the sums
of the tables that were read would not show what is missing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from parsers.caption import money_unit
from parsers.contents import entry_of
from parsers.grid import Line
from parsers.recognise import Recognition
from schemas.errors import NotUnderstood
from schemas.title import form_of_title

#: An amount with decimals or thousands, or long: years, page numbers and most codes are none.
_AMOUNT = re.compile(r"[-−－]?(?:\d{1,3}(?:[,，]\d{3})+(?:\.\s?\d+)?|\d+\.\s?\d{1,6}|\d{5,})")
#: A row ends with one, or with one and what stands for nothing in the columns after it.
_ENDS_WITH_AMOUNT = re.compile(_AMOUNT.pattern + r"(?:\s+(?:0|-|—|——))*\s*$")
#: Baselines nearer than this are one printed line (points).
_ONE_LINE = 3.0
#: So many rows on one page, each with so many amounts behind a label, are a table, with or without a title.
_ROWS, _AMOUNTS = 3, 2
#: Under a title and a money unit one such row is a table too, or so many that end with one amount.
_SIMPLE_ROWS = 3
#: A label of a row is short; a longer text before numbers is prose.
_LONGEST_LABEL = 40
#: A row may begin with a code, which is no amount; so many amounts beside each other are a row without any label.
_CODE = re.compile(r"\d{3,9}\s")
_WITHOUT_LABEL = 4


def require_tables_read(recognition: Recognition, file_name: str) -> None:
    """Refuse (``table_unread``) a file that prints a table's rows outside every table."""
    for page, lines in _by_page(recognition).items():
        rows = [row for row in _printed_lines(lines) if _amounts(row)]
        wide = [row for row in rows if _amounts(row) >= _AMOUNTS]
        if len(wide) >= _ROWS or ((wide or len(rows) >= _SIMPLE_ROWS) and _is_announced(lines)):
            raise NotUnderstood(
                "table_unread",
                f"{file_name} prints rows of amounts on page {page} without rulings that tell their columns; "
                "publish the tables as XLSX or DOCX, or with their borders drawn.",
                place=f"page {page}: {' '.join(line.text for line in rows[0])[:80]}",
            )


def _by_page(recognition: Recognition) -> dict[int, list[Line]]:
    pages: dict[int, list[Line]] = defaultdict(list)
    inside = {id(line) for statement in recognition.statements for line in statement.captions}
    for line in recognition.lines:
        if line.page is not None and line.box is not None and id(line) not in inside:
            pages[line.page].append(line)
    return pages


def _printed_lines(lines: Sequence[Line]) -> Iterable[list[Line]]:
    """Texts side by side put together; those inside a table are not among them."""
    row: list[Line] = []
    for line in sorted(lines, key=lambda each: each.box.bottom if each.box else 0.0):
        if row and line.box and row[-1].box and line.box.bottom - row[-1].box.bottom > _ONE_LINE:
            yield row
            row = []
        row.append(line)
    if row:
        yield row


def _amounts(row: Sequence[Line]) -> int:
    """How many amounts stand behind the label of a table's row; 0 for prose, contents and labels alone."""
    text = " ".join(line.text for line in sorted(row, key=lambda each: each.box.x0 if each.box else 0.0))
    code = _CODE.match(text)
    text = text[code.end() :] if code else text
    label = "".join(_AMOUNT.sub("", text).split())
    amounts = len(_AMOUNT.findall(text))
    named = 2 <= len(label) <= _LONGEST_LABEL or (not label and (code or amounts >= _WITHOUT_LABEL))
    if not named or not _ENDS_WITH_AMOUNT.search(text) or entry_of(text):
        return 0
    return amounts


def _is_announced(lines: Sequence[Line]) -> bool:
    """Whether a page says whose rows they are: a line that is a form's title, and one that is a money unit."""
    short = [line.text for line in lines if len(line.text) <= _LONGEST_LABEL]
    return any(map(form_of_title, short)) and any(map(money_unit, short))
