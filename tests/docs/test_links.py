"""Links between pages lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.repository import ROOT, anchor, headings, markdown_files

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|<img[^>]* src=\"([^\"]+)\"")


def _links(page: Path) -> list[str]:
    return [first or second for first, second in _LINK.findall(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("page", markdown_files(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_of_a_page_leads_to_a_file_and_a_heading(page: Path) -> None:
    for link in _links(page):
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        name, _, fragment = link.partition("#")
        target = page if not name else (page.parent / name).resolve()
        assert target.exists(), f"{link} leads nowhere"
        if fragment:
            anchors = {anchor(title) for _, title in headings(target.read_text(encoding="utf-8"))}
            assert fragment in anchors, f"{link}: no such heading"
