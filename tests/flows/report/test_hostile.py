"""Texts and addresses of documents are data on the report's pages, whatever they say."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from lxml import html as lxml_html

from flows.pool import DocumentPool
from flows.report.build import build_report
from flows.report.pages import environment
from infra.lake import Lake
from infra.settings import Settings
from tests.flows.report.conftest import Filled, ingest
from tests.flows.report.test_report import texts
from tests.generator.disclosure import seed, with_change
from tests.generator.text import write_text

ATTACK = """<img src=x onerror="window.hacked=1"></script><script>window.hacked=1</script>'">&lt;b"""
FOUND_AT = f"https://files.example/表.pdf?{ATTACK}"
SCRIPT = "javascript:window.hacked=1"


def test_markup_in_a_cell_of_the_file_is_text(tmp_path: Path, pool: DocumentPool, settings: Settings) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    own = seed()
    index = next(place for place, table in enumerate(own.tables) if table.number == 3)
    row = next(place for place, cells in enumerate(own.tables[index].rows) if "2010301" in cells)
    column = own.tables[index].rows[row].index("行政运行")
    (folder / f"{own.file_name}.txt").write_bytes(
        write_text(with_change(own, index, row, column, "<b>行政</b>运行<script>x()</script>"))
    )
    lake = ingest(folder, settings, pool)
    build_report(lake, settings, tmp_path / "out")
    page = next((tmp_path / "out").glob("document/*/*.html"))
    assert any("<b>行政</b>运行<script>x()</script>" in text for text in texts(page, "td"))
    assert "<script>x()" not in page.read_text(encoding="utf-8")


def attacked(filled: Filled, out: Lake) -> Lake:
    """A lake in which every free text is an attack."""
    free = {
        "document": ["org_unit_name", "document_title", "source_uri", "file_name", "engine"],
        "statement": ["org_unit_name", "title_printed", "note", "source_locator"],
        "budget_line": [
            "org_unit_name",
            "text_raw",
            "line_label",
            "function_name",
            "econ_name",
            "column_path",
        ],
        "finding": ["org_unit_name", "check_scope", "message_zh", "message_en"],
    }
    view = filled.lake.snapshot()
    frames = {}
    for table, columns in free.items():
        rows = view.scan(table).collect()
        frames[table] = rows.with_columns(
            pl.when(pl.col(name).is_not_null()).then(pl.lit(ATTACK)).alias(name) for name in columns
        )
    frames["document"] = frames["document"].with_columns(
        source_url=pl.lit(FOUND_AT), page_url=pl.lit(SCRIPT), published_date=pl.lit(date(2024, 2, 1))
    )
    frames["statement"] = frames["statement"].with_columns(
        column_paths=pl.col("column_paths").list.eval(pl.lit(ATTACK, pl.String))
    )
    out.commit(frames)
    return out


@pytest.fixture(scope="session")
def hostile(filled: Filled, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a lake whose every free text is an attack."""
    settings = Settings(lake=str(tmp_path_factory.mktemp("hostile-lake")), workers=1)
    folder = tmp_path_factory.mktemp("hostile")
    build_report(attacked(filled, Lake.of(settings)), settings, folder)
    return folder


def test_hostile_texts_of_the_lake_are_shown_as_text(hostile: Path) -> None:
    pages = list(hostile.rglob("*.html"))
    assert len(pages) >= 7
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert "<img src=x" not in text
        assert "<script>window" not in text
        tree = lxml_html.document_fromstring(text)
        assert not tree.xpath("//*[@onerror]")
        assert len(tree.xpath("//script[not(@type)]")) == 1
    page = next(hostile.glob("document/*/*.html"))
    assert ATTACK in lxml_html.document_fromstring(page.read_text(encoding="utf-8")).text_content()


def test_a_document_leads_to_where_it_was_found_if_that_is_an_address_of_the_web(hostile: Path) -> None:
    for page in hostile.glob("document/*/*.html"):
        tree = lxml_html.document_fromstring(page.read_text(encoding="utf-8"))
        out = tree.xpath("//a[contains(@href, ':')]")
        assert [link.get("href") for link in out] == [FOUND_AT, FOUND_AT]
        assert [link.text_content() for link in out] == ["files.example", FOUND_AT]
        assert {link.get("rel") for link in out} == {"noopener noreferrer"}
        facts = dict(zip(texts(page, "dl.facts dt"), texts(page, "dl.facts dd"), strict=True))
        assert facts["公开 published"] == "2024-02-01"
        assert facts["来源页面 linked from"] == SCRIPT


@pytest.mark.parametrize(
    ("address", "leads"),
    [
        ("http://www.example.gov.cn/a/1.pdf", True),
        ("HTTPS://www.example.gov.cn/", True),
        ("java\nscript:window.hacked=1", False),
        (" javascript://www.example.gov.cn/%0Aalert(1)", False),
        ("data:text/html,x", False),
        ("//www.example.gov.cn/a", False),
        ("https://user:secret@www.example.gov.cn/a", False),
        ("https:///a", False),
        ("http://[::1", False),
        (None, False),
    ],
)
def test_only_an_address_of_the_web_becomes_a_link(address: str | None, leads: bool) -> None:
    template = environment().from_string('{% import "macros.html" as m with context %}{{ m.web(x, "") }}')
    assert ("<a href" in template.render(x=address)) == leads


def test_the_embedded_checks_stay_data_whatever_they_say(hostile: Path) -> None:
    for page in hostile.glob("document/*/*.html"):
        tree = lxml_html.document_fromstring(page.read_text(encoding="utf-8"))
        data = json.loads(tree.get_element_by_id("checks").text)
        assert data["checks"]
        assert all(len(check) == 4 for check in data["checks"])
