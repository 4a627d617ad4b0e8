"""From an empty bucket to answers: the example regions crawled, their events, the lake, who owes what, views and pages.

Everything is real: the sites over HTTP, S3 and SQS, Prefect's server and the watching flow. One of the crawls is
killed half-way and run again.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from flows.report.address import page_of
from flows.report.build import build_report
from flows.stack import Stack
from infra.lake import Lake, open_sql, run_select
from tests.command_line import CommandLine, Said
from tests.crawl_site import CONTACT
from tests.portal import hetang, jiangsu, putuo
from tests.portal.regions import quick
from tests.portal.server import Answer, Asked, Portal

pytestmark = pytest.mark.slow

SITES: dict[str, Callable[[], dict[str, Answer]]] = {
    "430202": hetang.hetang,
    "310107": putuo.putuo,
    "320000": jiangsu.jiangsu,
}
HALF_WAY = 17  # requests to the first site: some attachments have landed, some have not


def test_crawls_fill_the_bucket_and_their_events_the_lake(tmp_path: Path) -> None:
    portals = {code: Portal(make()) for code, make in SITES.items()}
    with (
        Stack(str(tmp_path / "lake"), tmp_path / "state", tells=False) as stack,
        portals["430202"],
        portals["310107"],
        portals["320000"],
        CommandLine({**stack.environment, "BUDGETLAKE_CRAWL_CONTACT": CONTACT}, tmp_path) as commands,
    ):
        broken = _killed("430202", portals["430202"], commands, tmp_path)
        assert broken.status == 2
        assert "goes on" in broken.err
        for code, portal in portals.items():
            assert f"new {5 if code != '320000' else 3}" in _crawl(code, portal, commands, tmp_path).out
        lake = Lake.of(stack.settings())
        _await(lambda: lake.scan("object").collect().height == 13, stack)
        states = lake.scan("object").collect().group_by("state").len().rows()
        assert sorted(states) == [("committed", 12), ("quarantined", 1)]
        landed = lake.scan("crawl").collect()
        committed = lake.scan("document").collect()
        assert set(committed["document_id"]) <= set(landed["sha256"])
        assert set(committed["region_code"].str.slice(0, 2)) == {"43", "31", "32"}

        artifacts = {each["key"] for each in _ask(stack, "artifacts/filter")}
        assert {f"crawl-{code}" for code in SITES} <= artifacts
        for code, portal in portals.items():
            portal.forget()
            _crawl(code, portal, commands, tmp_path)
        assert [portal.transferred() for portal in portals.values()] == [[], [], []]
        assert lake.scan("object").collect().height == 13

        # The second crawl reckoned with the lake as it was by then.
        owed = run_select(
            open_sql(lake),
            "SELECT year, phase, state FROM coverage WHERE unit_code = '430202-052001' AND year < 2025 ORDER BY ALL",
        )
        assert owed.rows() == [
            (2023, "actual", "overdue"),
            (2023, "approved", "published"),
            (2024, "actual", "overdue"),
            (2024, "approved", "published"),
        ]
        _scheduled(stack, tmp_path)
        _shown(lake, stack, tmp_path / "pages")


def _scheduled(stack: Stack, folder: Path) -> None:
    """A reviewed region has its deployment as long as the process that serves it runs."""
    data = quick("430202", status="reviewed").model_dump(mode="json")
    (folder / "my_region.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    command = [sys.executable, "-m", "flows.crawl_schedule", "my_region.yaml"]
    with subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **stack.environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as serving:
        try:
            _await(lambda: _ask(stack, "deployments/filter") != [], stack)
            (deployment,) = _ask(stack, "deployments/filter")
        finally:
            serving.terminate()
    assert deployment["name"] == "crawl-430202"
    assert deployment["parameters"] == {"region": str(folder / "my_region.yaml")}
    limits = {limit["name"]: limit["limit"] for limit in _ask(stack, "v2/concurrency_limits/filter")}
    assert limits["crawl-www.hetang.example"] == 1


def _shown(lake: Lake, stack: Stack, pages: Path) -> None:
    """The views and the report's pages show every document that the crawls brought."""
    documents = {row["document_id"]: row for row in lake.scan("document").collect().iter_rows(named=True)}
    seen = run_select(
        open_sql(lake), "SELECT DISTINCT document_id, unit_code, year FROM additive_amount"
    ).rows()
    lines = set(
        lake.scan("budget_line").filter(pl.col("additive_set").is_not_null()).collect()["document_id"]
    )
    assert {document for document, *_ in seen} == lines
    assert len(lines) > len(SITES)
    build_report(lake, stack.settings().model_copy(update={"workers": 1}), pages)
    current = set(lake.scan("statement").collect()["document_id"])
    for document, row in documents.items():
        page = pages / page_of(row["unit_code"], row["year"], document)
        assert page.is_file() == (document in current)
        assert document not in current or f'href="{escape(row["source_url"])}"' in page.read_text(
            encoding="utf-8"
        )
    index = (pages / "index.html").read_text(encoding="utf-8")
    assert all(row["org_unit_name"] in index for row in documents.values() if row["document_id"] in current)


def _killed(code: str, portal: Portal, commands: CommandLine, folder: Path) -> Said:
    """A crawl that dies in the midst of its site, with answers taken and attachments landed."""

    def kill(_: Asked) -> None:
        if len(portal.log) == HALF_WAY:
            os.kill(commands.crawling(), signal.SIGKILL)

    portal.on_request = kill
    said = _command(code, portal, commands, folder)
    portal.on_request = None
    return said


def _crawl(code: str, portal: Portal, commands: CommandLine, folder: Path) -> Said:
    said = _command(code, portal, commands, folder)
    assert said.status == 0, said
    return said


def _command(code: str, portal: Portal, commands: CommandLine, folder: Path) -> Said:
    file = folder / f"{code}.yaml"
    data = quick(code).model_dump(mode="json")
    file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return commands.run(
        *("crawl", str(file), "--now"),
        BUDGETLAKE_CRAWL_TEST_SITE=portal.url,
        # A machine of its own each: their sites, on one address here, are different hosts in earnest.
        BUDGETLAKE_STATE_FOLDER=str(folder / "crawls" / code),
    )


def _await(holds: Callable[[], bool], stack: Stack, seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, f"see the logs in {stack.state}"
        time.sleep(0.3)


def _ask(stack: Stack, path: str) -> Any:
    request = urllib.request.Request(  # noqa: S310  the address is our own
        f"{stack.page}/api/{path}", b"{}", {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return json.load(answer)
