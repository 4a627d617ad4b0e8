"""Checking of documents that are read: contracts, rules, the second reading, the grade. Nothing is written.

It is the middle of every batch, and all that ``budgetlake check`` does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

import polars as pl

from flows.contract import Breach, find_breaches, join_frames
from flows.item import Item
from flows.pool import Answer, DocumentPool
from flows.reading import read_again, read_items
from flows.validate import judge
from infra.lake.layout import FACTS, REGISTER
from infra.objects import ObjectRef
from infra.settings import Settings
from schemas.rules import NOTICE, ROW_HEAD

_JUDGED = ("finding", REGISTER)
#: Lake tables whose rows the parsers give, the register apart.
PARSED = tuple(name for name in FACTS if name not in _JUDGED)
_ASIDES = {"notice": NOTICE, "row_head": ROW_HEAD}

ReadItemsAgain: TypeAlias = Callable[[Sequence[tuple[Item, tuple[int, ...]]]], Mapping[str, Answer]]


def check_items(items: Sequence[Item], read_again: ReadItemsAgain) -> None:
    """Refuse what contracts or judgement refuse; give the others their findings and their grade."""
    parsed = [item for item in items if item.open]
    _refuse(parsed, find_breaches(join_frames((item.frames for item in parsed), PARSED)))
    parsed = [item for item in parsed if item.open]
    frames = join_frames((item.frames for item in parsed), (*PARSED, REGISTER))
    for name, schema in _ASIDES.items():
        frames[name] = pl.concat([pl.DataFrame(schema=schema), *(item.asides[name] for item in parsed)])
    by_id = {str(item.sha256): item for item in parsed}
    verdict = judge(frames, lambda pages: read_again([(by_id[key], wanted) for key, wanted in pages.items()]))
    for document, item in by_id.items():
        grades = [verdict.grades[document, row["unit_code"]] for row in item.register]
        item.frames[REGISTER] = item.frames[REGISTER].with_columns(grade=pl.Series(grades))
        item.frames["finding"] = verdict.findings.filter(pl.col("document_id") == document)
        if (doubt := verdict.doubts.get(document)) is not None:
            # What holds needs no keeping; what does not is the reason.
            item.frames["finding"] = item.frames["finding"].filter(pl.col("status") == "violated")
            item.second_reading = verdict.second_readings.get(document, {})
            item.refuse(doubt.reason, doubt.message, doubt.place)
    parsed = [item for item in parsed if item.open]
    _refuse(parsed, find_breaches(join_frames((item.frames for item in parsed), _JUDGED)))


def check_object(ref: ObjectRef, settings: Settings, region: str | None = None) -> Item:
    """One object read and checked as a batch would do it: open with its frames, or with why it is refused."""
    item = Item(ref)
    with DocumentPool(settings, workers=1) as pool:
        read_items([item], pool, settings, region=region, at=datetime.now(UTC), tell=lambda _: None)
        check_items([item], lambda wanted: read_again(wanted, pool, settings, region))
    return item


def _refuse(items: Sequence[Item], breaches: dict[str, Breach]) -> None:
    for item in items:
        if (breach := breaches.get(str(item.sha256))) is not None:
            item.refuse("contract_broken", breach.message, breach.place, breach.table)
