"""The words of the indicator block (绩效指标) of target forms: labels of its columns, levels, operators.

Data: ``schemas/data/performance.yaml``; every word there is folded, as it is compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from schemas.data_file import load_yaml


@cache
def _words() -> Mapping[str, Any]:
    data: Mapping[str, Any] = load_yaml("performance.yaml")
    return data


@cache
def indicator_columns() -> Mapping[str, frozenset[str]]:
    """The printed labels of each field of an indicator (``level1``, ``target``, …)."""
    return {name: frozenset(labels) for name, labels in _words()["indicator_columns"].items()}


@cache
def report_labels() -> frozenset[str]:
    """Labels that only a report on targets has (绩效自评表), never the form that sets them."""
    return frozenset(_words()["report_labels"])


@cache
def whole_words() -> frozenset[str]:
    """Names of levels, operators and words for nothing: a cell that prints one whole is no half of a longer one."""
    operators = _words()["operators"]
    return frozenset([*_words()["level_words"], *_words()["whole_words"], *operators, *operators.values()])


def level1_of(level2: str | None) -> str | None:
    """The 一级指标 that a folded 二级指标 belongs under whatever is printed beside it, or ``None``."""
    found: str | None = _words()["level1_of_level2"].get(level2)
    return found


def operator_of(printed: str) -> str | None:
    """The lake's operator for a printed one; an unknown one as printed, ``None`` for none."""
    found: str = _words()["operators"].get(printed, printed)
    return found or None
