"""``budgetlake check``: how far the figures of one file prove each other; nothing is written."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.answer import plain
from flows.cli.options import checked_region, settings_of
from schemas.errors import StorageError, UsageError

if TYPE_CHECKING:
    from flows.item import Item

NEEDS_ARGUMENTS = True
EPILOG = (
    "Examples: budgetlake check 公开表.pdf · budgetlake check 公开表.pdf --json | jq '.findings[].message_zh'"
)
_GOOD = ("proven", "consistent")
_COLORS = {"proven": "green", "consistent": "green", "doubtful": "yellow", "quarantined": "red"}
_COLORS |= {"error": "red", "warning": "yellow", "info": "cyan"}
_CELLS = 8


def run(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A file, or an s3:// key.")],
    region: Annotated[
        str | None,
        typer.Option("--region", metavar="CODE", help="Division code (GB/T 2260) of a file that tells none."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Show findings for information too, not only their number.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON, and nothing else, on stdout.")] = False,
) -> None:
    """Check one file as `ingest` does and say how far its figures prove each other. Nothing is written.

    The grade is `proven` (all figures can be true at once and each is supported by others), `consistent` (nothing
    fails), `doubtful` (an error stands, which two ways of reading agree on) or `quarantined` (it would be
    refused). What fails is spelled out, with the page and the cells. docs/rules.md explains the rules.

    Exit status: 0 proven or consistent, 1 doubtful, quarantined or unreadable, 2 wrong usage.
    """
    region = checked_region(region)
    settings = settings_of()
    from flows.check import check_object
    from infra.objects import list_objects

    refs = list(list_objects(file, settings))
    if len(refs) != 1 or refs[0].uri != (file if file.startswith("s3://") else refs[0].key):
        raise UsageError(f"{file} is a folder; give one file.")
    item = check_object(refs[0], settings, region)
    if item.is_state("failed"):
        raise StorageError(item.outcome.message if item.outcome else file)
    told = _told(item, file)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, default=plain))
    else:
        _show(told, everything)
    raise typer.Exit(0 if told["grade"] in _GOOD else 1)


def _told(item: Item, file: str) -> dict[str, Any]:
    """All that there is to say: whose document, the grade, why it is refused, the checks and what fails."""
    from schemas.rules.grade import worst_of

    rows = item.register if "document" in item.frames else []
    register: Mapping[str, Any] = rows[0] if rows else {}
    findings = item.frames["finding"].to_dicts() if "finding" in item.frames else []
    refused = item.outcome
    return {
        "file": file,
        **{name: register.get(name) for name in _WHOSE},
        # A file may hold a chapter for each of several bodies; its grade is the worst of theirs.
        "chapters": _chapters(rows) if not refused else [],
        "grade": "quarantined" if refused else worst_of(row["grade"] for row in rows),
        "reason": refused.reason if refused else None,
        "message": refused.message if refused else None,
        "place": refused.place if refused else None,
        # Of a refused document only what fails is kept.
        "checks": None if refused else dict(Counter(row["status"] for row in findings)),
        "findings": [_finding(row) for row in findings if row["status"] == "violated"],
    }


def _chapters(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in (*_WHOSE, "grade")} for row in rows] if len(rows) > 1 else []


_WHOSE = ("unit_code", "org_unit_name", "year", "budget_phase")
_SHOWN: tuple[str, ...] = ("check_code", "severity", "check_scope", "left_value", "right_value", "difference")
_SHOWN += ("tolerance", "message_zh", "message_en", "waived", "waiver_reason", "cells")


def _finding(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in _SHOWN}


def _show(told: Mapping[str, Any], everything: bool) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(soft_wrap=True)
    grade = told["grade"]
    about = [told["unit_code"], told["org_unit_name"], told["year"], told["budget_phase"]]
    head = Text.assemble((grade, f"bold {_COLORS[grade]}"), "  ", (told["file"], "bold"))
    console.print(head)
    for chapter in told["chapters"]:
        whose = " ".join(str(chapter[name]) for name in _WHOSE)
        console.print(Text.assemble((chapter["grade"], _COLORS.get(chapter["grade"], "")), f"  {whose}"))
    if told["unit_code"] and not told["chapters"]:
        console.print(Text(" ".join(str(part) for part in about)))
    if told["message"]:
        place = f" [{told['place']}]" if told["place"] else ""
        console.print(Text(f"{told['reason']}: {told['message']}{place}"))
    if told["checks"]:
        counts = ", ".join(
            f"{count:,} {status.replace('_', ' ')}" for status, count in _counted(told["checks"])
        )
        console.print(Text(f"{sum(told['checks'].values()):,} checks: {counts}"))
    for severity in ("error", "warning", "info"):
        rows = [row for row in told["findings"] if row["severity"] == severity]
        if rows and (severity != "info" or everything):
            console.print()
            for row in rows:
                for line in finding_lines(row):
                    console.print(line)
    light = Counter(row["check_code"] for row in told["findings"] if row["severity"] == "info")
    if light and not everything:
        named = ", ".join(f"{code} ×{count}" if count > 1 else code for code, count in light.items())
        console.print(
            Text(f"\n{sum(light.values())} findings for information ({named}); --all shows them", "dim")
        )


def _counted(checks: Mapping[str, int]) -> list[tuple[str, int]]:
    order = ("exact", "rounding", "empty", "violated", "not_evaluable")
    return [(status, checks[status]) for status in order if status in checks]


def finding_lines(row: Mapping[str, Any]) -> Iterator[Any]:
    """A finding in words, then its cells by page, as printed."""
    from rich.text import Text

    waived = f" (waived: {row['waiver_reason']})" if row["waived"] else ""
    color = _COLORS[row["severity"]]
    yield Text.assemble((f"{row['check_code']:<6}", f"bold {color}"), f" {row['message_en']}{waived}")
    for cells in _places(row["cells"]):
        yield Text(f"       {cells}", "dim")


def _places(cells: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    by_page: dict[str, list[str]] = {}
    for cell in cells[:_CELLS]:
        page = f"page {cell['page_no']}" if cell["page_no"] else (cell["source_locator"] or "")
        named = (("table", "table_no"), ("row", "row_no"), ("column", "col_no"))
        place = " ".join(f"{word} {cell[name]}" for word, name in named if cell[name])
        by_page.setdefault(page, []).append(
            f"{place}: {cell['text'] or 'blank'}" if place else cell["text"] or ""
        )
    for page, said in by_page.items():
        yield f"{page}, {'; '.join(said)}" if page else "; ".join(said)
    if len(cells) > _CELLS:
        yield f"and {len(cells) - _CELLS} more cells"
