"""The project's exceptions: few kinds under one root, mapped once at a run's boundary (``flows``).

A message is one sentence for a person: what is wrong, where, and what to do.
"""

from __future__ import annotations


class BudgetlakeError(Exception):
    """Root of every error that the project raises on purpose."""


class DocumentError(BudgetlakeError):
    """A document that cannot be used as it is; ``flows`` turns it into a quarantine record.

    ``reason`` is a code of ``schemas/data/quarantine_reasons.yaml``, ``place`` where in the file
    (a page, sheet, line or table; ``None`` for the whole file). Raised by ``parsers`` and by the contracts.
    """

    def __init__(self, reason: str, message: str, place: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.place = place


class Unreadable(DocumentError):
    """The bytes give no tables: empty, cut, encrypted, a picture, too large. Raised by the readers."""


class NotUnderstood(DocumentError):
    """Tables are there but what they say is not certain: no money unit, no unit, no year.

    Raised by recognition and interpretation, never replaced by a guess.
    """


class ContractBroken(DocumentError):
    """Rows that a lake table's model refuses. Raised at the boundary to the lake."""


class UsageError(BudgetlakeError):
    """Wrong use of the command line or of the settings (exit status 2). Raised by ``flows`` and ``infra``."""


class StorageError(BudgetlakeError):
    """The object store, the queue or the lake refused or cannot be reached. Raised by ``infra``."""
