"""``budgetlake tables``: the statements found in one file; nothing is written."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from flows.cli.options import settings_of
from schemas.errors import DocumentError, UsageError

NEEDS_ARGUMENTS = True
EPILOG = "Examples: budgetlake tables 公开表.pdf · budgetlake tables 公开表.pdf --json | jq '.[].title'"


def run(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A file, or an s3:// key.")],
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON, and nothing else, on stdout.")] = False,
) -> None:
    """Show the statements in one file as they were read, in reading order.

    With `--json` a list of {form, title, pages, money_unit, header, rows, table_no}: header is the path
    of each column, rows are the cells as printed with blanks removed, form is null where no statutory form
    fits. Unit and year need not be known.

    Exit status: 0 tables found, 1 the file gives none (one sentence on stderr says why), 2 wrong usage.
    """
    listed = _tables(file)
    if as_json:
        typer.echo(json.dumps(listed, ensure_ascii=False))
        return
    from rich.console import Console

    console = Console()
    for table in listed:
        console.print(_drawn(table))
        console.print()


def _tables(file: str) -> list[dict[str, Any]]:
    from infra.objects import list_objects, read_object
    from parsers.limits import Limits
    from parsers.listing import tables_of
    from parsers.reader import read
    from parsers.recognise import recognise

    settings = settings_of()
    refs = list(list_objects(file, settings))
    if len(refs) != 1 or refs[0].uri != (file if file.startswith("s3://") else refs[0].key):
        raise UsageError(f"{file} is a folder; give one file.")
    limits = Limits(settings.max_bytes, settings.max_pages, settings.max_seconds, settings.max_cells)
    try:
        recognition = recognise(read(read_object(refs[0], settings.max_bytes, settings), file, limits))
    except DocumentError as error:
        place = f" [{error.place}]" if error.place else ""
        raise DocumentError(error.reason, f"{file}: {error.message}{place}", error.place) from error
    if not recognition.statements:
        raise DocumentError("no_tables", f"{file}: there is no table in it.")
    return tables_of(recognition)


def _drawn(table: dict[str, Any]) -> Any:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    first, last = table["pages"]
    pages = "" if first is None else f", page {first}" if first == last else f", pages {first}-{last}"
    head = f"{table['table_no']}. {table['title'] or 'without a title'} ({table['form'] or 'no known form'}{pages}"
    drawn = Table(
        title=Text(f"{head}, {table['money_unit'] or 'no money unit'})"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        show_header=any(table["header"]),
    )
    width = max([len(table["header"]), *map(len, table["rows"])])
    header = [*table["header"], *([[]] * (width - len(table["header"])))]
    for path in header:
        drawn.add_column(Text("/".join(path)), overflow="fold")
    for row in table["rows"]:
        drawn.add_row(*map(Text, row))
    return drawn
