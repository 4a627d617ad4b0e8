"""The lake on Delta Lake: facts by unit and year, the ledger of arrivals, and SQL over both.

``Lake`` commits and reads, ``open_sql`` and ``run_select`` query. Nothing outside this package knows that
the engine is Delta Lake.
"""

from __future__ import annotations

from infra.lake.lake import Commit, Lake, TableCommit
from infra.lake.query import open_sql, run_select

__all__ = ["Commit", "Lake", "TableCommit", "open_sql", "run_select"]
