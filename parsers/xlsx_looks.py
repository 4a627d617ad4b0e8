"""The looks of an XLSX workbook's sheets, from its own parts (ECMA-376 part 1, 18.3 and 18.8).

The sheet parts are streamed: a workbook of a hundred megabytes of XML needs no tree of it. Reading every
part here first, within its promised size, also keeps archives that lie about it from calamine.
"""

from __future__ import annotations

import io
import posixpath
import re
from typing import Any

from lxml import etree

from parsers.limits import Limits
from parsers.looks import BOTTOM, LEFT, RIGHT, TOP, Looks, Style
from parsers.number_format import BUILT_IN
from parsers.package import open_zip, read_member
from parsers.word import parse_xml
from schemas.errors import Unreadable

_SIDES = {"left": LEFT, "right": RIGHT, "start": LEFT, "end": RIGHT, "top": TOP, "bottom": BOTTOM}
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


def xlsx_looks(data: bytes, limits: Limits) -> dict[str, Looks]:
    """The looks of each sheet by its name.

    Raises ``Unreadable``: ``broken_file``, ``encrypted``, ``too_large``.
    """
    with open_zip(data, limits) as container:
        parts = {name.replace("\\", "/").lower(): name for name in container.namelist()}
        contents = {
            path: read_member(container, name)
            for path, name in parts.items()
            if path.endswith((".xml", ".rels"))
        }
    workbook = parse_xml(_part(contents, "xl/workbook.xml"), "xl/workbook.xml")
    targets = _targets(contents.get("xl/_rels/workbook.xml.rels"))
    styles = _styles(contents.get("xl/styles.xml"))
    looks: dict[str, Looks] = {}
    cells_left = limits.max_cells
    for sheet in workbook.iterfind("{*}sheets/{*}sheet"):
        relation = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
        path = targets.get(relation, "")
        found = _sheet(contents[path], path, styles, cells_left) if path in contents else Looks()
        cells_left -= len(found.sides)
        looks[sheet.get("name", "")] = found
    return looks


def _part(contents: dict[str, bytes], path: str) -> bytes:
    if path not in contents:
        raise Unreadable(
            "broken_file", f"The workbook has no part {path}; save it again as XLSX.", place=path
        )
    return contents[path]


def _targets(data: bytes | None) -> dict[str, str]:
    """Part paths by relationship id; targets are relative to ``xl/`` or absolute."""
    if data is None:
        return {}
    return {
        item.get("Id", ""): posixpath.normpath(
            posixpath.join("/xl", item.get("Target", "").replace("\\", "/"))
        )
        .lstrip("/")
        .lower()
        for item in parse_xml(data, "xl/_rels/workbook.xml.rels").iterfind("{*}Relationship")
    }


def _styles(data: bytes | None) -> list[Style]:
    if data is None:
        return []
    root = parse_xml(data, "xl/styles.xml")
    codes: dict[int, str] = dict(BUILT_IN)
    for item in root.iterfind("{*}numFmts/{*}numFmt"):
        codes[_integer(item.get("numFmtId"))] = item.get("formatCode", "")
    borders = [
        sum({_SIDES[name] for side in border if (name := _name(side)) in _SIDES and _is_drawn(side)})
        for border in root.iterfind("{*}borders/{*}border")
    ]
    return [
        Style(
            codes.get(_integer(item.get("numFmtId"))),
            borders[index] if (index := _integer(item.get("borderId"))) < len(borders) else 0,
        )
        for item in root.iterfind("{*}cellXfs/{*}xf")
    ]


def _sheet(data: bytes, path: str, styles: list[Style], max_cells: int) -> Looks:
    looks = Looks()
    row = col = -1
    plain = Style()
    try:
        for event, element in etree.iterparse(
            io.BytesIO(data),
            events=("start", "end"),
            tag=("{*}row", "{*}c"),
            resolve_entities=False,
            no_network=True,
            remove_comments=True,
        ):
            is_row = element.tag.endswith("}row")
            if event == "start":
                if is_row:
                    # Rows and cells may leave their number out: then they follow the one before.
                    row = _integer(element.get("r"), default=row + 2) - 1
                    col = -1
                continue
            if is_row:
                element.clear()
                continue
            match = _REFERENCE.fullmatch(element.get("r") or "")
            row, col = (int(match[2]) - 1, _column(match[1])) if match else (row, col + 1)
            index = _integer(element.get("s"))
            style = styles[index] if index < len(styles) else plain
            kinds = {_name(child): child for child in element}
            looks.add(row, col, style, bool(kinds))
            # A saved formula may well show nothing: then its type is text.
            if "f" in kinds and element.get("t") != "str" and ("v" not in kinds or not kinds["v"].text):
                looks.unsaved.append((row, col))
            if len(looks.sides) > max_cells:
                raise Unreadable(
                    "too_large",
                    f"The sheet {path} has more than {max_cells:,} ruled cells; clear its blank rows.",
                    place=path,
                )
    except etree.XMLSyntaxError as error:
        raise Unreadable(
            "broken_file", f"The part {path} is not valid XML; save the file again.", place=path
        ) from error
    return looks


def _is_drawn(side: Any) -> bool:
    return str(side.get("style", "none")) != "none"


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _integer(text: str | None, default: int = 0) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else default
