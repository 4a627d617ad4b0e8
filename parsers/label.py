"""List labels and their ordinals: （一）, 一、, 1., 其中：. An ordinal's meaning is local to its table."""

from __future__ import annotations

import re

from schemas.fold import fold

_ORDINAL = re.compile(
    r"^(?:\([一二三四五六七八九十百]+\)|[一二三四五六七八九十百]+[、.]|\(?\d{1,2}[)、.](?!\d)|其中[::])+"
)


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
