"""Why a document is refused: the reason codes, in Chinese and English, with what to do about each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from schemas.data_file import load_yaml


@dataclass(frozen=True, slots=True)
class QuarantineReason:
    """A reason: ``zh`` and ``en`` name it; ``do_zh`` and ``do_en`` say what a person does about it.

    ``replay`` says whether a later version of the program, or a change of its settings or data files, can
    turn the document into rows without a new file from the publisher.
    """

    code: str
    zh: str
    en: str
    do_zh: str
    do_en: str
    replay: bool


@cache
def quarantine_reasons() -> dict[str, QuarantineReason]:
    """Every reason by its code, in the file's order."""
    return {
        code: QuarantineReason(code, **words) for code, words in load_yaml("quarantine_reasons.yaml").items()
    }


def reason_codes() -> list[str]:
    """The reason codes, in the file's order."""
    return list(quarantine_reasons())
