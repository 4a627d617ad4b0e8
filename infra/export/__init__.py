"""Exports: views and tables of the lake as plain files, described well enough to be used without it."""

from __future__ import annotations

from infra.export.export import Exported, Format, export
from infra.export.selection import Selection

__all__ = ["Exported", "Format", "Selection", "export"]
