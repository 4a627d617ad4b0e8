"""Reading within the process: to start reading processes costs as much as all the work of a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flows.pool import Answer, DocumentPool
from flows.worker import Bounds, Job, _answer
from parsers.document import parse_document
from parsers.limits import Limits


class Inside(DocumentPool):
    """Reads within the process."""

    def start(self, wanted: int | None = None) -> None:
        pass

    def parse(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Answer]]:
        for job in jobs:
            yield job, _answer(parse_document, job, Bounds(Limits(), 60, 1 << 30))
