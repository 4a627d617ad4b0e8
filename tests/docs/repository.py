"""What the tests of this folder look at: the checkout's tracked files, its Markdown pages and their code."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.zh.md")

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#{1,6}) (.+)$", re.MULTILINE)


def tracked_files() -> list[Path]:
    """Every file of the checkout that git knows or would add; all but hidden ones where there is no git."""
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        return [path for path in ROOT.rglob("*") if path.is_file() and "/." not in path.as_posix()]
    return [path for name in names if name and (path := ROOT / name).is_file()]


def markdown_files() -> list[Path]:
    """The tracked Markdown pages."""
    return [path for path in tracked_files() if path.suffix == ".md"]


def code_blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a language, in order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [body for name, body in _FENCE.findall(text) if name == language]


def shell_lines(page: str) -> list[str]:
    """The commands of a page's ``bash`` blocks: continued lines joined, comments and blank lines left out."""
    lines = "".join(code_blocks(page, "bash")).replace("\\\n", " ").splitlines()
    return [line for line in lines if line.strip() and not line.lstrip().startswith("#")]


def headings(text: str) -> list[tuple[int, str]]:
    """Level and text of each heading outside code."""
    return [(len(marks), title.strip()) for marks, title in _HEADING.findall(_FENCE.sub("", text))]


def anchor(title: str) -> str:
    """The anchor that a heading gets on a code host: lower case, punctuation gone, blanks to dashes."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
