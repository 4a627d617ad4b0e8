"""Data Package descriptors (frictionlessdata.io, Table Schema) of what is exported, and its data dictionary.

Types, keys and words are those of the view, so a descriptor cannot say anything else than the documentation.
Columns of budgets also have the ``columnType`` of the Fiscal Data Package (``fiscal_types.yaml``).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from schemas.data_file import load_yaml
from schemas.tables import TABLES, key_columns
from schemas.view import View, ViewColumn

#: Types of the documentation in the words of Table Schema; a longer one (``decimal(18,2)``) by its beginning.
_TYPES = (
    ("int", "integer"),
    ("decimal", "number"),
    ("float", "number"),
    ("boolean", "boolean"),
    ("date", "date"),
    ("timestamp", "datetime"),
    ("list", "array"),
    ("struct", "object"),
)
TABULAR, ANY = "tabular-data-resource", "data-resource"
DICTIONARY = ("name", "type", "chinese", "meaning", "codes")


def field(column: ViewColumn) -> dict[str, Any]:
    """The Table Schema field of a column."""
    said: dict[str, Any] = {"name": column.name, "type": field_type(column), "title": column.zh}
    said["description"] = column.en
    if column.terms:
        said["constraints"] = {"enum": [term.code for term in column.terms]}
    if kind := _fiscal_types().get(column.name):
        said["columnType"] = kind
    return said


def field_type(column: ViewColumn) -> str:
    """The type of a column in Table Schema's words."""
    return next((said for begins, said in _TYPES if column.type.startswith(begins)), "string")


def table_schema(view: View, without: Sequence[str] = ()) -> dict[str, Any]:
    """The Table Schema of a view; ``without`` are columns that stand in the path and not in the file."""
    schema: dict[str, Any] = {"fields": [field(c) for c in view.columns if c.name not in without]}
    schema["missingValues"] = [""]
    if view.name in TABLES and not set(key_columns(view.name)) & set(without):
        schema["primaryKey"] = list(key_columns(view.name))
    return schema


def data_package(
    view: View, resources: Sequence[dict[str, Any]], years: Sequence[int], created: str
) -> dict[str, Any]:
    """The descriptor: ``resources`` with their paths, ``years`` the fiscal years in the data, ``created`` in UTC."""
    csv = all(resource["profile"] == TABULAR for resource in resources)
    package: dict[str, Any] = {
        # The tabular profile is for CSV only.
        "profile": "tabular-data-package" if csv else "data-package",
        "name": view.name.replace("_", "-"),
        "title": view.zh,
        "description": view.about_en,
        "created": created,
        "countryCode": "CN",
        "resources": list(resources),
    }
    if years:
        package["fiscalPeriod"] = {"start": f"{min(years)}-01-01", "end": f"{max(years)}-12-31"}
    return package


def dictionary_rows(view: View) -> list[tuple[str, ...]]:
    """The data dictionary: a row a column, as ``DICTIONARY`` names them; codes with their terms."""
    return [
        (c.name, c.type, c.zh, c.en, "; ".join(f"{t.code} = {t.zh}, {t.en}" for t in c.terms))
        for c in view.columns
    ]


@cache
def _fiscal_types() -> dict[str, str]:
    types: dict[str, str] = load_yaml("fiscal_types.yaml")
    return types
