"""The application: its commands, its global options, and what its errors become.

Exit status: 0 done, 1 a document was refused or could not be read, 2 wrong usage (also storage that cannot
be used), 70 a fault of the program, 130 broken off by Ctrl-C.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from flows import VERSION
from flows.cli import (
    changes,
    check,
    compact,
    coverage,
    crawl,
    explain,
    export,
    findings,
    ingest,
    maintain,
    query,
    reconcile,
    replay,
    report,
    reprocess,
    status,
    tables,
    trace,
    up,
    watch,
)
from schemas.errors import BudgetlakeError, DocumentError

REFUSED, WRONG_USAGE, OWN_FAULT, BROKEN_OFF = 1, 2, 70, 130

app = typer.Typer(
    name="budgetlake",
    help="Chinese budget disclosures (部门预算, 部门决算) as one validated, traceable, queryable data lake.\n\n"
    "Settings come from the environment (BUDGETLAKE_…), AWS credentials from its usual chain. "
    "`budgetlake COMMAND --help` explains a command, with examples.",
    epilog="Exit status: 0 all done, 1 a document was refused, 2 wrong usage.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"budgetlake {VERSION}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Options before the command."""
    context.obj = {"debug": debug}


_COMMANDS = (
    *(ingest, tables, check, findings, query, trace, report, crawl, coverage, up, watch),
    *(status, explain, replay, reconcile, reprocess, changes, maintain, export, compact),
)
for command in _COMMANDS:
    app.command(
        name=command.__name__.rpartition(".")[2],
        epilog=command.EPILOG,
        no_args_is_help=command.NEEDS_ARGUMENTS,
    )(command.run)


def main() -> None:
    """Run the command line and exit with its status."""
    sys.exit(_run(sys.argv[1:]))


def _run(arguments: list[str]) -> int:
    debug = "--debug" in arguments[: _first_command(arguments)]
    try:
        status = app(arguments, standalone_mode=False)
        sys.stdout.flush()
    except typer.Abort:
        return BROKEN_OFF
    except KeyboardInterrupt:
        return BROKEN_OFF
    except (BrokenPipeError, SystemExit) as end:
        # Typer turns a broken pipe into an exit of status 1, which says something else here.
        if isinstance(end, SystemExit) and not isinstance(end.__context__, BrokenPipeError):
            raise
        # `budgetlake … | head` has seen enough; nothing more can be written, the flush at exit neither.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
        return 0
    except Exception as error:
        if debug:
            raise
        return _explain(error)
    return status if isinstance(status, int) else 0


def _first_command(arguments: list[str]) -> int:
    return next((at for at, text in enumerate(arguments) if not text.startswith("-")), len(arguments))


def _explain(error: Exception) -> int:
    """Say what is wrong in a sentence; gives the exit status."""
    show = getattr(error, "show", None)
    if show is not None and hasattr(error, "exit_code"):
        # Wrong options and arguments: Typer says it with the usage line.
        show()
        return int(error.exit_code)
    if isinstance(error, BudgetlakeError):
        typer.echo(f"budgetlake: {error}", err=True)
        return REFUSED if isinstance(error, DocumentError) else WRONG_USAGE
    says = " ".join(f"{type(error).__name__}: {error}".split())[:500]
    typer.echo(f"budgetlake: a fault of the program ({says}); run again with --debug to see where.", err=True)
    return OWN_FAULT
