"""The documentation builds as a site, strictly, and neither its build nor its pages ask the network for anything."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.docs.repository import ROOT

_LOADED = re.compile(r"<(?:script|img|iframe|source)[^>]* src=\"(https?:)?//|<link[^>]* href=\"(https?:)?//")

# The build runs in a process whose sockets refuse.
_OFFLINE = """
import socket, sys
def refuse(*_args, **_kwargs):
    raise OSError("the build asked for the network")
socket.socket.connect = refuse
socket.getaddrinfo = refuse
from mkdocs.__main__ import cli
cli(sys.argv[1:])
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    ran = subprocess.run(
        [sys.executable, "-c", _OFFLINE, "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return folder


def test_every_page_of_the_documentation_is_on_the_site(site: Path) -> None:
    pages = {path.stem for path in (ROOT / "docs").glob("*.md")}
    assert pages | {"start", "start.zh", "CONTRIBUTING", "CHANGELOG"} <= {p.stem for p in site.glob("*.html")}


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    loading = [page.name for page in site.rglob("*.html") if _LOADED.search(page.read_text(encoding="utf-8"))]
    assert loading == []


def test_links_between_the_sites_pages_lead_somewhere(site: Path) -> None:
    for page in site.glob("*.html"):
        for target in re.findall(r'href="([^"#:]+)(?:#[^"]*)?"', page.read_text(encoding="utf-8")):
            # The page that says 404 is served for any address, so it names places from the root.
            if page.name != "404.html":
                assert (site / target).exists(), f"{page.name}: {target}"


def test_the_chinese_pages_are_in_the_navigation() -> None:
    navigation = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    (chinese,) = (entry["中文"] for entry in navigation if "中文" in entry)
    shown = {next(iter(entry.values())) for entry in chinese}
    assert shown == {path.name for path in (ROOT / "docs").glob("*.zh.md")} | {"start.zh.md"}
