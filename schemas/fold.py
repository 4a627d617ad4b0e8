"""Folding of text for comparison, and the mending of characters that fonts give wrongly.

``fold`` makes two printings of the same words equal: width, blanks, brackets, quotes, dashes and radicals
do not matter. It is for matching only: what is stored keeps the printed characters, or at most
``replace_radicals`` of them.

PDF fonts that share a glyph between a radical and an ideograph give the radical's code point (⻔ for 门,
⼾ for 户). NFKC is not enough: most of the Radicals Supplement has no mapping, and ⼾ becomes 戶. The whole
table is data (``radicals.tsv``).

Both work character by character through a table that fills itself: one pass of ``str.translate``.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from schemas.data_file import load_tsv

_BRACKETS = {"([{〔【［｛﹝〖〘〚⦅": "(", ")]}〕】］｝﹞〗〙〛⦆": ")"}
_QUOTES = {"\"'`´“”„‟‘’‚‛「」『』〝〞〟": '"'}
_DASHES = {"-‐‑‒–—―⁃−─━﹘": "-"}
_DOTS = {"·•‧∙⋅・": "·"}
# Letters of a word never stand in these: separators, controls, formats, and variation selectors.
_BLANK_CATEGORIES = frozenset(["Zs", "Zl", "Zp", "Cc", "Cf"])
_VARIATION_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


@cache
def radicals() -> dict[str, str]:
    """Radical or stroke as extracted to the ideograph that was printed."""
    return {row["printed"]: row["meant"] for row in load_tsv("radicals.tsv")}


@cache
def _unified() -> dict[str, str]:
    groups = {**_BRACKETS, **_QUOTES, **_DASHES, **_DOTS}
    return {character: one for characters, one in groups.items() for character in characters}


class _RadicalTable(dict[int, str | int]):
    """Code point to the ideograph meant; itself where it is no radical."""

    def __missing__(self, code_point: int) -> str | int:
        self[code_point] = value = radicals().get(chr(code_point), code_point)
        return value


class _FoldTable(dict[int, str]):
    """Code point to its folded form, '' for a blank. Computed when first met: a text has few characters."""

    def __missing__(self, code_point: int) -> str:
        character = chr(code_point)
        # Our table first: NFKC would turn ⼾ into 戶 before we see it.
        plain = unicodedata.normalize("NFKC", radicals().get(character, character))
        self[code_point] = value = "".join(_fold_character(part) for part in plain)
        return value


def _fold_character(character: str) -> str:
    if unicodedata.category(character) in _BLANK_CATEGORIES:
        return ""
    if any(ord(character) in selectors for selectors in _VARIATION_SELECTORS):
        return ""
    return _unified().get(character, character)


_FOLD = _FoldTable()
_RADICALS = _RadicalTable()


@lru_cache(maxsize=1 << 16)
def fold(text: str) -> str:
    """The text for comparison: NFKC, radicals mended, no blanks, one kind of bracket, quote, dash and dot.

    ``fold("“三公” 经费（含⻋辆）") == '"三公"经费(含车辆)'``. Folding twice is folding once.
    """
    return text.translate(_FOLD)


def replace_radicals(text: str) -> str:
    """The text with radicals replaced by the ideographs they show, and nothing else changed."""
    # Few texts have any, and to look for one takes a twelfth of the time of a translation.
    if text.isascii() or not _any_radical().search(text):
        return text
    return text.translate(_RADICALS)


@cache
def _any_radical() -> re.Pattern[str]:
    return re.compile("[" + "".join(map(re.escape, radicals())) + "]")
