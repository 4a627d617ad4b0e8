"""XLSX and XLS."""

from __future__ import annotations

import struct

import pytest

from parsers.grid import Grid, Line
from parsers.limits import Limits
from parsers.spreadsheet import read_spreadsheet, reference
from schemas.errors import Unreadable
from tests.parsers.mutations import assert_only_unreadable, damaged, damaged_parts
from tests.parsers.office import (
    PLAIN,
    RULED,
    SIX_DIGITS,
    THOUSANDS,
    TWO_PLACES,
    UNDERLINED,
    Content,
    packed,
    table,
    xls,
    xlsx,
)
from tests.parsers.renderings import assert_is_the_seed, covers_exactly, rendering, texts
from tests.shared import shared

BODY: list[list[Content]] = [["项目", "预算数"], ["一、收入", "525.41"], ["二、支出", None]]
GRID = [["项目", "预算数"], ["一、收入", "525.41"], ["二、支出", ""]]


def read(cells, merges=()) -> list[str | list[list[str]]]:
    return texts(read_spreadsheet(xlsx({"表": cells}, {"表": merges})))


def test_the_seed_is_exact():
    assert_is_the_seed(read_spreadsheet(rendering("B_xlsx.xlsx").read_bytes()))


@pytest.mark.parametrize("style", [RULED, PLAIN])
def test_title_and_captions_above_a_table_are_lines(style: int):
    cells = {
        "A1": ("收支总表", PLAIN),
        "A2": ("单位：052001_某局", PLAIN),
        "B2": ("金额单位：万元", PLAIN),
        **table([*BODY, ["合计", "525.41"]], style, top=3),
        "A7": ("注：本表为空。", PLAIN),
    }
    expected = [
        "收支总表",
        "单位：052001_某局",
        "金额单位：万元",
        [*GRID, ["合计", "525.41"]],
        "注：本表为空。",
    ]
    if style == PLAIN:  # without rules, two captions side by side are told by a wider table below
        cells = {**cells, **{f"C{row}": ("x", PLAIN) for row in range(3, 7)}}
        expected[3] = [[*row, "x"] for row in expected[3]]
    assert read(cells, ["A1:B1"]) == expected


def test_a_caption_over_a_table_is_no_row_of_it_for_its_underline():
    cells = {"A1": ("单位：某局", UNDERLINED), "B1": ("万元", UNDERLINED), **table(BODY, RULED, top=2)}
    assert read(cells) == ["单位：某局", "万元", GRID]


def test_titles_merged_over_a_ruled_table_are_cut_off_at_both_ends():
    cells = {
        **table([["收支总表", None], *BODY, [None, None], ["注：无", None]], RULED),
    }
    assert read(cells, ["A1:B1", "A6:B6"]) == ["收支总表", GRID, "注：无"]


def test_rules_at_the_first_cell_of_a_merge_hold_for_all_of_it():
    cells = {"A1": ("收入", RULED), "C1": ("支出", RULED), **table([["a", "b", "c", "d"]], RULED, top=2)}
    assert read(cells, ["A1:B1", "C1:D1"]) == [[["收入", "", "支出", ""], ["a", "b", "c", "d"]]]


def test_a_blank_last_column_that_is_ruled_belongs_to_the_table():
    cells = table([["指标", "值", None], ["数量", "1", None]], RULED)
    assert read(cells) == [[["指标", "值", ""], ["数量", "1", ""]]]


def test_two_ruled_tables_on_a_sheet_are_two_grids():
    cells = {**table(BODY, RULED), "A5": ("表二", PLAIN), **table(BODY, RULED, top=6)}
    assert read(cells) == [GRID, "表二", GRID]


def test_text_beside_a_table_is_not_lost():
    assert read({**table(BODY, RULED), "E2": ("备注 1.5", PLAIN)}) == [GRID, "备注 1.5"]


def test_an_empty_row_parts_tables_without_rules():
    cells = {**table([["a", "b"], ["c", "d"]], PLAIN), **table([["e", "f"], ["g", "h"]], PLAIN, top=4)}
    assert read(cells) == [[["a", "b"], ["c", "d"]], [["e", "f"], ["g", "h"]]]


def test_a_body_row_with_one_text_stays_in_a_table_without_rules():
    cells = table([["项目", "数"], ["外交支出", None], ["合计", "1"]], PLAIN)
    assert read(cells) == [[["项目", "数"], ["外交支出", ""], ["合计", "1"]]]


def test_columns_merged_in_every_row_are_one():
    cells = table([["a", None, "b"], ["c", None, "d"]], RULED)
    assert read(cells, ["A1:B1", "A2:B2"]) == [[["a", "b"], ["c", "d"]]]


def test_text_left_under_a_merge_is_not_displayed():
    cells = table([["收入", "收入", "x"], ["a", "b", "c"]], RULED)
    assert read(cells, ["A1:B1"]) == [[["收入", "", "x"], ["a", "b", "c"]]]


NUMBERS: list[tuple[Content, int, str]] = [
    (525.4, TWO_PLACES, "525.40"),
    (525.4100000000001, RULED, "525.41"),
    (52001.0, SIX_DIGITS, "052001"),
    (1234567.5, THOUSANDS, "1,234,567.50"),
    (-0.3, TWO_PLACES, "-0.30"),
    (201.0, RULED, "201"),
    ("03", RULED, "03"),
    ("525. 41", RULED, "525. 41"),
]


def test_numbers_are_as_displayed_in_xlsx():
    cells = {f"A{i}": (value, style) for i, (value, style, _) in enumerate(NUMBERS, 1)}
    cells |= {f"B{i}": ("x", RULED) for i in range(1, len(NUMBERS) + 1)}
    assert read(cells) == [[[text, "x"] for _, _, text in NUMBERS]]


def test_numbers_are_as_displayed_in_xls():
    cells: list[tuple[int, int, Content, int]] = [
        (i, 0, value, style) for i, (value, style, _) in enumerate(NUMBERS)
    ]
    cells += [(i, 1, "x", RULED) for i in range(len(NUMBERS))]
    assert texts(read_spreadsheet(xls(cells))) == [[[text, "x"] for _, _, text in NUMBERS]]


def test_xls_has_rules_merges_and_places_too():
    cells = [
        (0, 0, "收支总表", PLAIN),
        (1, 0, "单位：某局", UNDERLINED),
        (1, 2, "单位：元", UNDERLINED),
        (2, 0, "科目", RULED),
        (2, 1, None, RULED),
        (2, 2, None, RULED),
        (3, 0, "201", RULED),
        (3, 1, "03", RULED),
        (3, 2, None, RULED),
    ]
    reading = read_spreadsheet(xls(cells, merges=[(0, 0, 0, 2), (2, 0, 2, 1)]))
    assert texts(reading) == ["收支总表", "单位：某局", "单位：元", [["科目", "", ""], ["201", "03", ""]]]
    line, grid = reading.blocks[2], reading.blocks[3]
    assert line.locator == "表!C2"
    assert grid.locator == "表!A3:C4"
    assert isinstance(grid, Grid)
    assert grid.cells[0].col_span == 2
    assert grid.cells[3].locator == "表!B4"


def test_a_hidden_sheet_is_read_and_its_places_say_so():
    data = xlsx({"甲": {"A1": ("一", PLAIN)}, "乙": {"A1": ("二", PLAIN)}}, hidden=["乙"])
    assert [block.locator for block in read_spreadsheet(data).blocks] == ["甲!A1", "乙 (hidden)!A1"]


def test_a_formula_without_a_saved_result_is_told():
    cells = {**table(BODY, RULED), "B3": ("<f>SUM(B1:B2)</f>", RULED)}
    oddities = read_spreadsheet(xlsx({"表": cells})).oddities
    assert [oddity.kind for oddity in oddities] == ["formula_without_value"]
    assert "表!B3" in oddities[0].message


def test_line_ends_in_a_cell_are_kept_as_newlines():
    assert read({**table([["事业单位&#13;\n收入", "b"], ["c", "d"]], RULED)}) == [
        [["事业单位\n收入", "b"], ["c", "d"]]
    ]


@pytest.mark.parametrize(
    ("row", "col", "name"), [(6, 1, "B7"), (0, 25, "Z1"), (0, 26, "AA1"), (9, 16383, "XFD10")]
)
def test_cells_are_named_as_people_see_them(row: int, col: int, name: str):
    assert reference(row, col) == name


def test_a_stray_cell_far_away_is_refused_before_room_is_made_for_it():
    with pytest.raises(Unreadable) as error:
        read_spreadsheet(xlsx({"表": {"A1": ("a", PLAIN), "XFD1048576": ("b", PLAIN)}}))
    assert error.value.reason == "too_large"
    assert "XFD1048576" in error.value.message


def test_merges_over_each_other_cannot_multiply():
    data = xlsx(
        {"表": {"A1": ("a", PLAIN), "Z2000": ("b", PLAIN)}},
        {"表": [f"A{i}:XFD1048576" for i in range(1, 200)]},
    )
    with pytest.raises(Unreadable) as error:
        read_spreadsheet(data)
    assert error.value.reason == "too_large"


def test_a_workbook_with_too_many_sheets_is_refused():
    data = xlsx({f"表{i}": {"A1": ("a", PLAIN)} for i in range(4)})
    with pytest.raises(Unreadable) as error:
        read_spreadsheet(data, Limits(max_pages=3))
    assert error.value.reason == "too_many_pages"


def test_a_locked_workbook_is_told_as_such():
    with pytest.raises(Unreadable) as error:
        read_spreadsheet(xls([(0, 0, "a", PLAIN)], encrypted=True))
    assert error.value.reason == "encrypted"


def test_a_workbook_without_its_parts_is_broken():
    with pytest.raises(Unreadable) as error:
        read_spreadsheet(packed({"xl/styles.xml": "<a/>"}))
    assert error.value.reason == "broken_file"


@pytest.mark.parametrize("name", ["department_budget_template.xlsx", "budget_template.xls"])
def test_the_templates_have_nine_tables_each_under_its_title_and_unit(name: str):
    blocks = read_spreadsheet(shared("corpus", name).read_bytes()).blocks
    grids = [i for i, block in enumerate(blocks) if isinstance(block, Grid)]
    assert len(grids) == 9
    for i in grids:
        title, maker, unit, grid = blocks[i - 3 : i + 1]
        assert isinstance(title, Line)
        assert title.text.startswith("2026年")
        assert isinstance(maker, Line)
        assert maker.text.startswith("编制")
        assert isinstance(unit, Line)
        assert unit.text.startswith("单位")
        assert isinstance(grid, Grid)
        assert covers_exactly(grid)


@pytest.mark.parametrize("damage", [damaged, damaged_parts])
def test_a_damaged_xlsx_is_told_and_nothing_else_escapes(damage):
    cells = {**table(BODY, RULED), "A9": (45296.0, THOUSANDS), "B9": ("<f>1</f><v>1</v>", PLAIN)}
    assert_only_unreadable(read_spreadsheet, xlsx({"表": cells}, {"表": ["A1:B1"]}), damage, 300)


def test_a_damaged_xls_is_told_and_nothing_else_escapes():
    cells = [(r, c, "表" if c else 1.5, TWO_PLACES) for r in range(6) for c in range(4)]
    assert_only_unreadable(read_spreadsheet, xls(cells, merges=[(0, 0, 0, 2)]), damaged, 600)


def test_a_damaged_template_is_told_and_nothing_else_escapes():
    assert_only_unreadable(
        read_spreadsheet, shared("corpus", "budget_template.xls").read_bytes(), damaged, 15
    )


def test_a_sheet_that_claims_more_rows_than_excel_has_ends_in_a_reason_and_not_the_process():
    cells = [(r, c, "表" if c else 1.5, TWO_PLACES) for r in range(3) for c in range(3)]
    sizes = struct.pack("<HHIIHHH", 0x0200, 14, 0, 0x39393939, 0, 3, 0)
    whole = xls(cells)
    start = whole.index(struct.pack("<HH", 0x0809, 16), whole.index(struct.pack("<HH", 0x0809, 16)) + 4) + 20
    with pytest.raises(Unreadable) as error:
        read_spreadsheet(whole[:start] + sizes + whole[start + len(sizes) :])
    assert error.value.reason == "broken_file"
