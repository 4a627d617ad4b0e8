"""How objects are grouped into batches: by their number and by the bytes that they are known to have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from infra.objects import ObjectRef
from infra.settings import Settings


def batches(refs: Iterable[ObjectRef], settings: Settings) -> Iterator[list[ObjectRef]]:
    """The objects in order, in lists of at most ``batch_documents`` and, if more than one, ``batch_bytes``.

    An object of unknown size counts as empty: it is bounded by ``max_bytes`` when it is fetched.
    """
    batch: list[ObjectRef] = []
    size = 0
    for ref in refs:
        if batch and (
            len(batch) >= settings.batch_documents or size + (ref.size or 0) > settings.batch_bytes
        ):
            yield batch
            batch, size = [], 0
        batch.append(ref)
        size += ref.size or 0
    if batch:
        yield batch
