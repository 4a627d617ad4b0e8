"""What a person meets is documented: the pages made from the program are up to date and leave nothing out."""

from __future__ import annotations

import importlib.util
from types import ModuleType
from typing import Any

import pytest

from infra.settings import PREFIX, Settings
from tests.docs.repository import ROOT


def _generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATE = _generate()
COMMANDS = list(GENERATE.commands())


@pytest.mark.parametrize("page", GENERATE.PAGES)
def test_a_generated_page_is_up_to_date(page: str) -> None:
    stored = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert stored == GENERATE.PAGES[page](), f"docs/{page} is not up to date: run `make docs`"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_and_parameter_says_what_it_does(command: Any) -> None:
    assert command.help, f"{command.name} has no help"
    for names, meaning in command.parameters:
        assert meaning.split("[")[0].strip(), f"{command.name} {names} has no help"


@pytest.mark.parametrize("command", COMMANDS[1:], ids=lambda command: command.name)
def test_every_command_shows_an_example_of_itself(command: Any) -> None:
    assert command.name in command.epilog


@pytest.mark.parametrize(("name", "field"), Settings.model_fields.items())
def test_every_setting_says_what_it_means(name: str, field: object) -> None:
    assert getattr(field, "description", None), f"{PREFIX}{name.upper()} has no description"


@pytest.mark.parametrize("page", sorted(p.name for p in (ROOT / "docs").glob("*.md") if p.name != "index.md"))
def test_the_index_names_every_page(page: str) -> None:
    assert f"({page})" in (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
