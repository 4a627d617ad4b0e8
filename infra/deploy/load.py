"""Loads all that the program loads: ``python infra/deploy/load.py``, once after installation.

Python keeps compiled what it loads. A command in a shell that forbids that (PYTHONDONTWRITEBYTECODE) would compile
its libraries each time, some seconds; to compile all that is installed takes a minute, and a tenth of it is ever used.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module

_OURS = ("schemas", "parsers", "infra", "flows")
# What ours load within functions, or in processes of their own.
_LIBRARIES = (
    *(
        "prefect.server.api.server",
        "moto.moto_server.werkzeug_app",
        "moto.s3.responses",
        "moto.sqs.responses",
    ),
    *("boto3", "pdfplumber", "scipy.optimize", "pyarrow.dataset", "deltalake.fs", "rich.progress"),
    *("matplotlib.pyplot", "matplotlib.backends.backend_svg"),
)


def modules() -> Iterator[str]:
    """The names of all modules of ours that do nothing when they are loaded, and of the libraries."""
    for name in _OURS:
        for module in pkgutil.walk_packages(import_module(name).__path__, f"{name}."):
            if not module.name.endswith(".__main__"):
                yield module.name
    yield from _LIBRARIES


if __name__ == "__main__":
    for each in modules():
        import_module(each)
