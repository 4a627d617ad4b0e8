"""The READMEs are true: their commands, options, targets and queries exist and run, in both languages alike."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from flows.cli import app
from tests.docs.repository import (
    READMES,
    ROOT,
    code_blocks,
    headings,
    markdown_files,
    shell_lines,
)
from tests.generator.disclosure import seed
from tests.generator.pdf import draw_pdf

PAGES = [path.relative_to(ROOT).as_posix() for path in markdown_files()]
LINES = [(page, line) for page in PAGES for line in shell_lines(page)]
BUDGETLAKE = [(page, line) for page, line in LINES if line.startswith("budgetlake ")]


def _words(line: str) -> list[str]:
    return shlex.split(line, comments=True)


def test_both_readmes_have_the_same_sections() -> None:
    english, chinese = (headings((ROOT / name).read_text(encoding="utf-8")) for name in READMES)
    assert [level for level, _ in english] == [level for level, _ in chinese]
    assert len(english) > 5


@pytest.mark.parametrize("chinese", sorted((ROOT / "docs").glob("*.zh.md")), ids=lambda path: path.name)
def test_a_chinese_page_has_the_sections_and_code_of_the_english_one(chinese: Path) -> None:
    english = chinese.with_name(chinese.name.replace(".zh.md", ".md"))
    pages = [path.read_text(encoding="utf-8") for path in (english, chinese)]
    assert [level for level, _ in headings(pages[0])] == [level for level, _ in headings(pages[1])]
    blocks = [
        [
            (language, len(code_blocks(f"docs/{path.name}", language)))
            for language in ("bash", "python", "text")
        ]
        for path in (english, chinese)
    ]
    assert blocks[0] == blocks[1]


@pytest.mark.parametrize("language", ["sql", "python", "text", "json"])
def test_both_readmes_show_the_same_code(language: str) -> None:
    english, chinese = (code_blocks(name, language) for name in READMES)
    assert english == chinese


def test_both_readmes_name_the_same_commands() -> None:
    english, chinese = ([_words(line) for line in shell_lines(name)] for name in READMES)
    assert english == chinese
    assert english


@pytest.mark.parametrize("page", PAGES)
def test_every_shell_block_parses(page: str) -> None:
    for block in code_blocks(page, "bash"):
        subprocess.run(["bash", "-n"], input=block, text=True, check=True)


@pytest.mark.parametrize("page", PAGES)
def test_every_json_block_parses(page: str) -> None:
    for block in code_blocks(page, "json"):
        policy = json.loads(block)
        for inner in (value for value in policy.values() if isinstance(value, str) and value.startswith("{")):
            json.loads(inner)


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {words[1] for _, line in LINES if (words := _words(line))[0] == "make"}
    assert named <= targets
    assert {"demo", "test"} <= named


@pytest.mark.parametrize(("page", "line"), BUDGETLAKE)
def test_every_command_that_is_shown_exists_with_its_options(page: str, line: str) -> None:
    group = typer.main.get_command(app)
    _, name, *arguments = _words(line)
    command = group.commands[name]  # type: ignore[attr-defined]
    # Raises a usage error where an option or argument is not known.
    command.make_context(name, arguments, resilient_parsing=False).close()


@pytest.mark.parametrize("page", READMES)
def test_a_readme_lists_every_command(page: str) -> None:
    group = typer.main.get_command(app)
    text = (ROOT / page).read_text(encoding="utf-8")
    visible = [name for name, command in group.commands.items() if not command.hidden]  # type: ignore[attr-defined]
    assert [name for name in visible if f"| `budgetlake {name}" not in text] == []


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the README's own lines have been run on a disclosure: its lake is ``lake/``."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "downloads").mkdir()
    data = draw_pdf(seed())
    (folder / "部门预算公开表.pdf").write_bytes(data)
    (folder / "downloads" / f"{seed().file_name}.pdf").write_bytes(data)
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for line in shell_lines("README.md"):
        # `watch` has no end of its own: tests/flows/test_up.py runs it, against a queue.
        if line.startswith("budgetlake ") and _words(line) != ["budgetlake", "watch"]:
            ran = subprocess.run(
                ["bash", "-c", line], cwd=folder, env=environment, capture_output=True, text=True
            )
            assert ran.returncode == 0, f"{line}\n{ran.stdout}{ran.stderr}"
    return folder


def test_the_query_of_the_readme_answers(workplace: Path) -> None:
    (sql,) = code_blocks("README.md", "sql")
    answer = subprocess.run(
        [
            str(Path(sys.executable).with_name("budgetlake")),
            "query",
            sql,
            "--lake",
            "./lake",
            "--format",
            "csv",
        ],
        cwd=workplace,
        check=True,
        capture_output=True,
        text=True,
    )
    assert answer.stdout.splitlines() == [
        "org_unit_name,year,total_wan,basic_wan,project_wan",
        "株洲市荷塘区行政审批服务局,2024,525.41,209.59,315.82",
    ]


def test_the_python_of_the_readme_needs_nothing_that_make_install_leaves_out() -> None:
    """pandas is there for the tests alone."""
    (code,) = code_blocks("README.md", "python")
    said = {node.attr for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Attribute)}
    said |= {
        alias.name
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert ("to_pandas" in said or "pandas" in said) <= ("\npandas==" in pins)


def test_the_python_of_the_readme_reads_the_lake(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = code_blocks("README.md", "python")
    monkeypatch.chdir(workplace)
    names: dict[str, object] = {}
    exec(compile(code, "README.md", "exec"), names)  # noqa: S102
    assert len(names["lines"]) == len(names["table"]) == 1016  # type: ignore[arg-type]
