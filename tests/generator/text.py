"""The tab-separated text form of a disclosure, as the seed is published: blank lines between blocks, a page
end inside a table shown by an empty line, and no line end after the last line."""

from __future__ import annotations

import re

from tests.generator.disclosure import Disclosure
from tests.generator.table import Table

_DECIMAL = re.compile(r"(?<=\d)\.(?=\d)")


def write_text(disclosure: Disclosure) -> bytes:
    """The disclosure as UTF-8 text; of the seed it is the published file, byte by byte."""
    heading = disclosure.contents_heading + "\t"
    contents = [heading, *(f"{number}\t{title}" for number, title in disclosure.contents)]
    blocks = ["", *disclosure.cover, "\n".join(contents)]
    for table in disclosure.tables:
        blocks += [table.title, *table.captions, _body(table)]
        if table.note:
            blocks.append(table.note)
    return "\n\n".join(blocks).encode()


def _body(table: Table) -> str:
    lines = ["\t".join(row) for row in table.grid()]
    if table.decimal_blank:
        lines[table.n_header :] = [_DECIMAL.sub(". ", line) for line in lines[table.n_header :]]
    for place in reversed(table.breaks):
        lines.insert(table.n_header + place, "")
    return "\n".join(lines)
