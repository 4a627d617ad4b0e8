"""What a crawl amounts to: what has vanished and what was only not reached."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from infra.crawl.books import close, counts
from infra.crawl.journal import Journal
from infra.crawl.visit import Visit
from tests.portal.regions import quick

HETANG = quick("430202")
LISTS = [site.listing.urls[0] for site in HETANG.sites]
PAGE, FILE = "http://www.hetang.example/t1.html", "http://www.hetang.example/1.pdf"


def _visit(url: str, role: str, outcome: str, **says: Any) -> Visit:
    return Visit.from_data({"url": url, "site": "部门预算", "role": role, "outcome": outcome, **says})


KNOWN = {
    PAGE: _visit(PAGE, "page", "read", page_url=LISTS[0]),
    FILE: _visit(FILE, "attachment", "new", page_url=PAGE, sha256="a" * 64, object_uri="s3://b/1.pdf"),
}


def _close(tmp_path: Path, *visits: Visit, ended: str = "finished") -> dict[str, Visit]:
    journal = Journal.begin(tmp_path / "430202.jsonl", HETANG)
    final = Visit(LISTS[1], "部门决算", "listing", "read")
    for visit in (final, *visits):
        journal.add(visit)
    journal.end(ended)
    return {visit.url: visit for visit in close(journal, KNOWN, HETANG)}


def _list(outcome: str, **says: Any) -> Visit:
    return _visit(LISTS[0], "listing", outcome, **says)


@pytest.mark.parametrize(
    ("visits", "outcome", "reason"),
    [
        ([_list("read"), KNOWN[PAGE]], "vanished", "not_linked"),
        ([_list("read")], "vanished", "not_linked"),
        ([_list("failed", reason="http_status")], "not_reached", "stopped"),
        ([_list("read"), _visit(PAGE, "page", "failed", reason="timeout")], "not_reached", "stopped"),
        ([_list("read"), _visit(PAGE, "page", "failed", reason="not_found")], "vanished", "not_linked"),
        ([_list("read"), _visit(PAGE, "page", "robots_refused", reason="robots")], "not_reached", "stopped"),
    ],
    ids=[
        "page without it",
        "page gone from list",
        "list unread",
        "page unread",
        "page is 404",
        "page forbidden",
    ],
)
def test_what_no_page_links_to_has_vanished_only_if_the_pages_were_read(
    tmp_path: Path, visits: list[Visit], outcome: str, reason: str
) -> None:
    file = _close(tmp_path, *visits)[FILE]
    assert (file.outcome, file.reason, file.sha256) == (outcome, reason, "a" * 64)


def test_a_night_that_ends_early_makes_nothing_vanish(tmp_path: Path) -> None:
    closed = _close(tmp_path, ended="window")
    assert closed[FILE].outcome == "not_reached"
    assert (closed[LISTS[0]].outcome, closed[LISTS[0]].reason) == ("not_reached", "window")
    assert counts(list(closed.values())) == {"found": 1, "not_reached": 3, "read": 1}


def test_a_file_that_the_server_says_is_gone_keeps_what_was_known_of_it(tmp_path: Path) -> None:
    gone = _visit(FILE, "attachment", "failed", reason="gone", http_status=410).with_memory(KNOWN[FILE])
    file = _close(tmp_path, _list("read"), KNOWN[PAGE], gone)[FILE]
    assert (file.outcome, file.reason, file.object_uri) == ("vanished", "gone", "s3://b/1.pdf")
    assert file.vanished_at is not None
