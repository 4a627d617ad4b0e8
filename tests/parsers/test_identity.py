"""Whose disclosure it is, by the votes of cover, captions, titles and file name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from parsers.identity import Identity, identify
from schemas.errors import NotUnderstood
from schemas.origin import Origin
from tests.parsers.blocks import Head, grid, lines, recognised

HEADS: list[Head] = [
    ("项目", ["功能分类科目编码", "功能分类科目名称"]),
    ("支出预算", ["合计", "基本支出", "项目支出"]),
]


def identity(
    *cover: str,
    captions: tuple[str, ...] = (),
    title: str = "支出总表",
    file_name: str | None = None,
    region: str | None = None,
    page: int = 2,
    origin: Origin | None = None,
) -> Identity:
    table = grid(HEADS, [["201", "一般公共服务支出", "3", "1", "2"]], page=page)
    found = recognised(lines(*cover), lines(title, *captions, "单位：元", page=page), table)
    return identify(found, file_name, region, origin)


@pytest.mark.parametrize(
    ("cover", "name", "year", "kind", "level"),
    [
        (("上海市普陀区司法局2026年度单位预算",), "上海市普陀区司法局", 2026, "budget", "unit"),
        (
            ("上海市普陀区人民政府", "样例路街道办事处 2024", "年度部门决算"),
            "上海市普陀区人民政府样例路街道办事处",
            2024,
            "final_accounts",
            "department",
        ),
        (
            ("上海市普陀区档案局（馆）", "2024 年度部门决算"),
            "上海市普陀区档案局（馆）",
            2024,
            "final_accounts",
            "department",
        ),
        (
            ("江苏省人大常委会办公厅", "2017年度部门预算"),
            "江苏省人大常委会办公厅",
            2017,
            "budget",
            "department",
        ),
        (
            ("2018年度江苏省高级", "人民法院预算公开", "2018年2月24日"),
            "江苏省高级人民法院",
            2018,
            "budget",
            "department",
        ),
        (
            ("江苏省2018年度", "省级部门预算公开报表", "部 门:中共江苏省委办公厅"),
            "中共江苏省委办公厅",
            2018,
            "budget",
            "department",
        ),
        (
            ("上海市2025年市级单位预算", "预算单位：上海市财政局"),
            "上海市财政局",
            2025,
            "budget",
            "unit",
        ),
        (
            ("上海市普陀区财政局2024年度部门决算",),
            "上海市普陀区财政局",
            2024,
            "final_accounts",
            "department",
        ),
        (("2023年度泸州市中医医院单位决算",), "泸州市中医医院", 2023, "final_accounts", "unit"),
        (
            ("单位名称：株洲市荷塘区教育局", "26年度部门预算"),
            "株洲市荷塘区教育局",
            2026,
            "budget",
            "department",
        ),
        (
            ("上海市普陀区财政局（本级）2024年度单位决算",),
            "上海市普陀区财政局（本级）",
            2024,
            "final_accounts",
            "unit",
        ),
        (
            ("上海市普陀区教育局", "二〇二四年度部门决算", "二○二五年八月"),
            "上海市普陀区教育局",
            2024,
            "final_accounts",
            "department",
        ),
        (
            ("复旦大学附属中学2024年度单位预算",),
            "复旦大学附属中学",
            2024,
            "budget",
            "unit",
        ),
    ],
)
def test_a_cover_says_whose_disclosure_it_is(
    cover: tuple[str, ...], name: str, year: int, kind: str, level: str
) -> None:
    found = identity(*cover)
    assert (found.org_unit_name, found.year) == (name, year)
    assert (found.document_kind, found.disclosure_level) == (kind, level)
    assert found.budget_phase == ("actual" if kind == "final_accounts" else "approved")
    assert found.conflicts == ()


def test_final_accounts_published_a_year_later_have_the_year_of_their_title() -> None:
    found = identity("上海市普陀区财政局2024年度部门决算", "2025年8月20日")
    assert (found.year, found.conflicts) == (2024, ())


def test_a_cover_on_the_page_of_the_first_table_counts() -> None:
    found = identity("上海市普陀区司法局2026年度单位预算", page=1)
    assert (found.org_unit_name, found.year, found.disclosure_level) == ("上海市普陀区司法局", 2026, "unit")


def test_without_a_cover_captions_titles_and_file_name_decide() -> None:
    found = identity(
        captions=("编制部门：上海市财政局",),
        title="2024年部门支出预算总表",
        file_name="上海市财政局24年预算.pdf",
    )
    assert (found.org_unit_name, found.year, found.region_code) == ("上海市财政局", 2024, "310000")
    assert {vote.source for vote in found.evidence} >= {"caption", "title", "file name"}


def test_the_file_name_alone_is_enough() -> None:
    found = identity(file_name="上海市普陀区财政局2024年度部门决算.pdf")
    assert (found.org_unit_name, found.year, found.budget_phase) == ("上海市普陀区财政局", 2024, "actual")


def test_a_labelled_line_outweighs_a_sentence_of_the_cover() -> None:
    found = identity("上海市普陀区2025年区级部门预算", "预算主管部门：上海市普陀区人民政府办公室")
    assert found.org_unit_name == "上海市普陀区人民政府办公室"


def test_a_printed_unit_code_keeps_its_leading_zeros() -> None:
    found = identity("2024年部门预算公开表", "单位编码：052001", "单位名称：株洲市荷塘区行政审批服务局")
    assert (found.printed_unit_code, found.org_unit_code) == ("052001", "052001")
    assert found.unit_code == "430202-052001"


def test_a_body_without_a_code_has_a_stable_one_of_its_name_and_level() -> None:
    one, same = (identity("上海市样例局2024年度部门预算").org_unit_code for _ in range(2))
    other = identity("上海市样例局2024年度单位预算").org_unit_code
    assert one == same
    assert one != other
    assert one.startswith("x")


def test_a_region_given_from_outside_beats_the_name() -> None:
    found = identity("株洲市荷塘区教育局2024年部门预算", region="430000")
    assert found.region_code == "430000"
    assert next(vote.source for vote in found.evidence if vote.field == "region_code") == "given"


def test_a_name_without_a_division_leaves_the_region_open() -> None:
    assert identity("区教育局2024年部门预算", captions=("部门：区教育局",)).region_code == "000000"


@pytest.mark.parametrize(
    ("cover", "file_name", "conflict"),
    [
        ("上海市财政局2024年部门预算", "上海市财政局2023年部门预算.pdf", "year"),
        ("上海市财政局2024年部门预算", "上海市财政局2024年部门决算.pdf", "budget_phase"),
        ("上海市财政局2024年部门预算", "上海市财政局2024年单位预算.pdf", "disclosure_level"),
    ],
)
def test_votes_that_contradict_each_other_are_a_conflict(cover: str, file_name: str, conflict: str) -> None:
    found = identity(cover, file_name=file_name)
    assert found.conflicts == (conflict,)
    assert (found.year, found.budget_phase, found.disclosure_level) == (2024, "approved", "department")


def test_years_in_prose_and_numbers_do_not_vote() -> None:
    found = identity(
        "上海市财政局2024年部门预算", "目录", "一、截至2023年12月31日的资产", "编号2013901", "20765.62"
    )
    assert (found.year, found.conflicts) == (2024, ())


@pytest.mark.parametrize(
    ("cover", "reason"),
    [
        ("上海市财政局部门预算", "year_missing"),
        ("上海市财政局2024年情况", "phase_missing"),
        ("2024年部门预算", "unit_missing"),
        ("上海市普陀区XX局2024年部门预算", "unit_missing"),
    ],
)
def test_what_no_source_says_is_refused_and_not_guessed(cover: str, reason: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        identity(cover, title="支出总表")
    assert caught.value.reason == reason


def test_every_vote_says_where_it_comes_from() -> None:
    found = identity("上海市财政局2024年部门预算", captions=("编制部门：上海市财政局",))
    places = {(vote.field, vote.source): vote.place for vote in found.evidence}
    assert places["year", "cover"] == "page 1"
    assert places["unit_name", "caption"] == "page 2"


ORIGIN = Origin(
    source_url="http://www.hetang.example/1.pdf",
    page_url="http://www.hetang.example/1.html",
    link_text="株洲市荷塘区样例局2024年部门预算.pdf",
    page_title="株洲市荷塘区样例局2024年部门预算公开",
    region="430202",
    unit_name="株洲市荷塘区样例局",
    year=2024,
    phase="approved",
    level="department",
)


def test_the_site_that_published_a_document_says_what_it_does_not_print() -> None:
    found = identity("公开表", file_name="附件1.pdf", origin=ORIGIN)
    assert (found.org_unit_name, found.year, found.budget_phase) == ("株洲市荷塘区样例局", 2024, "approved")
    assert (found.region_code, found.conflicts) == ("430202", ())
    assert {(vote.source, vote.place) for vote in found.evidence if vote.field == "year"} == {
        ("link text", ORIGIN.page_url)
    }


@pytest.mark.parametrize(
    ("origin", "source"),
    [
        (replace(ORIGIN, link_text="附件下载"), "page title"),
        (replace(ORIGIN, link_text="附件下载", page_title="信息公开"), "listing"),
    ],
)
def test_the_nearest_text_of_a_site_that_says_it_is_named(origin: Origin, source: str) -> None:
    found = identity("公开表", origin=origin)
    assert {vote.source for vote in found.evidence if vote.field == "year"} == {source}


@pytest.mark.parametrize(
    ("changes", "conflict"),
    [
        ({"link_text": "株洲市荷塘区样例局2023年部门预算"}, "year"),
        ({"link_text": "株洲市荷塘区样例局2024年部门决算"}, "budget_phase"),
        ({"link_text": "株洲市荷塘区样例局2024年单位预算"}, "disclosure_level"),
        ({"link_text": "株洲市荷塘区教育局2024年部门预算"}, "unit_name"),
        ({"region": "310107"}, "region_code"),
    ],
)
def test_what_a_site_says_never_overrides_the_document_and_a_difference_is_a_conflict(
    changes: dict[str, str], conflict: str
) -> None:
    # However many other things the site says.
    found = identity(
        title="株洲市荷塘区样例局2024年部门预算支出总表",
        origin=replace(ORIGIN, **changes),  # type: ignore[arg-type]
    )
    assert found.conflicts == (f"publisher.{conflict}",)
    assert (found.org_unit_name, found.year, found.budget_phase) == ("株洲市荷塘区样例局", 2024, "approved")
    assert (found.region_code, found.disclosure_level) == ("430202", "department")


@pytest.mark.parametrize(
    ("name", "region", "code"),
    [
        ("普陀区司法局", "310000", "310107"),
        ("区司法局", "310107", "310107"),
        ("株洲市第二中学", "430202", "430200"),
        ("普陀区司法局", "430202", "000000"),
    ],
)
def test_the_crawled_region_tells_divisions_of_one_name_apart_and_stands_where_none_is_named(
    name: str, region: str, code: str
) -> None:
    origin = Origin(region=region)
    found = identity(f"{name}2024年部门预算", captions=(f"部门：{name}",), origin=origin)
    assert found.region_code == code
    assert ("publisher.region_code" in found.conflicts) == (code == "000000")


def test_a_region_given_by_the_caller_beats_the_crawled_one() -> None:
    found = identity("株洲市荷塘区教育局2024年部门预算", region="430000", origin=ORIGIN)
    assert found.region_code == "430000"
