"""Every page that shows commands is run by a test of this folder; what is not run says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.repository import ROOT, markdown_files, shell_lines

#: Page to the test that runs its commands.
RUN = {
    "README.md": "test_readme.py",
    "README.zh.md": "test_readme.py",
    "docs/aws.md": "test_aws.py",
    "docs/howto_amendments.md": "test_howto.py",
    "docs/howto_backfill.md": "test_howto.py",
    "docs/howto_fleet.md": "test_howto.py",
    "docs/howto_region.md": "test_howto.py",
    "docs/howto_region.zh.md": "test_howto.py",
    "docs/howto_readers.md": "test_tour.py",
    "docs/howto_readers.zh.md": "test_tour.py",
    "docs/tour.md": "test_tour.py",
    "docs/tour.zh.md": "test_tour.py",
}
#: Page to the reason why no test runs its commands; `test_readme.py` still holds names and options to be true.
NOT_RUN = {
    "CONTRIBUTING.md": "make test would run itself; the other targets are held against the Makefile",
    "docs/commands.md": "made from the commands' own help; each example has names and options that exist",
}


def _with_commands() -> set[str]:
    pages = [path.relative_to(ROOT).as_posix() for path in markdown_files()]
    return {page for page in pages if shell_lines(page)}


def test_every_page_with_commands_is_run_or_says_why_not() -> None:
    assert _with_commands() | {"docs/commands.md"} == {*RUN, *NOT_RUN}
    assert not RUN.keys() & NOT_RUN.keys()


@pytest.mark.parametrize(("page", "module"), RUN.items())
def test_the_test_that_runs_a_page_names_it(page: str, module: str) -> None:
    text = Path(__file__).with_name(module).read_text(encoding="utf-8")
    assert Path(page).name.removesuffix(".md").removesuffix(".zh") in text
