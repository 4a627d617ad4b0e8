"""How characters become text: order, doubles, blanks, numbers; and the count that watches over it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from parsers.grid import Grid, Line
from parsers.pdf import read_pdf
from parsers.pdf.cells import place_characters
from parsers.pdf.characters import Characters, without_doubles
from parsers.pdf.conservation import check_page
from parsers.pdf.document import FastPDF
from parsers.pdf.reading import read_page
from parsers.pdf.segments import segments_of
from parsers.pdf.text import compose
from tests.parsers.pdf.drawing import Sheet, fill_cells
from tests.parsers.pdf.test_geometry import ROWS, XS, YS, grids, lines


def table_sheet() -> Sheet:
    sheet = Sheet()
    sheet.grid(XS, YS)
    fill_cells(sheet, XS, YS, ROWS)
    return sheet


def characters_of(words: str, x: list[float], y: list[float]) -> Characters:
    n = len(words)
    left, base = np.array(x, float), np.array(y, float)
    return Characters(
        np.array([ord(c) for c in words]),
        np.column_stack((left, base - 8, left + 10, base + 2)),
        base,
        np.arange(n),
    )


def test_runs_drawn_out_of_order_are_put_in_order_by_place() -> None:
    sheet = Sheet()
    sheet.grid(XS, YS)
    sheet.text(83, 115, "年预算", font="STSong-Light")
    sheet.text(53, 135, "二")
    sheet.text(60, 115, "2024", font="Helvetica")
    (grid,) = grids(read_pdf(sheet.pdf()))
    assert grid.texts()[0][0] == "2024年预算"


@pytest.mark.parametrize("turns", [0, 1])
def test_chinese_drawn_one_by_one_in_a_font_this_machine_lacks_is_not_lost(turns: int) -> None:
    sheet = Sheet(turns=turns)
    sheet.grid(XS, YS)
    for i, letter in enumerate("财政拨款"):  # pdfium leaves such text out
        sheet.text(53 + 11 * i, 115, letter)
    sheet.text(160, 115, "1,234.50", font="Helvetica")
    (grid,) = grids(read_pdf(sheet.pdf()))
    assert grid.texts()[0] == ["财政拨款", "1,234.50", ""]


def test_a_cell_of_several_lines_keeps_them_apart() -> None:
    sheet = Sheet()
    sheet.grid(XS, [100, 140, 170])
    sheet.text(53, 132, "养老保险缴费")
    sheet.text(53, 118, "机关事业单位")
    (grid,) = grids(read_pdf(sheet.pdf()))
    assert grid.cells[0].text == "机关事业单位\n养老保险缴费"


@pytest.mark.parametrize("shift", [0.0, 0.3, 0.7])
def test_fake_bold_is_read_once(shift: float) -> None:
    sheet = table_sheet()
    for x, words in ((60, "收入合计11.10"), (60 + shift, "收入合计11.10")):
        for i, letter in enumerate(words):
            sheet.text(x + 11 * i, 80, letter)
    assert lines(read_pdf(sheet.pdf()))[0].replace(" ", "") == "收入合计11.10"


def test_equal_characters_side_by_side_are_not_doubles() -> None:
    characters = characters_of("1111", [0, 10, 10.5, 20], [50, 50, 50.2, 50])
    assert len(without_doubles(characters)) == 3
    assert without_doubles(characters).n_doubled == 1


def test_gaps_between_chinese_characters_are_no_blanks_but_those_between_words_are() -> None:
    chinese = compose(characters_of("合计", [0, 25], [50, 50]), np.zeros(2, int))
    latin = compose(characters_of("ab", [0, 15], [50, 50]), np.zeros(2, int))
    assert (chinese.strings, latin.strings) == (["合计"], ["a b"])


def test_a_number_wider_than_its_column_stays_whole_and_is_reported() -> None:
    sheet = table_sheet()
    sheet.text(120, 165, "123,456,789.00", font="Helvetica")  # runs over the rule at 150
    reading = read_pdf(sheet.pdf())
    (grid,) = grids(reading)
    (oddity,) = reading.oddities
    assert "123,456,789.00" in grid.texts()[2]
    assert (oddity.kind, oddity.text, oddity.page) == ("conservation", "123,456,789.00", 1)


@pytest.mark.parametrize("next_to_it", ["", "12.00"], ids=["over an empty cell", "under an amount"])
def test_a_name_that_spills_over_a_rule_stays_whole_in_its_cell(next_to_it: str) -> None:
    sheet = Sheet()
    sheet.grid([50, 100, 160, 300], [50, 70, 90])
    sheet.text(52, 64, "科目")
    sheet.text(102, 64, "名称")
    sheet.text(102, 84, "其他社会保障和就业支出")  # 110 points in a column of 60
    sheet.text(298 - 5 * len(next_to_it), 84, next_to_it)
    (grid,) = grids(read_pdf(sheet.pdf()))
    assert grid.texts()[1] == ["", "其他社会保障和就业支出", next_to_it]


def test_a_wrapped_name_in_a_row_too_low_for_it_stays_in_its_cell() -> None:
    sheet = Sheet()
    sheet.grid([50, 100, 180, 260], [50, 65, 80, 95])
    for row, (code, amount) in enumerate([("20103", "3.00"), ("2010399", "2.00"), ("2010301", "1.00")]):
        sheet.text(52, 61 + 15 * row, code)
        sheet.text(220, 61 + 15 * row, amount)
    sheet.text(102, 54, "政府办公厅及相关")
    sheet.text(102, 69, "机构事务")
    sheet.text(102, 68, "其他政府办公厅及")  # printed over the name above it
    sheet.text(102, 84, "相关机构事务支出")
    sheet.text(102, 91, "行政运行")
    (grid,) = grids(read_pdf(sheet.pdf()))
    names = [row[1].replace("\n", "") for row in grid.texts()]
    assert names == ["政府办公厅及相关机构事务", "其他政府办公厅及相关机构事务支出", "行政运行"]


def test_names_of_low_rows_drawn_one_after_the_other_stay_in_their_rows() -> None:
    sheet = Sheet()
    sheet.grid([50, 100, 180], [50, 58, 66, 74])
    for row, name in enumerate(["行政运行", "机关服务", "事业运行"]):
        sheet.text(102, 57.5 + 8 * row, name)
    sheet.text(52, 57.5, "20103")
    (grid,) = grids(read_pdf(sheet.pdf()))
    assert [row[1] for row in grid.texts()] == ["行政运行", "机关服务", "事业运行"]


def test_a_title_of_a_column_that_spills_over_both_sides_stays_in_the_middle() -> None:
    sheet = Sheet()
    sheet.grid([50, 100, 140, 190], [50, 70, 90])
    sheet.text(85, 64, "一般公共预算")  # 60 points over a column of 40 and a quarter of each neighbour
    sheet.text(102, 84, "1.00")
    sheet.text(52, 84, "一")
    (grid,) = grids(read_pdf(sheet.pdf()))
    assert grid.texts()[0] == ["", "一般公共预算", ""]


def test_texts_of_neighbouring_cells_without_padding_stay_in_their_cells() -> None:
    sheet = Sheet()
    sheet.grid([50, 90, 130, 190], [50, 70, 90])
    sheet.text(50, 64, "功能科目")
    sheet.text(90, 64, "科目名称")
    sheet.text(110, 84, "9.00")
    sheet.text(130, 84, "二、外交支出")
    (grid,) = grids(read_pdf(sheet.pdf()))
    assert grid.texts()[0][:2] == ["功能科目", "科目名称"]
    assert grid.texts()[1] == ["", "9.00", "二、外交支出"]


def test_numbers_of_neighbouring_cells_that_nearly_touch_stay_in_their_cells() -> None:
    sheet = Sheet()
    sheet.grid([50, 100, 150], YS)
    sheet.canvas.setFont("Helvetica", 10)
    sheet.canvas.drawRightString(99, sheet.height - 115, "1,000.00")
    sheet.text(101, 115, "2,000.00", font="Helvetica")
    reading = read_pdf(sheet.pdf())
    assert grids(reading)[0].texts()[0] == ["1,000.00", "2,000.00"]
    assert reading.oddities == ()


def test_a_number_beside_a_table_is_reported_as_stray() -> None:
    sheet = table_sheet()
    sheet.text(440, 135, "64,840,547", font="Helvetica")
    sheet.text(440, 300, "7", font="Helvetica")  # a page number below is nothing odd
    (oddity,) = read_pdf(sheet.pdf()).oddities
    assert (oddity.kind, oddity.text) == ("stray_number", "64,840,547")
    assert oddity.box is not None
    assert oddity.box.x0 == pytest.approx(440, abs=1)


@pytest.mark.parametrize(
    ("change", "lost", "gained"),
    [
        (lambda text: text.replace("88", "83"), "8", "3"),
        (lambda text: text.replace("1,234.50", ""), "1,234.50", ""),
        (lambda text: text.replace("0.00", "0.000"), "", "0"),
    ],
)
def test_a_character_lost_or_invented_on_the_way_is_seen(change: object, lost: str, gained: str) -> None:
    with FastPDF(table_sheet().pdf()) as pdf:
        page = pdf.page(1)
        blocks, oddities = read_page(page)
        assert oddities == []
        (grid,) = [block for block in blocks if isinstance(block, Grid)]
        wrong = replace(
            grid,
            cells=tuple(cell._replace(text=change(cell.text)) for cell in grid.cells),  # type: ignore[operator]
        )
        placement = place_characters(page.characters, page.tables)
        (oddity,) = check_page(1, [wrong], page.characters, placement)
        page.close()
    assert oddity.kind == "conservation"
    assert f"gained {gained!r}" in oddity.message
    assert sorted(oddity.text or "") == sorted(lost or gained)


def test_prose_is_read_in_lines_with_boxes_from_top_to_bottom() -> None:
    sheet = Sheet(600, 800)
    sentence = "部门预算公开的说明文字，共有许多行，每行都不短，没有表格。" * 1
    sheet.text(280, 790, "— 1 —")  # drawn first, printed last
    for i in range(25):
        sheet.text(50, 60 + 20 * i, f"{i}、{sentence}")
    blocks = read_pdf(sheet.pdf()).blocks
    texts = [block.text for block in blocks if isinstance(block, Line)]
    assert texts == [*(f"{i}、{sentence}" for i in range(25)), "— 1 —"]
    tops = [block.box.top for block in blocks if isinstance(block, Line) and block.box]
    assert tops == sorted(tops)


def test_words_set_apart_are_whole_but_not_those_of_two_headings_set_downwards() -> None:
    def texts(x: list[float], y: list[float], words: str) -> list[str]:
        return [segment.text for segment in segments_of(characters_of(words, x, y), (0, 0, 600, 400))]

    assert texts([50, 75], [64, 64], "合计") == ["合计"]
    heads = texts([50, 50, 50, 75, 75, 75], [44, 54, 64, 44, 54, 64], "本年支科目出")  # 支 beside 出
    assert "支出" not in heads
