"""A deployment a region, each at the start of its night: ``python -m flows.crawl_schedule [REGION…]``.

It serves the deployments of all reviewed region files (examples are left out), or of those that are named:
codes or paths. Starts are spread over the first half hour of the night by the region's code, a few run at
once, and a limit a host in Prefect keeps two regions of one host apart, on whatever machines they run.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from prefect import serve
from prefect.client.orchestration import get_client
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron

from flows.crawl import crawl, limit_name
from schemas.errors import BudgetlakeError, UsageError
from schemas.region import Region
from schemas.region_file import load_region, region_files

# Of one machine; each is a process that mostly waits.
AT_ONCE = 4
_SPREAD_MINUTES = 30


def deployments(regions: Iterable[str] = ()) -> list[RunnerDeployment]:
    """The deployments of the regions that are named, or of all reviewed ones.

    Raises ``UsageError`` where a named one is an example, or where there is none at all.
    """
    named = list(regions)
    made = []
    for which in named or region_files():
        rules = load_region(which)
        if rules.status == "reviewed":
            # A run need not start in this folder.
            place = str(Path(which).absolute()) if which.endswith((".yaml", ".yml")) else which
            made.append(deployment(rules, place))
        elif named:
            raise UsageError(f"The region file of {which} is an example and is never scheduled.")
    if not made:
        raise UsageError("There is no reviewed region file to schedule; name your own by its path.")
    return made


def deployment(rules: Region, which: str) -> RunnerDeployment:
    """The deployment of a region: once a night, one run at a time."""
    return crawl.to_deployment(  # type: ignore[return-value]
        name=f"crawl-{rules.region}",
        parameters={"region": which},
        schedules=[Cron(cron_of(rules), timezone=rules.zone)],
        concurrency_limit=1,
        tags=["budgetlake", "crawl", rules.region],
        description=f"Crawls the sites of {rules.name} ({rules.region}) at night.",
    )


def cron_of(rules: Region) -> str:
    """When the region's night begins, some minutes later by its code, as cron."""
    minutes = zlib.crc32(rules.region.encode()) % _SPREAD_MINUTES
    start = datetime.combine(rules.reviewed, rules.night.start) + timedelta(minutes=minutes)
    return f"{start.minute} {start.hour} * * *"


def make_limits(hosts: Iterable[str]) -> None:
    """One crawl at a time for each host, as limits of the Prefect server."""
    with get_client(sync_client=True) as client:
        for name in sorted({limit_name(host) for host in hosts}):
            client.upsert_global_concurrency_limit_by_name(name, 1)


def main(regions: list[str]) -> None:
    """Serve the deployments until it is stopped."""
    made = deployments(regions)
    make_limits(host for which in regions or region_files() for host in load_region(which).hosts)
    serve(*made, limit=AT_ONCE)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except BudgetlakeError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
