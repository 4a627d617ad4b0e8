"""Why a document is refused: the reason codes, in Chinese and English, with what to do about each."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

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


def markdown() -> str:
    """The page ``docs/quarantine_reasons.md``: every reason and what to do about it, in both languages."""
    rows = [
        f"| `{r.code}` | {r.zh}<br>{r.en} | {r.do_zh}<br>{r.do_en} | {'yes' if r.replay else 'no'} |"
        for r in quarantine_reasons().values()
    ]
    return "\n".join(
        [
            "# Reasons of refusal (隔离原因)",
            "",
            "Made by `python -m schemas.quarantine_reason docs/quarantine_reasons.md` from",
            "`schemas/data/quarantine_reasons.yaml`; a test fails when it is not up to date. Replay says",
            "whether the same bytes can become rows later, after a change of program, settings or data.",
            "",
            "| code | reason | what to do | replay |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(markdown(), encoding="utf-8")
