"""The closed vocabularies of the lake's columns, from ``data/enumerations.yaml``.

One reviewed file holds every code with its Chinese and English term, so that contracts, documentation and
published views speak the same words.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from schemas.data_file import load_yaml


@dataclass(frozen=True, slots=True)
class Term:
    """A code of a vocabulary, the term as the field says it (``zh``) and its meaning (``en``)."""

    code: str
    zh: str
    en: str


@cache
def vocabularies() -> dict[str, dict[str, Term]]:
    """Every vocabulary by name (``cell_state``, ``row_kind``, …): code to term, in the file's order."""
    return {
        name: {code: Term(code, words["zh"], words["en"]) for code, words in terms.items()}
        for name, terms in load_yaml("enumerations.yaml").items()
    }


def codes(vocabulary: str) -> list[str]:
    """The codes of one vocabulary, in the file's order; ``KeyError`` for an unknown vocabulary."""
    return list(vocabularies()[vocabulary])


def term(vocabulary: str, code: str) -> Term:
    """The term of a code; ``KeyError`` where the vocabulary does not have it."""
    return vocabularies()[vocabulary][code]
