"""The command line ``budgetlake``: one module a command, each a thin call of the flows below it.

Commands import what they need when they run, so that help and mistakes answer at once (pandera, Prefect and
the lake take seconds to import). Errors are mapped in ``main`` and nowhere else.
"""

from __future__ import annotations

from flows.cli.entry import app, main

__all__ = ["app", "main"]
