"""Region files: what is wrong is refused with a sentence, and what they say is what happens."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from schemas.division import division
from schemas.errors import UsageError
from schemas.region import Due, Night, Region
from schemas.region_file import load_region, parse_region, region_files

CHINA = ZoneInfo("Asia/Shanghai")


def _file(**changes: Any) -> str:
    data: dict[str, Any] = {
        "region": "430202",
        "name": "荷塘区",
        "status": "reviewed",
        "reviewed": "2026-01-05",
        "hosts": ["www.example.org"],
        "first_year": 2020,
        "sites": [{"name": "预算", "listing": {"urls": ["http://www.example.org/list.html"], "rows": "li"}}],
    }
    return yaml.safe_dump({**data, **changes}, allow_unicode=True)


def _site(**listing: Any) -> list[dict[str, Any]]:
    return [
        {"name": "预算", "listing": {"urls": ["http://www.example.org/list.html"], "rows": "li", **listing}}
    ]


@pytest.mark.parametrize("code", region_files())
def test_every_region_file_of_the_package_is_right_and_named_by_its_code(code: str) -> None:
    region = load_region(code)
    assert region.region == code
    found = division(code)
    assert found is not None and region.name == found.name


@pytest.mark.parametrize("code", region_files())
def test_an_example_names_no_real_host(code: str) -> None:
    region = load_region(code)
    assert region.status == "reviewed" or all(host.endswith(".example") for host in region.hosts)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"colour": "red"}, "colour: there is no such key"),
        ({"hosts": []}, "hosts: "),
        ({"region": "999999"}, "999999 is no division"),
        ({"name": "天元区"}, "430202 is 荷塘区, not 天元区"),
        ({"sites": _site(urls=["http://other.org/"])}, "the host of http://other.org/ is not among hosts"),
        ({"sites": _site(urls=["file:///etc/passwd"])}, "no http or https address"),
        ({"sites": _site(urls=["http://me:secret@www.example.org/"])}, "no http or https address"),
        ({"sites": _site(rows="li[")}, "'li[' is no CSS selector"),
        ({"sites": _site(keep="(")}, "is no regular expression"),
        ({"sites": _site(next={"urls": "http://www.example.org/a.html"})}, "urls needs {page}"),
        ({"sites": _site(next={})}, "give either link or urls"),
        ({"sites": _site(format="json")}, "a JSON listing needs title"),
        ({"sites": _site() * 2}, "two have the same name"),
        ({"robots_exceptions": [{"host": "www.example.org", "reason": "so"}]}, "robots_exceptions.0.reason"),
        (
            {"robots_exceptions": [{"host": "a.org", "reason": "agreed by letter"}]},
            "a.org, which is not among",
        ),
        ({"politeness": {"delay": 0}}, "politeness.delay"),
        ({"zone": "Asia/Zhuzhou"}, "Asia/Zhuzhou is no time zone"),
    ],
)
def test_a_wrong_region_file_is_refused_with_a_sentence(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_region(_file(**changes), "my.yaml")
    assert str(error.value).startswith("my.yaml: ")
    assert says in str(error.value)


@pytest.mark.parametrize("text", ["- a\n", "a: [\n", ""])
def test_a_file_that_is_no_region_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"my\.yaml"):
        parse_region(text, "my.yaml")


def test_an_unknown_region_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="430202"):
        load_region("110000")


def test_a_region_file_of_ones_own_is_read_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "hetang.yaml"
    path.write_text(_file(), encoding="utf-8")
    assert load_region(str(path)).name == "荷塘区"


def test_a_changed_file_has_another_fingerprint() -> None:
    one, other = (parse_region(_file(first_year=year), "my.yaml") for year in (2020, 2021))
    assert one.fingerprint != other.fingerprint
    assert one.fingerprint == parse_region(_file(), "other.yaml").fingerprint


def test_a_test_site_stands_in_for_the_listings_only() -> None:
    region = load_region("320000").at("http://127.0.0.1:8123")
    assert region.hosts == ("127.0.0.1:8123", "www.jiangsu.example")
    assert region.sites[0].listing.urls == ("http://127.0.0.1:8123/col/budget/index.html",)
    assert {exception.host for exception in region.robots_exceptions} == set(region.hosts)
    assert isinstance(region, Region)


@pytest.mark.parametrize(
    ("start", "end", "now", "hours"),
    [
        ("22:00", "06:00", "2026-01-05T22:00", 8),
        ("22:00", "06:00", "2026-01-05T05:00", 1),
        ("22:00", "06:00", "2026-01-05T06:00", 0),
        ("22:00", "06:00", "2026-01-05T12:00", 0),
        ("01:00", "05:00", "2026-01-05T02:00", 3),
        ("01:00", "05:00", "2026-01-05T00:30", 0),
        ("01:00", "05:00", "2026-01-05T23:00", 0),
    ],
)
def test_the_night_ends_when_it_should(start: str, end: str, now: str, hours: float) -> None:
    night = Night.model_validate({"start": start, "end": end})
    assert night.seconds_left(datetime.fromisoformat(now).replace(tzinfo=CHINA)) == hours * 3600


def test_final_accounts_are_due_in_the_year_after() -> None:
    assert Due().day(2024, "approved") == date(2024, 3, 31)
    assert Due().day(2024, "actual") == date(2025, 10, 31)
