"""Web pages."""

from __future__ import annotations

import random

import pytest

from parsers.grid import Grid
from parsers.html import read_html
from parsers.limits import Limits
from schemas.errors import Unreadable
from tests.parsers.mutations import assert_only_unreadable, damaged
from tests.parsers.renderings import assert_is_the_seed, covers_exactly, rendering, texts


def read(page: str) -> list[str | list[list[str]]]:
    return texts(read_html(page.encode()))


def test_the_seed_is_exact():
    assert_is_the_seed(read_html(rendering("C_html.html").read_bytes()))


def test_lines_and_tables_keep_their_order():
    page = "<h1>收支总表</h1>单位：<b>052</b>001<br>万元<table><tr><td>a<td>b</table>注<div>尾<p>末</div>"
    assert read(page) == ["收支总表", "单位：052001", "万元", [["a", "b"]], "注", "尾", "末"]


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        ("gb2312", "gb18030"),
        ("GBK", "gbk"),
        ("utf-8", "utf-8"),
        ("", "gbk"),
        ("", "utf-8-sig"),
        ("utf-8", "gbk"),
        ("gb2312", "utf-8"),
        ("iso-8859-1", "gbk"),
        ("", "utf-16"),
        ("big5", "big5"),
    ],
)
def test_the_bytes_decide_the_encoding_before_the_declaration(charset: str, codec: str):
    text = "部門預算" if codec == "big5" else "部门预算收支总表"
    page = f'<html><head><meta charset="{charset}"></head><body><p>{text * 20}</p></body></html>'
    assert texts(read_html(page.encode(codec))) == [text * 20]


def test_one_cut_character_does_not_change_the_encoding():
    page = "<meta charset=utf-8><p>部门预算</p><p>万元</p>".encode().replace("万".encode(), "万".encode()[:2])
    assert texts(read_html(page)) == ["部门预算", "\ufffd元"]


def test_spans_are_kept_and_cover_the_grid():
    page = (
        "<table><tr><th colspan=2>功能科目<th rowspan=2>合计<tr><th>类<th>款"
        "<tr><td>201<td rowspan=99>03<td>1<tr><td>208<td>2</table>"
    )
    grid = read_html(page.encode()).blocks[0]
    assert isinstance(grid, Grid)
    assert grid.texts() == [["功能科目", "", "合计"], ["类", "款", ""], ["201", "03", "1"], ["208", "", "2"]]
    assert covers_exactly(grid)


def test_a_span_over_columns_that_are_not_there_adds_none():
    assert read("<table><tr><td colspan=10>标题<tr><td>a<td colspan=9>b</table>") == [
        [["标题", ""], ["a", "b"]]
    ]


def test_a_row_span_ends_with_its_row_group():
    page = "<table><tbody><tr><td rowspan=0>a<td>b<tr><td>c<tbody><tr><td>d<td>e</table>"
    assert read(page) == [[["a", "b"], ["", "c"], ["d", "e"]]]


def test_a_footer_stands_last_wherever_it_is_written():
    page = "<table><tfoot><tr><td>合计<td>2</tfoot><tbody><tr><td>甲<td>1</table>"
    assert read(page) == [[["甲", "1"], ["合计", "2"]]]


def test_breaks_and_blocks_in_a_cell_are_line_ends():
    page = "<table><tr><td>一<br>二<p>三</p>四<td>\n  五\n  六&nbsp;<br><td>&nbsp;</table>"
    assert read(page) == [[["一\n二\n三\n四", "五 六\xa0", ""]]]


def test_only_the_innermost_tables_are_data():
    page = (
        "<table><tr><td>导航<td><table><caption>表一</caption><tr><td>a<td>b</table>"
        "<p>中</p><table><tr><td>c<td>d</table><tr><td>版权</table>"
    )
    assert read(page) == ["导航", "表一", [["a", "b"]], "中", [["c", "d"]], "版权"]


def test_a_frame_round_a_text_is_text():
    assert read("<table><tr><td>一<br>二</table>") == ["一", "二"]


@pytest.mark.parametrize(
    "hidden",
    [
        '<p style="color:red; DISPLAY : none">旧</p>',
        "<div hidden><table><tr><td>1<td>2</table></div>",
        "<script>var 旧 = '<table>'</script>",
        "<style>p{}</style>",
        "<select><option>旧</select>",
        "<!-- 旧 -->",
        '<table style="display:none"><tr><td>1<td>2</table>',
    ],
)
def test_what_the_page_does_not_show_is_left_out(hidden: str):
    assert read(f"<body><p>前</p>{hidden}后</body>") == ["前", "后"]


def test_hidden_rows_and_cells_are_left_out():
    page = (
        '<table><tr><td>a<td style="display:none">x<td>b<tr style="display:none"><td>y<tr><td>c<td>d</table>'
    )
    assert read(page) == [[["a", "b"], ["c", "d"]]]


def test_a_place_is_an_xpath_that_finds_the_cell():
    page = "<body><p>前</p><table><tbody><tr><th>a<td>b<tr><td>c<td>d</table>"
    line, grid = read_html(page.encode()).blocks
    assert line.locator == "/html/body/p"
    assert isinstance(grid, Grid)
    assert grid.locator == "/html/body/table"
    assert [cell.locator for cell in grid.cells] == [
        "/html/body/table/tbody/tr[1]/th[1]",
        "/html/body/table/tbody/tr[1]/td[1]",
        "/html/body/table/tbody/tr[2]/td[1]",
        "/html/body/table/tbody/tr[2]/td[2]",
    ]


def test_line_ends_count_in_preformatted_text():
    assert read("<pre>一\n二</pre>") == ["一", "二"]


@pytest.mark.parametrize(
    "attribute", ["colspan=1000 rowspan=99999", "colspan=999999999", "rowspan=-1 colspan=x"]
)
def test_wild_spans_are_bounded(attribute: str):
    page = f"<table>{f'<tr><td {attribute}>a<td>b' * 2000}</table>"
    try:
        grids = read_html(page.encode(), Limits(max_cells=100_000)).blocks
        assert all(isinstance(grid, Grid) and covers_exactly(grid) for grid in grids)
    except Unreadable as error:
        assert error.reason == "too_large"


def test_nesting_beyond_reason_is_refused_or_read_whole():
    page = "<div>" * 3000 + "<table><tr><td>1<td>2</table>"
    try:
        assert read(page) == [[["1", "2"]]]
    except Unreadable as error:
        assert error.reason == "too_large"


def test_damage_is_told_and_nothing_else_escapes():
    page = "<table><tr><th colspan=2>科目<th rowspan=2>合计<tr><td>类<td>款</table><p>注：无<br>尾".encode()
    assert_only_unreadable(read_html, page, damaged, 500)


def test_damaged_tables_are_still_covered_exactly():
    page = b"<table><tr><th colspan=2>a<th rowspan=2>b<tr><td>c<td>d<tr><td rowspan=3>e<td>f<td>g</table>" * 3
    for seed in range(300):
        for block in read_html(damaged(page, random.Random(seed))).blocks:
            assert not isinstance(block, Grid) or covers_exactly(block)
