"""Table titles (报表名称): from what is printed to the statutory form.

The same form is titled by year, level and family (2026年预算单位财务收支预算总表, 收支总表): what varies
is taken away, then the whole rest must match; a title inside a longer one (收支总表 in 财政拨款收支总表)
is no match.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from schemas.data_file import load_yaml
from schemas.fold import fold


@dataclass(frozen=True, slots=True)
class Title:
    """A form's official title and how its printed variants are recognised."""

    form: str
    title: str
    english: str
    accept: re.Pattern[str]


_NUMERAL = "(?:[二三四]?十[一二三四五六七八九]?|[一二三四五六七八九])"
# The words and the number of a form's number: 公开01表, 公开表十二, 预算01-1表, 表1, 附件2-1, Z01.
_TAG_WORD = r"(?:附表?|表格?|[附表]?件|部门|单位|预算|决算|预决算|财政|预|决|财决|财预|公开|信息)"
_TAG_NUMBER = r"\d{1,2}(?:[-_.]\d{1,2})?"
# In 表一一般公共预算… the second 一 is the title's.
_FORM_NUMBER = (
    rf"(?:{_TAG_WORD}+表?\(?{_TAG_NUMBER}\)?表?|{_TAG_WORD}*{_TAG_NUMBER}表"
    rf"|{_TAG_WORD}*(?:[表件附]|公开){_NUMERAL}(?!般)表?|[A-Z]{{1,3}}{_TAG_NUMBER}表?)"
)
# What may stand before a title: its number, 附：, 一、, (一), 1., 2.15, 第二部分.
_NUMBERING = re.compile(
    rf"^(?:\({_FORM_NUMBER}\)|{_FORM_NUMBER}[::.、\-]?|附[表件]?[::]|第{_NUMERAL}(?:部分|章)|{_NUMERAL}[、.]"
    rf"|\((?:{_NUMERAL}|\d{{1,2}})\)|\d{{1,2}}(?:\.\d{{1,2}})*[)、.]*(?!\d))"
)
_YEAR = re.compile(r"(?:20\d\d|[二2][〇○0零]\S{2})年?度?|(?<!\d)\d\d年度?")
_LEVEL = re.compile(r"[省市区县]级|预算主管部门|预算部门|预算单位|(?<!事业)单位|部门|本级|本部")
_BULLETS = "●■◆★☆※▲△○◎□•·"
_DECORATION = re.compile(r"[\s()\[\]{}<>《》〈〉【】\"'“”‘’\-—–_·.,:;、。]+")
_NUMBER_IN_CORNER = re.compile(r"\(?(?:财决|决算|预算|预)?(?:公开|财决)\d{1,2}表\)?")
# What may stand behind a title and says nothing about its form: its number, (续), (汇总), (公开表).
_REMARK = re.compile(
    rf"\({_FORM_NUMBER}\)$|(?<=[表)])公开表?(?:\d{{1,2}}|{_NUMERAL})表?$|\(?续(?:上?表)?(?:\d{{1,2}}|{_NUMERAL})?\)?$"
    r"|\((?:[一二三四五六七八九]|汇总|公开表?|草案|样表|报表)\)$"
)
# Captions that stand in the title's own line.
_CAPTION = re.compile(
    r"(?:金额)?单位[::](?:人民币)?(?:万|亿|千)?元$|\((?:金额)?(?:单位[::])?(?:人民币)?(?:万|亿|千)?元\)$"
)
# A title may follow the name of the body whose table it is: 上海市普陀区财政局2024年度收入支出决算总表.
_BODY_ENDS = re.compile(
    r"局|厅|委|办|院|会|处|所|中心|站|校|馆|队|社|府|街道|镇|乡|室|团|党|部|库|署|台|园|司|集团|协|联"
    r"|机关(?!运行)|人大|监狱|基地|法庭|宫|学|农场"
)

# … or its region's: 上海市普陀区2025年预算单位支出预算总表.
_REGION = re.compile(r"[一-鿿]{2,10}?(?:省|市|(?<!社)区|县)(?=[一-鿿])")


@cache
def titles() -> tuple[Title, ...]:
    """Titles of all forms, in the order of ``schemas/data/forms/titles.yaml``."""
    return tuple(
        Title(entry["form"], entry["title"], entry["english"], re.compile(entry["accept"]))
        for entry in load_yaml("forms/titles.yaml")
    )


def title_key(printed: str) -> str:
    """A printed title without blanks, numbering, year, level words and punctuation."""
    text = _YEAR.sub("", _NUMBER_IN_CORNER.sub("", fold(printed)))  # before numbering: 26年度 is no ordinal
    text = _CAPTION.sub("", text).lstrip(_BULLETS)
    for pattern in (_NUMBERING, _REMARK):  # before the level words go: 部门预算01表 is a number
        while (shorter := pattern.sub("", text, count=1)) != text:
            text = shorter
    return _DECORATION.sub("", _LEVEL.sub("", text))


def is_form_number(text: str) -> bool:
    """Whether a text is a form's number and nothing else (公开01表, 财决07表, 公开表一, 附件2-1)."""
    return bool(_NUMBER_ALONE.fullmatch(fold(text)))


_NUMBER_ALONE = re.compile(rf"\(?{_FORM_NUMBER}\)?[::]?|\(?(?:预?决?算?公开)附表\)?")


def bare_title(printed: str) -> str:
    """A printed title, blanks removed, without the form's number and the money unit that share its line."""
    text = "".join(printed.split())
    for pattern in (_PRINTED_NUMBER, _PRINTED_CAPTION):
        shorter = pattern.sub("", text)
        if len(shorter) > 2:
            text = shorter
    return text


# The same as printed, brackets and widths not yet folded.
_PRINTED_TAG = rf"[(（]?(?:财决|预算|决算|预|决)*(?:公开|财决)(?:表?\d{{1,2}}|表?{_NUMERAL})表?[)）]?"
_PRINTED_NUMBER = re.compile(rf"^{_PRINTED_TAG}|{_PRINTED_TAG}$")
_PRINTED_CAPTION = re.compile(r"(?:金额)?单位[:：](?:人民币)?(?:万|亿|千)?元$")


@lru_cache(maxsize=4096)
def form_of_title(printed: str, *, after_body: bool = True) -> str | None:
    """The form code that a printed title names, or ``None``. Pure; cached, since titles repeat.

    ``after_body``: whether the title may follow the name of the body whose table it is.
    """
    return _read_title(printed, after_body)[0]


def body_of_title(printed: str) -> str | None:
    """The name of the body that stands before a title, folded, or ``None``."""
    return _read_title(printed, True)[1]


def _read_title(printed: str, after_body: bool) -> tuple[str | None, str | None]:
    if len(printed) > 120 or "表" not in printed:
        return None, None
    key = title_key(printed)
    if not key.endswith(("表", "类", "目", "算", "款")):
        return None, None
    ends = [0, *(match.end() for match in _BODY_ENDS.finditer(key))] if after_body else [0]
    regions = _region_ends(key) if after_body else []
    for end in [*ends, *regions]:
        for title in titles():
            if title.accept.fullmatch(key, end):
                return title.form, (key[:end] or None) if end in ends else None
    return None, None


def _region_ends(key: str) -> list[int]:
    """Where the names of a region end that stand before a title: 上海市|普陀区|."""
    ends: list[int] = []
    while match := _REGION.match(key, ends[-1] if ends else 0):
        ends.append(match.end())
    return ends
