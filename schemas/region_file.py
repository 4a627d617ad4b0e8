"""Region files: those of the package by division code, others by path, each checked key by key.

What a file may say is documented by the models of ``schemas.region``.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from schemas.errors import UsageError
from schemas.region import Region


def region_files() -> dict[str, str]:
    """The region files of the package: division code to file name, in the order of codes."""
    names = sorted(entry.name for entry in files("schemas").joinpath("data", "regions").iterdir())
    return {name[:6]: name for name in names if name.endswith(".yaml")}


def load_region(which: str) -> Region:
    """The region of a division code that has a file in the package, or of a file given by its path.

    Raises ``UsageError`` with a sentence that names the file, the key and what is wrong.
    """
    if not which.endswith((".yaml", ".yml")):
        name = region_files().get(which)
        if name is None:
            known = ", ".join(region_files())
            raise UsageError(f"No region file for {which}; there are {known}, or give the path of a file.")
        text, label = files("schemas").joinpath("data", "regions", name).read_text(encoding="utf-8"), name
    else:
        label = which
        try:
            text = Path(which).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"The region file {which} cannot be read: {error}.") from error
    return parse_region(text, label)


def parse_region(text: str, label: str) -> Region:
    """The region that a file's text says; ``label`` names the file in messages. Raises ``UsageError``."""
    try:
        data: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UsageError(f"{label} is no YAML: {' '.join(str(error).split())}.") from error
    if not isinstance(data, dict):
        raise UsageError(f"{label} is no region file: it holds no keys.")
    try:
        return Region.model_validate(data)
    except ValidationError as error:
        raise UsageError(f"{label}: {_sentence(error)}.") from error


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        says = "there is no such key"
    elif first["type"] == "missing":
        says = "this key is missing"
    else:
        says = first["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{place}: {says}" if place else says
