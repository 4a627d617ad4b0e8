"""DOCX."""

from __future__ import annotations

import pytest

from parsers.grid import Grid
from parsers.limits import Limits
from parsers.word import read_word
from schemas.errors import Unreadable
from tests.parsers.mutations import assert_only_unreadable, damaged, damaged_parts
from tests.parsers.office import docx, p, packed, tbl, tc
from tests.parsers.renderings import assert_is_the_seed, covers_exactly, rendering, texts

RESTART, CONTINUE = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"


def read(body: str) -> list[str | list[list[str]]]:
    return texts(read_word(docx(body)))


def test_the_seed_is_exact():
    assert_is_the_seed(read_word(rendering("A_docx.docx").read_bytes()))


def test_paragraphs_and_tables_keep_their_order():
    body = p("收支总表") + tbl(tc("项目") + tc("预算数")) + p("注：无") + tbl(tc("a") + tc("b"))
    assert read(body) == ["收支总表", [["项目", "预算数"]], "注：无", [["a", "b"]]]


def test_places_count_paragraphs_tables_rows_and_columns_from_one():
    line, grid = read_word(docx(p("") + p("标题") + tbl(tc("a") + tc("b"), tc("c") + tc("d")))).blocks
    assert line.locator == "paragraph 2"
    assert isinstance(grid, Grid)
    assert grid.cells[3].locator == "table 1, row 2, column 2"


def test_merged_cells_have_their_spans():
    grid = read_word(
        docx(
            tbl(
                tc("功能科目", '<w:gridSpan w:val="2"/>') + tc("合计", RESTART),
                tc("类") + tc("款") + tc("", CONTINUE),
                tc("201") + tc("03") + tc("464.85"),
            )
        )
    ).blocks[0]
    assert isinstance(grid, Grid)
    assert grid.texts() == [["功能科目", "", "合计"], ["类", "款", ""], ["201", "03", "464.85"]]
    assert [(c.row_span, c.col_span) for c in grid.cells[:2]] == [(1, 2), (2, 1)]
    assert covers_exactly(grid)


def grid_of_widths(*widths: int, row: str) -> str:
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return tbl(tc("科目") + tc("金额", f'<w:gridSpan w:val="{len(widths) - 1}"/>'), row).replace(
        "<w:tbl>", f"<w:tbl><w:tblGrid>{columns}</w:tblGrid>"
    )


def test_columns_too_narrow_to_be_seen_are_no_columns():
    wide = tc("行政运行", '<w:gridSpan w:val="2"/>')
    assert read(grid_of_widths(1080, 1, 1080, row=wide + tc("1.00"))) == [
        [["科目", "金额"], ["行政运行", "1.00"]]
    ]
    assert read(grid_of_widths(1080, 1, 1080, row=tc("a") + tc("1") + tc("2"))) == [
        [["科目", "金额", ""], ["a", "1", "2"]]  # something is printed in it
    ]


def test_rows_that_begin_late_and_end_early_are_filled():
    rows = tbl(tc("a") + tc("b") + tc("c"), '<w:trPr><w:gridBefore w:val="1"/></w:trPr>' + tc("d"), tc("e"))
    assert read(rows) == [[["a", "b", "c"], ["", "d", ""], ["e", "", ""]]]


def test_runs_tabs_and_breaks_are_the_printed_text():
    run = "<w:r><w:t>525.</w:t></w:r><w:r><w:t>41</w:t><w:br/><w:t>甲</w:t><w:tab/><w:t>乙</w:t></w:r>"
    assert read(f"<w:p>{run}</w:p>" + tbl(f"<w:tc><w:p>{run}</w:p>{p('尾')}</w:tc>" + tc("b"))) == [
        "525.41",
        "甲\t乙",
        [["525.41\n甲\t乙\n尾", "b"]],
    ]


@pytest.mark.parametrize(
    "run",
    [
        "<w:del><w:r><w:delText>旧</w:delText></w:r></w:del>",
        "<w:moveFrom><w:r><w:t>旧</w:t></w:r></w:moveFrom>",
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>旧</w:t></w:r>",
        "<w:r><w:instrText>PAGE</w:instrText></w:r>",
    ],
)
def test_text_that_word_does_not_show_is_left_out(run: str):
    assert read(f"<w:p><w:ins><w:r><w:t>新</w:t></w:r></w:ins>{run}</w:p>") == ["新"]


def test_a_deleted_row_is_left_out():
    rows = tbl("<w:trPr><w:del/></w:trPr>" + tc("旧") + tc("1"), tc("新") + tc("2"))
    assert read(rows) == [[["新", "2"]]]


def test_content_controls_are_transparent():
    cell = f"<w:sdt><w:sdtPr/><w:sdtContent>{tc('a')}</w:sdtContent></w:sdt>"
    assert read(f"<w:sdt><w:sdtContent>{tbl(cell + tc('b'))}</w:sdtContent></w:sdt>") == [[["a", "b"]]]


def test_a_text_box_is_read_once():
    box = f"<w:pict><w:txbxContent>{p('单位名称：某局')}</w:txbxContent></w:pict>"
    choice = f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
    choice = f"<mc:AlternateContent>{choice}</mc:AlternateContent>"
    assert read(f"<w:p><w:r><w:t>封面</w:t>{choice}</w:r></w:p>") == ["封面", "单位名称：某局"]


def test_a_table_that_only_arranges_tables_is_no_grid():
    inner = tbl(tc("a") + tc("b"), tc("c") + tc("d"))
    outer = tbl(f"<w:tc>{p('标题')}{inner}{p('注')}</w:tc>")
    assert read(outer) == ["标题", [["a", "b"], ["c", "d"]], "注"]


def test_a_data_table_keeps_its_cells_beside_a_table_inside():
    inner = tbl(tc("x") + tc("y"))
    outer = tbl(tc("a") + tc("b"), tc("c") + f"<w:tc>{p('d')}{inner}</w:tc>")
    assert read(outer) == [[["a", "b"], ["c", "d"]], [["x", "y"]]]


def test_a_cell_alone_in_its_table_is_text():
    assert read(tbl(tc("一个框"))) == ["一个框"]


def test_entities_are_not_expanded():
    bomb = '<!DOCTYPE d [<!ENTITY a "LOL"><!ENTITY f SYSTEM "file:///etc/hostname">]>'
    blocks = texts(read_word(docx("<w:p><w:r><w:t>x&a;&f;</w:t></w:r></w:p>", prolog=bomb)))
    assert blocks == ["x"]


def test_a_span_of_millions_is_refused():
    with pytest.raises(Unreadable) as error:
        read_word(docx(tbl(tc("a", '<w:gridSpan w:val="9999999"/>') + tc("b"))))
    assert error.value.reason == "too_large"


def test_many_tables_share_one_limit():
    wide = tbl(tc("a", '<w:gridSpan w:val="600"/>') + tc("b"))
    with pytest.raises(Unreadable) as error:
        read_word(docx(wide * 2), Limits(max_cells=1_000))
    assert error.value.reason == "too_large"


def test_a_container_that_unpacks_to_too_much_is_refused():
    bomb = packed({"word/document.xml": b"<a>" + b" " * 30_000_000 + b"</a>"})
    with pytest.raises(Unreadable) as error:
        read_word(bomb)
    assert error.value.reason == "too_large"


@pytest.mark.parametrize("damage", [damaged, damaged_parts])
def test_damage_is_told_and_nothing_else_escapes(damage):
    body = p("标题") + tbl(tc("a", RESTART) + tc("b", '<w:gridSpan w:val="2"/>'), tc("", CONTINUE) + tc("d"))
    assert_only_unreadable(read_word, docx(body), damage, 300)


def test_horizontal_merges_of_old_word_are_spans():
    cells = tc("a", '<w:hMerge w:val="restart"/>') + tc("", "<w:hMerge/>") + tc("b")
    assert read(tbl(cells, tc("c") + tc("d") + tc("e"))) == [[["a", "", "b"], ["c", "d", "e"]]]


def test_a_symbol_is_a_character():
    assert read('<w:p><w:r><w:sym w:char="2264"/><w:t>5</w:t><w:sym w:char="x"/></w:r></w:p>') == ["≤5"]
