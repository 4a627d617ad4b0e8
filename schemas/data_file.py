"""Reading of the reviewed data files in ``schemas/data``, of an installed package or a checkout alike."""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import Any

import yaml

# The C loader is some ten times faster and there in every wheel of PyYAML.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_text(name: str) -> str:
    """Text of a data file; ``name`` is its path below ``schemas/data``, with ``/``."""
    return files("schemas").joinpath("data", *name.split("/")).read_text(encoding="utf-8")


def load_yaml(name: str) -> Any:
    """Content of a YAML data file. Codes must be quoted there: YAML reads 052 as the number 42."""
    return yaml.load(read_text(name), Loader=_Loader)  # noqa: S506 (one of the two safe loaders)


def load_tsv(name: str) -> list[dict[str, str]]:
    """Rows of a tab-separated data file with a header line; lines that begin with ``#`` are comments."""
    lines = (line for line in read_text(name).splitlines() if line and not line.startswith("#"))
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
