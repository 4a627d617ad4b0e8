"""Votes for a disclosure's identity: what the document prints decides, what others say of it fills the gaps.

Two ranks. Cover, captions, titles and file name are of the document; the link to it, the title of the page that
had the link and the list that led there are of its publisher's web site (``schemas.origin``). The second rank
counts only for a field of which the first says nothing. Where it differs from what stands, that is told as a
conflict of its own kind: a careless link must not put the document itself in doubt.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from schemas.fold import fold
from schemas.link_evidence import LinkEvidence, read_link
from schemas.origin import Origin


@dataclass(frozen=True, slots=True)
class Evidence:
    """One vote: a field of the identity, its value, what said it (cover, caption, title, file name, link text,
    page title, listing, crawl), where.
    """

    field: str
    value: str
    source: str
    place: str | None = None


#: What a vote weighs: a labelled line (预算单位：…) says it on purpose, a cover line is read from a sentence.
_WEIGHTS = {"cover label": 6, "caption": 5, "cover": 4, "file name": 3, "title": 3}
_KINDS = {"approved": "budget", "actual": "final_accounts"}


def first_of_each(votes: Iterable[Evidence]) -> list[Evidence]:
    """One vote a field, value and source, the first: a source speaks once, however often it repeats itself."""
    kept: dict[tuple[str, str, str], Evidence] = {}
    for vote in votes:
        kept.setdefault((vote.field, fold(vote.value), vote.source), vote)
    return list(kept.values())


def repeats(votes: Iterable[Evidence]) -> Counter[tuple[str, str]]:
    """How often each value of a field was said, by field and folded value."""
    return Counter((vote.field, fold(vote.value)) for vote in votes)


def winner(votes: Sequence[Evidence], name: str, said: Counter[tuple[str, str]]) -> tuple[str | None, bool]:
    """The value with the most weight, and whether another value of the same rank had a vote too.

    Of values that weigh alike the one said more often (``said``), or else the longer: one table of nine may bear
    another body's name. A short form of a name does not beat the whole one by being said more often.
    """
    of_field = [vote for vote in votes if vote.field == name]
    weights: Counter[str] = Counter()
    shown: dict[str, str] = {}
    for vote in [vote for vote in of_field if _is_of_document(vote)] or of_field:
        key = fold(vote.value)
        shown.setdefault(key, vote.value)
        weights[key] += _WEIGHTS.get(vote.source, 1)
    if not weights:
        return None, False
    top = max(weights.values())
    tied = sorted((key for key in weights if weights[key] == top), key=len, reverse=True)
    whole = [key for key in tied if not any(key in other for other in tied if other != key)]
    best = max(whole, key=lambda key: (said[name, key], len(key)))
    return shown[best], len(weights) > 1


def said_otherwise(votes: Sequence[Evidence], name: str, value: str | None) -> bool:
    """Whether the publisher's site says another value of a field than the one that stands.

    Of bodies a shorter or longer form of a name in the document is the same one: 荷塘区教育局 and
    株洲市荷塘区教育局.
    """
    of_field = [vote for vote in votes if vote.field == name]
    theirs = [fold(vote.value) for vote in of_field if not _is_of_document(vote)]
    if name != "unit_name":
        return value is not None and any(said != fold(value) for said in theirs)
    ours = [fold(vote.value) for vote in of_field if _is_of_document(vote)]
    return bool(ours) and any(all(a not in b and b not in a for b in ours) for a in theirs)


def origin_votes(origin: Origin) -> Iterator[Evidence]:
    """What the publisher's site says: of each field the nearest that says it, link, then page, then list."""
    listing = LinkEvidence(origin.unit_name, origin.year, origin.phase, origin.level)
    sources = [
        ("link text", read_link(origin.link_text or "")),
        ("page title", read_link(origin.page_title or "")),
        ("listing", listing),
    ]
    place = origin.page_url or origin.source_url
    for field, name in (("unit_name", "unit_name"), ("year", "year"), ("kind", "phase"), ("level", "level")):
        for source, says in sources:
            value = getattr(says, name)
            if value is not None:
                yield Evidence(field, _KINDS.get(str(value), str(value)), source, place)
                break


def _is_of_document(vote: Evidence) -> bool:
    return vote.source in _WEIGHTS


_NUMERALS = "零一二三四五六七八九"
#: 二〇二四年, 二○二四年度; before a month it is a date.
_YEAR_IN_WORDS = re.compile(rf"二[〇○零Oo0]([{_NUMERALS}〇○]{{2}})(?=年(?![一二三四五六七八九十]{{1,2}}月))")


def year_in_digits(text: str) -> str:
    """A text with its years in words (二〇二四年) as digits (2024年)."""
    return _YEAR_IN_WORDS.sub(
        lambda match: "20" + "".join(str(max(_NUMERALS.find(each), 0)) for each in match.group(1)), text
    )
