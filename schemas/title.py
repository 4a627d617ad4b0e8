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


# Numbering before a title: 公开01表, 表1, 表一, 附表2, 附件2-1, 公开表3, 一、, (一), 1., 2.15.
_NUMBERING = re.compile(
    r"^(?:附?表?格?(?:公开|财决|预决?公开)?\d{1,2}(?:-\d{1,2})?表[::.、]?"
    r"|附?(?:公开)?[表件](?:\d{1,2}(?:-\d{1,2})?|[一二三四五六七八九十]{1,3})[::.、]?"
    r"|附[::]|[一二三四五六七八九十]{1,3}[、.]|\([一二三四五六七八九十\d]{1,3}\)|\d{1,2}(?:\.\d{1,2})*[、.]?(?!\d))"
)
_YEAR = re.compile(r"(?:20\d\d|[二2][〇○0零]\S{2})年?度?|(?<!\d)\d\d年度?")
_LEVEL = re.compile(r"[省市区县]级|预算主管部门|预算单位|(?<!事业)单位|部门|本级|本部")
_DECORATION = re.compile(r"[\s()\[\]{}<>《》〈〉【】\"'“”‘’\-—–_·.,:;、]+")
_FORM_NUMBER = re.compile(r"\(?(?:公开|财决)\d{1,2}表\)?")
_CONTINUED = re.compile(r"\(?续(?:表|\d+)?\)?$|\([一二三四五六七八九]\)$")
# Captions that stand in the title's own line.
_CAPTION = re.compile(
    r"(?:金额)?单位[::](?:人民币)?(?:万|亿|千)?元$|\((?:金额)?(?:单位[::])?(?:人民币)?(?:万|亿|千)?元\)$"
)
# A title may follow the name of the body whose table it is: 上海市普陀区财政局2024年度收入支出决算总表.
_BODY_ENDS = re.compile(
    r"局|厅|委|办|院|会|处|所|中心|站|校|馆|队|社|府|街道|镇|乡|室|团|党|部|库|署|台|园|司|集团|协|联"
)


@cache
def titles() -> tuple[Title, ...]:
    """Titles of all forms, in the order of ``schemas/data/forms/titles.yaml``."""
    return tuple(
        Title(entry["form"], entry["title"], entry["english"], re.compile(entry["accept"]))
        for entry in load_yaml("forms/titles.yaml")
    )


def title_key(printed: str) -> str:
    """A printed title without blanks, numbering, year, level words and punctuation."""
    text = _YEAR.sub("", _FORM_NUMBER.sub("", fold(printed)))  # before numbering: 26年度 is no ordinal
    text = _LEVEL.sub("", _CAPTION.sub("", text))
    while (shorter := _NUMBERING.sub("", text, count=1)) != text:
        text = shorter
    text = _CONTINUED.sub("", text)
    return _DECORATION.sub("", text)


def bare_title(printed: str) -> str:
    """A printed title, blanks removed, without the form's number and the money unit that share its line."""
    text = "".join(printed.split())
    for pattern in (_PRINTED_NUMBER, _PRINTED_CAPTION):
        shorter = pattern.sub("", text)
        if len(shorter) > 2:
            text = shorter
    return text


# The same as printed, brackets and widths not yet folded.
_PRINTED_NUMBER = re.compile(r"^[(（]?(?:公开|财决)\d{1,2}表[)）]?|[(（]?(?:公开|财决)\d{1,2}表[)）]?$")
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
    for end in ends:
        for title in titles():
            if title.accept.fullmatch(key, end):
                return title.form, key[:end] or None
    return None, None
