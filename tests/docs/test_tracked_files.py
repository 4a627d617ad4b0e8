"""Nothing of the machine it was written on is in the repository."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.repository import ROOT, tracked_files

# Spelled in pieces, so that this file does not hold what it looks for.
_MACHINE = [f"/{folder}/" for folder in ("work", "tmp", "root", "home", "opt", "Users")]
_REGISTRY = [f"{name}.{end}" for name, end in [("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org")]]
_OPTION = [f"--{name}" for name in ("-".join(["index", "url"]), "-".join(["find", "links"]))]
_OPTION.append(_OPTION[0].replace("--", "--extra-"))
_KEY_ID = r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
# A path of the machine begins a word: `s3://bucket/work/` is none.
FOREIGN = re.compile(
    "|".join([rf"(?<![\w.}}/:-])(?:{'|'.join(_MACHINE)})", *map(re.escape, _REGISTRY), *_OPTION, _KEY_ID])
)


@pytest.mark.parametrize("path", tracked_files(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_file_names_no_place_of_a_machine_no_registry_and_no_credential(path: Path) -> None:
    text = path.read_bytes().decode("utf-8", errors="ignore")
    found = FOREIGN.search(text)
    assert found is None, f"{path}: {found.group() if found else ''}"


@pytest.mark.parametrize(
    "text",
    [f"see {_MACHINE[0]}notes", f"'{_MACHINE[1]}x'", *(f"{each} x" for each in _OPTION), *_REGISTRY],
)
def test_the_search_finds_such_places(text: str) -> None:
    assert FOREIGN.search(text)
