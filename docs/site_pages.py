"""Hook of mkdocs: the pages of the repository's root (README, CONTRIBUTING, …) are pages of the site too.

On a code host they link to ``docs/…`` and the pages of docs link to ``../README.md``; on the site all stand in
one folder, so these links lose their folder here. Links to files that are no pages become plain text.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
#: File of the root to page of the site: mkdocs would take README.md for the index.
PAGES = {
    "README.md": "start.md",
    "README.zh.md": "start.zh.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "CHANGELOG.md": "CHANGELOG.md",
}
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")


def on_files(files: Files, *, config: Any) -> Files:
    """Add the root's pages."""
    for name, page in PAGES.items():
        files.append(File.generated(config, page, content=(ROOT / name).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, *, page: Any, files: Files, **_: Any) -> str:
    """Make links fit the site."""
    return _LINK.sub(lambda link: _fitted(link, files), markdown)


def _fitted(link: re.Match[str], files: Files) -> str:
    mark, text, target = link.groups()
    path, hash_, anchor = target.partition("#")
    if not path or "://" in path or path.startswith("mailto:"):
        return link.group(0)
    name = path.removeprefix("../").removeprefix("docs/")
    name = PAGES.get(name, name)
    if files.get_file_from_path(name) is None:
        return text if (ROOT / name).exists() or (ROOT / "docs" / name).exists() else link.group(0)
    return f"{mark}[{text}]({name}{hash_}{anchor})"
