"""Files of several bodies drawn and read: each chapter gives what it gives as a file of its own."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache

import pytest

from parsers.document import Parsed, parse_document
from schemas.errors import NotUnderstood
from tests.generator.archive import zip_files
from tests.generator.disclosure import Disclosure, derive, without_money_unit
from tests.generator.families import FAMILIES
from tests.generator.ledger import Rule
from tests.generator.office import write_docx, write_xlsx
from tests.generator.pdf import draw_pdf
from tests.generator.style import Style, random_style
from tests.generator.table import Table
from tests.generator.text import write_text
from tests.parsers.test_chapters import DEPARTMENT, FIRST, SECOND, bodies


@cache
def disclosures() -> tuple[Disclosure, Disclosure, Disclosure]:
    """A department and two units of the seed's family, three tables each, targets of a project among them."""
    wanted = (
        "general_budget_expenditure",
        "three_public_expenditure",
        "project_performance",
    )
    made = []
    for number, (code, name) in enumerate((("052", DEPARTMENT), ("052001", FIRST), ("052002", SECOND)), 1):
        whole = derive(code, name, 2024, Rule(Fraction(1, number), Fraction(1, number), Fraction(1, number)))
        kept: list[Table] = []
        for each in whole.tables:
            if each.form in wanted and each.form not in {table.form for table in kept}:
                kept.append(each)
        made.append(replace(whole, tables=tuple(kept), contents=()))
    return made[0], made[1], made[2]


def small(family: str, number: int) -> Disclosure:
    """A disclosure of another family with its first four tables, of a body of its own."""
    whole = FAMILIES[family](random.Random(number))
    name = f"上海市普陀区样例{'甲乙丙丁'[number]}中心"

    def renamed(text: str) -> str:
        return text.replace(whole.unit_name, name)

    return replace(
        whole,
        unit_name=name,
        cover=tuple(map(renamed, whole.cover)),
        contents=(),
        tables=tuple(
            replace(each, captions=tuple(map(renamed, each.captions)), title=renamed(each.title))
            for each in whole.tables[:3]
        ),
    )


def rows_without_places(parsed: Parsed, at: int = 0) -> dict[str, list[dict[str, object]]]:
    """The rows of one of a file's disclosures but for what tells where in the file they stand."""
    place = {"document_id", "table_no", "page_no", "source_locator", "grid_json"}
    unit = parsed.disclosures[at].identity.unit_code
    return {
        name: [
            {
                key: value
                for key, value in row.items()
                if key not in place and not key.startswith(("bbox", "page_"))
            }
            for row in rows
            if row["unit_code"] == unit
        ]
        for name, rows in parsed.tables.items()
        if name != "document"
    }


WRITERS: dict[str, Callable[..., bytes]] = {
    "pdf": lambda one, *others: draw_pdf(one, None, *others),
    "docx": write_docx,
    "xlsx": lambda one, *others: write_xlsx(one, False, *others),
    "txt": lambda *chapters: b"\n\n".join(map(write_text, chapters)),
}


@pytest.mark.parametrize("ending", WRITERS)
def test_a_chapter_gives_the_rows_that_it_gives_as_a_file_of_its_own(ending: str) -> None:
    write = WRITERS[ending]
    parsed = parse_document(write(*disclosures()), f"公开.{ending}")
    assert [name for name, _ in bodies(parsed)] == [DEPARTMENT, FIRST, SECOND]
    for at, disclosure in enumerate(disclosures()):
        alone = parse_document(write(disclosure), f"公开.{ending}")
        assert rows_without_places(parsed, at) == rows_without_places(alone)
        assert parsed.disclosures[at].oddities == alone.oddities


@pytest.mark.parametrize("family", FAMILIES)
def test_chapters_of_every_family_come_back_from_any_drawing(family: str) -> None:
    one, other = small(family, 1), small(family, 2)
    other = replace(other, year=one.year)
    style = random_style(random.Random(len(family)), flow=False, contents="none")
    parsed = parse_document(draw_pdf(one, style, other), f"{one.year}年预算公开.pdf")
    assert [name for name, _ in bodies(parsed)] == [one.unit_name, other.unit_name]
    alone = parse_document(draw_pdf(other, style), f"{one.year}年预算公开.pdf")
    assert rows_without_places(parsed, 1)["budget_line"] == rows_without_places(alone)["budget_line"]


def test_the_files_of_an_archive_may_be_of_several_bodies() -> None:
    files = {
        f"{number}{each.unit_name}2024年部门预算.docx": write_docx(each)
        for number, each in enumerate(disclosures())
    }
    parsed = parse_document(zip_files(files), "公开.zip")
    assert [name for name, _ in bodies(parsed)] == [DEPARTMENT, FIRST, SECOND]
    for at, disclosure in enumerate(disclosures()):
        alone = parse_document(write_docx(disclosure), "公开.docx")
        assert rows_without_places(parsed, at) == rows_without_places(alone)


def test_the_names_of_an_archive_s_files_alone_tell_bodies_apart() -> None:
    files = {}
    for number, each in enumerate(disclosures()[1:], start=1):
        tables = tuple(replace(table, captions=("金额单位：万元",)) for table in each.tables[:2])
        bare = replace(each, cover=(), tables=tables)
        files[f"{number:02}{each.unit_name}2024年单位预算.docx"] = write_docx(bare)
    parsed = parse_document(zip_files(files), "公开.zip")
    assert bodies(parsed) == [(FIRST, "unit"), (SECOND, "unit")]


def test_an_archive_that_has_one_body_s_tables_twice_is_still_one_disclosure() -> None:
    bare = replace(
        disclosures()[1],
        tables=tuple(replace(each, captions=("金额单位：万元",)) for each in disclosures()[1].tables),
    )
    files = {f"{number}{FIRST}2024年部门预算.docx": write_docx(bare) for number in (1, 2)}
    parsed = parse_document(zip_files(files), "公开.zip")
    assert [name for name, _ in bodies(parsed)] == [FIRST]
    assert {each.kind for each in parsed.oddities} == {"form_printed_twice"}


def test_a_department_s_targets_told_by_unit_begin_no_chapter() -> None:
    department, unit, _ = disclosures()
    place = next(at for at, each in enumerate(department.tables) if each.form == "project_performance")
    told = department.tables[place]
    of_unit = replace(told, captions=tuple(text.replace(DEPARTMENT, FIRST) for text in told.captions))
    assert of_unit != told
    tables = (*department.tables[:place], of_unit, *department.tables[place + 1 :])
    parsed = parse_document(write_docx(replace(department, tables=tables), unit), "公开.docx")
    assert [row["statement_count"] for row in parsed.tables["document"]] == [3, 3]


def test_a_chapter_without_money_unit_keeps_the_whole_file_out() -> None:
    one, other, _ = disclosures()
    with pytest.raises(NotUnderstood) as caught:
        parse_document(write_docx(one, without_money_unit(other)), "公开.docx")
    assert caught.value.reason == "money_unit_missing"


def test_a_drawing_with_page_numbers_counts_pages_through_the_file() -> None:
    one, other, _ = disclosures()
    parsed = parse_document(draw_pdf(one, Style(page_numbers=True), other), "公开.pdf")
    pages = {
        name: {row["page_from"] for row in parsed.tables["statement"] if row["org_unit_name"] == name}
        for name in (one.unit_name, other.unit_name)
    }
    assert max(pages[one.unit_name]) < min(pages[other.unit_name])
