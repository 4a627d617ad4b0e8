"""Real disclosures and the seed's renderings: exact rows, and two readings that agree cell by cell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from parsers.grid import Grid, Line, Reading
from parsers.pdf import read_pdf, read_pdf_again
from tests.parsers.pdf.test_geometry import grids
from tests.shared import ROOT, shared

RENDERINGS = ["A_docx", "B_xlsx", "C_html", "D_word", "E_typst"]
TRUTHS = sorted(path.stem for path in ROOT.glob("corpus/truth/*.json"))
#: Page 16 draws its header over other columns than its body; recognition takes the body's.
HEADER_OVER_OTHER_COLUMNS = ("江苏省人民检察院2019年度部门预算公开", "appropriation_expenditure")


@cache
def reading_of(*parts: str) -> Reading:
    return read_pdf(shared(*parts).read_bytes())


def bare(text: str | None) -> str:
    return re.sub(r"\s", "", text or "")


def rows_of(reading: Reading, first: int = 1, last: int = 10_000) -> list[list[str]]:
    """Rows of all grids of some pages, without any blanks."""
    rows: list[list[str]] = []
    for grid in grids(reading):
        if grid.page is not None and first <= grid.page <= last:
            rows += [[bare(text) for text in row] for row in grid.texts()]
    return rows


@pytest.mark.parametrize("name", RENDERINGS)
def test_every_row_of_the_seed_is_exact_in_its_rendering(name: str) -> None:
    expected = json.loads(shared("seed", "rendered", "gt.json").read_text())
    reading = reading_of("seed", "rendered", f"{name}.pdf")
    rows = {tuple(row) for row in rows_of(reading)}
    missing = [row for table in expected for row in table["grid"] if tuple(map(bare, row)) not in rows]
    # LibreOffice cuts this row of A at a page end: both pieces are there, joining is recognition's part.
    cut = ["七、事业收入", "（二十三）灾害防治及应急管理支出"]
    assert [[text for text in row if text] for row in missing] == ([cut] if name == "A_docx" else [])


@pytest.mark.parametrize("name", RENDERINGS)
def test_every_line_above_a_table_of_the_seed_is_a_line_of_its_own(name: str) -> None:
    expected = json.loads(shared("seed", "rendered", "gt.json").read_text())
    blocks = reading_of("seed", "rendered", f"{name}.pdf").blocks
    lines = {bare(block.text) for block in blocks if isinstance(block, Line)}
    assert [line for table in expected for line in table["pre"] if bare(line) not in lines] == []


@pytest.mark.parametrize("name", RENDERINGS)
def test_nothing_is_odd_about_the_renderings(name: str) -> None:
    assert reading_of("seed", "rendered", f"{name}.pdf").oddities == ()


def _full_tables(name: str) -> Iterator[dict[str, Any]]:
    truth = json.loads(shared("corpus", "truth", f"{name}.json").read_text())
    yield from (t for t in truth["full_tables"] if (name, t["form"]) != HEADER_OVER_OTHER_COLUMNS)


@pytest.mark.parametrize("name", TRUTHS)
def test_every_true_row_of_a_real_disclosure_is_read_exactly(name: str) -> None:
    reading = reading_of("corpus", f"{name}.pdf")
    wrong = []
    for table in _full_tables(name):
        rows = rows_of(reading, *table["pages"])
        wrong += [row for row in table["rows"] if [bare(text) for text in row] not in rows]
    assert wrong == []


@pytest.mark.parametrize("name", TRUTHS)
def test_no_radical_is_left_in_a_text(name: str) -> None:
    texts = [
        text
        for block in reading_of("corpus", f"{name}.pdf").blocks
        for text in ([block.text] if isinstance(block, Line) else [cell.text for cell in block.cells])
    ]
    assert [text for text in texts if re.search("[\u2e80-\u2fdf]", text)] == []


@pytest.mark.parametrize(
    ("parts", "pages"),
    [
        (("corpus", "unit_budget.pdf"), [8, 11]),
        (("corpus", "上海市普陀区财政局2024年度部门决算.pdf"), [8, 14]),  # digits and Chinese in runs apart
        (("corpus", "江苏省人民检察院2019年度部门预算公开.pdf"), [14, 16]),  # Word 2007's rectangles
        (("corpus", "省法院2018年度部门预算公开.pdf"), [10, 12]),  # continued without a rule at the top
        (("corpus", "江苏省委办公厅2018年度部门预算公开表.pdf"), [3, 4]),  # /Rotate 90
        (("seed", "rendered", "C_html.pdf"), [2]),  # Type3 fonts
        (("seed", "rendered", "D_word.pdf"), [2, 5]),  # fake bold
    ],
)
def test_both_readings_agree_cell_by_cell(parts: tuple[str, ...], pages: list[int]) -> None:
    again = read_pdf_again(shared(*parts).read_bytes(), pages=pages)
    first = reading_of(*parts)
    here = [grid for grid in grids(first) if grid.page in pages]

    def cells(grid: Grid) -> list[tuple[object, ...]]:
        return [(c.page, c.row, c.col, c.row_span, c.col_span, bare(c.text)) for c in grid.cells]

    assert [cells(grid) for grid in here] == [cells(grid) for grid in grids(again)]
    assert here
