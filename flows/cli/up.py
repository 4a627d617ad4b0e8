"""``budgetlake up``: the local stack, Prefect's server and the watching flow together."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.options import LakeOption, settings_of

if TYPE_CHECKING:
    from flows.stack import Stack

NEEDS_ARGUMENTS = False
EPILOG = "Example: budgetlake up --lake ./lake, then upload with any S3 client to the address that it prints."


def run(
    lake: LakeOption = None,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port of Prefect's server; 0 takes any free one.")
    ] = 4200,
    state: Annotated[
        Path | None,
        typer.Option(
            "--state",
            help="Folder of Prefect's files and the logs.",
            show_default="$XDG_STATE_HOME/budgetlake or ~/.local/state/budgetlake",
        ),
    ] = None,
) -> None:
    """Start all of it on this machine, and end all of it with Ctrl-C.

    An S3 bucket and its queue (in memory: uploads are gone at the end, the lake stays), Prefect's server
    with its pages, and the flow that brings every upload into the lake, one line a document. Everything
    listens on 127.0.0.1 only. Your own Prefect profile is left alone, and nothing is reported to anybody.

    Exit status: 0 ended by Ctrl-C or SIGTERM, 2 something could not start or ended by itself.
    """
    from flows.stack import Stack

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    settings = settings_of(lake)
    typer.echo("Starting S3, SQS and Prefect on 127.0.0.1 …", err=True)
    stack = Stack(settings.lake, state or _state_folder(), port=port, stopped=stop.is_set)
    with stack:
        if not stop.is_set():
            typer.echo(_addresses(stack))
        stack.wait(stop)
        typer.echo("Ending …", err=True)


def _state_folder() -> Path:
    home = os.environ.get("XDG_STATE_HOME")
    return (Path(home) if home else Path.home() / ".local" / "state") / "budgetlake"


def _addresses(stack: Stack) -> str:
    upload = (
        "AWS_ACCESS_KEY_ID=loopback AWS_SECRET_ACCESS_KEY=loopback "
        f"aws --endpoint-url {stack.loopback.endpoint_url} --region {stack.settings().region} "
        f"s3 cp FILE s3://{stack.loopback.bucket}/"
    )
    lines = {
        "Prefect": stack.page,
        "S3": f"{stack.loopback.endpoint_url}, bucket {stack.loopback.bucket}",
        "Queue": stack.loopback.queue_url,
        "Lake": stack.lake,
        "Logs": str(stack.state),
        "Upload": upload,
    }
    return "\n".join(f"{name:<8} {what}" for name, what in lines.items())
