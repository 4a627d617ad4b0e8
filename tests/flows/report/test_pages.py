"""The pages in a real Chromium: linked cells and places, filters, keyboard, accessibility, no requests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.flows.report.axe import serious_faults
from tests.flows.report.browser import open_browser, why_no_browser
from tests.flows.report.conftest import NAME, SECOND, Pages
from tests.flows.report.test_hostile import hostile  # noqa: F401  a fixture

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

missing = why_no_browser()
pytestmark = pytest.mark.skipif(missing is not None, reason=missing or "")

DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


class Watched:
    """A page that remembers every error and every request but for files."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", self._dialog)
        page.on("request", self._request)

    def _dialog(self, dialog: Dialog) -> None:
        self.errors.append(dialog.message)
        dialog.dismiss()

    def _request(self, request: Any) -> None:
        if not request.url.startswith(("file:", "data:")):
            self.requests.append(request.url)


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    page = browser.new_page(viewport={"width": DESKTOP["width"], "height": DESKTOP["height"]})
    seen = Watched(page)
    yield seen
    page.close()
    assert seen.errors == []
    assert seen.requests == []


@pytest.fixture
def document(watched: Watched, pages: Pages) -> Page:
    """The page of the seed's document."""
    watched.page.goto(pages.document(NAME, 2024).as_uri())
    return watched.page


def cell_of(page: Page, text: str) -> str:
    """The name of the first figure with this text."""
    found = page.locator("table.cells td.n", has_text=re.compile(f"^{re.escape(text)}$")).first
    return str(found.get_attribute("id"))[1:]


def test_clicking_a_cell_shows_its_box(document: Page) -> None:
    name = cell_of(document, "149.03")
    document.locator(f"#c{name}").click()
    assert "on" in str(document.locator(f"#b{name}").get_attribute("class"))
    assert document.locator("rect.on").count() == 1
    box, pages = (
        document.locator(f"#b{name}").bounding_box(),
        document.locator(".pages", has=document.locator(f"#b{name}")).bounding_box(),
    )
    assert box is not None
    assert pages is not None
    assert pages["y"] <= box["y"] <= pages["y"] + pages["height"]


def test_clicking_a_box_shows_its_cell(document: Page) -> None:
    name = cell_of(document, "149.03")
    document.locator(f"#b{name}").scroll_into_view_if_needed()
    document.locator(f"#b{name}").click()
    assert "on" in str(document.locator(f"#c{name}").get_attribute("class"))
    assert document.evaluate("document.activeElement.id") == f"c{name}"
    box = document.locator(f"#c{name}").bounding_box()
    inspector = document.locator("#inspector").bounding_box()
    assert box is not None
    assert inspector is not None
    assert 0 <= box["y"] < inspector["y"]


def test_the_inspector_tells_printed_text_place_and_rules(document: Page) -> None:
    document.locator(f"#c{cell_of(document, '149.03')}").click()
    said = document.locator("#inspector").inner_text()
    assert all(word in said for word in ("149.03", "1,490,300.00 元", "页", "R01", "完全相等"))


def test_arrows_move_between_cells_and_escape_lets_go(document: Page) -> None:
    name = cell_of(document, "149.03")
    document.locator(f"#c{name}").click()
    table, row, column = map(int, name.split("-"))
    document.keyboard.press("ArrowRight")
    assert document.evaluate("document.activeElement.id") == f"c{table}-{row}-{column + 1}"
    document.keyboard.press("ArrowDown")
    assert document.evaluate("document.activeElement.id") == f"c{table}-{row + 1}-{column + 1}"
    assert document.locator("rect.on").count() == 1
    document.keyboard.press("Escape")
    assert document.locator("rect.on").count() == 0
    assert document.locator("#inspector").is_hidden()


def test_a_cell_is_reached_by_the_tabulator_alone(document: Page) -> None:
    for _ in range(40):
        document.keyboard.press("Tab")
        if document.evaluate("!!document.activeElement.closest('table.cells')"):
            break
    assert document.locator("td.on").count() == 1


def test_a_finding_leads_to_its_cell(watched: Watched, pages: Pages) -> None:
    page = watched.page
    page.goto(pages.document(SECOND, 2024).as_uri())
    link = page.locator(".findings .cells a").first
    name = str(link.get_attribute("href"))[2:]
    link.focus()
    page.keyboard.press("Enter")
    assert "on" in str(page.locator(f"#c{name}").get_attribute("class"))
    assert "on" in str(page.locator(f"#b{name}").get_attribute("class"))


def test_statements_are_filtered_by_keyboard(watched: Watched, pages: Pages) -> None:
    page = watched.page
    page.goto(pages.document(SECOND, 2024).as_uri())
    everything = page.locator(".sheet:visible").count()
    page.keyboard.press("/")
    page.keyboard.type("三公")
    assert 0 < page.locator(".sheet:visible").count() < everything
    page.keyboard.press("Escape")
    assert page.locator(".sheet:visible").count() == everything
    page.locator("#doubtful").focus()
    page.keyboard.press("Space")
    assert 0 < page.locator(".sheet:visible").count() < everything


def test_documents_are_filtered_by_keyboard(watched: Watched, pages: Pages) -> None:
    page = watched.page
    page.goto((pages.folder / "index.html").as_uri())
    shown = page.locator("#documents tr[data-text]:visible")
    assert shown.count() == 3
    page.keyboard.press("/")
    page.keyboard.type("样例")
    assert shown.count() == 1
    assert page.locator("#shown").inner_text() == "1 / 3"
    page.keyboard.press("Escape")
    assert shown.count() == 3
    page.locator("[data-filter=year]").focus()
    page.keyboard.type("2023")
    assert shown.count() == 1


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("kind", ["index", "unit", "document", "findings", "quarantine"])
def test_axe_finds_no_serious_fault(browser: Browser, pages: Pages, kind: str, size: dict[str, int]) -> None:
    path = {
        "index": pages.folder / "index.html",
        "unit": next(pages.folder.glob("unit/430202-052001.html")),
        "document": pages.document(NAME, 2024),
        "findings": pages.document(SECOND, 2024),
        "quarantine": pages.folder / "quarantine.html",
    }[kind]
    page = browser.new_page(viewport=size)  # type: ignore[arg-type]
    page.goto(path.as_uri())
    if kind == "findings":
        page.locator(".findings .cells a").first.click()
    serious = serious_faults(page)
    page.close()
    assert serious == []


def test_axe_finds_one_faint_cell_among_a_thousand(browser: Browser, pages: Pages) -> None:
    page = browser.new_page()
    page.goto(pages.document(NAME, 2024).as_uri())
    cell = page.locator("table.cells td.n", has_text=re.compile("[0-9]")).nth(300)
    cell.evaluate("cell => { cell.style.color = '#ddd'; }")
    name = str(cell.get_attribute("id"))
    (fault,) = serious_faults(page, ["light"])
    page.close()
    assert fault.startswith("light color-contrast")
    assert f'id="{name}"' in fault


@pytest.mark.parametrize("kind", ["index.html", "quarantine.html", "unit", "document"])
def test_nothing_is_wider_than_a_phone(browser: Browser, pages: Pages, kind: str) -> None:
    path = pages.folder / kind if kind.endswith("html") else next((pages.folder / kind).rglob("*.html"))
    page = browser.new_page(viewport=PHONE)  # type: ignore[arg-type]
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.close()


def test_hostile_texts_do_nothing_in_a_browser(watched: Watched, hostile: Path) -> None:  # noqa: F811
    for path in sorted(hostile.rglob("*.html")):
        watched.page.goto(path.as_uri())
        if cells := watched.page.locator("table.cells td.n").all()[:1]:
            cells[0].click()
        assert watched.page.evaluate("window.hacked") is None
        assert watched.page.locator("img[src=x]").count() == 0


def test_the_policy_of_the_page_refuses_requests(browser: Browser, pages: Pages) -> None:
    page = browser.new_page()
    page.goto((pages.folder / "index.html").as_uri())
    refused = page.evaluate(
        """new Promise(done => {
            document.addEventListener('securitypolicyviolation', event => done(event.effectiveDirective));
            fetch('http://127.0.0.1:9/').catch(() => setTimeout(() => done('not refused'), 500));
        })"""
    )
    page.close()
    assert refused == "connect-src"


def test_paper_shows_the_tables_whole_and_no_controls(browser: Browser, pages: Pages) -> None:
    page = browser.new_page(viewport={"width": DESKTOP["width"], "height": DESKTOP["height"]})  # type: ignore[arg-type]
    page.goto(pages.document(NAME, 2024).as_uri())
    page.emulate_media(media="print")
    assert page.locator(".filters").first.is_hidden()
    assert page.evaluate("getComputedStyle(document.querySelector('.grid')).maxHeight") == "none"
    page.close()
