"""Printed titles name their form, whatever year, level, number or body stands with them; nothing else does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from schemas.title import (
    Title,
    bare_title,
    body_of_title,
    form_of_title,
    is_form_number,
    title_key,
    titles,
)
from tests.shared import ROOT

ACCEPTED = yaml.safe_load(Path(__file__).with_name("data").joinpath("titles.yaml").read_text("utf-8"))
PAIRS = [(title, form) for form, accepted in ACCEPTED.items() for title in accepted]


@pytest.mark.parametrize(("title", "form"), PAIRS)
def test_each_accepted_title_names_its_form(title: str, form: str) -> None:
    assert form_of_title(title) == form


@pytest.mark.parametrize(
    "dressing",
    [
        "2024年{}",
        "2024年度部门{}",
        "2026年预算单位{}",
        "公开01表 {}",
        "{}（公开01表）",
        "附件1：{}",
        "表一、{}",
        "十二、2018年度江苏省高级人民法院{}",
        "上海市普陀区财政局（本级）2024年度{}",
        "{}（续）",
        "{}（续表一）",
        "{} 单位：万元",
        "26年度{}",
        "二〇二四年{}",
        "2024年区级部门{}",
        "2024年预算部门{}",
        "2025年上海市普陀区预算单位{}",
        "上海市样例局机关2024年{}",
        "{}（汇总）",
        "{}（公开表）",
        "{} 公开表一",
        "表一 {}",
        "附1：{}",
        "（表1）{}",
        "部门预算公开表1 {}",
        "部门预算01-1表 {}",
        "财决公开01表 {}",
        "公开表十二 {}",
        "第二部分 {}",
        "Z01 {}",
        "● {}",
    ],
)
def test_year_level_number_and_body_do_not_matter(dressing: str) -> None:
    # All titles in one test: a test of its own for each pair would be thousands.
    dressed = {dressing.format(title): form for title, form in PAIRS}
    assert {title: form_of_title(title) for title in dressed} == dressed


@pytest.mark.parametrize("title", titles(), ids=lambda each: each.form)
def test_the_official_title_of_each_form_is_recognised(title: Title) -> None:
    assert form_of_title(title.title) == title.form


@pytest.mark.parametrize(
    "text",
    [
        "收支总表情况说明",
        "一、收支预算总表情况说明",
        "关于收支总表的说明",
        "部门预算表",
        "2024年单位预算表",
        "第二部分 2024年度部门决算表",
        "政府性基金预算收入表",
        "国有资产占用情况表",
        "项目支出绩效自评表",
        "本表反映部门年度收支预算情况。",
        "一般公共预算基本支出政府预算经济分类表",
        "基本支出表",
        "收支总",
        "单位：万元",
    ],
)
def test_what_is_no_table_s_title_names_no_form(text: str) -> None:
    assert form_of_title(text) is None


@pytest.mark.parametrize(
    ("longer", "form"),
    [
        ("财政拨款收支总表", "appropriation_summary"),
        ("财政拨款支出预算表", "appropriation_expenditure"),
        ("一般公共预算财政拨款基本支出决算表", "general_budget_basic_expenditure"),
        (
            "一般公共预算基本支出表--人员经费(工资福利支出)(按政府预算经济分类)",
            "basic_wages_government_economic",
        ),
        (
            "一般公共预算基本支出表--公用经费(商品和服务支出)(按部门预算经济分类)",
            "basic_goods_department_economic",
        ),
        ("政府性基金预算财政拨款收入支出决算表", "government_fund_expenditure"),
    ],
)
def test_a_title_inside_a_longer_one_is_no_match(longer: str, form: str) -> None:
    assert form_of_title(longer) == form


@pytest.mark.parametrize(
    ("printed", "bare"),
    [
        ("收入支出决算总表      公开01表", "收入支出决算总表"),
        ("公开01表 收入支出决算总表", "收入支出决算总表"),
        ("收入支出决算总表 单位：万元", "收入支出决算总表"),
        ("一、2018年度江苏省高级人民法院收支预算总表", "一、2018年度江苏省高级人民法院收支预算总表"),
        ("财政拨款基本支出预算表（经济科目）", "财政拨款基本支出预算表（经济科目）"),
    ],
)
def test_captions_in_the_title_s_line_are_no_part_of_it(printed: str, bare: str) -> None:
    assert bare_title(printed) == bare


@pytest.mark.parametrize(
    "number",
    [
        "公开01表",
        "（公开01表）",
        "公开 01 表",
        "公开表一",
        "公开十二表",
        "财决公开07表",
        "预算01-1表",
        "表1",
        "附件2-1：",
        "决算公开附表",
        "部门预算公开表3",
    ],
)
def test_a_form_s_number_alone_is_no_title(number: str) -> None:
    assert is_form_number(number)
    assert form_of_title(number) is None


@pytest.mark.parametrize("text", ["收支总表", "一、机构设置", "预算数", "2024年", "部门：财政局", "第3页"])
def test_other_words_are_no_form_s_number(text: str) -> None:
    assert not is_form_number(text)


def test_the_body_before_a_title_is_told() -> None:
    assert body_of_title("上海市普陀区财政局2024年度收入支出决算总表") == "上海市普陀区财政局"
    assert body_of_title("收入支出决算总表") is None


def test_titles_with_radicals_and_full_width_letters_are_the_same() -> None:
    assert title_key("⽀出总表") == title_key("支 出 总 表")
    assert form_of_title("⽀出总表") == "expenditure_summary"


def test_every_real_title_of_the_truth_files_names_its_form() -> None:
    files = sorted((ROOT / "corpus" / "truth").glob("*.json"))
    if not files:
        pytest.skip("no truth files")
    tables = [table for file in files for table in json.loads(file.read_text("utf-8"))["tables"]]
    assert [form_of_title(table["title_printed"]) for table in tables] == [table["form"] for table in tables]
