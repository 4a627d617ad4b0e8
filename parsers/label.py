"""List labels and their ordinals: （一）, 一、, 1., 其中：. An ordinal's meaning is local to its table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from schemas.fold import fold
from schemas.form import Block, ListLine

_ORDINAL = re.compile(
    r"^(?:\([一二三四五六七八九十百]+\)|[一二三四五六七八九十百]+[、.,]|\(?\d{1,2}[)、.](?!\d)|其中[::])+"
)
# An ordinal whose mark is missing: 一财政拨款收入, 2政府性基金预算.
_BARE_ORDINAL = re.compile(r"[一二三四五六七八九十]{1,3}|\d{1,2}")


def has_ordinal(label: str) -> bool:
    """Whether a label or sentence begins with an ordinal."""
    return bool(_ORDINAL.match(fold(label)))


def strip_ordinal(label: str) -> str:
    """A list label without its ordinal, as printed otherwise."""
    folded = fold(label)
    match = _ORDINAL.match(folded)
    if match is None:
        return label
    # Folding keeps the length of these characters, or the label is given back folded.
    return label[match.end() :] if len(folded) == len(label) else folded[match.end() :]


def lines_of_label(block: Block, label: str) -> tuple[str, list[ListLine]]:
    """The lines of a list that a printed label names, and the folded label; an ordinal's mark may be missing."""
    key = fold(strip_ordinal(label))
    bare = _BARE_ORDINAL.match(key)
    for end in [0, *(range(bare.end(), 0, -1) if bare else ())]:
        if lines := block.lines_of(key[end:]):
            return key[end:], lines
    return key, []


def grouped_label(texts: Sequence[str], group: str) -> tuple[str, str, str]:
    """A row's label, how its list's lines name it, and the group that holds from here on.

    ``texts`` are the cells of the label columns, the group's first where a list has groups; ``group`` is the group
    so far. 小计 under 一般公共预算资金 is looked up as 一般公共预算资金/小计.
    """
    if len(texts) > 1 and texts[0]:
        group = texts[0]
    label = next((text for text in reversed(texts) if text), "")
    grouped = len(texts) > 1 and group and label != group
    return label, f"{group}/{strip_ordinal(label)}" if grouped else label, group
