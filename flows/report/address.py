"""Where a document's page lies in the report; apart from the pages, so that ``ingest`` need not load them."""

from __future__ import annotations


def page_of(unit_code: str, year: int, document_id: str) -> str:
    """The address of a document's page below the report's folder: made of checked codes only."""
    return f"document/{unit_code}/{year}-{document_id[:12]}.html"
