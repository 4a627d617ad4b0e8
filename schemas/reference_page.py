"""The pages ``docs/views.md`` and ``docs/forms.md``: published views and statutory forms, from their data files."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from schemas.data_file import load_yaml
from schemas.enumerations import vocabularies
from schemas.view import View, references, views

#: Keys of a column that say what its amounts stand for (``schemas.form``).
MEANING_KEYS = ("measure", "direction", "type", "category", "fund", "scheme", "econ", "phase", "additive")
_MADE = "Made by `make docs` from `{source}`; a test fails when it is not up to date."
_REFERENCES = {
    "ref_function": "functional classification: code, name, years of the name, whether it is the one to show",
    "ref_economy": "both economic classifications, the same with the scheme (dept, gov)",
    "ref_crosswalk": "from the department to the government classification: kind of body, both codes",
    "ref_division": "administrative divisions: code, name with the divisions above",
    "ref_unit": "the registry of units: division, code, name, department",
}


def views_page() -> str:
    """``views.md``: every published view with its columns in both languages."""
    parts = [
        "# Published views",
        _MADE.format(source="schemas/data/views"),
        "They are there in `budgetlake query` and `budgetlake export`, over what the lake publishes now: of each "
        "body, year, phase and level what stands, nothing that a newer document has replaced. Beside each stands "
        "a view with Chinese names, and one beside each table; there, codes are shown as their Chinese terms.",
        "\n".join(
            ["| view | Chinese view | one row is |", "|---|---|---|"]
            + [f"| [`{v.name}`](#{v.name}) | `{v.zh}` | {v.about_en} |" for v in views().values()]
        ),
    ]
    for view in views().values():
        parts += [f"## `{view.name}`", f"{view.zh}：{view.about_zh}", _columns(view)]
    parts += [
        "## Reference tables",
        "\n".join(
            ["| table | is |", "|---|---|", *(f"| `{name}` | {_REFERENCES[name]} |" for name in references())]
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _columns(view: View) -> str:
    lines = ["| column | type | Chinese | meaning |", "|---|---|---|---|"]
    lines += [f"| `{c.name}` | {c.type} | {c.zh} | {c.en} |" for c in view.columns]
    return "\n".join(lines)


def forms_page() -> str:
    """``forms.md``: every statutory form, how each family prints it, and what its columns stand for."""
    printed: dict[str, list[str]] = {}
    root = files("schemas").joinpath("data", "forms")
    for family in sorted(entry.name for entry in root.iterdir() if entry.is_dir()):
        for name in sorted(entry.name for entry in root.joinpath(family).iterdir()):
            layout = load_yaml(f"forms/{family}/{name}")
            printed.setdefault(layout["form"], []).append(_layout(layout, family))
    parts = [
        "# Statutory forms",
        _MADE.format(source="schemas/data/forms"),
        "A form is what a statutory table is, over all regions and years; a family is how a region prints it. "
        "Columns are told by the path of their header, from top to leaf, in this or another wording. Only columns "
        "with an additive set (`EXP_FUNC_TYPE`) may be summed; lists have theirs by line.",
    ]
    for form, words in vocabularies()["form_code"].items():
        if form in printed:
            parts += [f"## `{form}`", f"{words.zh}: {words.en}.", *printed[form]]
    return "\n\n".join(parts) + "\n"


def _layout(data: Mapping[str, Any], family: str) -> str:
    number = f", table {data['number']}" if "number" in data else ""
    head = f"Family `{family}`{number}, 《{data['title']}》:"
    defaults = _says(data.get("defaults", {}))
    entries = [*data.get("columns", ()), *data.get("amounts", ())]
    rows = [
        f"| {entry.get('path') or entry.get('field')} | {entry.get('role', 'amount')} | {_says(entry)} |"
        for entry in entries
    ]
    if defaults:
        head = f"{head[:-1]}, all of {defaults}:"
    return "\n".join([f"{head}\n", "| column | role | stands for |", "|---|---|---|", *rows])


def _says(entry: Mapping[str, Any]) -> str:
    return ", ".join(f"`{value}`" for key, value in entry.items() if key in MEANING_KEYS and value != "none")
