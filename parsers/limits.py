"""How much of one file a reader may use before it gives up: hostile files must cost seconds, not a worker.

The defaults are far above every disclosure seen (3.7 MB, 400 pages, 60,000 cells) and far below what
hurts a worker. A reader that meets a limit raises ``Unreadable`` with the reason ``too_large`` or, for
``max_seconds``, ``too_slow``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for reading one file.

    ``max_bytes``: the file as it comes. ``max_pages``: pages of a PDF, sheets of a workbook.
    ``max_seconds``: time of one reader or of a converting program. ``max_cells``: grid cells of a file,
    padding included. ``max_unpacked_bytes``: all members of a ZIP (Office files are ZIPs too) together.
    ``max_files``: members of an archive. ``max_page_objects``: drawn objects, and characters, of one page
    of a PDF (the most seen are 1,200 and 2,900).
    """

    max_bytes: int = 100_000_000
    max_pages: int = 3_000
    max_seconds: float = 300.0
    max_cells: int = 2_000_000
    max_unpacked_bytes: int = 400_000_000
    max_files: int = 1_000
    max_page_objects: int = 300_000
