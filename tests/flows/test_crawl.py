"""A region's night: the record in the lake, who owes what, the command, and its schedule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import polars as pl
import pytest
import yaml

from flows.cli.entry import _run
from flows.coverage import coverage
from flows.crawl_night import run_night, seconds_of_night
from flows.crawl_record import crawl_frame, latest_crawl, memory, record
from flows.crawling import CrawlResult
from infra.aws import s3_client
from infra.crawl.visit import Link, Visit
from infra.lake import Lake, open_sql, run_select
from infra.loopback import Loopback
from infra.settings import Settings
from schemas.errors import UsageError
from schemas.region import Region
from schemas.region_file import load_region
from schemas.tables import frame, validate
from tests.crawl_site import CONTACT
from tests.portal import hetang
from tests.portal.regions import quick
from tests.portal.server import Portal
from tests.schemas.right_rows import RIGHT

HETANG = quick("430202")
SHA = "a" * 64
VANISHED = "2026-01-01T14:30:00+00:00"


def _result(*visits: Visit, ended: str = "finished", number: int = 1) -> CrawlResult:
    at = f"2026-01-{number:02}T14:30:00.000+00:00"
    return CrawlResult("430202", f"202601{number:02}T143000Z-430202", at, ended, at, visits)


def _landed(outcome: str = "new", **says: object) -> Visit:
    known = {
        "url": "http://a.example/1.pdf",
        "site": "部门预算",
        "role": "attachment",
        "unit_name": "荷塘区行政审批服务局",
        "year": 2024,
        "phase": "approved",
        "level": "department",
        "published_date": "2024-04-02",
        "sha256": SHA,
        "object_uri": "s3://landing/crawl/1.pdf",
        "first_seen_at": "2026-01-01T14:30:00.000+00:00",
        "fetched_at": "2026-01-01T14:30:00.000+00:00",
        **says,
    }
    return Visit.from_data({**known, "outcome": outcome})


def test_what_is_recorded_is_what_the_next_crawl_knows(lake: Lake) -> None:
    links = (Link("http://a.example/1.pdf", "部门预算", "attachment", "预算.pdf", depth=2),)
    page = Visit("http://a.example/", "部门预算", "page", "read", links=links, rules="0" * 16)
    record(lake, _result(page, _landed()))
    known = memory(lake, "430202")
    assert known["http://a.example/"].links == links
    assert known["http://a.example/"].rules == "0" * 16
    assert known["http://a.example/1.pdf"].sha256 == SHA
    assert memory(lake, "310107") == {}


def test_another_night_of_a_crawl_takes_the_place_of_the_first_and_another_crawl_stands_beside_it(
    lake: Lake,
) -> None:
    record(lake, _result(_landed("not_reached", reason="window"), ended="window"))
    assert latest_crawl(lake, "430202")["crawl_finished_at"].to_list() == [None]
    record(lake, _result(_landed()))
    record(lake, _result(_landed("unchanged"), number=2))
    rows = lake.scan("crawl").sort("crawl_id").select("crawl_id", "outcome").collect().rows()
    assert rows == [("20260101T143000Z-430202", "new"), ("20260102T143000Z-430202", "unchanged")]
    assert latest_crawl(lake, "430202")["outcome"].to_list() == ["unchanged"]


def test_recording_a_crawl_twice_changes_nothing(lake: Lake) -> None:
    assert record(lake, _result(_landed())).version is not None
    assert record(lake, _result(_landed())).version is None


@pytest.mark.parametrize(
    ("visit", "state"),
    [
        (None, "overdue"),
        (_landed(), "found"),
        (_landed(year=2023), "overdue"),
        (_landed(unit_name="荷塘区教育局"), "overdue"),
        (_landed("vanished", reason="not_linked", vanished_at=VANISHED), "vanished"),
    ],
    ids=["nothing", "found", "another year", "another body", "vanished"],
)
def test_what_is_owed_stands_as_the_crawl_left_it(lake: Lake, visit: Visit | None, state: str) -> None:
    if visit is not None:
        record(lake, _result(visit))
    rows = coverage(lake, load_region("430202"), date(2026, 1, 5))
    assert validate("coverage", rows)[1].is_empty()
    own = rows.filter((pl.col("year") == 2024) & (pl.col("phase") == "approved")).to_dicts()
    assert [row["state"] for row in own] == [state]
    assert own[0]["due_date"] == date(2024, 3, 15)


@pytest.mark.parametrize(
    ("in_lake", "linked", "state"),
    [
        ({"published_date": date(2024, 3, 15)}, None, "published"),
        ({"published_date": date(2024, 3, 16)}, None, "late"),
        ({}, _landed(published_date="2024-04-02"), "late"),
        ({}, _landed(published_date="2024-01-25"), "published"),
        # A day that neither site nor file says proves nothing.
        ({}, _landed(published_date=None), "published"),
        (
            {"published_date": date(2024, 4, 2)},
            _landed("vanished", reason="gone", vanished_at=VANISHED),
            "vanished",
        ),
        # Deleted from the bucket by its keeper: nobody publishes it there.
        ({"withdrawn_at": datetime(2024, 5, 1, tzinfo=UTC)}, None, "overdue"),
    ],
)
def test_what_the_lake_has_is_in_time_late_or_gone(
    lake: Lake, in_lake: dict[str, object], linked: Visit | None, state: str
) -> None:
    lake.commit({"document": frame("document", [{**RIGHT["document"], **in_lake}])})
    if linked is not None:
        record(lake, _result(linked))
    rows = coverage(lake, load_region("430202"), date(2026, 1, 5)).filter(year=2024, phase="approved")
    assert rows.select("state", "document_id").rows() == [(state, None if state == "overdue" else SHA)]
    assert validate("coverage", rows)[1].is_empty()


def test_years_and_phases_are_owed_from_the_first_year_to_the_last_that_is_due(lake: Lake) -> None:
    rows = coverage(lake, load_region("430202"), date(2025, 1, 5)).sort("year", "phase")
    assert rows.select("year", "phase", "state").rows() == [
        (2023, "actual", "overdue"),
        (2023, "approved", "overdue"),
        (2024, "actual", "not_due"),
        (2024, "approved", "overdue"),
        (2025, "approved", "not_due"),
    ]


@pytest.fixture
def night(loopback: Loopback, tmp_path: Path) -> Settings:
    """Settings of a night: a bucket and a lake of the test's own."""
    name = f"test-{uuid4().hex}"
    settings = loopback.settings(
        landing_bucket=name,
        lake=str(tmp_path / "lake"),
        crawl_contact=CONTACT,
        state_folder=str(tmp_path / "state"),
    )
    s3_client(settings).create_bucket(
        Bucket=name,
        CreateBucketConfiguration={"LocationConstraint": settings.region},  # type: ignore[typeddict-item]
    )
    return settings


def test_a_night_is_recorded_and_the_next_one_transfers_nothing_again(night: Settings) -> None:
    with Portal(hetang.hetang()) as site:
        settings = night.model_copy(update={"crawl_test_site": site.url})
        result = run_night(HETANG, settings, seconds=None)
        site.forget()
        again = run_night(HETANG, settings, seconds=None)
        assert site.transferred() == []
    assert (result.counts["new"], again.counts["unchanged"]) == (5, 16)
    assert validate("crawl", crawl_frame(again))[1].is_empty()
    found = run_select(
        open_sql(Lake.of(settings)),
        "SELECT year, phase, state FROM coverage WHERE state = 'found' ORDER BY ALL",
    )
    assert found.rows() == [(2023, "approved", "found"), (2024, "approved", "found")]


Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cli(night: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Runs the command line in this process: exit status, stdout, stderr."""
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    for name in ("lake", "landing_bucket", "endpoint_url", "state_folder", "crawl_contact"):
        monkeypatch.setenv(f"BUDGETLAKE_{name.upper()}", str(getattr(night, name)))

    def run(*arguments: object) -> tuple[int, str, str]:
        status = _run([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def _write(region: Region, path: Path) -> Path:
    path.write_text(yaml.safe_dump(region.model_dump(mode="json"), allow_unicode=True), encoding="utf-8")
    return path


def test_the_command_shows_what_it_would_do_does_it_and_shows_who_owes(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = _write(HETANG, tmp_path / "hetang.yaml")
    with Portal(hetang.hetang()) as site:
        monkeypatch.setenv("BUDGETLAKE_CRAWL_TEST_SITE", site.url)
        status, out, _ = cli("crawl", file, "--dry-run", "--now")
        assert status == 0
        assert f"planned                         {site.url}{hetang.OWN}" in out
        assert "Nothing was landed or recorded." in out
        assert site.transferred() == []
        status, out, _ = cli("crawl", file, "--now")
        assert status == 0
        assert out.splitlines()[-1] == "found 19, alias 1, failed 2, new 5, read 10, robots_refused 1"
        del site.answers[hetang.LISTS[0]]
        assert cli("crawl", file, "--now")[0] == 1
    status, out, _ = cli("coverage", file)
    assert status == 0
    assert (
        "found     2024 approved 430202-052001 株洲市荷塘区行政审批服务局: due 2024-03-15, published 2024-01-25"
        in out
    )
    status, out, _ = cli("coverage", file, "--csv")
    assert out.splitlines()[0].startswith("region_code,unit_code,")


def test_a_check_explains_what_the_rules_match(cli: Cli, tmp_path: Path) -> None:
    page = tmp_path / "saved.html"
    page.write_bytes(hetang.hetang()[hetang.LISTS[0]].body)
    status, out, _ = cli("crawl", "--check", "430202", "--page", page)
    assert status == 0
    assert "2 entries kept, 2 left out." in out
    assert "2024年部门预算政策解读: its title matches drop (解读|会议)" in out
    assert "goes on at http://www.hetang.example/zwgk/bmys/index_1.html" in out
    page.write_bytes(hetang.hetang()["/zwgk/bmys/202401/t1.html"].body)
    assert (
        "P020240125001.pdf, 株洲市荷塘区行政审批服务局 2024 approved department"
        in cli("crawl", "--check", "430202", "--page", page)[1]
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["430202"], "is an example"),
        (["999999"], "No region file for 999999"),
        (["430202", "--page", "x.html"], "--page is for --check"),
        (["--check", "430202", "--page", "no-such.html"], "cannot be read"),
    ],
)
def test_wrong_use_is_told_in_a_sentence(cli: Cli, arguments: list[str], says: str) -> None:
    status, _, err = cli("crawl", *arguments)
    assert status == 2
    assert says in err


def test_a_crawl_without_contact_does_not_start(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BUDGETLAKE_CRAWL_CONTACT")
    status, _, err = cli("crawl", "430202", "--now")
    assert (status, "BUDGETLAKE_CRAWL_CONTACT" in err) == (2, True)


def test_outside_of_its_night_a_region_is_left_alone() -> None:
    hour = datetime.now(UTC).astimezone(HETANG.now().tzinfo).hour
    day = {"start": f"{(hour + 2) % 24:02}:00", "end": f"{(hour + 3) % 24:02}:00"}
    with pytest.raises(UsageError, match="is crawled from"):
        seconds_of_night(quick("430202", night=day))
    now = {"start": f"{hour:02}:00", "end": f"{(hour + 2) % 24:02}:00"}
    assert 3600 <= seconds_of_night(quick("430202", night=now)) <= 7200


def test_a_region_is_deployed_at_the_start_of_its_own_night(tmp_path: Path) -> None:
    from flows.crawl_schedule import cron_of, deployments

    data = load_region("430202").model_dump(mode="json") | {"status": "reviewed"}
    file = _write(Region.model_validate(data), tmp_path / "hetang.yaml")
    (made,) = deployments([str(file)])
    assert made.parameters == {"region": str(file)}
    assert made.concurrency_limit == 1
    minute, hour = cron_of(load_region("430202")).split()[:2]
    assert 22 * 60 + 30 <= int(hour) * 60 + int(minute) < 23 * 60
    (schedule,) = made.schedules or []
    assert (schedule.schedule.cron, schedule.schedule.timezone) == (f"{minute} {hour} * * *", "Asia/Shanghai")  # type: ignore[union-attr]


def test_examples_are_never_scheduled() -> None:
    from flows.crawl_schedule import deployments

    with pytest.raises(UsageError, match="example"):
        deployments(["430202"])
    with pytest.raises(UsageError, match="no reviewed region file"):
        deployments()
