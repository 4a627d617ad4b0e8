"""The deployments of a fleet: read as Prefect reads them, without a server."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect.cli.deploy._models import PrefectYamlModel
from prefect.flows import load_flow_from_entrypoint

ROOT = Path(__file__).parents[2]
FILE = yaml.safe_load((ROOT / "prefect.yaml").read_text())
COMPOSE = yaml.safe_load((ROOT / "infra/deploy/compose.yaml").read_text())
DEPLOYMENTS = [pytest.param(each, id=each["name"]) for each in FILE["deployments"]]


def test_prefect_understands_the_file() -> None:
    assert PrefectYamlModel.model_validate(FILE).deployments


@pytest.mark.parametrize("deployment", DEPLOYMENTS)
def test_a_deployment_is_of_a_flow_that_takes_its_parameters(
    deployment: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "path", [*sys.path])
    flow: Any = load_flow_from_entrypoint(deployment["entrypoint"], use_placeholder_flow=False)
    taken = set(inspect.signature(flow.fn).parameters)
    given = set(deployment.get("parameters", {}))
    for trigger in deployment.get("triggers", []):
        given |= set(trigger["parameters"])
    assert given <= taken


@pytest.mark.parametrize("deployment", DEPLOYMENTS)
def test_no_module_beside_a_flow_hides_one_of_the_standard_library(deployment: dict[str, Any]) -> None:
    # Prefect puts the folder of a flow's file first on the path, of all processes that are started from there too.
    folder = (ROOT / deployment["entrypoint"].split(":")[0]).parent
    assert not {path.stem for path in folder.iterdir()} & sys.stdlib_module_names


@pytest.mark.parametrize("deployment", DEPLOYMENTS)
def test_a_deployment_is_bounded_and_in_the_pool(deployment: dict[str, Any]) -> None:
    assert deployment["concurrency_limit"]
    assert deployment["work_pool"]["name"] == "budgetlake"


@pytest.mark.parametrize("name", ["watch", "reconcile", "maintain"])
def test_what_runs_by_itself_has_a_schedule(name: str) -> None:
    assert next(each for each in FILE["deployments"] if each["name"] == name)["schedules"]


def test_the_fleet_has_a_server_with_postgres_and_two_workers_and_no_secret() -> None:
    services = COMPOSE["services"]
    assert {"postgres", "prefect", "watcher-1", "watcher-2"} <= set(services)
    assert services["watcher-1"] == services["watcher-2"]
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            assert not any(word in name for word in ("PASSWORD", "SECRET", "KEY")) or value.startswith("${")
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:")
