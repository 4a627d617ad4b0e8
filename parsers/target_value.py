"""What the cells of a target form say: numbers, months, days and periods (指标值、实施期限)."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from decimal import Decimal

from parsers.amount import read_amount
from schemas.fold import fold

_PERIOD = re.compile(
    r"(20\d\d)年?[./-]?(\d{1,2})月?(?:\d{1,2}日)?[-至到~]+(?:(20\d\d)年?[./-]?)?(\d{1,2})月?"
)
_YEAR_PERIOD = re.compile(r"^(20\d\d)年度?$")
_MONTH = re.compile(r"^(20\d\d)年(\d{1,2})月(?:(\d{1,2})日)?底?$")
# Operator, number and unit in one cell: ≥13459.00(平方米).
_WHOLE_TARGET = re.compile(r"([≥≤><=]?)(-?\d[\d,]*(?:\.\d+)?)(?:\((.+)\)|(%))?")
_DAY = re.compile(r"(20\d\d)[-./年](\d{1,2})[-./月](\d{1,2})日?")
ABSENT = frozenset({"", "无", "/", "-"})


def split_target(text: str) -> tuple[str, str, str] | None:
    """Operator, number and unit that stand in one cell (``≥13459.00(平方米)``), each empty where it is not there."""
    match = _WHOLE_TARGET.fullmatch(fold(text))
    return (match[1] or "", match[2], match[3] or match[4] or "") if match else None


def read_target(name: str, target: str) -> tuple[str, Decimal | None, date | None]:
    """Kind of a target value, and its number or the first day of its month."""
    if name in ABSENT:
        return "not_applicable", None, None
    if target in ABSENT:
        return ("empty", None, None) if not target else ("text", None, None)
    amount = read_amount(target.rstrip("%％"))
    if amount is not None and amount.value is not None:
        return "number", amount.value, None
    if match := _MONTH.match(target):
        month = int(match.group(2))
        if 1 <= month <= 12:
            return "date", None, date(int(match.group(1)), month, 1)
    return "text", None, None


def read_day(text: str) -> date | None:
    """The day that a cell says, ``2024-01-31`` or ``2024年1月31日``; None for another text or no day there is."""
    match = _DAY.fullmatch(text)
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def read_period(text: str) -> tuple[date | None, date | None]:
    """First and last day of a period of months or of a year; None twice where it says none."""
    folded = fold(text)
    if match := _PERIOD.search(folded):
        first, last = int(match.group(1)), int(match.group(3) or match.group(1))
        begin, end = int(match.group(2)), int(match.group(4))
        if 1 <= begin <= 12 and 1 <= end <= 12 and (first, begin) <= (last, end):
            return date(first, begin, 1), date(last, end, monthrange(last, end)[1])
    if match := _YEAR_PERIOD.match(folded):
        year = int(match.group(1))
        return date(year, 1, 1), date(year, 12, 31)
    return None, None
