from __future__ import annotations

import re
import shutil
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from lxml import html as lxml_html
from PIL import Image

from flows.cli.entry import _run
from flows.pool import DocumentPool
from flows.report import makers
from flows.report.build import Built, build_report
from flows.report.digest import owed
from flows.report.manifest import NAME as MANIFEST
from flows.report.scope import Scope
from infra.lake import Lake
from infra.settings import Settings
from tests.flows.report import crashing
from tests.flows.report.conftest import NAME, SECOND, Filled, Pages, ingest
from tests.generator.disclosure import seed, with_change
from tests.generator.text import write_text


def texts(path: Path, selector: str) -> list[str]:
    tree = lxml_html.document_fromstring(path.read_bytes().decode())
    return [" ".join(str(each.text_content()).split()) for each in tree.cssselect(selector)]


def everything(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }


def test_every_document_unit_and_refusal_has_its_page(pages: Pages) -> None:
    assert pages.built.documents == 3
    assert len(list(pages.folder.glob("document/*/*.html"))) == 3
    assert len(list(pages.folder.glob("unit/*.html"))) == 2
    assert "html_error_page" in (pages.folder / "quarantine.html").read_text(encoding="utf-8")


def test_every_link_and_picture_leads_to_a_file_or_a_cell(pages: Pages) -> None:
    for path in pages.folder.rglob("*.html"):
        tree = lxml_html.document_fromstring(path.read_bytes().decode())
        ids = set(tree.xpath("//@id"))
        for link in tree.xpath("//a/@href | //img/@src | //link/@href | //script/@src"):
            if link == "data:,":
                continue
            target, _, anchor = link.partition("#")
            assert not re.match(r"[a-z]+:", target), link
            assert not target or (path.parent / target).is_file(), link
            assert not anchor or target or anchor in ids, link


def test_the_index_tells_forms_present_empty_and_missing(pages: Pages) -> None:
    labels = lxml_html.parse(pages.folder / "index.html").xpath("//tr//span[@class='forms']/@aria-label")
    assert len(labels) == 3
    assert all(f"{len(owed('hunan'))} 表" in label and "空表" in label for label in labels)


def test_the_second_run_makes_nothing(filled: Filled, pages: Pages) -> None:
    before = everything(pages.folder)
    assert build_report(filled.lake, filled.settings, pages.folder) == Built(3, 0, 0)
    assert everything(pages.folder) == before


def test_the_same_lake_gives_the_same_bytes(filled: Filled, pages: Pages, tmp_path: Path) -> None:
    build_report(filled.lake, filled.settings, tmp_path)
    assert everything(tmp_path) == everything(pages.folder)


def test_a_lost_picture_is_made_again(filled: Filled, tmp_path: Path) -> None:
    scope = Scope(units=("430202-054001",))
    build_report(filled.lake, filled.settings, tmp_path, scope)
    picture = next(tmp_path.glob("document/*/*/p*.png"))
    picture.unlink()
    assert build_report(filled.lake, filled.settings, tmp_path, scope) == Built(1, 1, 0)
    assert picture.is_file()


ONE_YEAR = Scope(years=(2023,))


@pytest.mark.parametrize(
    ("before", "scope", "documents", "made"),
    [
        # From a report of everything: what is left is there already, but for the pages that tell of several.
        (None, ONE_YEAR, 1, 3),
        (None, Scope(regions=("430000",)), 3, 2),
        (None, Scope(regions=("320000",)), 0, 2),
        # From that of another year: its document goes, the others come.
        (ONE_YEAR, Scope(units=("430202-054001",)), 1, 3),
        (ONE_YEAR, Scope(regions=("430202",), years=(2024,)), 2, 5),
    ],
)
def test_a_scope_shows_its_documents_and_removes_the_rest(
    filled: Filled,
    pages: Pages,
    tmp_path: Path,
    before: Scope | None,
    scope: Scope,
    documents: int,
    made: int,
) -> None:
    out = tmp_path / "out"
    if before is None:
        shutil.copytree(pages.folder, out)
    else:
        build_report(filled.lake, filled.settings, out, before)
    kept = out / "mine.txt"
    kept.write_text("not the report's")
    built = build_report(filled.lake, filled.settings, out, scope)
    assert (built.documents, built.made) == (documents, made)
    assert len(list(out.glob("document/*/*.html"))) == documents
    assert kept.is_file()


def test_only_the_changed_document_is_made_again(
    tmp_path: Path, pool: DocumentPool, settings: Settings
) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    own = seed()
    path = folder / f"{own.file_name}.txt"
    path.write_bytes(write_text(own))
    lake = ingest(folder, settings, pool)
    assert build_report(lake, settings, out).documents == 1
    index = next(place for place, table in enumerate(own.tables) if table.number == 3)
    path.write_bytes(write_text(with_change(own, index, 0, 5, "1.00")))
    ingest(folder, settings, pool)
    built = build_report(lake, settings, out)
    # The document under its new bytes, its unit and the index; the page of the old bytes is gone.
    assert (built.documents, built.made, built.removed) == (1, 3, 1)
    page = next(out.glob("document/*/*.html"))
    assert any("较前版的变化" in text for text in texts(page, "caption"))
    assert "10,000.00" in " ".join(texts(page, "#versions ~ * td, table.list td"))


def test_a_page_shows_every_figure_of_the_lake_and_its_yuan(filled: Filled, pages: Pages) -> None:
    path = pages.document(NAME, 2024)
    tree = lxml_html.document_fromstring(path.read_bytes().decode())
    shown = {cell.get("id"): cell for cell in tree.cssselect("table.cells td")}
    lines = filled.lake.scan("budget_line").filter(pl.col("year") == 2024, pl.col("org_unit_name") == NAME)
    for row in lines.collect().iter_rows(named=True):
        cell = shown[f"c{row['table_no']}-{row['row_no']}-{row['col_no']}"]
        assert "n" in (cell.get("class") or "").split()
        if row["amount_yuan"] is not None:
            assert Decimal(cell.get("data-y").replace(",", "")) == row["amount_yuan"]


def test_cells_and_boxes_are_one_to_one(pages: Pages) -> None:
    tree = lxml_html.document_fromstring(pages.document(NAME, 2024).read_bytes().decode())
    cells = {each[1:] for each in tree.xpath("//table[@class='cells']//td/@id")}
    boxes = {each[1:] for each in tree.xpath("//*[local-name()='rect']/@id")}
    assert boxes == cells


def test_a_box_lies_where_its_figure_is_printed(pages: Pages) -> None:
    """Under the box of a figure the picture has ink, under that of a blank cell it has none."""
    path = pages.document(NAME, 2024)
    tree = lxml_html.document_fromstring(path.read_bytes().decode())
    texts_of = {cell.get("id"): cell.text for cell in tree.cssselect("table.cells td")}
    seen = {True: 0, False: 0}
    for leaf in tree.xpath("//div[@class='leaf']"):
        drawing = leaf.find("svg")
        with Image.open(path.parent / leaf.find("img").get("src")) as picture:
            page = picture.convert("L")
        scale = page.width / float(drawing.get("viewbox").split()[2])
        for rect in drawing.findall("rect"):
            x, y, width, height = (float(rect.get(side)) for side in ("x", "y", "width", "height"))
            inside = (x + 1.5, y + 1.5, x + width - 1.5, y + height - 1.5)
            left, top, right, bottom = (round(side * scale) for side in inside)
            darkest = min(page.crop((left, top, right, bottom)).tobytes())
            text = texts_of["c" + rect.get("id")[1:]]
            assert (darkest < 128) == bool(text), (rect.get("id"), text)
            seen[bool(text)] += 1
    assert min(seen.values()) > 100


def test_a_failing_sum_is_spelled_out_and_its_cells_are_marked(pages: Pages) -> None:
    path = pages.document(SECOND, 2024)
    said = " ".join(texts(path, ".findings li"))
    assert "≠" in said
    assert "算" in said
    assert texts(path, "td.m-error")


def test_a_spreadsheet_or_text_has_places_in_words_and_no_picture(pages: Pages) -> None:
    path = pages.document(NAME, 2023)
    tree = lxml_html.document_fromstring(path.read_bytes().decode())
    assert not tree.xpath("//img")
    assert any(place.startswith("line ") for place in tree.xpath("//td/@data-l"))


def test_the_page_pictures_are_small_and_whole(pages: Pages) -> None:
    pictures = list(pages.folder.glob("document/*/*/p*.png"))
    assert pictures
    for path in pictures:
        with Image.open(path) as picture:
            assert min(picture.size) > 800
        assert path.stat().st_size < 250_000


def test_the_unit_page_has_its_years_side_by_side_and_what_changed(pages: Pages) -> None:
    path = next(pages.folder.glob("unit/430202-052001.html"))
    assert {"2023 预算", "2024 预算"} <= set(texts(path, "th a"))
    assert any("2023 → 2024" in text for text in texts(path, "h2"))
    assert any("2010301" in text for text in texts(path, "th"))


def test_the_command_makes_the_pages(
    filled: Filled, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["report", "--lake", filled.settings.lake, "--year", "2023", "--out", str(tmp_path / "out")]
    assert _run(arguments) == 0
    assert "1 documents" in capsys.readouterr().out
    assert (tmp_path / "out" / "index.html").is_file()
    assert _run([*arguments, "--region", "999999"]) == 2
    (tmp_path / "file").write_text("in the way")
    assert _run(["report", "--lake", filled.settings.lake, "--out", str(tmp_path / "file")]) == 2


def test_an_empty_lake_has_an_index_that_says_so(settings: Settings, lake: Lake, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert build_report(lake, settings, out).documents == 0
    assert "0 / 0" in (out / "index.html").read_text(encoding="utf-8")


def test_a_process_that_dies_costs_pictures_and_no_page(
    filled: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(makers, "make_document", crashing.die_with_pictures)
    assert build_report(filled.lake, filled.settings, tmp_path).documents == 3
    assert len(list(tmp_path.glob("document/*/*.html"))) == 3
    assert not list(tmp_path.glob("document/430202-054001/*/p*.png"))
    assert list(tmp_path.glob("document/430202-052001/*/p*.png"))
