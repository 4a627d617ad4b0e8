"""Header paths (表头) for comparison: folded, and the words that are printed in many ways made one.

The parts of a path run together, so that a label broken over two header rows (支出功能分类 | 科目编码)
equals the whole one. Which words are the same is data: ``schemas/data/forms/header_words.yaml``.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import groupby

from schemas.data_file import load_yaml
from schemas.fold import fold


@cache
def _rules() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(rule["printed"]), rule["to"]) for rule in load_yaml("forms/header_words.yaml"))


@lru_cache(maxsize=65_536)
def canonical_path(printed: str) -> str:
    """The one way to say what a header path says; ``printed`` is its parts joined by ``/``.

    A label that stands in each cell of a merged one is said once (科目编码/科目编码).
    """
    path = "".join(part for part, _ in groupby(map(fold, printed.split("/"))))
    for pattern, to in _rules():
        path = pattern.sub(to, path)
    return path
