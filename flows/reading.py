"""Reading of a batch: bytes fetched ahead of the pool that parses them, answers turned into frames."""

from __future__ import annotations

import hashlib
import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

from flows.contract import build_together, split
from flows.item import Item
from flows.pool import Answer, DocumentPool
from flows.records import published
from flows.worker import Job, Refusal, Rows
from infra.crawl.origin import origin_of
from infra.objects import Content, ObjectRef, fetch_object, read_object
from infra.settings import Settings
from schemas.errors import BudgetlakeError, StorageError, Unreadable
from schemas.rules import row_head_frame

log = logging.getLogger("budgetlake.batch")

# Objects fetched ahead of the reading processes: enough to hide the store's latency, few enough to bound
# memory to some files.
_AHEAD = 4

# Rows that wait to be made into frames together: some documents, which share what a frame costs, and few enough
# that the rest of the batch is read meanwhile.
_TOGETHER = 5_000


def read_items(
    items: Sequence[Item],
    pool: DocumentPool,
    settings: Settings,
    *,
    region: str | None,
    at: datetime,
    tell: Callable[[ObjectRef], None],
) -> None:
    """Fetch and parse the open items: each has frames then, or an outcome. ``tell`` hears of each."""
    wanted = [item for item in items if item.open]
    pool.start(len(wanted))

    def jobs() -> Iterator[Job]:
        for number, (item, data) in enumerate(_fetch(wanted, settings)):
            if data is None:
                tell(item.ref)
            else:
                yield Job(number, data, item.ref.file_name, item.ref.uri, region, item.origin)

    waiting: list[tuple[Item, Rows]] = []
    for job, answer in pool.parse(jobs()):
        item = wanted[job.number]
        if (rows := _rows(item, answer, at)) is not None:
            waiting.append((item, rows))
        if sum(len(rows.tables["budget_line"]) for _, rows in waiting) > _TOGETHER:
            _take(waiting)
            waiting = []
        tell(item.ref)
    _take(waiting)


def read_again(
    wanted: Sequence[tuple[Item, tuple[int, ...]]], pool: DocumentPool, settings: Settings, region: str | None
) -> dict[str, Answer]:
    """Items with some of their pages read the second way: what each gives, by document id."""
    found: dict[str, Answer] = {}

    def jobs() -> Iterator[Job]:
        for number, (item, pages) in enumerate(wanted):
            # The bytes were not kept: a batch of large files would not fit in memory.
            data = read_object(item.ref, settings.max_bytes, settings)
            yield Job(number, data, item.ref.file_name, item.ref.uri, region, item.origin, again=pages)

    for job, answer in pool.parse(jobs()):
        found[str(wanted[job.number][0].sha256)] = answer
    return found


def _fetch(items: Sequence[Item], settings: Settings) -> Iterator[tuple[Item, bytes | None]]:
    """The items with their bytes, fetched some ahead; None where there are none, with the outcome set."""

    def fetch(ref: ObjectRef) -> tuple[Content, str]:
        content = fetch_object(ref, settings.max_bytes, settings)
        return content, hashlib.sha256(content.data).hexdigest()

    with ThreadPoolExecutor(_AHEAD, thread_name_prefix="fetch") as threads:
        waiting: deque[tuple[Item, Future[tuple[Content, str]]]] = deque()
        left = iter(items)
        while True:
            while len(waiting) < _AHEAD and (item := next(left, None)) is not None:
                waiting.append((item, threads.submit(fetch, item.ref)))
            if not waiting:
                return
            item, future = waiting.popleft()
            data = None
            try:
                content, item.sha256 = future.result()
                data, item.byte_size = content.data, len(content.data)
                item.origin = origin_of(content.metadata, item.ref.last_modified)
                del content
            except Unreadable as error:
                item.refuse(error.reason, error.message, error.place)
            except StorageError as error:
                item.settle("failed", message=str(error))
            del future
            yield item, data


def _rows(item: Item, answer: Answer, at: datetime) -> Rows | None:
    """The rows of an item that has some, with what the bytes do not say; a refused one has its outcome then."""
    if isinstance(answer, Refusal):
        if answer.trace:
            log.error("%s: %s\n%s", item.ref.uri, answer.message, answer.trace)
        item.refuse(answer.reason, answer.message, answer.place)
        return None
    if not isinstance(answer, Rows):
        raise BudgetlakeError(
            f"{item.ref.uri}: a first reading was answered as a second one; please report it."
        )
    for row in answer.tables["document"]:
        # Where they were published, when they were fetched or else uploaded, and
        # that nothing newer is known yet.
        told = published(item.origin)
        fetched_at = told.pop("fetched_at") or item.ref.last_modified
        row |= {**told, "retrieved_at": fetched_at, "ingested_at": at, "is_current": True}
    return answer


def _take(waiting: Sequence[tuple[Item, Rows]]) -> None:
    """Make frames of rows; a document with a value that fits no column is refused."""
    if not waiting:
        return
    built = build_together([rows.tables for _, rows in waiting])
    heads = split(
        row_head_frame(head for _, rows in waiting for head in rows.row_heads),
        [len(rows.row_heads) for _, rows in waiting],
    )
    for (item, rows), frames, own in zip(waiting, built, heads, strict=True):
        breach = item.take(rows, frames, own)
        if breach is not None:
            log.error("%s: %s", item.ref.uri, breach.message)
            item.refuse("contract_broken", breach.message, breach.place, breach.table)
