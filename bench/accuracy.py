"""Exactness against independent truth: ``python -m bench.accuracy TRUTH_DIR FILES_DIR``.

``TRUTH_DIR`` holds one JSON a disclosure (``tables``, ``full_tables``, ``probes`` and the document's
identity; see the README beside the files), ``FILES_DIR`` the files they name. Prints per file and in sum:
statements recognised (form, title, pages, money unit), rows and cells exact with blanks in place, probes
found in the tidy rows with the right amount in yuan, code and form, and the document's unit, year, phase
and level. Exit status 1 when anything differs; ``--show`` lists each difference.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from parsers.amount import YUAN, read_amount
from parsers.document import Parsed, parse_document
from parsers.listing import tables_of
from schemas.errors import DocumentError
from schemas.fold import fold

MEASURES = (
    "forms",
    "titles",
    "pages",
    "money units",
    "rows",
    "cells",
    "probes",
    "unit name",
    "year",
    "phase",
    "level",
    "no false table",
)
PHASES = {"budget": "approved", "final_accounts": "actual"}


class Score:
    """How many of each measure were right, and a line for each that was not."""

    def __init__(self) -> None:
        self.right: Counter[str] = Counter()
        self.total: Counter[str] = Counter()
        self.wrong: list[str] = []

    def count(self, measure: str, right: bool, what: str) -> None:
        """Count one comparison; ``what`` says what differs when it does."""
        self.total[measure] += 1
        self.right[measure] += right
        if not right:
            self.wrong.append(f"{measure}: {what}")

    def add(self, other: Score) -> None:
        """Add another score to this one."""
        self.right += other.right
        self.total += other.total

    def line(self) -> str:
        """The measures as ``name right/total``."""
        return "  ".join(f"{m} {self.right[m]}/{self.total[m]}" for m in MEASURES if self.total[m])


def score_file(truth: dict[str, Any], data: bytes) -> Score:
    """Compare one file with its truth."""
    score = Score()
    try:
        parsed = parse_document(data, truth["file"])
    except DocumentError as error:
        score.count("forms", False, f"{truth['file']} was refused: {error}")
        return score
    found = tables_of(parsed.recognition)
    pairs = list(_pair(truth["tables"], found))
    for want, got in pairs:
        _score_table(score, want, got)
    known = sum(table["form"] is not None for table in found)
    score.count("no false table", known == len(truth["tables"]), f"{known} tables of {len(truth['tables'])}")
    by_form = {want["form"]: got for want, got in pairs}
    for want in truth.get("full_tables", ()):
        _score_rows(score, want, by_form.get(want["form"]))
    for probe in truth.get("probes", ()):
        _score_probe(score, probe, by_form.get(probe["form"]), parsed)
    identity = parsed.identity
    score.count("unit name", fold(identity.org_unit_name) == fold(truth["unit_name"]), identity.org_unit_name)
    score.count("year", identity.year == truth["fiscal_year"], str(identity.year))
    score.count("phase", identity.budget_phase == PHASES[truth["phase"]], identity.budget_phase)
    score.count("level", identity.disclosure_level == truth["level"], identity.disclosure_level)
    return score


def _pair(
    want: list[dict[str, Any]], found: list[dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
    """Each true table with the first statement of its form that is not taken yet."""
    free = [table for table in found if table["form"] is not None]
    for table in want:
        got = next((each for each in free if each["form"] == table["form"]), None)
        if got is not None:
            free.remove(got)
        yield table, got


def _score_table(score: Score, want: dict[str, Any], got: dict[str, Any] | None) -> None:
    form = want["form"]
    score.count("forms", got is not None, f"{form} not found")
    if got is None:
        return
    score.count("titles", fold(got["title"] or "") == fold(want["title_printed"]), f"{form}: {got['title']}")
    score.count("pages", got["pages"] == want["pages"], f"{form}: {got['pages']}, true {want['pages']}")
    score.count("money units", got["money_unit"] == want["money_unit"], f"{form}: {got['money_unit']}")


def _score_rows(score: Score, want: dict[str, Any], got: dict[str, Any] | None) -> None:
    rows = got["rows"] if got else []
    for number, row in enumerate(want["rows"]):
        have = rows[number] if number < len(rows) else []
        score.count("rows", have == row, f"{want['form']} row {number + 1}: {have}, true {row}")
        for col, text in enumerate(row):
            right = col < len(have) and have[col] == text
            score.total["cells"] += 1
            score.right["cells"] += right
    if len(rows) > len(want["rows"]):
        score.count("rows", False, f"{want['form']}: {len(rows) - len(want['rows'])} rows too many")


def _score_probe(score: Score, probe: dict[str, Any], table: dict[str, Any] | None, parsed: Parsed) -> None:
    col = probe["column_index"] if "column_index" in probe else probe["col_index"]
    row = probe["row_index"]
    what = f"{probe['form']} page {probe['page']} row {row + 1} column {col + 1}: {probe['printed']!r}"
    if table is None:
        score.count("probes", False, what)
        return
    lines = [
        line
        for line in parsed.tables["budget_line"]
        if (line["table_no"], line["row_no"], line["col_no"]) == (table["table_no"], row + 1, col + 1)
    ]
    amount = read_amount(probe["printed"])
    if amount is None or not lines:
        # No amount column, or a blank label beside a blank amount in a list: the grid itself must say so.
        cells = table["rows"][row] if row < len(table["rows"]) else []
        blank = amount is None or amount.value is None
        score.count("probes", blank and col < len(cells) and cells[col] == probe["printed"], what)
        return
    line = lines[0]
    unit = table["money_unit"]
    yuan = None if amount.value is None else (amount.value * YUAN[unit]).quantize(Decimal("0.01"))
    code = probe["row"].get("code")
    right = line["amount_yuan"] == yuan and line["form_code"] == probe["form"]
    if code:
        right = right and "".join(code.split()) in (line["function_code"], line["econ_code"])
    score.count("probes", right, f"{what}: {line['amount_yuan']} {line['function_code']} {line['econ_code']}")


def main() -> int:
    """Score every truth file of a folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("truth_dir", type=Path)
    parser.add_argument("files_dir", type=Path)
    parser.add_argument("--show", action="store_true", help="list each difference")
    options = parser.parse_args()
    whole = Score()
    for path in sorted(options.truth_dir.glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        file = options.files_dir / truth["file"]
        if not file.exists():
            print(f"{truth['file']}: not in {options.files_dir}")
            continue
        score = score_file(truth, file.read_bytes())
        print(f"{truth['file']}\n    {score.line()}")
        if options.show:
            print("".join(f"    - {line}\n" for line in score.wrong), end="")
        whole.add(score)
    print(f"in sum\n    {whole.line()}")
    return int(whole.right != whole.total)


if __name__ == "__main__":
    sys.exit(main())
