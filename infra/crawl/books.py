"""What a crawl amounts to: the whole picture of a region, from the journal and what was known before.

Pure functions. What a page no longer links to has vanished only if every page that could link to it was
read: a listing that could not be read to its end says nothing of what is not in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from infra.crawl.journal import Journal
from infra.crawl.visit import REACHED, Visit, visit_of
from schemas.region import Region


def close(journal: Journal, known: Mapping[str, Visit], region: Region) -> list[Visit]:
    """Every resource of the region with its outcome: those visited, those left, those known from before."""
    at = journal.ended_at or journal.started_at
    visits = {url: _lost(visit, known.get(url), at) for url, visit in journal.visits.items()}
    reason = journal.ended if journal.ended not in (None, "finished") else "stopped"
    for link in journal.frontier(region):
        site = next((site for site in region.sites if site.name == link.site), None)
        left = visit_of(
            link,
            "not_reached",
            site.phase if site else None,
            reason=reason,
            message="This crawl ended before it; the next one goes on here.",
        )
        visits[link.url] = left.with_memory(known.get(link.url))
    incomplete = {
        visit.site
        for visit in visits.values()
        if visit.role == "listing" and (visit.outcome not in REACHED or visit.outcome == "not_reached")
    }
    for url, before in known.items():
        if url not in visits and (before.role != "listing"):
            visits[url] = _missed(before, visits, known, incomplete, at)
    return list(visits.values())


def counts(visits: list[Visit]) -> dict[str, int]:
    """The report's figures: ``found`` (linked from a page of this crawl) and each outcome that occurs."""
    tally = Counter(visit.outcome for visit in visits)
    found = sum(visit.outcome not in ("vanished", "not_reached") for visit in visits)
    return {"found": found, **dict(sorted(tally.items()))}


def _lost(visit: Visit, before: Visit | None, at: str) -> Visit:
    """What the server says is gone, and was landed before, has vanished."""
    if visit.lost and before is not None and before.sha256 is not None:
        return replace(visit, outcome="vanished", vanished_at=before.vanished_at or at)
    return visit


def _missed(
    before: Visit,
    visits: Mapping[str, Visit],
    known: Mapping[str, Visit],
    incomplete: set[str],
    at: str,
) -> Visit:
    """A resource known from before that no page of this crawl links to."""
    if before.outcome == "vanished":
        return before
    message = "No page links to it any more."
    if not _was_looked_for(before, visits, known, incomplete):
        message = "A page that may link to it was not read."
        return replace(before, outcome="not_reached", reason="stopped", message=message, vanished_at=None)
    return replace(
        before, outcome="vanished", reason="not_linked", message=message, http_status=None, vanished_at=at
    )


def _was_looked_for(
    before: Visit, visits: Mapping[str, Visit], known: Mapping[str, Visit], incomplete: set[str]
) -> bool:
    if before.site in incomplete:
        return False
    parent = visits.get(before.page_url or "")
    if parent is None or parent.role == "listing":
        # The page is not linked to any more either, or it is the listing, which was read whole.
        return True
    return parent.outcome in REACHED or parent.outcome == "vanished" or parent.lost
