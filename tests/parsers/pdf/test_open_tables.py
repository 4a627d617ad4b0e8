"""Tables between level rules alone: what a header is, and what only looks like one."""

from __future__ import annotations

from parsers.pdf import read_pdf
from tests.parsers.pdf.drawing import Sheet
from tests.parsers.pdf.test_geometry import grids

LEFT, RIGHT = 40, 560


def rules(sheet: Sheet, *ys: float) -> None:
    for y in ys:
        sheet.line(LEFT, y, RIGHT, y)


def test_captions_that_fit_no_columns_do_not_cost_an_empty_table_its_header() -> None:
    sheet = Sheet()
    rules(sheet, 100, 122, 144, 166, 188)
    sheet.text(230, 115, "政府性基金支出预算表")
    sheet.text(90, 137, "部门：中共江苏省样例委员会办公厅")  # over a column and a half
    sheet.text(400, 137, "单位：万元")
    for x, head in ((80, "功能科目代码"), (280, "功能科目名称"), (490, "金额")):
        sheet.text(x, 159, head)
    sheet.text(300, 181, "合计")
    (grid,) = grids(read_pdf(sheet.pdf()))
    assert grid.texts()[-2:] == [["功能科目代码", "功能科目名称", "金额"], ["", "合计", ""]]


def test_a_row_of_labels_at_the_head_of_a_page_is_a_row_of_the_table_before() -> None:
    sheet = Sheet()
    xs = (50, 150, 300, 420)
    for top, rows in (
        (
            60,
            [
                ["收入项目", "预算数", "支出项目", "预算数"],
                ["一、拨款收入", "12,739.45", "一、基本支出", "2,279.89"],
            ],
        ),
        (40, [["上年结转结余", "", "年终结转结余", ""], ["收入总计", "12,739.45", "支出总计", "12,739.45"]]),
    ):
        if top == 40:
            sheet.next_page()
        else:
            sheet.text(250, 40, "收支总表")
        rules(sheet, *(top + 22 * n for n in range(len(rows) + 1)))
        for n, row in enumerate(rows):
            for x, words in zip(xs, row, strict=True):
                sheet.text(x, top + 15 + 22 * n, words)
    _, grid = grids(read_pdf(sheet.pdf()))
    assert grid.texts() == [
        ["上年结转结余", "", "年终结转结余", ""],
        ["收入总计", "12,739.45", "支出总计", "12,739.45"],
    ]
