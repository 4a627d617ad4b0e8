"""Spreadsheet number formats: the text that a stored number is displayed as.

A workbook stores 52001 and displays ``052001``, stores 1234.5678 and displays ``1,234.57``. What was
published is the displayed text, so that is what a cell's text must be. Codes that are beyond budgets
(fractions, exponents, conditions, Chinese numerals) fall back to the plain number, which is never
wrong by more than its look. Format codes: ECMA-376 part 1, 18.8.31.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

Value = int | float | str | bool | dt.datetime | dt.date | dt.time | dt.timedelta | None

# Codes that Office does not write into the file because they are built in (ECMA-376, 18.8.30).
BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    14: "yyyy/m/d",
    22: "yyyy/m/d h:mm",
    27: 'yyyy"年"m"月"',
    31: 'yyyy"年"m"月"d"日"',
    36: 'yyyy"年"m"月"',
    37: "#,##0;-#,##0",
    38: "#,##0;-#,##0",
    39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;-#,##0.00",
    41: '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ',
    42: '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ',
    43: '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ',
    44: '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ',
    57: 'yyyy"年"m"月"',
    58: 'm"月"d"日"',
}

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<digit>[0#?])|(?P<point>\.)|(?P<comma>,)|(?P<percent>%)|(?P<date>y+|m+|d+|h+|s+)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_COLOUR = re.compile(r"black|blue|cyan|green|magenta|red|white|yellow|color\s*\d+", re.IGNORECASE)

Tokens = tuple[tuple[str, str], ...]


def display(value: Value, code: str | None) -> str:
    """The displayed text of ``value`` under the number format ``code`` (``None``: General).

    Numbers are exact decimals of the 15 significant digits that spreadsheets keep, rounded half up.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    tokens = _parse(code) if code else None
    if isinstance(value, (int, float)):
        return _display_number(Decimal(f"{value:.15g}"), tokens)
    if isinstance(value, dt.timedelta):
        return str(value)
    if isinstance(value, dt.time):
        return value.isoformat("auto")
    if tokens and any(kind == "date" for kind, _ in tokens[0]):
        return _display_date(value, tokens[0])
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        value = value.date()
    return value.isoformat(sep=" ") if isinstance(value, dt.datetime) else value.isoformat()


@lru_cache(maxsize=512)
def _parse(code: str) -> tuple[Tokens, ...] | None:
    """The sections of a format code as (kind, text) tokens; ``None`` where it falls back to the number."""
    sections: list[list[tuple[str, str]]] = [[]]
    for match in _TOKEN.finditer(code):
        kind = match.lastgroup
        if kind is None:  # a blank of some width, a filler
            continue
        text = match.group(kind)
        if kind == "other" and text == ";":
            sections.append([])
        elif kind == "bracket":
            if text.startswith("$"):  # [$￥-804]: a currency sign and a language
                sections[-1].append(("text", text[1:].split("-")[0]))
            elif not _COLOUR.fullmatch(text):
                return None
        elif kind == "other" and text in "eEgGaA":  # exponents, General, AM/PM
            return None
        elif kind in ("quoted", "escaped", "other"):
            sections[-1].append(("text", "" if text == "@" else text))
        else:
            sections[-1].append((kind, text))
    for section in sections:
        kinds = {kind for kind, _ in section}
        if "digit" in kinds and (("text", "/") in section or "date" in kinds):
            return None
    return tuple(tuple(section) for section in sections)


def _display_number(number: Decimal, sections: tuple[Tokens, ...] | None) -> str:
    if not number.is_finite():
        return str(number)
    if sections is None or len(sections) > 4:
        return _plain(number)
    section, sign = sections[0], "-" if number < 0 else ""
    if number < 0 and len(sections) > 1:
        section, sign = sections[1], ""
    elif number == 0 and len(sections) > 2:
        section = sections[2]
    kinds = {kind for kind, _ in section}
    if "date" in kinds:
        return _display_serial(number, section)
    if "digit" not in kinds:
        # A section of its own for zero may show '-' or nothing; a code that is '@' alone, the number.
        if len(sections) == 1:
            return _plain(number)
        return "".join(text for kind, text in section if kind == "text").strip()
    if number.adjusted() > 20:  # more digits than a decimal context holds; no amount of money
        return _plain(number)
    return (sign + _fill(abs(number), section)).strip()


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _fill(number: Decimal, section: Tokens) -> str:
    """The digits of ``number`` in the places of ``section``, from the point to both sides."""
    kinds = [kind for kind, _ in section]
    point = kinds.index("point") if "point" in kinds else len(kinds)
    last_digit = max((i for i, kind in enumerate(kinds[:point]) if kind == "digit"), default=-1)
    commas = [i for i, kind in enumerate(kinds) if kind == "comma"]
    grouped = any(i < last_digit for i in commas)
    number *= Decimal(100) ** kinds.count("percent")
    number /= Decimal(1000) ** sum(i > last_digit for i in commas)
    decimals = [text for kind, text in section[point:] if kind == "digit"]
    rounded = number.quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP)
    whole, _, fraction = format(rounded, "f").partition(".")
    left = _fill_whole(whole.lstrip("0"), section[:point], grouped)
    return left + _fill_fraction(fraction, section[point:])


def _fill_whole(digits: str, tokens: Tokens, grouped: bool) -> str:
    places = sum(kind == "digit" for kind, _ in tokens)
    if not places:
        return digits + "".join(text for kind, text in tokens if kind in ("text", "percent"))
    out: list[str] = []
    used = 0
    for kind, text in reversed(tokens):
        if kind == "digit":
            places -= 1
            # The leftmost place takes all digits that are left.
            take = max(len(digits) - used, 1) if places == 0 else 1
            for _ in range(take):
                digit = digits[-1 - used] if used < len(digits) else ("0" if text == "0" else "")
                if digit and grouped and used and used % 3 == 0:
                    out.append(",")
                out.append(digit)
                used += 1
        elif kind in ("text", "percent"):
            out.append(text)
    return "".join(reversed(out))


def _fill_fraction(digits: str, tokens: Tokens) -> str:
    needed = len(digits)
    for (_, text), digit in zip(
        reversed([t for t in tokens if t[0] == "digit"]), reversed(digits), strict=False
    ):
        if text == "0" or digit != "0":
            break
        needed -= 1
    out: list[str] = []
    used = 0
    for kind, text in tokens:
        if kind == "point":
            out.append(".")
        elif kind == "digit":
            out.append(digits[used] if used < needed else "")
            used += 1
        elif kind in ("text", "percent"):
            out.append(text)
    return "".join(out)


def _display_serial(number: Decimal, section: Tokens) -> str:
    """A date stored as days since the end of 1899, with the 29 February 1900 that never was."""
    try:
        moment = dt.datetime(1899, 12, 30) + dt.timedelta(days=float(number))
    except OverflowError:
        return _plain(number)
    return _display_date(moment, section) if number > 60 else _plain(number)


def _display_date(moment: dt.datetime | dt.date, section: Tokens) -> str:
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime.combine(moment, dt.time())
    out: list[str] = []
    after_hour = False
    for kind, text in section:
        if kind == "date":
            # m is minutes after an hour, else months.
            letter = "n" if text[0].lower() == "m" and after_hour else text[0].lower()
            after_hour = letter == "h"
            number = {
                "y": moment.year if len(text) > 2 else moment.year % 100,
                "m": moment.month,
                "d": moment.day,
                "h": moment.hour,
                "n": moment.minute,
                "s": moment.second,
            }[letter]
            out.append(f"{number:02d}" if len(text) == 2 else str(number))
        elif kind in ("text", "point"):
            out.append(text)
    return "".join(out).strip()
