"""The site of the example region 320000: pages that show the tables themselves, in an article full of noise."""

from __future__ import annotations

import random
from functools import cache

from tests.generator.disclosure import Disclosure
from tests.generator.families import jiangsu as draw
from tests.generator.office import write_html
from tests.portal.server import Answer

LISTS = ["/col/budget/index.html", "/col/budget/index_2.html"]
ARTICLES = [f"/art/2018/2/{day}/art_{day}.html" for day in (5, 6, 7)]


@cache
def disclosures() -> list[Disclosure]:
    """What the articles publish."""
    return [draw(random.Random(seed)) for seed in range(3)]


def jiangsu() -> dict[str, Answer]:
    """The answers of the site; its robots.txt shuts out everybody."""
    return {
        LISTS[0]: listing(ARTICLES[:2]),
        LISTS[1]: listing(ARTICLES[2:]),
        **{path: article(each, visits=1) for path, each in zip(ARTICLES, disclosures(), strict=True)},
    }


def listing(paths: list[str]) -> Answer:
    """A list page: a table with the title in one cell and the date, in Chinese numerals, in another."""
    rows = "".join(
        f'<tr><td><a href="{path}">{title(disclosures()[ARTICLES.index(path)])}</a></td>'
        '<td class="date">二〇一八年二月十二日</td></tr>'
        for path in paths
    )
    return Answer(f'<html><body><table class="list">{rows}</table></body></html>'.encode(), validators="none")


def title(disclosure: Disclosure) -> str:
    """The article's title."""
    return f"{disclosure.unit_name}{disclosure.year}年部门预算公开"


def article(disclosure: Disclosure, visits: int) -> Answer:
    """A page of the site: what is round the tables changes at every visit."""
    tables = write_html(disclosure).decode().partition("<body>")[2].rpartition("</body>")[0]
    page = (
        f"<html><head><title>{title(disclosure)}</title><script>var now=new Date()</script></head><body>"
        f'<div class="pubtime">二〇一八年二月十二日</div><div id="counter">访问：{visits}</div>'
        f'<div id="zoom"><h2>{title(disclosure)}</h2><script>alert({visits})</script>{tables}'
        f'<img src="http://127.0.0.2/track.gif" onerror="alert(1)"></div></body></html>'
    )
    return Answer(page.encode(), validators="none")
