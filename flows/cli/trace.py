"""``budgetlake trace``: a figure back to the place where it is printed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.options import LakeOption, settings_of

if TYPE_CHECKING:
    from PIL import Image
    from rich.console import Console

    from flows.report.trace import Trace
    from infra.lake import Lake
    from infra.settings import Settings

NEEDS_ARGUMENTS = True
EPILOG = (
    "Examples: budgetlake trace 430202-052001 2024 expenditure_summary 2010301 · "
    "budgetlake trace 市财政局 2025 支出总表 · budgetlake trace 052001 2024 三公经费 --out crops/"
)
# More figures than these are listed; one of them is shown whole when it is named.
_SHOWN_WHOLE = 6


def run(
    unit: Annotated[str, typer.Argument(metavar="UNIT", help="Its code (unit_code, or as printed) or name.")],
    year: Annotated[int, typer.Argument(metavar="YEAR", help="The fiscal year.")],
    form: Annotated[str, typer.Argument(metavar="FORM", help="A form_code, or the form's Chinese title.")],
    code: Annotated[
        str | None,
        typer.Argument(metavar="CODE", help="A code or a part of the row's label; without it the totals."),
    ] = None,
    column: Annotated[
        str | None, typer.Option("--column", metavar="TEXT", help="Only columns whose heading has this.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="PATH", help="Save the pictures: a .png for one figure, else a folder."
        ),
    ] = None,
    around: Annotated[
        float,
        typer.Option("--around", metavar="POINTS", min=0, max=2000, help="How much of the page to show."),
    ] = 2.0,
    lake: LakeOption = None,
) -> None:
    """Show where a figure comes from: its document and versions, page, place, printed text, rules, picture.

    The picture is cut from the document itself and drawn in terminals that can (BUDGETLAKE_TERMINAL chooses:
    kitty, iterm2, sixel, blocks, none). Office, web and text files have no pages: the place is named instead.

    Exit status: 0 shown, 2 nothing fits, or the words fit several units or forms.
    """
    from rich.console import Console

    from flows.report.trace import trace
    from infra.lake import Lake

    settings = settings_of(lake)
    opened = Lake.of(settings)
    found = trace(opened, unit, year, form, code, column)
    console = Console(highlight=False)
    whole = found if len(found) <= _SHOWN_WHOLE else []
    if not whole:
        _list(found, console)
    pictures = _pictures(whole if out is None else found, opened, settings, around)
    if out is not None:
        _save(pictures, out, console)
    for each in whole:
        _show(each, pictures.get(_cell(each)), console)


def _cell(found: Trace) -> tuple[str, int, int, int | None]:
    return found.document["document_id"], found.table_no, found.row_no, found.col_no


def _pictures(
    found: list[Trace], lake: Lake, settings: Settings, around: float
) -> dict[tuple[str, int, int, int | None], Image.Image | str]:
    """The crop of every figure, or why there is none; a document's bytes are fetched once."""
    from flows.report.source import Source, read_source, refs_of
    from flows.report.trace import crop_of

    refs = refs_of(lake, [each.document for each in found])
    sources: dict[str, Source] = {}
    pictures = {}
    for each in found:
        document_id = each.document["document_id"]
        if document_id not in sources:
            sources[document_id] = read_source(refs.get(document_id), document_id, settings)
        pictures[_cell(each)] = crop_of(each, sources[document_id], around)
    return pictures


def _save(
    pictures: dict[tuple[str, int, int, int | None], Image.Image | str], out: Path, console: Console
) -> None:
    from schemas.errors import UsageError

    images = {cell: picture for cell, picture in pictures.items() if not isinstance(picture, str)}
    if out.suffix.lower() == ".png":
        if len(images) != 1:
            raise UsageError(f"--out {out} takes one picture and there are {len(images)}; give a folder.")
        paths = [out]
    else:
        paths = [
            out / f"{document[:12]}-t{table}-r{row}-c{col or 0}.png" for document, table, row, col in images
        ]
    try:
        for path, image in zip(paths, images.values(), strict=True):
            path.parent.mkdir(parents=True, exist_ok=True)
            image.save(path)
    except OSError as error:
        raise UsageError(f"--out {out} cannot be written: {error.strerror}.") from error
    for path in paths:
        typer.echo(f"saved {path}", err=True)


def _list(found: list[Trace], console: Console) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from flows.wording import printable

    drawn = Table(box=box.SIMPLE_HEAD)
    for heading in ("行 row", "列 column", "印 printed", "元 yuan", "位置 place"):
        drawn.add_column(heading, justify="right" if heading in ("印 printed", "元 yuan") else "left")
    for each in found:
        drawn.add_row(
            *(
                Text(printable(text))
                for text in (each.label, each.column, each.text or "", _yuan(each), each.place)
            )
        )
    console.print(drawn)
    typer.echo(f"{len(found)} figures; name a CODE or a --column to see one whole.")


def _yuan(found: Trace) -> str:
    return "" if found.amount_yuan is None else format(found.amount_yuan, ",f")


def _show(found: Trace, picture: Image.Image | str | None, console: Console) -> None:
    """One figure whole, on the console."""
    from rich.table import Table
    from rich.text import Text

    from flows.report.terminal import draw, protocol_of
    from flows.wording import printable

    drawn = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    drawn.add_column(style="dim", no_wrap=True)
    drawn.add_column(overflow="fold")
    for name, value in _facts(found):
        drawn.add_row(name, Text(printable(value)))
    console.print(drawn)
    if isinstance(picture, str):
        console.print(Text(printable(picture)), style="dim")
    elif picture is not None and sys.stdout.isatty():
        draw(picture, console, protocol_of())
    console.print()


def _facts(found: Trace) -> list[tuple[str, str]]:
    """What is said of a figure, in the order in which a doubter asks."""
    from schemas.enumerations import term

    document = found.document
    facts = [
        ("数 value", f"{_yuan(found)} 元 yuan" if found.amount_yuan is not None else "空 blank"),
        ("印 printed", f"{found.text or '（空）'}" + (f" {found.amount_unit}" if found.amount_unit else "")),
        ("行 row", found.label),
        ("列 column", found.column),
        ("表 form", f"{term('form_code', found.form_code).zh} · {found.form_code}"),
        ("位置 place", found.place + (f", box {_points(found)} pt" if found.box else "")),
        ("文件 document", f"{document['source_uri']}"),
        ("", f"{document['unit_code']} {document['org_unit_name']} {document['year']}, {document['grade']}"),
        ("", f"sha256 {document['document_id']}"),
    ]
    origin = (
        ("出处 found at", document["source_url"]),
        ("网页 linked from", document["page_url"]),
        ("公开 published", document["published_date"]),
    )
    facts += [(name, str(value)) for name, value in origin if value is not None]
    for version in found.versions:
        at = f"{version.uploaded_at:%Y-%m-%d %H:%M}" if version.uploaded_at else "time not known"
        name = "版本 versions" if version is found.versions[0] else ""
        mark = "现行 current" if version.current else version.state
        facts.append((name, f"{at}  {version.document_id[:12]}  {mark}  {version.uri}"))
    if found.before is not None and found.before != found.amount_yuan:
        facts.append(("前版 before", f"{found.before:,f} 元 yuan"))
    for number, finding in enumerate(sorted(found.findings, key=lambda each: each["status"] != "violated")):
        status = term("check_status", finding["status"])
        facts.append(
            (
                "规则 rules" if number == 0 else "",
                f"{finding['check_code']} {status.zh} {finding['status']}: {finding['message_zh']}"
                + (f"（豁免 waived: {finding['waiver_reason']}）" if finding["waived"] else ""),
            )
        )
    if not found.findings and found.amount_yuan is not None:
        facts.append(("规则 rules", "无规则涉及此数 no rule speaks of this figure"))
    return facts


def _points(found: Trace) -> str:
    return " ".join(f"{value:.1f}" for value in found.box or ())
