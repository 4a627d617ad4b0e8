"""What is round the code holds: the licence, and pins that agree with what the project asks for."""

from __future__ import annotations

import hashlib
import re
import tomllib
from itertools import chain

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.docs.repository import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
#: Which requirements each file of pins must hold.
ASKED = {
    "requirements.txt": [*PROJECT["project"]["dependencies"], *EXTRAS["local"], *EXTRAS["samples"]],
    "requirements-dev.txt": [*PROJECT["project"]["dependencies"], *chain.from_iterable(EXTRAS.values())],
}
_PIN = re.compile(r"^([\w.-]+)==(\S+)(?: ; [^\\]+)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)$", re.MULTILINE)


def _pins(name: str) -> dict[str, Version]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return {canonicalize_name(package): Version(version) for package, version, _ in _PIN.findall(text)}


def test_the_licence_is_the_whole_text_of_apache_2_0() -> None:
    digest = hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest()
    assert digest == "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"


@pytest.mark.parametrize("name", ASKED)
def test_every_line_of_the_pins_is_a_version_with_hashes(name: str) -> None:
    assert _PIN.sub("", (ROOT / name).read_text(encoding="utf-8")).strip() == ""


@pytest.mark.parametrize(("name", "asked"), [(name, text) for name, texts in ASKED.items() for text in texts])
def test_a_requirement_of_the_project_is_pinned_within_its_range(name: str, asked: str) -> None:
    requirement = Requirement(asked)
    version = _pins(name)[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(version), f"{asked} but {name} has {version}: run `make pins`"


def test_both_files_of_pins_name_the_same_versions() -> None:
    everything = _pins("requirements-dev.txt")
    assert _pins("requirements.txt").items() <= everything.items()
