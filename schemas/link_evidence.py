"""What a link's text or a page's title says of a disclosure: body, fiscal year, phase, level, date.

Nothing is guessed: a text that names two years, or both 预算 and 决算, says nothing of that field. The
parser of the document itself has the last word; this is what travels along as evidence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_KINDS = {"预算": "approved", "决算": "actual"}
_ENDING = re.compile(r"\.[A-Za-z0-9]{2,5}$")
_YEAR_WORDS = re.compile(r"(?<!\d)20\d\d(?!\d)\s*(?:年度|年)?")
_LEADING = re.compile(r"^(?:附件|附表|附)?[\s\d一二三四五六七八九十.、:：（）()《〈\-_—]*(?:关于)?")
_KIND_WORDS = re.compile(r"(?:部门|单位|本级)*\s*(?:收支)?(?:预算|决算).*$")
# The last character of the names of bodies; a text that ends otherwise (信息公开目录) names none.
_BODY = re.compile(r"^[\u4e00-\u9fff（）()·]{3,60}$")
_BODY_ENDS = tuple("局厅委会室院处所中心站校馆队社府镇乡团部园司署台办库")
_NUMBERS = {"〇": "0", "○": "0", "零": "0", **{c: str(n) for n, c in enumerate("一二三四五六七八九", 1)}}
_NUMERIC = re.compile(
    r"(?<!\d)(20\d\d)\s*[-年/.]\s*(\d{1,2})\s*[-月/.]\s*(\d{1,2})(?!\d)|(?<!\d)(20\d{6})(?!\d)"
)
_CHINESE = re.compile(
    r"(二[〇○零一二三四五六七八九]{3})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日"
)
_EPOCH = re.compile(r"^\d{10}(\d{3})?$")
_CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class LinkEvidence:
    """What a text says; ``None`` where it says nothing or contradicts itself."""

    unit_name: str | None = None
    year: int | None = None
    phase: str | None = None
    level: str | None = None

    def or_else(self, other: LinkEvidence) -> LinkEvidence:
        """The same with what only the other text says."""
        return LinkEvidence(
            self.unit_name or other.unit_name,
            self.year or other.year,
            self.phase or other.phase,
            self.level or other.level,
        )


def read_link(text: str) -> LinkEvidence:
    """The evidence in the text of a link, a title or a file name."""
    text = _ENDING.sub("", " ".join(text.split()))
    years = set(_YEAR.findall(text))
    phases = {phase for word, phase in _KINDS.items() if word in text}
    level = None
    if phases:
        level = "unit" if re.search(r"单位(?:收支)?(?:预算|决算)", text) else None
        level = level or ("department" if re.search(r"部门(?:收支)?(?:预算|决算)", text) else None)
    return LinkEvidence(
        _unit_name(text),
        int(years.pop()) if len(years) == 1 else None,
        phases.pop() if len(phases) == 1 else None,
        level,
    )


def _unit_name(text: str) -> str | None:
    """The body: what stands before the year, or else between the year and 预算 or 决算."""
    for part in [*_YEAR_WORDS.split(text, maxsplit=1), text]:
        name = _KIND_WORDS.sub("", _LEADING.sub("", part.strip())).strip(" 　_-—:：《》〈〉")
        if _BODY.match(name) and name.endswith(_BODY_ENDS):
            return name
    return None


def read_date(text: str, kind: str = "numeric") -> date | None:
    """The first date in a text; ``kind`` is ``numeric`` (2024-01-25, 2024年1月25日, 20240125), ``chinese``
    (二〇二四年一月二十五日) or ``epoch`` (seconds or milliseconds, taken as China's day). ``None`` without one.
    """
    try:
        if kind == "epoch":
            found = _EPOCH.match(text.strip())
            if found is None:
                return None
            seconds = int(text.strip()) / (1000 if found[1] else 1)
            return datetime.fromtimestamp(seconds, UTC).astimezone(_CHINA).date()
        if kind == "chinese" and (found := _CHINESE.search(text)):
            year = "".join(_NUMBERS[digit] for digit in found[1])
            return date(int(year), _small(found[2]), _small(found[3]))
        if found := _NUMERIC.search(text):
            if found[4]:
                return date.fromisoformat(found[4])
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None
    return None


def _small(text: str) -> int:
    """A Chinese number below a hundred: 五, 十, 十二, 二十, 二十五."""
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int(_NUMBERS[text])
    return int(_NUMBERS[tens or "一"]) * 10 + (int(_NUMBERS[ones]) if ones else 0)
