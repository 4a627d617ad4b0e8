"""Options that several commands share, and how their values are checked."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from schemas.errors import UsageError

LakeOption = Annotated[
    str | None,
    typer.Option(
        "--lake", metavar="URI", help="The lake: a folder or s3://bucket/prefix. [env: BUDGETLAKE_LAKE]"
    ),
]


def settings_of(lake: str | None = None) -> Any:
    """The settings of the environment with the options in front of them."""
    from infra.settings import load_settings

    if lake is not None and "://" in lake and not lake.startswith("s3://"):
        raise UsageError(f"--lake {lake} is no lake; give a folder or s3://bucket/prefix.")
    return load_settings(lake=lake)


def checked_region(code: str | None) -> str | None:
    """The region code if it is one of GB/T 2260. Raises ``UsageError``."""
    if code is None:
        return None
    from schemas.division import division

    if len(code) != 6 or not code.isdigit() or division(code) is None:
        raise UsageError(f"--region {code} is no division code; give six digits of GB/T 2260 such as 430202.")
    return code
