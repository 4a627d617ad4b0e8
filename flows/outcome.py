"""What became of a batch: one outcome an object, and the account of its rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from infra.lake import Commit
from infra.objects import ObjectRef

State: TypeAlias = Literal[
    "committed", "unchanged", "alias", "superseded", "quarantined", "withdrawn", "failed"
]

# States after which the object needs no more work: its message may be acknowledged.
SETTLED: frozenset[State] = frozenset(
    {"committed", "unchanged", "alias", "superseded", "quarantined", "withdrawn"}
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one object version.

    ``committed``: its rows are in the lake now. ``unchanged``: they were there before. ``alias``: the same
    bytes stand in the lake under another name. ``superseded``: a newer version or document stands.
    ``quarantined``: refused, ``reason`` (a code) and ``message`` (one sentence) say why. ``withdrawn``: it was
    deleted for good before it was read. ``failed``: the storage did not give the bytes; it has to be tried
    again.

    ``rows`` counts the rows of all its tables but findings; ``findings`` those of error or warning severity.
    Of a file with ``chapters`` of several bodies, unit, year and phase are those of the first, ``grade`` is the
    worst, and what is counted is counted in all of them.
    """

    ref: ObjectRef
    state: State
    document_id: str | None = None
    reason: str | None = None
    message: str = ""
    place: str | None = None
    unit_code: str | None = None
    unit_name: str | None = None
    year: int | None = None
    phase: str | None = None
    statements: int = 0
    rows: int = 0
    findings: int = 0
    grade: str | None = None
    chapters: int = 1

    @property
    def settled(self) -> bool:
        """True when nothing is left to do for the object."""
        return self.state in SETTLED


@dataclass(frozen=True, slots=True)
class RowCount:
    """Where the rows went that the parsers gave: ``read`` is the sum of the other three.

    ``set_aside`` are rows of documents that needed no commit: unchanged, aliases, older versions.
    """

    read: int = 0
    committed: int = 0
    quarantined: int = 0
    set_aside: int = 0

    @property
    def balanced(self) -> bool:
        """True when no row was lost or made."""
        return self.read == self.committed + self.quarantined + self.set_aside


@dataclass(frozen=True, slots=True)
class BatchResult:
    """A batch: its outcomes in the order of its objects, its rows, its commit and seconds by stage.

    ``processor`` are the processor seconds of this process by stage, and of the reading processes: ``parse``, and
    ``parse again`` for the second reading.
    """

    outcomes: tuple[Outcome, ...]
    rows: RowCount = field(default_factory=RowCount)
    commit: Commit | None = None
    run_id: str = ""
    seconds: dict[str, float] = field(default_factory=dict)
    processor: dict[str, float] = field(default_factory=dict)

    @property
    def counts(self) -> Counter[State]:
        """Objects by state."""
        return Counter(outcome.state for outcome in self.outcomes)
