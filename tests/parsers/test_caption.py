"""Captions: money units, organisations, notes, in the wordings that are printed."""

from __future__ import annotations

import pytest

from parsers.caption import declares_empty, is_caption, is_name, is_note, is_tag, money_unit, organisation


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("单位：万元", "万元"),
        ("金额单位：元", "元"),
        ("单 位: 万 元", "万元"),
        ("单位：人民币万元", "万元"),
        ("金额单位：人民币元", "元"),
        ("（单位：万元）", "万元"),
        ("单位：（元）", "元"),
        ("计量单位：千元", "千元"),
        ("单位：亿元", "亿元"),
        ("（万元）", "万元"),
        ("万元", "万元"),
        ("预算数（万元）", "万元"),
        ("部门：江苏省财政厅 单位：万元", "万元"),
        ("单位：元（列至角分）", "元"),
        ("金额单位：万元 公开01表", "万元"),
        ("单位：万元 第1页 共2页", "万元"),
        ("单位：“万元”", "万元"),
        ("单位为万元", "万元"),
        ("人民币：万元", "万元"),
    ],
)
def test_a_money_unit_is_found_in_every_wording(text: str, unit: str) -> None:
    assert money_unit(text) == unit


@pytest.mark.parametrize(
    "text",
    [
        "单位：052001_株洲市荷塘区行政审批服务局",
        "度量单位：人",
        "单位：个",
        "元旦",
        "收入10万元",
        "单位：元素",
        "合计",
    ],
)
def test_another_meaning_of_unit_is_no_money_unit(text: str) -> None:
    assert money_unit(text) is None


@pytest.mark.parametrize(
    ("text", "code", "name"),
    [
        ("单位：052001_株洲市荷塘区行政审批服务局", "052001", "株洲市荷塘区行政审批服务局"),
        ("单位：052001-长沙市教育局", "052001", "长沙市教育局"),
        ("预算单位：[052001]长沙市教育局", "052001", "长沙市教育局"),
        ("单位：052001长沙市教育局", "052001", "长沙市教育局"),
        ("部门：052长沙市教育局", "052", "长沙市教育局"),
        ("部门：120急救中心", None, "120急救中心"),
        ("部 门:中共江苏省委办公厅", None, "中共江苏省委办公厅"),
        ("编制部门：上海市财政局", None, "上海市财政局"),
        ("公开部门：上海市财政局 公开01表 金额单位：万元", None, "上海市财政局"),
        ("编制单位：上海市财政局 2024年度 单位：元", None, "上海市财政局"),
        ("部门（单位）名称：长沙市教育局（本级）", None, "长沙市教育局（本级）"),
        ("部门/单位：长沙市教育局", None, "长沙市教育局"),
        ("填报单位（盖章）：长沙市教育局", None, "长沙市教育局"),
    ],
)
def test_an_organisation_is_found_with_its_code(text: str, code: str | None, name: str) -> None:
    found = organisation(text)
    assert found is not None
    assert (found.code, found.name) == (code, name)


@pytest.mark.parametrize(
    "text",
    [
        "单位：万元",
        "金额单位：人民币元",
        "单位：元（列至角分）",
        "度量单位：人",
        "部门：",
        "单位负责人：张三",
        "合计",
    ],
)
def test_a_caption_without_a_body_names_none(text: str) -> None:
    assert organisation(text) is None


@pytest.mark.parametrize("text", ["上海市普陀区XX局", "××局", "***局", "某单位", "□□局", "____局"])
def test_the_placeholders_of_blank_forms_are_no_names(text: str) -> None:
    assert not is_name(text)
    assert organisation(f"编制单位：{text}") is None


@pytest.mark.parametrize(
    "text", ["公开01表", "（公开01表）", "财决07表", "表一", "表十二", "附表2", "附件2-1", "预算公开表3"]
)
def test_a_form_s_number_is_a_tag(text: str) -> None:
    assert is_tag(text)
    assert is_caption(text)


@pytest.mark.parametrize("text", ["收入支出决算总表", "表1 收支总表", "公开", "2024年"])
def test_what_says_more_than_a_number_is_no_tag(text: str) -> None:
    assert not is_tag(text)


@pytest.mark.parametrize(
    "text", ["注：本表反映部门本年度收入。", "说明：某局无此项支出。", "附注1：…", "备注：无", "本表为空。"]
)
def test_notes_begin_with_their_word(text: str) -> None:
    assert is_note(text)


@pytest.mark.parametrize(
    "text",
    [
        "注：本部门2024年无政府性基金预算财政拨款安排的预算，故本表为空表。",
        "说明：上海市普陀区财政局本年度没有政府性基金预算财政拨款收入和支出，故本表无数据。",
        "此表为空",
        "注：本部门无相关收支项目",
        "本单位2024年度没有政府性基金预算收入",
        "注：我单位无2017年政府性基金支出安排。",
        "（无政府性基金支出）",
        "注：2024年度未安排国有资本经营预算支出。",
        "本部门不涉及政府性基金预算支出",
        "注：本表无数据。",
        "本单位不涉及此项内容",
        "样例厅2019年无政府性基金预算安排的支出",
        "本单位当年无政府性基金预算支出",
        "无相关数据",
    ],
)
def test_a_note_can_declare_that_its_table_is_empty(text: str) -> None:
    assert declares_empty(text)


@pytest.mark.parametrize(
    "text",
    [
        "注：如本表格为空，则表示本年度未安排此项目。",
        "若本表为空，表示无此项支出。",
        "注：本表反映收入情况。",
        "注：若此表为空表，则表示无此项预算",
        "无线电频率占用费安排的支出",
    ],
)
def test_a_rule_about_empty_tables_declares_nothing(text: str) -> None:
    assert not declares_empty(text)
