"""What the rules read off a page, and that any page is read without harm."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.crawl.explain import explain
from infra.crawl.extract import Unexpected, clean, read_listing, read_page
from infra.crawl.visit import Link
from schemas.region import Site
from schemas.region_file import load_region
from tests.portal import jiangsu

URL = "http://a.example/list/index.html"


def _site(page: dict[str, Any] | None = None, **listing: Any) -> Site:
    data = {"name": "预算", "listing": {"urls": [URL], "rows": "li", **listing}, "page": page or {}}
    return Site.model_validate(data)


def _listing(site: Site, text: str, number: int = 1) -> Any:
    return read_listing(site, Link(URL, site.name, "listing", number=number), text, URL)


def _page(site: Site, text: str) -> Any:
    link = Link("http://a.example/list/1.html", site.name, "page", "2024年预算", published="2024-01-01")
    return read_page(site, link, text, link.url)


def test_the_title_attribute_goes_before_a_text_that_is_cut() -> None:
    found = _listing(_site(), '<li><a href="1.html" title="教育局2024年部门预算公开">教育局2024年…</a></li>')
    assert [entry.title for entry in found.entries] == ["教育局2024年部门预算公开"]
    assert found.entries[0].url == "http://a.example/list/1.html"


def test_a_row_without_link_or_title_is_left_out_with_the_reason() -> None:
    found = _listing(
        _site(drop="解读"),
        '<li><a>预算</a></li><li><a href="2">预算解读</a></li><li><a href="3">采购</a></li>',
    )
    assert [why.split(" (")[0] for _, why in found.dropped] == [
        "it has no link",
        "its title matches drop",
        "its title does not match keep",
    ]


def test_a_first_page_without_rows_is_unexpected_and_a_later_one_is_the_end() -> None:
    with pytest.raises(Unexpected, match="matches nothing"):
        _listing(_site(), "<p>系统维护</p>")
    assert _listing(_site(), "<p>没有了</p>", number=3).entries == ()


@pytest.mark.parametrize(("first", "number", "page"), [(1, 1, "1"), (2, 1, "2"), (2, 3, "4"), (0, 1, "0")])
def test_addresses_that_count_up_begin_where_the_rule_says(first: int, number: int, page: str) -> None:
    site = _site(next={"urls": "http://a.example/list/index_{page}.html", "first": first})
    found = _listing(site, '<li><a href="1.html">预算</a></li>', number)
    assert found.following is not None
    assert found.following.url == f"http://a.example/list/index_{page}.html"
    assert found.following.number == number + 1


def test_a_listing_that_leads_to_itself_ends() -> None:
    site = _site(next={"link": "a.next"})
    assert (
        _listing(site, f'<li><a href="1">预算</a></li><a class="next" href="{URL}">下一页</a>').following
        is None
    )


def test_a_json_link_may_be_made_of_fields_that_cannot_escape_it() -> None:
    site = _site(format="json", rows="data", title="t", link="/art/{id}.html")
    rows = [{"t": "预算", "id": 7}, {"t": "预算2", "id": "../../x?y"}, {"t": "预算3", "id": None}, "预算"]
    found = _listing(site, json.dumps({"data": rows}))
    assert [entry.url for entry in found.entries] == [
        "http://a.example/art/7.html",
        "http://a.example/art/..%2F..%2Fx%3Fy.html",
    ]
    assert [title for title, _ in found.dropped] == ["预算3"]


@pytest.mark.parametrize("text", ["<html>", "{}", '{"data": {"list": 1}}', "[]"])
def test_json_that_is_not_as_expected_is_told(text: str) -> None:
    with pytest.raises(Unexpected):
        _listing(_site(format="json", rows="data.list", title="t"), text)


def test_an_attachment_is_told_by_its_address_or_its_text() -> None:
    page = _page(
        _site({"date": ".d"}),
        '<h1>教育局2024年预算</h1><i class="d">2024-01-25</i><a href="down?id=1">公开表.xlsx</a>'
        '<a href="b.pdf">附件</a><a href="c.html">返回</a>',
    )
    assert [(link.url.rpartition("/")[2], link.text) for link in page.attachments] == [
        ("down?id=1", "公开表.xlsx"),
        ("b.pdf", "附件"),
    ]
    assert page.attachments[0].page_title == "教育局2024年预算"
    assert {link.published for link in page.attachments} == {"2024-01-25"}
    assert page.dropped == (("返回", "neither address nor text is that of a file"),)


def test_the_listings_date_holds_where_the_page_shows_none() -> None:
    assert _page(_site(), "<h1>x</h1>").published == "2024-01-01"


def test_tables_of_a_page_are_kept_without_anything_active() -> None:
    text = (
        '<div id="z"><script>alert(1)</script><table onclick="x()" style="border:1px"><tr><td rowspan="2">93.10</td>'
        '<td><img src=x onerror=y><a href="javascript:z">预算</a></td></tr></table><form><input></form></div>'
    )
    document = _page(_site({"document": "#z", "title": "h1"}), f"<h1>预算 <b>2024</b></h1>{text}").document
    assert document is not None
    assert '<td rowspan="2">93.10</td>' in document
    assert "<h1>预算 2024</h1>" in document
    for active in ("script", "onclick", "onerror", "javascript", "<form", "<img"):
        assert active not in document


def test_a_page_without_a_table_is_no_document() -> None:
    assert _page(_site({"document": "#z"}), '<div id="z"><p>见附件</p></div>').document is None


def test_an_attachment_goes_before_the_tables() -> None:
    page = _page(
        _site({"document": "div"}), '<div><a href="a.pdf">a</a><table><tr><td>1</td></tr></table></div>'
    )
    assert (len(page.attachments), page.document) == (1, None)


PIECES = [
    *"<>/=\"'&;#!-ax 预算\x00\x1b\ud7ff\n",
    "<a href=",
    "<li>",
    "<table>",
    "<td>",
    "]]>",
    "</a>",
    "<base href=",
]
HTML = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


@given(HTML)
def test_any_page_is_read_or_told(text: str) -> None:
    site = _site({"document": "table", "date": "a"}, date="a", next={"link": "a"})
    try:
        found = _listing(site, text)
    except Unexpected:
        pass
    else:
        assert all(
            entry.url.startswith(("http", "file", "ftp", "data")) or ":" in entry.url
            for entry in found.entries
        )
    _page(site, text)


@given(st.text())
def test_a_clean_text_is_one_line_that_a_terminal_can_show(text: str) -> None:
    cleaned = clean(text)
    assert cleaned.isprintable() and len(cleaned) <= 200
    assert clean(cleaned) == cleaned


ROWS = [
    {
        "title": "上海市普陀区样例局2024年部门预算",
        "fileUrl": "/upload/1.pdf",
        "publishTime": 1_706_112_000_000,
    },
    {"title": "预算公开说明", "fileUrl": None},
]
JSON_PAGE = json.dumps({"data": {"list": ROWS}}, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("region", "page", "says"),
    [
        ("320000", jiangsu.jiangsu()[jiangsu.LISTS[0]].body, "2 entries kept, 0 left out."),
        (
            "320000",
            jiangsu.jiangsu()[jiangsu.LISTS[0]].body,
            "goes on at http://www.jiangsu.example/col/budget/index_2",
        ),
        (
            "320000",
            jiangsu.jiangsu()[jiangsu.ARTICLES[0]].body,
            "The rule rows (table.list tr) matches nothing on",
        ),
        ("320000", jiangsu.jiangsu()[jiangsu.ARTICLES[0]].body, "The tables on the page are the document ("),
        (
            "310107",
            JSON_PAGE,
            "http://www.putuo.example/upload/1.pdf, 2024-01-25, 上海市普陀区样例局 2024 approved",
        ),
        ("310107", JSON_PAGE, "left  预算公开说明: it has no link"),
        ("310107", b"<html>404</html>", "The answer is no JSON ("),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_a_check_says_what_a_saved_page_of_each_type_of_site_gives(
    region: str, page: bytes, says: str
) -> None:
    assert says in "\n".join(explain(load_region(region), page))
