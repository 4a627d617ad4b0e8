"""The layouts of ``data/variants.yaml`` as heads and rows for made grids."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.parsers.blocks import Head

_FILE = Path(__file__).with_name("data") / "variants.yaml"


class Variant(NamedTuple):
    """A table as printed: its title, the form that it is, header, some rows, captions."""

    title: str
    form: str | None
    heads: list[Head]
    rows: list[list[str]]
    captions: list[str]


def _head(data: Any) -> Head:
    if isinstance(data, dict):
        ((label, below),) = data.items()
        return str(label), [_head(each) for each in below]
    return str(data)


VARIANTS = [
    Variant(
        entry["title"],
        entry.get("form"),
        [_head(each) for each in entry["heads"]],
        [[str(text) for text in row] for row in entry["rows"]],
        entry.get("captions", ["单位：万元"]),
    )
    for entry in yaml.safe_load(_FILE.read_text("utf-8"))
]
