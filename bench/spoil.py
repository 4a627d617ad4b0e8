"""Spoil readings at random and judge them as a batch does: the work behind ``bench.corruptions``."""

from __future__ import annotations

import hashlib
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from bench.damage import WAYS, Target, target_of
from flows.check import PARSED
from flows.contract import Breach, build_frames, find_breaches, join_frames
from flows.validate import Verdict, judge
from flows.worker import NoOtherWay, Rows
from infra.lake.layout import REGISTER
from parsers.document import Parsed, interpret_reading
from parsers.grid import Grid, Reading
from parsers.limits import Limits
from parsers.reader import read
from parsers.rereading import parse_again
from parsers.sniff import PDF
from schemas.errors import DocumentError
from schemas.rules import notices, row_head_frame
from schemas.rules.grade import worst_of

BATCH = 40
OUTCOMES = ("refused", "quarantined", "flagged", "noted", "slipped")
UNSEEN = ("noted", "slipped")
_DRAWS = 30
_WHAT: tuple[str, ...] = (
    "row_kind",
    "function_code",
    "function_name",
    "econ_code",
    "department_code",
    "project_name",
)
_WHAT += ("line_label", "measure_code", "expenditure_type", "amount_yuan")

Frames = dict[str, pl.DataFrame]


@dataclass(slots=True)
class Source:
    """A file read once: where it may be spoilt, what it says, and what its second reading says."""

    name: str
    target: Target
    says: Counter[tuple[Any, ...]]
    again: Rows | NoOtherWay
    faults: frozenset[tuple[Any, ...]] = frozenset()
    grade: str = ""


@dataclass(slots=True)
class Run:
    """One spoilt reading and what became of it."""

    way: str
    source: Source
    what: str
    frames: Frames = field(default_factory=dict)
    outcome: str = ""
    why: str = ""
    conserved: bool = True
    figures: bool = True


def spoil(sources: Sequence[Source], count: int, seed: int) -> list[Run]:
    """``count`` runs, ways and files in turn, judged in batches."""
    for source in sources:
        _judge_right(source)
    runs: list[Run] = []
    batch: list[Run] = []
    for run in _draw(sources, count, seed):
        runs.append(run)
        if not run.outcome:
            batch.append(run)
        if len(batch) == BATCH:
            _judge(batch)
            batch = []
    _judge(batch)
    return runs


def source_of(path: Path, name: str | None) -> Source | None:
    data = path.read_bytes()
    for file_name in (path.name, f"{name}{path.suffix}"):
        try:
            reading = read(data, file_name, Limits())
            parsed = interpret_reading(reading, "0" * 64, len(data), file_name, source_uri=file_name)
        except DocumentError as error:
            if file_name != path.name or name is None:
                print(f"{path.name} left out: {error}", file=sys.stderr)
                return None
            continue
        again = parse_again(data, file_name, ())
        rows = [*parsed.tables["budget_line"], *parsed.tables["performance_indicator"]]
        second = NoOtherWay() if again is None else Rows(again.tables)
        return Source(file_name, target_of(reading, rows), _said(parsed), second)
    return None


def _said(parsed: Parsed) -> Counter[tuple[Any, ...]]:
    """What the rows say, without where: two readings are the same if this is."""
    said: Counter[tuple[Any, ...]] = Counter()
    for row in parsed.tables["budget_line"]:
        said["line", row["form_code"], row["col_no"], *(row.get(name) for name in _WHAT)] += 1
    for row in parsed.tables["performance_indicator"]:
        said["target", row["scope"], row["project_name"], row["level3_name"], row["target_raw"]] += 1
    return said


def _figures(said: Counter[tuple[Any, ...]]) -> Counter[tuple[Any, ...]]:
    """What is left of it without blanks and zeros."""
    return Counter({key: count for key, count in said.items() if key[-1]})


def _draw(sources: Sequence[Source], count: int, seed: int) -> Iterator[Run]:
    random_ = random.Random(seed)
    number = 0
    for at in range(count):
        way = list(WAYS)[at % len(WAYS)]
        for _ in range(_DRAWS):
            source = random_.choice(sources)
            done = WAYS[way](random_, source.target)
            if done is None:
                continue
            number += 1
            reading, what = done
            run = Run(way, source, what, conserved=_conserved(source.target.reading, reading))
            document = hashlib.sha256(f"{seed} {number}".encode()).hexdigest()
            try:
                parsed = interpret_reading(reading, document, 1, source.name, source_uri=source.name)
            except DocumentError as error:
                run.outcome, run.why = "refused", error.reason
                yield run
                break
            said = _said(parsed)
            if said == source.says:
                continue
            run.figures = _figures(said) != _figures(source.says)
            frames = _frames(parsed)
            if isinstance(frames, Breach):
                run.outcome, run.why = "quarantined", f"contract: {frames.message}"
            else:
                run.frames = frames
            yield run
            break


def _conserved(right: Reading, wrong: Reading) -> bool:
    """Whether each page has the characters that it had; what is no PDF has no count."""
    return right.media_type != PDF or _characters(right) == _characters(wrong)


def _characters(reading: Reading) -> dict[tuple[int | None, bool], Counter[str]]:
    """Characters of the cells and of the lines of each page, as the readers count them."""
    found: dict[tuple[int | None, bool], Counter[str]] = defaultdict(Counter)
    for block in reading.blocks:
        inside = isinstance(block, Grid)
        for text in [cell.text for cell in block.cells] if isinstance(block, Grid) else [block.text]:
            found[block.page, inside].update("".join(text.split()))
    return found


def _frames(parsed: Parsed) -> Frames | Breach:
    for row in parsed.tables["document"]:
        row |= {"retrieved_at": None, "ingested_at": datetime.now(UTC), "is_current": True}
    frames = build_frames(parsed.tables)
    if isinstance(frames, Breach):
        return frames
    frames["notice"] = pl.concat(
        notices(row, each.oddities, each.identity.conflicts)
        for row, each in zip(frames[REGISTER].to_dicts(), parsed.disclosures, strict=True)
    )
    frames["row_head"] = row_head_frame(parsed.row_heads)
    return frames


def _joined(batch: Sequence[Frames]) -> Frames:
    frames = join_frames(batch, (*PARSED, REGISTER))
    for name in ("notice", "row_head"):
        frames[name] = pl.concat([own[name] for own in batch])
    return frames


def _fault(row: Mapping[str, Any]) -> tuple[Any, ...]:
    message = row["message_zh"].partition("；两次读取")[0].partition("；文件本身")[0]
    return row["check_code"], row["check_scope"], row["severity"], message


def _faults(findings: pl.DataFrame, document: str) -> frozenset[tuple[Any, ...]]:
    open_ = findings.filter(document_id=document, status="violated", waived=False)
    return frozenset(_fault(row) for row in open_.iter_rows(named=True))


def _judge_right(source: Source) -> None:
    parsed = interpret_reading(source.target.reading, "0" * 64, 1, source.name, source_uri=source.name)
    frames = _frames(parsed)
    assert not isinstance(frames, Breach), frames
    verdict = judge(_joined([frames]), lambda pages: dict.fromkeys(pages, _as(source.again, "0" * 64)))
    source.faults, source.grade = _faults(verdict.findings, "0" * 64), _grade(verdict, "0" * 64)
    if verdict.doubts:
        print(f"{source.name} is refused as it is: {verdict.doubts['0' * 64].message}", file=sys.stderr)


def _grade(verdict: Verdict, document: str) -> str:
    return worst_of(grade for (name, _), grade in verdict.grades.items() if name == document)


def _as(answer: Rows | NoOtherWay, document: str) -> Rows | NoOtherWay:
    if isinstance(answer, NoOtherWay):
        return answer
    return Rows(
        {name: [{**row, "document_id": document} for row in rows] for name, rows in answer.tables.items()}
    )


def _judge(batch: list[Run]) -> None:
    if not batch:
        return
    frames = _joined([run.frames for run in batch])
    breaches = find_breaches({name: frames[name] for name in PARSED})
    by_id = {run.frames[REGISTER]["document_id"][0]: run for run in batch}
    for document, breach in breaches.items():
        by_id[document].outcome, by_id[document].why = "quarantined", f"contract: {breach.message}"
    standing = [run.frames for document, run in by_id.items() if document not in breaches]
    verdict = judge(
        _joined(standing),
        lambda pages: {document: _as(by_id[document].source.again, document) for document in pages},
    )
    for document, run in by_id.items():
        if document not in breaches:
            _tell(run, verdict.findings, verdict.doubts.get(document), _grade(verdict, document), document)
        run.frames = {}


def _tell(run: Run, findings: pl.DataFrame, doubt: DocumentError | None, grade: str, document: str) -> None:
    new = _faults(findings, document) - run.source.faults
    heavy = sorted({fault[0] for fault in new if fault[2] != "info"})
    light = sorted({fault[0] for fault in new if fault[2] == "info"})
    if doubt is not None:
        run.outcome, run.why = "quarantined", doubt.reason
    elif heavy:
        run.outcome, run.why = "flagged", " ".join(heavy)
    elif light or grade != run.source.grade:
        lower = f"{run.source.grade} → {grade}" if grade != run.source.grade else ""
        run.outcome, run.why = "noted", " ".join([*light, lower]).strip()
    else:
        run.outcome = "slipped"
