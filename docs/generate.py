"""The pages of ``docs/`` that are made from the program: ``python docs/generate.py``, or ``make docs``.

Each page has one maker that returns its whole text; ``tests/docs`` compares and fails when a page is not up to
date, so a command, setting or column cannot change without its documentation.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin

import typer
from pydantic.fields import FieldInfo
from typer.core import TyperGroup

from flows.cli import app
from infra.export import athena
from infra.settings import PREFIX, Settings
from schemas import dictionary, quarantine_reason, reference_page
from schemas.rules import catalogue

DOCS = Path(__file__).resolve().parent
PROGRAM = "budgetlake"


def commands_page() -> str:
    """``commands.md``: every command of the command line with its arguments and options."""
    parts = [
        "# Commands",
        "Made by `make docs` from the command line itself; a test fails when it is not up to date. "
        f"`{PROGRAM} COMMAND --help` shows the same.",
    ]
    for command in commands():
        parts += [f"## `{command.name}`", f"```text\n{command.usage}\n```", command.help]
        if command.parameters:
            rows = [f"| `{_cell(names)}` | {_cell(meaning)} |" for names, meaning in command.parameters]
            parts.append("\n".join(["| | |", "|---|---|", *rows]))
        parts += [command.epilog] if command.epilog else []
    return "\n\n".join(parts) + "\n"


class Command(NamedTuple):
    """A command as its help shows it; ``parameters`` are (names, meaning)."""

    name: str
    usage: str
    help: str
    epilog: str
    parameters: list[tuple[str, str]]


def commands() -> Iterator[Command]:
    """Every visible command, the program itself first."""
    yield from _walk(typer.main.get_command(app), PROGRAM, None)


def _walk(
    command: Any,  # typer keeps its base class of commands to itself
    name: str,
    parent: typer.Context | None,
) -> Iterator[Command]:
    context = typer.Context(command, info_name=name.split()[-1], parent=parent)
    records = [p.get_help_record(context) for p in command.params]
    yield Command(
        name,
        " ".join([name, *command.collect_usage_pieces(context)]),
        _paragraphs(command.help or ""),
        _paragraphs(command.epilog or ""),
        [record for record in records if record is not None],
    )
    if isinstance(command, TyperGroup):
        for child in command.list_commands(context):
            inner = command.get_command(context, child)
            if inner is not None and not inner.hidden:
                yield from _walk(inner, f"{name} {child}", context)


def settings_page() -> str:
    """``settings.md``: every setting with its environment variable, type, default and reason."""
    parts = [
        "# Settings",
        "Made by `make docs` from `infra/settings.py`; a test fails when it is not up to date. Each is an "
        "environment variable; options of a command go first. Credentials are no settings: they come from the "
        "usual chain of the AWS client (environment, profile, role of the machine).",
    ]
    rows = [
        f"| `{PREFIX}{name.upper()}` | {_type(field)} | {_default(field)} | {_cell(field.description or '')} |"
        for name, field in Settings.model_fields.items()
    ]
    parts.append("\n".join(["| variable | type | default | meaning |", "|---|---|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def _type(field: FieldInfo) -> str:
    annotation = field.annotation
    if get_origin(annotation) in (Union, UnionType):
        annotation = next(kind for kind in get_args(annotation) if kind is not type(None))
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{each}`" for each in get_args(annotation))
    words = {"str": "text", "int": "whole number", "float": "number", "bool": "true or false"}
    name = getattr(annotation, "__name__", str(annotation))
    return words.get(name, name)


def _default(field: FieldInfo) -> str:
    return "none" if field.default is None else f"`{field.default}`"


def _paragraphs(text: str) -> str:
    """Help as Markdown: a paragraph that the command line keeps line by line (\\b) is shown as it is."""
    parts = []
    for part in text.split("\f")[0].strip().split("\n\n"):
        if part.lstrip(" ").startswith("\b"):
            lines = part.lstrip(" \b").strip("\n")
            parts.append(f"```text\n{lines}\n```")
        else:
            parts.append(" ".join(part.split()))
    return "\n\n".join(parts)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "settings.md": settings_page,
    "tables.md": dictionary.markdown,
    "quarantine_reasons.md": quarantine_reason.markdown,
    "rules.md": catalogue.markdown,
    "views.md": reference_page.views_page,
    "forms.md": reference_page.forms_page,
    "../infra/deploy/athena.sql": athena.definitions,
}


def main() -> int:
    """Writes every page."""
    for name, make in PAGES.items():
        (DOCS / name).write_text(make(), encoding="utf-8")
        print((DOCS / name).resolve().relative_to(DOCS.parent).as_posix())
    return 0


if __name__ == "__main__":
    sys.exit(main())
