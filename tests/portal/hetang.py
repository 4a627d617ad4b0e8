"""The site of the example region 430202: static lists in GBK, pages with attachments, and a site's mistakes."""

from __future__ import annotations

from functools import cache
from html import escape
from urllib.parse import quote

from tests.generator.bad import truncated_pdf
from tests.generator.disclosure import derive, seed
from tests.generator.office import write_xlsx
from tests.generator.pdf import draw_pdf
from tests.generator.samples import LAST_YEAR, SECOND_UNIT
from tests.portal.server import Answer

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OWN = "/zwgk/bmys/202401/P020240125001.pdf"
COPY = "/zwgk/bmys/202402/P020240201009.pdf"
SECOND = "/zwgk/bmys/202401/" + quote("样例事务中心2024年部门预算公开表.xlsx".encode("gbk"))
MOVED = "/old/P020240126003.pdf"
LAST = "/zwgk/bmys/202301/P020230120001.pdf"
GONE = "/zwgk/bmys/202401/P020240127404.pdf"
BROKEN = "/zwgk/bmys/202401/P020240128005.pdf"
FORBIDDEN = "/private/P020240128006.pdf"
SOFT_404 = "/zwgk/bmys/202401/P020240128007.pdf"
FINAL = "/zwgk/bmjs/202309/P020230910001.pdf"

LISTS = (
    "/zwgk/bmys/index.html",
    "/zwgk/bmys/index_1.html",
    "/zwgk/bmjs/index.html",
    "/zwgk/bmjs/index_1.html",
)
# What a crawl of the whole site lands: one object each.
LANDED = {OWN, SECOND, LAST, BROKEN, FINAL}


def gbk(text: str) -> Answer:
    """A page in GBK that says so only in its head, as old content systems do."""
    page = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">{text}</html>'
    return Answer(page.encode("gb18030"), "text/html")


def listing(entries: list[tuple[str, str, str]], following: str | None = None) -> Answer:
    """A list page; entries are (address, title, date)."""
    rows = "".join(
        f'<li><a href="{address}" title="{escape(title)}">{escape(title[:12])}…</a>'
        f'<span class="date">[{date}]</span></li>'
        for address, title, date in entries
    )
    more = f'<a class="next" href="{following}">下一页</a>' if following else "<span>下一页</span>"
    return gbk(
        '<body><ul class="nav"><li><a href="/">首页</a></li></ul>'
        f'<ul class="list">{rows}</ul><div class="page">{more}</div>'
    )


def article(title: str, date: str, links: list[tuple[str, str]], text: str = "现予公开。") -> Answer:
    """A page of a disclosure; links are (address, text)."""
    anchors = "".join(f'<p><a href="{address}">{escape(name)}</a></p>' for address, name in links)
    return gbk(
        f'<title>{escape(title)}</title></head><body><div class="article"><h1>{escape(title)}</h1>'
        f'<div class="info">发布时间：{date} 浏览：<script>document.write(Math.random())</script></div>'
        f'<p>{escape(text)}</p></div><div class="fujian">附件：{anchors}</div></body>'
    )


@cache
def documents() -> dict[str, bytes]:
    """The files of the site, drawn by the generator."""
    own, last = seed(), derive("052001", seed().unit_name, 2023, LAST_YEAR)
    second = derive("053001", "株洲市荷塘区样例事务中心", 2024, SECOND_UNIT)
    return {
        OWN: draw_pdf(own),
        LAST: draw_pdf(last),
        SECOND: write_xlsx(second),
        BROKEN: truncated_pdf(),
        FINAL: _final(),
    }


def _final() -> bytes:
    import random

    from tests.generator.families import final_accounts

    return draw_pdf(final_accounts(random.Random(7)))


def hetang() -> dict[str, Answer]:
    """The answers of the site."""
    files, name = documents(), seed().unit_name
    data = {
        OWN: Answer(files[OWN], PDF),
        COPY: Answer(files[OWN], PDF, validators="date"),
        SECOND: Answer(
            files[SECOND],
            XLSX,
            validators="none",
            headers=(
                (
                    "Content-Disposition",
                    'attachment; filename="样例事务中心2024年部门预算公开表.xlsx"'.encode("gbk"),
                ),
            ),
        ),
        MOVED: Answer(status=302, headers=(("Location", LAST.encode()),), validators="none"),
        LAST: Answer(files[LAST], PDF),
        BROKEN: Answer(files[BROKEN], PDF),
        SOFT_404: Answer("<html><h1>您访问的页面不存在</h1></html>".encode(), "text/html"),
        FORBIDDEN: Answer(files[OWN] + b"\n", PDF),
        FINAL: Answer(files[FINAL], PDF),
    }
    pages = {
        "/zwgk/bmys/202401/t1.html": article(
            f"{name}2024年部门预算公开",
            "2024-01-25 09:30",
            [("P020240125001.pdf", f"{name}2024年部门预算公开表.pdf")],
        ),
        "/zwgk/bmys/202401/t2.html": article(
            "株洲市荷塘区样例事务中心2024年部门预算公开",
            "2024年1月26日",
            [(SECOND, "附件下载"), ("javascript:void(0)", "打印.pdf"), ("mailto:a@b.c", "预算.pdf")],
        ),
        "/zwgk/bmys/202301/t3.html": article(
            f"{name}2023年部门预算公开", "2023/01/20", [(MOVED, f"{name}2023年部门预算公开表.pdf")]
        ),
        "/zwgk/bmys/202401/t4.html": article(
            "株洲市荷塘区样例档案馆2024年部门预算公开",
            "2024-01-27",
            [
                (GONE, "2024年部门预算.pdf"),
                (BROKEN, "样例档案馆2024年部门预算.pdf"),
                (SOFT_404, "情况说明.pdf"),
                (FORBIDDEN, "内部.pdf"),
            ],
        ),
        "/zwgk/bmys/202402/t5.html": article(
            f"{name}2024年部门预算公开（补充）",
            "2024-02-01",
            [
                (OWN, "与前相同.pdf"),
                (OWN + "#page=2", "同一文件.pdf"),
                ("P020240201009.pdf", f"{name}2024年部门预算公开表（补）.pdf"),
            ],
        ),
        "/zwgk/bmjs/202309/t6.html": article(
            "株洲市荷塘区教育局2022年度部门决算公开", "2023-09-10", [(FINAL, "教育局2022年度部门决算.pdf")]
        ),
    }
    lists = {
        LISTS[0]: listing(
            [
                ("202401/t1.html", f"{name}2024年部门预算公开", "2024-01-25"),
                ("./202401/t2.html", "株洲市荷塘区样例事务中心2024年部门预算公开", "2024-01-26"),
                ("202401/t9.html", "2024年部门预算政策解读", "2024-01-26"),
                ("/zwgk/bmys/202401/t1.html", f"{name}2024年部门预算公开（置顶）", "2024-01-25"),
                ("/zwgk/zcfg/1.html", "政府采购目录", "2024-01-02"),
            ],
            "index_1.html",
        ),
        LISTS[1]: listing(
            [
                ("202301/t3.html", f"{name}2023年部门预算公开", "2023-01-20"),
                ("202401/t4.html", "株洲市荷塘区样例档案馆2024年部门预算公开", "2024-01-27"),
                ("202402/t5.html", f"{name}2024年部门预算公开（补充）", "2024-02-01"),
            ]
        ),
        LISTS[2]: listing([("202309/t6.html", "株洲市荷塘区教育局2022年度部门决算公开", "2023-09-10")]),
        LISTS[3]: listing([("202309/t6.html", "株洲市荷塘区教育局2022年度部门决算公开", "2023-09-10")]),
    }
    return {**lists, **pages, **data}
