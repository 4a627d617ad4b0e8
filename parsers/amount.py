"""Printed amounts: from the text of a cell to an exact decimal, or to a refusal.

Three states, all kept: *blank* (nothing printed: not arranged, an exact zero), *zero* (0.00 printed, a
rounded figure) and *value*. What is neither a number nor a known sign for nothing is an error: an unread
amount is never taken for blank.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

#: Yuan in one printed unit (金额单位).
YUAN = {"元": Decimal(1), "万元": Decimal(10_000), "亿元": Decimal(100_000_000), "千元": Decimal(1000)}
_CENT = Decimal("0.01")

# A dash, a slash or the word for "none" stands for nothing arranged.
_NOTHING = frozenset({"", "-", "--", "---", "—", "——", "－", "–", "―", "─", "/", "\\", "无", "*"})
_WIDTH = str.maketrans("０１２３４５６７８９．，－（）＋￥", "0123456789.,-()+¥")
# Two numbers, one under the other: two cells in one, unless a narrow column wrapped the last decimal.
_STACKED = re.compile(r"\s*[-+−(]?\d+(?:\.\d+)?\)?\s*\n\s*[-+−(]?\d+(?:\.\d+)?\)?\s*")
_WRAPPED = re.compile(r"\s*[-+−(]?\d+\.\d\s*\n\s*\d\)?\s*")
_NUMBER = re.compile(r"\(?[-+−]?¥?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?\)?")


@dataclass(frozen=True, slots=True)
class Amount:
    """A printed amount: ``value`` in the printed unit (``None`` when blank) and its printed decimals."""

    state: str
    value: Decimal | None
    scale: int | None

    def yuan(self, unit: str) -> Decimal | None:
        """The amount in yuan with two decimals, exact for 元 with 2 and 万元 with up to 6 decimals."""
        if self.value is None:
            return None
        return (self.value * YUAN[unit]).quantize(_CENT, ROUND_HALF_UP)

    def wan(self, unit: str) -> Decimal | None:
        """The amount in 万元 with two decimals, half-up from yuan."""
        if self.value is None:
            return None
        return (self.value * YUAN[unit] / YUAN["万元"]).quantize(_CENT, ROUND_HALF_UP)


BLANK = Amount("blank", None, None)


@lru_cache(maxsize=65_536)
def read_amount(text: str) -> Amount | None:
    """The amount that a cell prints, or ``None`` where it prints no amount.

    Blanks inside are layout (``525. 41``), line breaks too, unless each line is a number of its own.
    """
    if _STACKED.fullmatch(text) and not _WRAPPED.fullmatch(text):
        return None
    printed = "".join(text.split()).translate(_WIDTH)
    if printed in _NOTHING:
        return BLANK
    match = _NUMBER.fullmatch(printed)
    if match is None or (printed[0] == "(") != (printed[-1] == ")"):
        return None
    digits = printed.strip("()+").replace(",", "").replace("−", "-").replace("¥", "").replace("+", "")
    value = Decimal(digits)
    if printed[0] == "(":
        value = -value
    if not value:
        value = abs(value)  # -0.00 is zero
    return Amount("value" if value else "zero", value, len(match.group(1) or ""))


def is_number(text: str) -> bool:
    """Whether a cell prints a number (not blank, not a sign for nothing)."""
    amount = read_amount(text)
    return amount is not None and amount.value is not None
