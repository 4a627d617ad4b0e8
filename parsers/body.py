"""Bodies by their names: a name in a cover's title, and when two names are of one body."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from parsers.caption import is_name
from schemas.fold import fold

#: The last word of a body's name.
_LAST_WORDS = (
    "局|厅|委|会|办|院|处|所|中心|站|校|学|馆|队|社|府|镇|乡|室|团|机关|署|厂|场|库|园|台|公司|集团|监狱|联|协|基地|法庭"
    "|人大|政协|民盟|民建|民进|民革|农工党|致公党|九三学社|台盟|管理区|开发区|新区|街道|银行|宫|部|司"
)
#: A body's name in a cover's title, before its year and 预算 or 决算.
COVER_NAME = re.compile(
    r"(?:^|[^\d\u4e00-\u9fff])(?:第[一二三四五]部分)?(?:20\d\d年?度?)?"
    rf"((?:中共|中国共产党)?[\u4e00-\u9fff()（）]{{3,40}}?(?:{_LAST_WORDS})"
    # 档案局（馆）, 图书馆（少年儿童图书馆）
    r"(?:[(（]?(?:本级|本部|机关)[)）]?|[(（](?!部门|单位)[\u4e00-\u9fff]{1,16}[)）])?)"
    r"(?:[(（]?(?:部门|单位)[)）]?)?(?:20)?\d{0,2}年?度?(?:部门|单位)?(?:预算|决算)"
)
#: What may stand before a body's name in a cover's title, and behind its last word 预算 or 决算.
_BEFORE = re.compile(
    r"(?:附件?\d{0,2}[:、.]?)?(?:第[一二三四五六七八九十]{1,3}(?:部分|章|篇)[:、.]?|[一二三四五六七八九十]{1,3}[、.]"
    r"|\([一二三四五六七八九十]{1,3}\)|\d{1,2}[、.])?(?:20\d\d年?度?)?"
)
BEHIND = re.compile(r"(?:公开|报表|表格?|附表|套表|情况|说明|信息|草案|及|和|文本|目录)*")
_LEVEL = re.compile(r"(部门|单位)(?:预算|决算)")
_DIVISION = re.compile(r"(?:[一-鿿]{1,8}?(?:省|市|县|区|州|盟|旗))+")


@dataclass(frozen=True, slots=True)
class Body:
    """A body as printed; ``level`` (部门, 单位) where a cover says it."""

    name: str
    level: str | None = None

    @property
    def key(self) -> str:
        """The name for comparison."""
        return re.sub(r"[()]", "", fold(self.name))

    def is_like(self, other: Body) -> bool:
        """Whether both names are of one body: equal, but for the division before it."""
        short, long = sorted((self.key, other.key), key=len)
        rest = long.removesuffix(short)
        return long == short or (long.endswith(short) and bool(_DIVISION.fullmatch(rest)))

    def is_same(self, other: Body) -> bool:
        """Whether both are one body and, where both say it, of one level."""
        return self.is_like(other) and (None in (self.level, other.level) or self.level == other.level)

    def with_level_of(self, other: Body) -> Body:
        """The body with the level that one of both says."""
        return replace(self, level=self.level or other.level)


def body_of_cover(text: str) -> Body | None:
    """The body whose disclosure a cover's title announces, where the text is that and nothing else."""
    folded = fold(text)
    found = COVER_NAME.search(folded)
    if found is None or not is_name(found.group(1)):
        return None
    if not _BEFORE.fullmatch(folded[: found.start(1)]) or not BEHIND.fullmatch(folded[found.end() :]):
        return None
    level = _LEVEL.search(folded)
    if level is None and not re.search(r"20\d\d|\d\d年", folded):
        return None
    return Body(found.group(1), level.group(1) if level else None)
