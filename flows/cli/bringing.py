"""What commands that read objects share: the line with a warm pool, one printed line a document."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from flows.outcome import BatchResult
    from infra.lake import Lake
    from infra.objects import ObjectRef


@contextmanager
def line(settings: Any, lake: Lake) -> Iterator[Callable[..., BatchResult]]:
    """A function that brings object versions and deletions in (see ``flows.line``) and says what became of each."""
    from flows.line import bring_in
    from flows.pool import DocumentPool
    from flows.wording import outcome_line

    with DocumentPool(settings) as pool:

        def bring(refs: list[ObjectRef], removed: list[ObjectRef], **options: Any) -> BatchResult:
            result = bring_in(refs, lake, settings, removed=removed, pool=pool, **options)
            for outcome in result.outcomes:
                typer.echo(outcome_line(outcome))
            return result

        yield bring


def bring_all(
    bring: Callable[..., BatchResult], refs: list[ObjectRef], settings: Any, **options: Any
) -> bool:
    """Bring many in, by batches; true when all of them are in the lake then."""
    from flows.batching import batches

    fine = True
    for batch in batches(refs, settings):
        states = {outcome.state for outcome in bring(batch, [], **options).outcomes}
        fine &= not states & {"quarantined", "failed"}
    return fine
