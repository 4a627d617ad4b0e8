"""HTML: the tables of a web page (or of an Office file saved as one) and the lines of text round them.

A table with another inside only arranges the page; the innermost ones hold data. Blanks collapse as in a
browser, non-breaking and full-width ones stay. What the page does not display (scripts, hidden elements,
form controls) is not there. No request ever leaves: nothing but the bytes is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from parsers.grid import Grid, Line, Reading
from parsers.limits import Limits
from parsers.placement import Placed, place_cells
from parsers.sniff import HTML
from schemas.errors import Unreadable

Element = Any

# One tag a line would be seventy lines.
_BLOCKS = frozenset(
    """
    address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol p pre section summary table tbody td tfoot
    th thead tr ul
    """.split()  # noqa: SIM905
)
# Not "head": the parser puts a whole page without <body> into it.
_NOT_SHOWN = frozenset(
    """
    base script style template noscript title meta link select option textarea button input datalist iframe
    object svg canvas audio video map xml
    """.split()  # noqa: SIM905
)
_CELLS = frozenset({"td", "th"})
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all", re.IGNORECASE
)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
# GB2312 and GBK are parts of GB18030, and pages that declare them use characters beyond them.
_CODECS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "x-gbk": "gb18030",
    "big5": "big5hkscs",
}
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_WIDTHLESS = str.maketrans("", "", "\u200b\u200c\u200d\u2060\ufeff\u00ad\0")


def read_html(data: bytes, limits: Limits | None = None) -> Reading:
    """Lines and grids of a web page, located by XPath.

    Raises ``Unreadable``: ``broken_file`` without any element, ``too_large`` beyond ``limits``.
    """
    limits = limits or Limits()
    root = _parse(decode_html(data))
    blocks: list[Line | Grid] = []
    cells_left = limits.max_cells
    for element, text in _displayed(root):
        if text is not None:
            blocks.append(Line(text, locator=_path(element)))
            continue
        rows = _rows(element)
        placed = _place(rows, cells_left)
        if len(placed) == 1:  # a frame round a text
            blocks.extend(
                Line(line, locator=placed[0].locator) for line in placed[0].text.split("\n") if line
            )
            continue
        n_cols = max((cell.col + cell.col_span for cell in placed), default=0)
        path = _path(element)
        n_rows = len(rows)
        row_paths = [_path(row) for row, _ in rows]
        grid = place_cells(
            placed,
            n_rows,
            n_cols,
            blank_locator=lambda row, _, paths=row_paths: paths[row],  # type: ignore[misc]
            locator=path,
            max_cells=cells_left,
        )
        if grid:
            cells_left -= n_rows * n_cols
            blocks.append(grid)
    return Reading(tuple(blocks), media_type=HTML, engine="lxml", engine_version=etree.__version__)


def decode_html(data: bytes) -> str:
    """The text of a page: by its byte order mark, as UTF-8 if it is that, else as declared, else GB18030.

    Pages that declare one and send the other are common; bytes that are valid UTF-8 are never GBK.
    A byte that fits nowhere becomes U+FFFD.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        declared = _CHARSET.search(data[:4096])
        name = declared.group(1).decode("ascii", "replace").lower() if declared else ""
        codec = _CODECS.get(name, "gb18030")
    # One cut character in a page that says it is UTF-8 does not make it GBK.
    if name in ("utf-8", "utf8") and data.decode("utf-8", "replace").count("\ufffd") <= len(data) // 1000 + 1:
        return data.decode("utf-8", "replace")
    return data.decode(codec, "replace")


def _parse(text: str) -> Element:
    # Bytes, because lxml refuses a str with an XML declaration in it.
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable("broken_file", "The web page cannot be parsed; download it again.") from error
    if root is None:
        raise Unreadable("broken_file", "The web page has no content; download it again.")
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" or "depth" in entry.message for entry in parser.error_log):
        raise Unreadable("too_large", "The web page nests its elements too deeply to be read whole.")
    return root


def _displayed(root: Element, without: frozenset[str] = frozenset()) -> Iterator[tuple[Element, str | None]]:
    """The lines of text with the element each ends in, and data tables (with ``None``), in page order.

    A table's caption, and text that a faulty page has between its cells, come before it.
    """
    buffer: list[str] = []
    skipped: Element | None = None
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        tag = element.tag
        if event == "start":
            is_left_out = _is_hidden(element) or tag in without
            if is_left_out or (tag == "table" and element is not root and _is_data(element)):
                skipped = element
                walker.skip_subtree()
            if tag in _BLOCKS or tag == "br":
                yield from _flush(buffer, element.getparent() if tag == "br" else element)
            if skipped is element:
                if not is_left_out:
                    yield from _displayed(element, without=_CELLS)
                    yield element, None
            elif element.text:
                buffer.extend(_pieces(element, element.text))
        else:
            if tag in _BLOCKS and skipped is not element:
                yield from _flush(buffer, element)
            skipped = None
            if element.tail and element is not root:
                buffer.append(element.tail)
    yield from _flush(buffer, root)


def _flush(buffer: list[str], element: Element) -> Iterator[tuple[Element, str]]:
    for line in "".join(buffer).split("\v"):
        text = _collapse(line)
        if text.strip():
            yield element, text
    buffer.clear()


def _pieces(element: Element, text: str) -> list[str]:
    # In <pre> a line end is a line end; \v, which no page can hold, marks it until the line is flushed.
    return [text.replace("\n", "\v")] if element.tag == "pre" else [text]


def _collapse(text: str) -> str:
    return _BLANKS.sub(" ", text.translate(_WIDTHLESS)).strip(" ")


def _is_hidden(element: Element) -> bool:
    return (
        element.tag in _NOT_SHOWN
        or element.get("hidden") is not None
        or bool(_HIDDEN.search(element.get("style") or ""))
    )


def _is_data(table: Element) -> bool:
    return next(table.iterdescendants("table"), None) is None


def _rows(table: Element) -> list[tuple[Element, int]]:
    """The displayed rows, header first and footer last, each with the rows left in its group (itself too)."""
    groups: dict[str, list[list[Element]]] = {"thead": [], "tbody": [], "tfoot": []}
    loose: list[Element] | None = None
    for child in table:
        if _is_hidden(child):
            continue
        if child.tag == "tr":
            if loose is None:
                loose = []
                groups["tbody"].append(loose)
            loose.append(child)
        elif child.tag in groups:
            loose = None
            groups[child.tag].append([row for row in child if row.tag == "tr" and not _is_hidden(row)])
    return [
        (row, len(group) - index)
        for name in ("thead", "tbody", "tfoot")
        for group in groups[name]
        for index, row in enumerate(group)
    ]


def _place(rows: list[tuple[Element, int]], max_cells: int) -> list[Placed]:
    """The cells by the table algorithm of the HTML standard (4.9.12.1): each takes the first free slot."""
    placed: list[Placed] = []
    until: dict[int, int] = {}  # column → first row in which it is free again
    n_slots = 0
    for r, (row, rows_left) in enumerate(rows):
        path, counts, col = _path(row), {"td": 0, "th": 0}, 0
        for element in row:
            if element.tag not in counts:
                continue
            counts[element.tag] += 1
            if _is_hidden(element):
                continue
            while until.get(col, 0) > r:
                col += 1
            col_span = min(max(_span(element, "colspan"), 1), 1000)
            row_span = min(_span(element, "rowspan") or rows_left, rows_left)  # 0: to the group's end
            n_slots += col_span * row_span
            if n_slots > max_cells:
                raise Unreadable(
                    "too_large", f"The tables have more than {max_cells:,} cells; split the page.", place=path
                )
            for c in range(col, col + col_span):
                until[c] = max(until.get(c, 0), r + row_span)
            locator = f"{path}/{element.tag}[{counts[element.tag]}]"
            placed.append(Placed(r, col, row_span, col_span, _cell_text(element), locator))
            col += col_span
    return placed


def _cell_text(cell: Element) -> str:
    return "\n".join(text for _, text in _displayed(cell) if text is not None)


def _span(element: Element, name: str) -> int:
    digits = re.match(r"\s*(\d{1,6})", element.get(name) or "")
    return int(digits.group(1)) if digits else 1


def _path(element: Element) -> str:
    return str(element.getroottree().getpath(element))
