"""Prefect flows and the command line: when and in what order. Nothing heavy is imported here."""

from __future__ import annotations

from importlib.metadata import version

VERSION = version("budgetlake")
