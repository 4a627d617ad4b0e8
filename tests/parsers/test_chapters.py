"""Files that hold the disclosures of several bodies: cut by what is printed, or refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from parsers.body import Body, body_of_cover
from parsers.document import Parsed, interpret_reading
from parsers.grid import Grid, Line, Oddity
from schemas.errors import NotUnderstood
from tests.parsers.blocks import grid, lines, reading, understood

DEPARTMENT, FIRST, SECOND = "株洲市荷塘区民政局", "株洲市荷塘区救助站", "株洲市荷塘区殡葬服务中心"
TITLES = ("一般公共预算支出预算表", "政府性基金支出预算表", "国有资本经营支出预算表")

Blocks = list[Line | Grid]


def table(title: str, page: int | None, amount: str, unit: str = "元", body: str | None = None) -> Blocks:
    captions = [f"编制单位：{body}"] if body else []
    rows = [["201", "一般公共服务支出", amount]]
    made = grid(["科目编码", "科目名称", "金额"], rows, page=page)
    return [*lines(title, *captions, f"单位：{unit}", page=page), made]


def chapter(page: int, amount: str, *cover: str, body: str | None = None, unit: str = "元") -> Blocks:
    """A cover, where there is one, and three tables on pages of their own."""
    first = lines(*cover, page=page)
    return [
        *first,
        *(
            block
            for at, title in enumerate(TITLES, 1)
            for block in table(title, page + at, amount, unit, body)
        ),
    ]


def bodies(parsed: Parsed) -> list[tuple[str, str]]:
    return [(each.identity.org_unit_name, each.identity.disclosure_level) for each in parsed.disclosures]


def amounts(parsed: Parsed) -> dict[str, set[Decimal | None]]:
    found: dict[str, set[Decimal | None]] = {}
    for row in parsed.tables["budget_line"]:
        found.setdefault(row["org_unit_name"], set()).add(row["amount_yuan"])
    return found


def refused(*blocks: Sequence[Line | Grid], file_name: str = "2024年预算公开.pdf") -> NotUnderstood:
    with pytest.raises(NotUnderstood) as caught:
        understood(*(block for part in blocks for block in part), file_name=file_name)
    assert caught.value.reason == "unit_conflict"
    return caught.value


def split(*blocks: Sequence[Line | Grid], file_name: str = "2024年预算公开.pdf") -> Parsed:
    return understood(*(block for part in blocks for block in part), file_name=file_name)


def test_captions_alone_tell_two_units_chapters_apart() -> None:
    parsed = split(chapter(1, "1.00", body=FIRST), chapter(5, "2.00", body=SECOND))
    assert [name for name, _ in bodies(parsed)] == [FIRST, SECOND]
    assert amounts(parsed) == {FIRST: {Decimal("1.00")}, SECOND: {Decimal("2.00")}}
    assert [row["table_no"] for row in parsed.tables["statement"]] == [1, 2, 3, 4, 5, 6]
    assert parsed.oddities == ()


def test_covers_alone_tell_a_department_and_its_units_apart() -> None:
    parsed = split(
        chapter(1, "3.00", f"{DEPARTMENT}2024年部门预算"),
        chapter(5, "1.00", f"第二部分 {FIRST}2024年单位预算"),
        chapter(9, "2.00", SECOND, "2024年单位预算"),
    )
    assert bodies(parsed) == [(DEPARTMENT, "department"), (FIRST, "unit"), (SECOND, "unit")]
    assert list(amounts(parsed).values()) == [{Decimal("3.00")}, {Decimal("1.00")}, {Decimal("2.00")}]
    assert {each.identity.unit_code for each in parsed.disclosures} == {
        row["unit_code"] for row in parsed.tables["document"]
    }
    places = [each.identity.evidence[-1] for each in parsed.disclosures]
    assert [(each.value, each.place) for each in places] == [
        ("1/3", "pages 1-4"),
        ("2/3", "pages 5-8"),
        ("3/3", "pages 9-12"),
    ]


def test_a_body_may_have_a_chapter_as_department_and_one_as_unit() -> None:
    parsed = split(
        chapter(1, "3.00", f"{DEPARTMENT}2024年部门预算", body=DEPARTMENT),
        chapter(5, "1.00", f"{DEPARTMENT}2024年单位预算", body=DEPARTMENT),
    )
    assert bodies(parsed) == [(DEPARTMENT, "department"), (DEPARTMENT, "unit")]
    assert len({row["unit_code"] for row in parsed.tables["document"]}) == 2


def test_every_chapter_has_its_own_money_unit() -> None:
    parsed = split(chapter(1, "1.00", body=FIRST, unit="万元"), chapter(5, "2.00", body=SECOND, unit="元"))
    assert amounts(parsed) == {FIRST: {Decimal("10000.00")}, SECOND: {Decimal("2.00")}}


def test_a_chapter_takes_no_money_unit_from_the_one_before_on_its_page() -> None:
    after: Blocks = [
        *lines(TITLES[0], f"编制单位：{SECOND}", page=4),
        grid(["科目编码", "科目名称", "金额"], [["201", "一般公共服务支出", "2.00"]], page=4),
        *table(TITLES[1], 5, "2.00", body=SECOND),
    ]
    with pytest.raises(NotUnderstood) as caught:
        split(chapter(1, "1.00", body=FIRST), after)
    assert caught.value.reason == "money_unit_missing"


def test_chapters_of_one_table_are_no_table_that_goes_on() -> None:
    parsed = split(
        [*lines(f"{FIRST}2024年单位预算", page=None), *table(TITLES[0], None, "1.00")],
        [*lines(SECOND, "2024年单位预算", page=None), *table(TITLES[0], None, "2.00")],
    )
    assert amounts(parsed) == {FIRST: {Decimal("1.00")}, SECOND: {Decimal("2.00")}}


def test_a_name_with_and_without_its_division_is_one_body() -> None:
    short = "救助站"
    parsed = split(chapter(1, "1.00", f"{FIRST}2024年单位预算", body=short), chapter(5, "2.00", body=SECOND))
    assert [name for name, _ in bodies(parsed)] == [short, SECOND]


@pytest.mark.parametrize(
    ("one", "other", "like"),
    [
        ("株洲市荷塘区财政局", "财政局", True),
        ("株洲市财政局（本级）", "株洲市财政局本级", True),
        ("少年儿童图书馆", "图书馆", False),
        ("株洲市财政局", "株洲市财政局本级", False),
        ("荷塘区财政局", "荷塘区财政局国库集中支付中心", False),
    ],
)
def test_names_are_of_one_body_where_only_the_division_before_differs(
    one: str, other: str, like: bool
) -> None:
    assert Body(one).is_like(Body(other)) is Body(other).is_like(Body(one)) is like


@pytest.mark.parametrize(
    ("text", "name", "level"),
    [
        ("第二部分 株洲市荷塘区救助站2024年单位预算", "株洲市荷塘区救助站", "单位"),
        ("二、2024年度株洲市荷塘区救助站部门决算公开表", "株洲市荷塘区救助站", "部门"),
        ("株洲市荷塘区救助站2024年预算公开", "株洲市荷塘区救助站", None),
        ("关于株洲市荷塘区救助站2024年部门预算的说明", None, None),
        ("株洲市荷塘区救助站2024年单位预算……15", None, None),
        ("2024年部门预算公开表", None, None),
    ],
)
def test_a_cover_s_title_is_a_body_s_name_year_and_kind_and_nothing_else(
    text: str, name: str | None, level: str | None
) -> None:
    found = body_of_cover(text.replace(" ", ""))
    assert (found and found.name, found and found.level) == (name, level)


def test_a_list_of_chapters_marks_none() -> None:
    listed = lines(*(f"{name}2024年单位预算" for name in (FIRST, SECOND)), page=2)
    cover = lines(f"{DEPARTMENT}2024年部门预算", page=1)
    parsed = split(
        cover, listed, chapter(3, "3.00"), chapter(7, "1.00", f"{FIRST}2024年单位预算", body=FIRST)
    )
    assert [name for name, _ in bodies(parsed)] == [DEPARTMENT, FIRST]
    assert amounts(parsed)[DEPARTMENT] == {Decimal("3.00")}


def test_a_running_head_of_the_whole_file_begins_no_chapter() -> None:
    def headed(blocks: Blocks) -> Iterator[Line | Grid]:
        pages: set[int | None] = set()
        for block in blocks:
            if block.page not in pages:
                pages.add(block.page)
                yield Line(f"{DEPARTMENT}2024年部门预算", block.page)
            yield block

    parsed = split(list(headed(chapter(1, "1.00", body=FIRST) + chapter(5, "2.00", body=SECOND))))
    assert amounts(parsed) == {FIRST: {Decimal("1.00")}, SECOND: {Decimal("2.00")}}


def test_what_the_file_s_name_says_of_one_body_is_not_said_of_the_others() -> None:
    parsed = split(
        chapter(1, "3.00", body=DEPARTMENT),
        chapter(5, "1.00", f"{FIRST}2024年单位预算", body=FIRST),
        file_name=f"{DEPARTMENT}2024年部门预算.pdf",
    )
    assert bodies(parsed) == [(DEPARTMENT, "department"), (FIRST, "unit")]
    assert [each.identity.conflicts for each in parsed.disclosures] == [(), ()]


def test_what_a_reader_noticed_is_told_of_the_chapter_on_whose_page_it_is() -> None:
    whole = reading(*chapter(1, "1.00", body=FIRST), *chapter(5, "2.00", body=SECOND))
    whole = replace(whole, oddities=(Oddity("stray_number", "5.00", page=6), Oddity("broken", "no page")))
    parsed = interpret_reading(whole, "0" * 64, 1, "2024年预算公开.pdf", source_uri="x")
    assert [[each.kind for each in part.oddities] for part in parsed.disclosures] == [
        ["broken"],
        ["stray_number"],
    ]


@pytest.mark.parametrize(
    ("blocks", "says"),
    [
        (
            [
                chapter(1, "1.00", body=FIRST),
                chapter(5, "2.00", body=SECOND),
                table("支出功能分类预算表", 9, "1.00", body=FIRST),
                table(TITLES[0], 10, "1.00", body=FIRST),
            ],
            "before and after",
        ),
        (
            [
                chapter(1, "1.00", body=FIRST),
                table("机关运行经费支出预算表", 5, "1.00"),
                chapter(5, "2.00", body=SECOND),
            ],
            "does not say whose",
        ),
        ([chapter(1, "1.00", body=FIRST), chapter(5, "2.00")], "tables twice"),
        ([chapter(1, "1.00", f"{FIRST}2024年单位预算"), chapter(5, "2.00")], "tables twice"),
        (
            [
                chapter(1, "1.00", body=FIRST),
                chapter(5, "2.00", body=SECOND),
                chapter(9, "3.00"),
            ],
            "stands twice",
        ),
        ([chapter(1, "1.00"), chapter(5, "2.00", body=SECOND)], "tables twice"),
        (
            [
                table("机关运行经费支出预算表", 1, "1.00"),
                chapter(2, "1.00", f"{FIRST}2024年单位预算"),
                chapter(6, "2.00", f"{SECOND}2024年单位预算"),
            ],
            "before the cover",
        ),
        (
            [
                chapter(1, "1.00", body=FIRST),
                chapter(5, "1.00", body=FIRST),
                chapter(9, "2.00", body=SECOND),
            ],
            "stands twice",
        ),
        (
            [chapter(1, "1.00", body=FIRST), table(TITLES[0], 5, "2.00", body=SECOND)],
            "not a whole chapter",
        ),
        (
            [
                chapter(1, "1.00", f"{FIRST}2024年单位预算"),
                chapter(5, "2.00", f"{FIRST}2024年单位预算", body=SECOND),
            ],
            "whose cover names another",
        ),
        (
            [
                [*lines("单位编码：052001", page=1), *chapter(1, "1.00", body=FIRST)],
                [*lines("单位编码：052001", page=5), *chapter(5, "2.00", f"单位名称：{SECOND}", body=SECOND)],
            ],
            "under one code",
        ),
    ],
    ids=[
        "a_body_comes_back",
        "a_table_between_names_nobody",
        "a_set_after_captions_names_nobody",
        "a_set_after_a_cover_names_nobody",
        "a_third_set_names_nobody",
        "a_set_before_captions_names_nobody",
        "a_table_before_the_first_cover",
        "a_set_twice_under_one_name",
        "one_table_under_another_name",
        "cover_and_captions_disagree",
        "two_chapters_of_one_code",
    ],
)
def test_a_file_whose_chapters_are_in_doubt_is_refused_whole(blocks: list[Blocks], says: str) -> None:
    error = refused(*blocks)
    assert says in error.message
    assert error.message.startswith("2024年预算公开.pdf")


OTHERS = ("支出预算总表", "收入预算总表")


def other_forms(page: int, *cover: str, body: str | None = None) -> Blocks:
    """A chapter of forms that ``chapter`` has none of."""
    heads = {
        OTHERS[0]: ["科目编码", "科目名称", "合计", "基本支出", "项目支出"],
        OTHERS[1]: ["科目编码", "科目名称", "合计", "财政拨款收入"],
    }
    blocks: Blocks = [*lines(*cover, page=page)]
    for at, title in enumerate(OTHERS, 1):
        captions = [f"编制单位：{body}"] if body else []
        rows = [["201", "一般公共服务支出", *["7.00"] * (len(heads[title]) - 2)]]
        blocks += [
            *lines(title, *captions, "单位：元", page=page + at),
            grid(heads[title], rows, page=page + at),
        ]
    return blocks


def test_two_bodies_that_share_no_form_are_told_apart_by_captions() -> None:
    parsed = split(chapter(1, "1.00", body=FIRST), other_forms(5, body=SECOND))
    assert [name for name, _ in bodies(parsed)] == [FIRST, SECOND]
    assert amounts(parsed) == {FIRST: {Decimal("1.00")}, SECOND: {Decimal("7.00")}}


def test_two_bodies_that_share_no_form_are_told_apart_by_covers() -> None:
    parsed = split(chapter(1, "1.00", f"{FIRST}2024年单位预算"), other_forms(5, f"{SECOND}2024年单位预算"))
    assert amounts(parsed) == {FIRST: {Decimal("1.00")}, SECOND: {Decimal("7.00")}}


def test_two_bodies_that_share_no_form_and_take_turns_are_refused() -> None:
    first, second = (
        [*chapter(1, "1.00", body=FIRST), *other_forms(5, body=SECOND)],
        table("一般公共预算基本支出表", 9, "3.00", body=FIRST),
    )
    refused(first, second)


def test_one_table_under_another_name_is_a_slip_as_long_as_no_form_stands_twice() -> None:
    parsed = split(chapter(1, "1.00", body=FIRST), table("一般公共预算基本支出表", 9, "3.00", body=SECOND))
    assert [name for name, _ in bodies(parsed)] == [FIRST]


@pytest.mark.parametrize("name", ["株洲市荷塘区殡葬服务", "荷塘区殡葬中心"])
def test_a_name_cut_off_or_shortened_is_of_no_other_body(name: str) -> None:
    parsed = split(chapter(1, "1.00", body=SECOND), other_forms(5, body=name))
    assert [each for each, _ in bodies(parsed)] == [SECOND]
