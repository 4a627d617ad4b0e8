"""Exports: views and tables of the lake as plain files, described well enough to be used without it."""

from __future__ import annotations

from infra.export.compact import Compacted, compact
from infra.export.export import Exported, Format, export
from infra.export.selection import Selection
from infra.export.shelf import shelf_of

__all__ = ["Compacted", "Exported", "Format", "Selection", "compact", "export", "shelf_of"]
