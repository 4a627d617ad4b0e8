"""Finding the division in a body's name: 株洲市荷塘区行政审批服务局 is of 430202.

Names repeat (普陀区 is in Shanghai and in Zhoushan, 鼓楼区 in four cities) and hide in words (上海市场 is no
上海市). So a name counts as a chain of divisions, each part of the one before, and the answer is ``None``
where two divisions fit: a wrong region is worse than none.

A chain begins with a province or city by its full name, anywhere; with a county by its full name at the
beginning of a name; or, weakest, with a province or city by its short name at the very beginning (上海普陀区).
A short name of a county (株洲荷塘…) says that a county is meant but may be a road or a school: no answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from schemas.data_file import load_yaml
from schemas.division import CITY, COUNTY, Division, divisions, full_name
from schemas.fold import fold

# What may stand before the first word of a body's name.
_BEFORE_NAME = re.compile(r"^(?:中国共产党|中共|附件\d*|关于|[\d\W]|年度?|第)*")
# 市场, 区域, 县域: the character before is part of a word, not the end of a name.
_WORD_GOES_ON = {"市": "场", "区": "域", "县": "域"}
_ENDINGS = re.compile(r"(?:特别行政区|自治区|自治州|自治县|自治旗|地区|林区|特区|省|市|区|县|旗|盟)$")
# 城区, 郊区, 矿区, 东区 are words as much as names.
_SHORTEST_LONE_COUNTY = 3


@dataclass(frozen=True, slots=True)
class DivisionMatch:
    """What was found: ``code`` or ``None``, the words it stands on, why, and the codes that fit."""

    code: str | None
    text: str
    reason: str
    candidates: tuple[str, ...] = ()


class _Chain(NamedTuple):
    strong: bool
    start: int
    end: int
    last: frozenset[Division]
    goes_on: bool


def resolve_division(text: str, year: int | None = None, within: str | None = None) -> str | None:
    """The division code that a body's name says, ``None`` where it says none or more than one."""
    return find_division(text, year, within).code


def find_division(text: str, year: int | None = None, within: str | None = None) -> DivisionMatch:
    """The division in a body's name, with the evidence.

    ``year``: the fiscal year, so that 崇川区 is the one of that year. ``within``: a division code that is
    known already (of the site that published it); others are left out.
    """
    folded = fold(text)
    chains = _chains(folded)
    if not chains:
        return DivisionMatch(None, "", "no division is named")
    # The first in the name is whose body it is: 江苏省人民政府驻上海市办事处.
    best = min(chains, key=lambda chain: (not chain.strong, chain.start, -chain.end, chain.goes_on))
    said = folded[best.start : best.end]
    fitting = _narrow(best.last, year, within)
    codes = tuple(sorted({entry.code for entry in fitting}))
    if len(codes) != 1:
        reason = (
            "no division of this name in the given one" if not codes else "several divisions have this name"
        )
        return DivisionMatch(None, said, reason, codes)
    if best.goes_on:
        return DivisionMatch(None, said, "a county may be meant by its short name", codes)
    return DivisionMatch(
        codes[0], said, f"{said} is {full_name(codes[0], year) or full_name(codes[0])}", codes
    )


def _narrow(found: frozenset[Division], year: int | None, within: str | None) -> set[Division]:
    """Those inside the given division, of the year if there are any, of the highest level by a short name."""
    fitting = set(found)
    if within is not None:
        outer = Division(within, "")
        fitting = {entry for entry in fitting if entry.code == within or outer.contains(entry)}
    return {entry for entry in fitting if entry.holds_in(year)} or fitting


def _chains(text: str) -> list[_Chain]:
    beginning = _BEFORE_NAME.match(text)
    first = beginning.end() if beginning else 0
    found = []
    for start in range(len(text)):
        for end, entries in _names_at(text, start, _full_names()):
            heads = {
                entry
                for entry in entries
                if entry.level < COUNTY or (start == first and end - start >= _SHORTEST_LONE_COUNTY)
            }
            if heads:
                found.append(_extend(text, start, end, frozenset(heads), strong=True))
    for end, entries in _names_at(text, first, _short_names()):
        heads = {entry for entry in entries if entry.level <= CITY}
        highest = min((entry.level for entry in heads), default=0)
        heads = {entry for entry in heads if entry.level == highest}
        if heads:
            found.append(_extend(text, first, end, frozenset(heads), strong=False))
    return found


def _extend(text: str, start: int, end: int, heads: frozenset[Division], strong: bool) -> _Chain:
    """The longest chain that begins with these divisions; a short name may stand inside it, not at its end."""
    best = _Chain(strong, start, end, heads, goes_on=False)
    for next_end, entries in _names_at(text, end, _full_names()):
        if inner := _inside(heads, entries):
            # A division and a part of it side by side are no accident.
            chain = _extend(text, start, next_end, inner, strong=True)
            if chain.end > best.end:
                best = chain
    if best.end > end:
        return best
    for next_end, entries in _names_at(text, end, _short_names()):
        if inner := _inside(heads, entries):
            chain = _extend(text, start, next_end, inner, strong)
            if chain.end > next_end and chain.strong and chain.end > best.end:
                best = chain
            elif best.end == end:
                best = best._replace(goes_on=True)
    return best


def _inside(outer: frozenset[Division], entries: tuple[Division, ...]) -> frozenset[Division]:
    return frozenset(entry for entry in entries if any(division.contains(entry) for division in outer))


def _names_at(
    text: str, start: int, names: dict[str, tuple[Division, ...]]
) -> list[tuple[int, tuple[Division, ...]]]:
    """The names that stand at a position: where each ends, and the divisions that have it."""
    found = []
    for end in range(start + 2, min(len(text), start + _longest_name()) + 1):
        entries = names.get(text[start:end])
        if entries and not (end < len(text) and _WORD_GOES_ON.get(text[end - 1]) == text[end]):
            found.append((end, entries))
    return found


@cache
def _full_names() -> dict[str, tuple[Division, ...]]:
    """Official names, and those without the peoples: 恩施州, 通道县."""
    names: dict[str, tuple[Division, ...]] = {}
    for entry in divisions():
        for name in {entry.name, _without_peoples(entry.name)}:
            names[name] = (*names.get(name, ()), entry)
    return names


@cache
def _short_names() -> dict[str, tuple[Division, ...]]:
    """Names without their ending, of two characters or more: 上海, 广西, 恩施, 荷塘."""
    names: dict[str, tuple[Division, ...]] = {}
    for entry in divisions():
        name = _ENDINGS.sub("", _without_peoples(entry.name))
        name = name.removesuffix("州") if entry.name.endswith("自治州") else name
        if len(name) > 1 and name != entry.name:
            names[name] = (*names.get(name, ()), entry)
    return names


def _without_peoples(name: str) -> str:
    match = re.fullmatch(rf"(.+?)(?:{'|'.join(_peoples())})*自治(区|州|县|旗)", name)
    return match[1] + match[2] if match else name


@cache
def _peoples() -> tuple[str, ...]:
    return tuple(load_yaml("divisions/peoples.yaml"))


@cache
def _longest_name() -> int:
    return max(map(len, _full_names()))
