"""Lakes for tests of what goes out of one: views, exports, copies. Made of generated disclosures as text.

``seed_lake`` has the published seed disclosure alone. ``wide_lake`` has three families, two years, two bodies
of a district, a unit inside its department, and the final accounts that belong to a budget.
"""

from __future__ import annotations

import atexit
import random
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from flows.line import bring_in
from flows.pool import DocumentPool
from infra.lake import Lake
from infra.objects import list_objects
from infra.settings import load_settings
from tests.generator.disclosure import Disclosure, derive, seed
from tests.generator.families import FAMILIES
from tests.generator.samples import LAST_YEAR, SECOND_UNIT
from tests.generator.text import write_text
from tests.once import made_once

BODY = "上海市普陀区样例档案局"


def seed_text() -> dict[str, bytes]:
    """The seed as published."""
    return {f"{seed().file_name}.txt": write_text(seed())}


def second_text() -> dict[str, bytes]:
    """Another body of the seed's district."""
    return _text(derive("053001", "株洲市荷塘区样例事务中心", 2024, SECOND_UNIT))


def unit_text() -> dict[str, bytes]:
    """The seed's body again, at the level of a unit: its money is in the department's budget."""
    ((_, data),) = seed_text().items()
    return {"单位.txt": data.replace("部门预算公开表".encode(), "单位预算公开表".encode())}


def wide_texts() -> dict[str, bytes]:
    """All disclosures of ``wide_lake``."""
    last_year = derive("052001", seed().unit_name, 2023, LAST_YEAR)
    budget = _of_body(_family("shanghai", 2024, "department"))
    accounts = _of_body(_family("final_accounts", 2024, "department"))
    jiangsu = _text(FAMILIES["jiangsu"](random.Random(1)))
    return {
        **seed_text(),
        **_text(last_year),
        **second_text(),
        **unit_text(),
        **{f"预算_{name}": data for name, data in budget.items()},
        **{f"决算_{name}": data for name, data in accounts.items()},
        **jiangsu,
    }


def bring(lake: Lake, folder: Path, texts: Mapping[str, bytes]) -> None:
    """Write the disclosures into the folder and ingest them; all must come in."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in texts.items():
        (folder / name).write_bytes(data)
    settings = load_settings(lake=lake.uri)
    wanted = [ref for ref in list_objects(str(folder), settings) if Path(ref.key).name in texts]
    outcomes = bring_in(wanted, lake, settings, pool=_pool()).outcomes
    assert {outcome.state for outcome in outcomes} == {"committed"}, outcomes


@cache
def _pool() -> DocumentPool:
    """Reading processes for all that are brought in: their start takes longer than a document."""
    pool = DocumentPool(load_settings(), workers=2)
    atexit.register(pool.close)
    return pool


@pytest.fixture(scope="module")
def seed_lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake of the seed alone, to be read only."""
    return _made("seed", tmp_path_factory)


@pytest.fixture(scope="module")
def wide_lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake of three families, to be read only."""
    return _made("wide", tmp_path_factory)


def _made(name: str, factory: pytest.TempPathFactory) -> Lake:
    """One lake of the name for all modules and processes of a run: a fixture that they import is one each."""
    texts = seed_text() if name == "seed" else wide_texts()
    folder = made_once(
        factory,
        f"sample_{name}",
        lambda folder: bring(Lake(str(folder / "lake")), folder / "in", texts),
    )
    return Lake(str(folder / "lake"))


def _family(name: str, year: int, level: str) -> Disclosure:
    made = (FAMILIES[name](random.Random(number)) for number in range(200))
    return next(each for each in made if (each.year, each.level) == (year, level))


def _text(disclosure: Disclosure) -> dict[str, bytes]:
    return {f"{disclosure.file_name}.txt": write_text(disclosure)}


def _of_body(disclosure: Disclosure) -> dict[str, bytes]:
    """The disclosure under the name of one body, so that its budget and its accounts meet."""
    ((name, data),) = _text(disclosure).items()
    own, body = disclosure.unit_name, BODY
    return {name.replace(own, body): data.replace(own.encode(), body.encode())}
