"""DOCX: the tables of a Word document and the paragraphs round them, in the order of its body.

Read from the XML itself: python-docx gives no merged cells as such, no tracked changes and no text boxes.
Text is what Word displays with all changes accepted: deleted and hidden runs are left out, headers,
footers and footnotes too. Numbers that Word makes itself (automatic lists) are not text of the file and
are not there. A table that only arranges other tables is no grid of its own; a cell that stands alone in
its table is text.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from typing import Any

from lxml import etree

from parsers.grid import Grid, Line, Reading
from parsers.limits import Limits
from parsers.package import open_zip, read_member
from parsers.placement import Placed, place_cells
from parsers.sniff import DOCX
from schemas.errors import Unreadable

# lxml is untyped here; elements are only handed on.
Element = Any

_WRAPPERS = frozenset(
    {"sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo", "AlternateContent", "Choice"}
)
_NOT_SHOWN = frozenset(
    {"del", "moveFrom", "instrText", "delText", "rPr", "pPr", "rt", "rubyPr", "Fallback", "sdtPr", "pgNum"}
)
_CHARACTERS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def read_word(data: bytes, limits: Limits | None = None) -> Reading:
    """Lines and grids of a DOCX, located as ``paragraph 12`` and ``table 3, row 2, column 1``.

    Raises ``Unreadable``: ``broken_file``, ``too_large``, ``encrypted``.
    """
    limits = limits or Limits()
    container = open_zip(data, limits)
    main = _main_part({name.replace("\\", "/"): name for name in container.namelist()})
    root = parse_xml(read_member(container, main), main)
    body = next((child for child in root if _name(child) == "body"), None)
    if body is None:
        raise Unreadable("broken_file", "The Word file has no body; save it again as DOCX.", place=main)
    blocks = tuple(_Body(limits.max_cells).blocks(body))
    return Reading(blocks, media_type=DOCX, engine="lxml", engine_version=etree.__version__)


def parse_xml(data: bytes, part: str) -> Element:
    """The root of an XML part: no entities, no DTD, no network. Raises ``Unreadable`` (``broken_file``)."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(
            "broken_file", f"The part {part} is not valid XML; save the file again.", place=part
        ) from error


def _main_part(names: dict[str, str]) -> str:
    """``word/document.xml``, or what some programs call it (``document2.xml``)."""
    if "word/document.xml" in names:
        return names["word/document.xml"]
    others = [name for name in names if name.startswith("word/document") and name.endswith(".xml")]
    if not others:
        raise Unreadable("broken_file", "The Word file has no document part; save it again as DOCX.")
    return names[min(others)]


class _Body:
    """Counts paragraphs, tables and cells while it walks the body once."""

    def __init__(self, max_cells: int) -> None:
        self._paragraphs = 0
        self._tables = 0
        self._cells_left = max_cells

    def blocks(self, parent: Element) -> Iterator[Line | Grid]:
        for child in _children(parent):
            if _name(child) == "p":
                self._paragraphs += 1
                yield from _lines(_text(child), f"paragraph {self._paragraphs}")
            elif _name(child) == "tbl":
                yield from self._table(child)

    def _table(self, table: Element) -> Iterator[Line | Grid]:
        self._tables += 1
        number = self._tables
        rows = [
            row
            for row in _children(table)
            if _name(row) == "tr" and not _is_on(_properties(row, "trPr"), "del")
        ]
        placed, n_cols = _without_slivers(*_place(rows, number), _column_widths(table))
        cells = {cell.locator: cell for cell, _ in placed}
        if len(cells) == 1 or _is_layout(placed):
            for cell, element in placed:
                if any(_name(child) == "tbl" for child in _children(element)):
                    yield from self.blocks(element)
                else:
                    yield from _lines(cell.text, cell.locator)
            return
        grid = place_cells(
            cells.values(),
            len(rows),
            n_cols,
            blank_locator=lambda row, col: _locator(number, row, col),
            locator=f"table {number}",
            max_cells=self._cells_left,
        )
        if grid:
            self._cells_left -= len(rows) * n_cols
            yield grid
        for _, element in placed:
            for child in _children(element):
                if _name(child) == "tbl":
                    yield from self._table(child)


def _place(rows: list[Element], number: int) -> tuple[list[tuple[Placed, Element]], int]:
    """The cells of a table with their elements, vertical merges joined, and the number of columns."""
    placed: list[tuple[Placed, Element]] = []
    above: dict[int, int] = {}  # column → the cell that a continued merge goes on with
    n_cols = 0
    for r, row in enumerate(rows):
        col = _number(_properties(row, "trPr"), "gridBefore", default=0)
        here: dict[int, int] = {}
        for tc in _children(row):
            if _name(tc) != "tc":
                continue
            properties = _properties(tc, "tcPr")
            if _is_on(properties, "cellDel"):
                continue
            span = _number(properties, "gridSpan", default=1)
            if _goes_on(properties, "hMerge") and placed and placed[-1][0].row == r:
                cell, element = placed[-1]
                placed[-1] = (cell._replace(col_span=cell.col_span + span), element)
            elif _goes_on(properties, "vMerge") and col in above:
                here[col] = above[col]
                cell, element = placed[above[col]]
                placed[above[col]] = (cell._replace(row_span=r - cell.row + 1), element)
            else:
                here[col] = len(placed)
                text = "\n".join(line for line in _cell_lines(tc) if line.strip())
                placed.append((Placed(r, col, 1, span, text, _locator(number, r, col)), tc))
            col += span
        above = here
        n_cols = max(n_cols, col)
    return placed, n_cols


#: Narrower columns (twentieths of a point) come from edges of rows that miss each other by a rounding.
_SLIVER = 40


def _column_widths(table: Element) -> list[int]:
    grid = next((child for child in table if _name(child) == "tblGrid"), ())
    texts = [_attribute(col, "w") or "" for col in grid if _name(col) == "gridCol"]
    return [int(text) if text.isascii() and text.isdigit() else _SLIVER for text in texts]


def _without_slivers(
    placed: list[tuple[Placed, Element]], n_cols: int, widths: list[int]
) -> tuple[list[tuple[Placed, Element]], int]:
    """The cells over the columns that are wide enough to be seen; nothing changes where one of them has a text."""
    kept = [width >= _SLIVER for width in widths]
    if all(kept) or len(widths) < n_cols:
        return placed, n_cols
    at = [0, *accumulate(map(int, kept))]
    moved = [
        (cell._replace(col=at[cell.col], col_span=at[cell.col + cell.col_span] - at[cell.col]), element)
        for cell, element in placed
    ]
    if any(not cell.col_span and cell.text for cell, _ in moved):
        return placed, n_cols
    return [each for each in moved if each[0].col_span], at[n_cols]


def _is_layout(placed: list[tuple[Placed, Element]]) -> bool:
    """Whether a table only arranges tables inside it: fewer than 2 x 2 cells with text of their own."""
    own = [cell for cell, element in placed if cell.text]
    nested = any(_name(child) == "tbl" for _, element in placed for child in _children(element))
    return nested and (len({cell.row for cell in own}) < 2 or len({cell.col for cell in own}) < 2)


def _cell_lines(parent: Element) -> Iterator[str]:
    for child in _children(parent):
        if _name(child) == "p":
            yield from _text(child).split("\n")


def _lines(text: str, locator: str) -> Iterator[Line]:
    for line in text.split("\n"):
        if line.strip():
            yield Line(line, locator=locator)


def _text(paragraph: Element) -> str:
    """The displayed text of a paragraph, then that of the text boxes anchored in it, a line each."""
    out: list[str] = []
    boxes: list[Element] = []
    _collect(paragraph, out, boxes)
    box_texts = [_text(child) for box in boxes for child in _children(box) if _name(child) == "p"]
    return "\n".join(["".join(out), *box_texts])


def _collect(parent: Element, out: list[str], boxes: list[Element]) -> None:
    for child in parent:
        name = _name(child)
        if name == "t":
            out.append(child.text or "")
        elif name in _CHARACTERS:
            out.append(_CHARACTERS[name])
        elif name == "sym":
            out.append(_symbol(child))
        elif name == "txbxContent":
            boxes.append(child)
        elif name not in _NOT_SHOWN and not (name == "r" and _is_on(_properties(child, "rPr"), "vanish")):
            _collect(child, out, boxes)


def _symbol(element: Element) -> str:
    code = _attribute(element, "char") or ""
    try:
        return chr(int(code, 16))
    except (ValueError, OverflowError):
        return ""


def _children(parent: Element) -> Iterator[Element]:
    """The children with wrappers (content controls, insertions, alternatives) taken off."""
    for child in parent:
        if _name(child) in _WRAPPERS:
            yield from _children(child)
        else:
            yield child


def _locator(table: int, row: int, col: int) -> str:
    return f"table {table}, row {row + 1}, column {col + 1}"


def _name(element: Element) -> str:
    """The tag without its namespace, which differs between the two variants of the standard."""
    return _local_name(element.tag)


@lru_cache(maxsize=1024)
def _local_name(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _properties(element: Element, name: str) -> dict[str, str | None]:
    """The properties (``tcPr``, ``rPr``, …) of an element with their ``w:val``."""
    for child in element:
        if _name(child) == name:
            return {_name(item): _attribute(item, "val") for item in child}
    return {}


def _is_on(properties: dict[str, str | None], name: str) -> bool:
    """Whether a property is there and not switched off."""
    return name in properties and properties[name] not in ("0", "false", "off")


def _goes_on(properties: dict[str, str | None], name: str) -> bool:
    """Whether a cell continues the merge of the one before, which is also what no value means."""
    return name in properties and properties[name] in (None, "continue")


def _number(properties: dict[str, str | None], name: str, *, default: int) -> int:
    text = properties.get(name) or ""
    return max(int(text), default) if text.isascii() and text.isdigit() and len(text) < 8 else default


def _attribute(element: Element, name: str) -> str | None:
    return next((str(v) for k, v in element.attrib.items() if _local_name(k) == name), None)
