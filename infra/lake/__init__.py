"""The lake on Delta Lake: facts by unit and year, the ledger of arrivals, and SQL over both.

``Lake`` commits and reads, ``open_sql`` and ``run_select`` query. Nothing outside this package knows that
the engine is Delta Lake.
"""

from __future__ import annotations

from infra.lake.commit import Commit, TableCommit
from infra.lake.lake import Lake
from infra.lake.query import LakeSql, open_sql, run_select
from infra.lake.whereabouts import Hint

__all__ = ["Commit", "Hint", "Lake", "LakeSql", "TableCommit", "open_sql", "run_select"]
