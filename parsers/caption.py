"""Captions of a table: money unit, organisation, notes, from the lines of text around it.

The word 单位 has three meanings: organisation (单位：052001_…), money (单位：万元) and measure
(度量单位). A money unit is 元, 千元, 万元 or 亿元 and nothing else; none printed is never a guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from schemas.fold import fold
from schemas.title import is_form_number

# Behind the unit the line ends, or something else begins: 金额单位：万元 公开01表, 单位：万元（下同）.
_MONEY = re.compile(
    r"(?:金额|货币|计量|计价)?单位(?:名称)?(?:[::;]|均?为)?[(\"]*(?:人民币)?[::]?(亿元|万元|千元|元)[)\"]*"
    r"(?:(?!\w)|(?=公开|财决|附[表件]|第\d|共\d|保留|列至|下同)|(?P<more>\w.{1,11})$)"
)
_MONEY_ONLY = re.compile(r"^\(?(?:金额)?(?:单位)?[::]?(?:人民币)?[::]?(亿元|万元|千元|元)\)?$")
_MONEY_LABEL = re.compile(r"\((?:单位[::]?)?(亿元|万元|千元|元)\)")
_ORGANISATION = re.compile(
    r"(?:编制|填报|公开|预算)?(?:部门|单位)(?:\(单位\)|/单位|及单位)?(?:名称)?(?:\((?:公章|盖章|签章)\))?[::](.+)"
)
# What may stand behind the name in the same line: 部门：财政局 2024年度 金额单位：万元 公开01表.
_AFTER_NAME = re.compile(
    r"\(?(?:金额|计量|货币)?单位[::]|\(?(?:公开|财决)\d\d表\)?|\(?20\d\d年度?|日期|填报"
    r"|\((?:人民币)?(?:亿|万|千)?元\)|单位代码|编制日期"
)
_MONEY_FIRST = re.compile(r"\(?(?:人民币)?(?:亿|万|千)?元")
_PLACEHOLDER = re.compile(r"[XxＸ×*○〇□?_]{2,}|^(?:某|XX|\*)")
_CODE_AND_NAME = re.compile(
    r"^[\[(]?(\d{3,21})(?:[\])]|[_\-]+)(.+)$|^(\d{6,21}|\d{3}(?=[一-鿿]{2,6}[省市县区]))(\D.+)$"
)
_NOTE = re.compile(r"^(?:附?注|备注|说明|本表|此表|本单位无|本部门无|本年无)(?:\d)?[::.、]?")
# Who has none: 本单位, 我部门, or a body by its name.
_WHO = (
    r"(?:[本我](?:单位|部门|局|委|办|院|校|中心|街道|镇)|(?:局|厅|委|办|院|处|所|会|府|中心|办公室|委员会))"
)
_WHEN = r"(?:(?:20\d\d)?(?:本|当)?年?度?(?:预算)?)"
# Words that begin with 无 and mean something else.
_NONE = "(?:没有|无(?!线电|形资产|偿|障碍|害化|锡|人机)|未安排|不存在|未发生|不涉及)"
_EMPTY = re.compile(
    rf"(?:本|此|该)表(?:为空|无(?:数据|内容|发生额))|空表|{_NONE}(?:此|该|相关)(?:项|项目|收支|收支项目|预算|支出|内容|数据|业务)|^无数据$|"
    rf"{_WHO}{_WHEN}{_NONE}.*(?:收入|支出|预算|安排|项目|拨款|收支|经费)|"
    rf"^(?:注[::])?\(?{_WHEN}{_NONE}[^,。]{{2,24}}(?:支出|预算|安排|收支|拨款|经费)\)?。?$"
)
_CONDITIONAL = re.compile("[如若](?:本|此|该)表")


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation as a caption or a cover names it; ``code`` as printed, leading zeros kept."""

    code: str | None
    name: str


def is_name(text: str) -> bool:
    """Whether a text may be a body's name: no placeholder of a blank form (XX局, ×××), nothing but digits."""
    return not _PLACEHOLDER.search(fold(text)) and bool(re.search("[一-鿿]{2}", text))


def is_tag(text: str) -> bool:
    """Whether a line is a form's number and nothing else (公开01表)."""
    return is_form_number(text)


def money_unit(text: str) -> str | None:
    """The money unit (元, 千元, 万元, 亿元) that a caption or a header label states, or ``None``."""
    folded = fold(text)
    match = _MONEY.search(folded)
    if match is not None and match["more"] and not is_form_number(match["more"]):
        match = None  # a form's number may follow (单位：元 表1), no other word (单位：元素)
    match = match or _MONEY_ONLY.match(folded) or _MONEY_LABEL.search(folded)
    return match.group(1) if match else None


def organisation(text: str) -> Organisation | None:
    """The organisation that a caption names (``单位：052001_株洲市…``), or ``None``."""
    cleaned = "".join(text.split())
    folded = fold(cleaned)
    match = _ORGANISATION.search(folded)
    if match is None:
        return None
    rest = _AFTER_NAME.split(match.group(1))[0]
    if _MONEY_FIRST.match(rest):
        return None
    coded = _CODE_AND_NAME.match(rest)
    code, name = (
        (coded.group(1) or coded.group(3), coded.group(2) or coded.group(4)) if coded else (None, rest)
    )
    # The name as printed: folding is for matching only, so cut the printed text by the name's length.
    at = folded.find(name)
    printed = cleaned[at : at + len(name)] if len(cleaned) == len(folded) else name
    return Organisation(code, printed) if is_name(printed) else None


def is_caption(text: str) -> bool:
    """Whether a line is a caption: a form's number, a money unit, the organisation."""
    return is_tag(text) or money_unit(text) is not None or organisation(text) is not None


def names_organisation(text: str) -> bool:
    """Whether a text is the caption that names a body, a placeholder of a blank form included."""
    match = _ORGANISATION.search(fold(text))
    return match is not None and not _MONEY_FIRST.match(match.group(1))


def is_note(text: str) -> bool:
    """Whether a line below a table is its note (注：…, 本表…)."""
    return bool(_NOTE.match(fold(text)))


def declares_empty(text: str) -> bool:
    """Whether a note says that the table is empty on purpose (not the rule 如本表格为空, which says nothing)."""
    folded = fold(text)
    return not _CONDITIONAL.search(folded) and bool(_EMPTY.search(folded))
