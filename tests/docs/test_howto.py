"""The commands of the how-tos work as they stand, one page after another on a lake, a bucket and a site of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from infra.aws import s3_client
from infra.loopback import Loopback
from tests.crawl_site import CONTACT
from tests.docs.repository import shell_lines
from tests.portal.hetang import hetang
from tests.portal.regions import quick
from tests.portal.server import Portal
from tests.sample_lake import seed_text

pytestmark = pytest.mark.slow

LAKE = "s3://my-budget-lake/hunan"


@pytest.fixture(scope="module")
def cloud() -> Iterator[Loopback]:
    """The bucket, queue and lake that the pages name, with one disclosure at two keys."""
    with Loopback(bucket="my-budget-landing") as running:
        s3 = s3_client(running.settings())
        s3.create_bucket(
            Bucket="my-budget-lake",
            CreateBucketConfiguration={"LocationConstraint": running.settings().region},  # type: ignore[typeddict-item]
        )
        ((_, data),) = seed_text().items()
        for key in ("2019/公开表.txt", "2024/公开表.pdf"):
            s3.put_object(Bucket="my-budget-landing", Key=key, Body=data)
        s3.put_object(Bucket="my-budget-landing", Key="large.txt", Body=data + b"\n\n")
        yield running


def _run(line: str, cwd: Path, environment: dict[str, str]) -> str:
    ran = subprocess.run(
        ["bash", "-c", line], cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True
    )
    assert ran.returncode == 0, f"{line}\n{ran.stdout}{ran.stderr}"
    return ran.stdout


def _lines(page: str) -> list[str]:
    """The commands of a page that end; settings come from the local servers.

    `watch` is run by tests/flows/test_up.py, the schedule of crawls by test_crawl_line.py beside it.
    """
    endless = ("budgetlake watch", "python -m flows.crawl_schedule")
    return [line for line in shell_lines(page) if not line.startswith(("export ", *endless))]


def test_the_commands_of_backfill_fleet_and_amendments_work(
    cloud: Loopback, tmp_path: Path, command_path: str
) -> None:
    # As a fleet sets it: every command on a lake in parts, which the first of them makes.
    environment = {
        **cloud.environment,
        "PATH": command_path,
        "BUDGETLAKE_LAKE": LAKE,
        "BUDGETLAKE_LAKE_SPLIT": "province",
    }
    # Refused under a smaller limit, for the replay.
    small = {**environment, "BUDGETLAKE_MAX_BYTES": "1000"}
    _run(f"! budgetlake ingest s3://my-budget-landing/large.txt --lake {LAKE}", tmp_path, small)
    said = {}
    for page in ("howto_backfill", "howto_fleet", "howto_amendments"):
        for line in _lines(f"docs/{page}.md"):
            # The page's time is before there was a lake.
            soon = (datetime.now(UTC) - timedelta(seconds=1)).isoformat(timespec="seconds")
            said[line] = _run(line.replace("2024-05-06T12:00", soon), tmp_path, environment)
    assert "committed" in said[f"budgetlake ingest s3://my-budget-landing/2019/ --lake {LAKE}"]
    assert "2024/公开表.pdf" in said["budgetlake explain 2024/公开表.pdf"]
    assert "large.txt" in said["budgetlake replay --reason too_large"]
    assert len(said) == 9


def test_the_page_of_a_region_has_the_same_commands_in_chinese() -> None:
    assert shell_lines("docs/howto_region.zh.md") == shell_lines("docs/howto_region.md")


def test_the_commands_of_a_region_work(cloud: Loopback, tmp_path: Path, command_path: str) -> None:
    site = hetang()
    with Portal(site) as portal:
        data = quick("430202").model_dump(mode="json") | {"night": {"start": "00:00", "end": "23:59"}}
        (tmp_path / "my_region.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
        (tmp_path / "saved.html").write_bytes(site["/zwgk/bmys/index.html"].body)
        environment = {
            **cloud.environment,
            "PATH": command_path,
            "BUDGETLAKE_LAKE": f"{LAKE}-crawled",
            "BUDGETLAKE_CRAWL_CONTACT": CONTACT,
            "BUDGETLAKE_CRAWL_TEST_SITE": portal.url,
            "BUDGETLAKE_STATE_FOLDER": str(tmp_path / "crawls"),
        }
        check, dry, crawl, owed = (
            _run(line, tmp_path, environment) for line in _lines("docs/howto_region.md")
        )
    assert "部门预算" in check
    assert "planned" in dry
    assert "new 5" in crawl
    assert "430202-052001" in owed
