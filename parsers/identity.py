"""Whose disclosure it is: unit, region, fiscal year, phase and level, each with its evidence.

No single place is trusted: cover, captions, table titles and the file name vote, and every vote is kept
with where it came from; what the web site says that published it counts where they are silent
(``parsers.evidence``). Years in prose (截至2023年) and in indicators do not vote.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from parsers.body import COVER_NAME
from parsers.caption import is_name, is_tag, organisation
from parsers.evidence import (
    Evidence,
    first_of_each,
    origin_votes,
    repeats,
    said_otherwise,
    winner,
    year_in_digits,
)
from parsers.grid import Line
from parsers.header import clean
from parsers.recognise import Recognition
from parsers.statement import Statement
from schemas.division import Division
from schemas.division_name import find_division
from schemas.errors import NotUnderstood
from schemas.fold import fold
from schemas.origin import Origin
from schemas.title import body_of_title, form_of_title
from schemas.unit import unit_key


@dataclass(frozen=True, slots=True)
class Identity:
    """The business key of a disclosure and the votes behind it. ``conflicts`` names fields with a dissenting vote,
    after ``publisher.`` those of which the site that published the document says otherwise than it does.
    """

    region_code: str
    org_unit_code: str
    org_unit_name: str
    year: int
    budget_phase: str
    document_kind: str
    disclosure_level: str
    title: str | None
    printed_unit_code: str | None
    evidence: tuple[Evidence, ...] = field(default=())
    conflicts: tuple[str, ...] = field(default=())

    @property
    def unit_code(self) -> str:
        """The lake's partition key: region code, hyphen, unit code."""
        return f"{self.region_code}-{self.org_unit_code}"


# A year, and not the date of printing (2025年8月20日).
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)(?!年\d{1,2}月|[-./]\d)")
_YEAR_AND_KIND = re.compile(r"(?<!\d)(20\d\d)年?度?(?:[^\d]{0,40}?)(预算|决算)")
_SHORT_YEAR = re.compile(r"(?<!\d)(\d\d)年度?(?:[^\d]{0,12}?)(预算|决算)")
_UNIT_CODE = re.compile(r"(?:单位|部门)(?:编码|代码)[::]([0-9A-Za-z]{3,21})")


def identify(
    recognition: Recognition,
    file_name: str | None,
    region: str | None = None,
    origin: Origin | None = None,
    is_this: Callable[[str], bool] | None = None,
    opening: tuple[Line, str] | None = None,
) -> Identity:
    """The identity of a disclosure by the votes of its cover, captions, titles and file name.

    ``region`` is a GB/T 2260 code given by the caller and beats every other source. ``origin`` is where the
    document was published; it speaks where the document itself does not. ``is_this`` says of a name whether it is
    of the body of a chapter, where the file has several: what is said of the file as a whole then speaks of unit
    and level only if it names that body. ``opening`` is the title that begins the chapter, and its source. Raises
    ``NotUnderstood`` with ``year_missing``, ``phase_missing`` or ``unit_missing``.
    """
    of_file = [
        _of_chapter(list(_file_votes(file_name) if file_name else ()), is_this),
        _of_chapter(list(origin_votes(origin) if origin else ()), is_this),
    ]
    cast = [
        *(_opening_votes(*opening) if opening else ()),
        *_cover_votes(recognition),
        *_caption_votes(recognition),
        *_title_votes(recognition),
        *of_file[0],
        *of_file[1],
    ]
    votes, said = first_of_each(cast), repeats(cast)
    name = _name(file_name)
    year, year_split = winner(votes, "year", said)
    if year is None:
        raise NotUnderstood(
            "year_missing",
            f"{name} names no fiscal year on its cover, in its titles or in its file name; "
            "name the file with the year.",
        )
    kind, kind_split = winner(votes, "kind", said)
    if kind is None:
        raise NotUnderstood(
            "phase_missing",
            f"{name} says neither 预算 nor 决算 on its cover, in its titles or in its file name.",
        )
    unit_name, _ = winner(votes, "unit_name", said)
    if unit_name is None:
        raise NotUnderstood(
            "unit_missing",
            f"{name} names no unit (单位名称, 部门) on its cover, in its captions or in its file name.",
        )
    printed_code, code_split = winner(votes, "unit_code", said)
    level, level_split = winner(votes, "level", said)
    region_code, regions, region_split = _region(unit_name, int(year), region, origin)
    evidence = [*votes, *regions]
    code, code_source = unit_key(region_code, printed_code, unit_name, level or "department")
    evidence.append(Evidence("org_unit_code", code, code_source))
    splits = {
        "year": year_split,
        "budget_phase": kind_split,
        "disclosure_level": level_split,
        "unit_code": code_split,
        "publisher.year": said_otherwise(votes, "year", year),
        "publisher.budget_phase": said_otherwise(votes, "kind", kind),
        "publisher.disclosure_level": said_otherwise(votes, "level", level),
        "publisher.unit_name": said_otherwise(votes, "unit_name", unit_name),
        "publisher.region_code": region_split,
    }
    return Identity(
        region_code=region_code,
        org_unit_code=code,
        org_unit_name=unit_name,
        year=int(year),
        budget_phase="actual" if kind == "final_accounts" else "approved",
        document_kind=kind,
        disclosure_level=level or "department",
        title=_document_title(recognition),
        printed_unit_code=printed_code,
        evidence=tuple(evidence),
        conflicts=tuple(name for name, split in splits.items() if split),
    )


def _region(
    unit_name: str, year: int, given: str | None, origin: Origin | None
) -> tuple[str, list[Evidence], bool]:
    """The division (000000: not known), its votes, and whether the site that published it contradicts the name.

    A name that fits several divisions (普陀区) is of the one in the region whose site published it; a name
    without any is of that region itself.
    """
    if given is not None:
        return given, [Evidence("region_code", given, "given")], False
    said = origin.region if origin else None
    named = find_division(unit_name, year)
    code = named.code
    if code is None and said is not None:
        code = find_division(unit_name, year, within=said).code
    votes = [Evidence("region_code", code, "unit name")] if code else []
    if origin is None or said is None:
        return code or "000000", votes, False
    votes.append(Evidence("region_code", said, "crawl", origin.page_url or origin.source_url))
    possible = (code,) if code else named.candidates
    split = bool(possible) and not any(_same_line(said, each) for each in possible)
    return code or ("000000" if split else said), votes, split


def _same_line(one: str, other: str) -> bool:
    """Whether two divisions are the same, or one lies in the other."""
    first, second = Division(one, ""), Division(other, "")
    return one == other or first.contains(second) or second.contains(first)


def _kind_vote(word: str) -> str:
    return "final_accounts" if word == "决算" else "budget"


def _place(line: Line) -> str | None:
    return f"page {line.page}" if line.page else line.locator


def _cover_lines(recognition: Recognition) -> list[Line]:
    """The lines before the first statement, at most those of its first pages."""
    first = next((s for s in recognition.statements if s.recognised), None)
    lines = []
    for line in recognition.lines:
        if first is not None and _reaches(line, first):
            break
        lines.append(line)
    cover_page = lines[0].page if lines else None
    cover = [line for line in lines if line.page is None or line.page == cover_page][:40]
    end = next((n for n, line in enumerate(cover) if _COVER_END.match(fold(line.text))), len(cover))
    return cover[:end]


def _reaches(line: Line, first: Statement) -> bool:
    """Whether a line belongs to the first statement, or comes after it; a short cover shares its page."""
    title = first.title_line
    if title is not None and line.page == title.page and line.box == title.box:
        return title.text.startswith(line.text)
    if line.page is None or first.page_from is None:
        return False
    return line.page >= first.page_from if title is None else line.page > first.page_from


#: Here the cover ends: the contents and the parts of the text name bodies and years too.
_COVER_END = re.compile(r"目录$|第[一二三四五六]部分|[一二三1][、.]")
#: A cover's title may be broken over so many lines.
_COVER_TITLE_LINES = 4


def _cover_votes(recognition: Recognition) -> Iterable[Evidence]:
    lines = _cover_lines(recognition)
    whole = clean("".join(line.text for line in lines[:_COVER_TITLE_LINES] if not _labelled(line)))
    if lines and len(whole) <= 80:
        yield from _sentence_votes(fold(whole), whole, "cover", _place(lines[0]))
    for line in lines:
        text = clean(line.text)
        if len(text) > 60 or form_of_title(text):
            continue
        place = _place(line)
        folded = fold(text)
        if match := _UNIT_CODE.search(folded):
            yield Evidence("unit_code", match.group(1), "cover label", place)
            continue
        if body := organisation(text):
            if body.code:
                yield Evidence("unit_code", body.code, "cover label", place)
            yield Evidence("unit_name", body.name, "cover label", place)
            continue
        yield from _sentence_votes(folded, text, "cover", place)


def _labelled(line: Line) -> bool:
    return ":" in fold(line.text)


def _sentence_votes(folded: str, text: str, source: str, place: str | None) -> Iterable[Evidence]:
    """Votes of a title-like text: 上海市普陀区司法局2026年度单位预算."""
    folded, text = year_in_digits(folded), year_in_digits(text)
    match = _YEAR_AND_KIND.search(folded) or _SHORT_YEAR.search(folded)
    if match:
        year = match.group(1)
        yield Evidence("year", year if len(year) == 4 else f"20{year}", source, place)
        yield Evidence("kind", _kind_vote(match.group(2)), source, place)
    elif (year_match := _YEAR.search(folded)) and "年" in folded and len(folded) <= 40:
        yield Evidence("year", year_match.group(1), source, place)
    if level := re.search(r"(部门|单位)(?:预算|决算)", folded):
        yield Evidence("level", "department" if level.group(1) == "部门" else "unit", source, place)
    if (name := COVER_NAME.search(text)) and is_name(name.group(1)):
        yield Evidence("unit_name", name.group(1), source, place)


def _caption_votes(recognition: Recognition) -> Iterable[Evidence]:
    for statement in recognition.statements:
        for line in statement.captions:
            if statement.recognised and (found := organisation(line.text)):
                if found.code:
                    yield Evidence("unit_code", found.code, "caption", _place(line))
                yield Evidence("unit_name", found.name, "caption", _place(line))


def _title_votes(recognition: Recognition) -> Iterable[Evidence]:
    for statement in recognition.statements:
        if not statement.recognised or statement.title is None or statement.title_line is None:
            continue
        place = _place(statement.title_line)
        folded = year_in_digits(fold(statement.title))
        if match := _YEAR.search(folded):
            yield Evidence("year", match.group(1), "title", place)
        if "决算" in folded:
            yield Evidence("kind", "final_accounts", "title", place)
        elif "预算" in re.sub("公共预算|基金预算|经营预算|预算分类|预算经济", "", folded):
            yield Evidence("kind", "budget", "title", place)
        if body := body_of_title(statement.title):
            yield Evidence("unit_name", body, "title", place)
        if level := re.search(r"预算(部门|单位)|\d年度?(部门|单位)", folded):
            word = level.group(1) or level.group(2)
            yield Evidence("level", "department" if word == "部门" else "unit", "title", place)


def _file_votes(file_name: str) -> Iterable[Evidence]:
    stem = clean(PurePosixPath(file_name.replace("\\", "/")).stem).replace("_", "")
    yield from _sentence_votes(fold(stem), stem, "file name", None)


def _opening_votes(title: Line, source: str) -> Iterable[Evidence]:
    return _sentence_votes(fold(title.text), clean(title.text), source, _place(title))


def _of_chapter(votes: list[Evidence], is_this: Callable[[str], bool] | None) -> list[Evidence]:
    """Votes of a file's name or its publisher, without those of body and level where they name another body."""
    if is_this is None or any(vote.field == "unit_name" and is_this(vote.value) for vote in votes):
        return votes
    return [vote for vote in votes if vote.field not in ("unit_name", "level")]


def _document_title(recognition: Recognition) -> str | None:
    """The cover's title up to the word 预算 or 决算, over as many lines as it is broken."""
    parts: list[str] = []
    for line in _cover_lines(recognition):
        text = clean(line.text)
        if form_of_title(text) or is_tag(text) or _labelled(line):
            continue
        parts = [*parts[-_TITLE_LINES_BEFORE:], text]
        if "预算" in text or "决算" in text:
            title = "".join(parts)
            return title if len(title) <= 60 else text if len(text) <= 60 else None
    return None


#: A cover's title is broken over three lines at most: 江苏省2018年度 | 省级部门 | 预算公开报表.
_TITLE_LINES_BEFORE = 2


def _name(file_name: str | None) -> str:
    return file_name or "The document"
