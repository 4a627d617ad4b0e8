"""A site that means harm: what a crawl must come through unhurt, at the addresses of the example region 430202."""

from __future__ import annotations

import gzip

from tests.portal import hetang
from tests.portal.server import Answer

PAGE = "/zwgk/bmys/202401/t1.html"
LARGE_PAGE = "/zwgk/bmys/202401/t2.html"
NAMES = {
    "/a.pdf": 'attachment; filename="../../../etc/预算.pdf"',
    "/b.pdf": 'attachment; filename="\x1b[2J预算\x7f.pdf"',
    "/c.pdf": f'attachment; filename="{"预算" * 400}.pdf"',
    "/d.pdf": 'attachment; filename=".hidden预算.exe"',
}
ENTRIES = [
    (PAGE, "荷塘区教育局2024年部门预算公开", "2024-01-25"),
    (LARGE_PAGE, "荷塘区司法局2024年部门预算公开", "2024-01-25"),
]


def hostile(port: str) -> dict[str, Answer]:
    """A site that means all the harm at once: its links, redirects, sizes, names and a list without end."""
    redirects = {
        "/loop.pdf": "/loop.pdf",
        "/file.pdf": "file:///etc/passwd",
        "/meta.pdf": "http://169.254.169.254/secret",
        "/name.pdf": f"http://localhost:{port}/secret",
        "/number.pdf": f"http://2130706433:{port}/secret",
    }
    bomb = gzip.compress(b"%PDF-1.4" + bytes(64 << 20))
    sizes = {
        "/huge.pdf": Answer(b"%PDF-1.4", "application/pdf", claims=10 * 1024**3),
        "/endless.pdf": Answer(b"%PDF-1.4", "application/pdf", endless=True),
        "/bomb.pdf": Answer(bomb, "application/pdf", headers=(("Content-Encoding", b"gzip"),)),
    }
    data = hetang.documents()[hetang.OWN]
    named = {
        path: Answer(
            data + b"%" * number,
            "application/pdf",
            headers=(("Content-Disposition", header.encode()),),
        )
        for number, (path, header) in enumerate(NAMES.items())
    }
    links = ["file:///etc/passwd.pdf", "http://elsewhere.example/a.pdf", *redirects, *sizes, *named]
    # The names of the files are those that the server gives them.
    anchors = [(link, "下载.pdf" if link in sizes else "下载") for link in links]
    return {
        **{
            f"/zwgk/bmys/index{f'_{number}' if number else ''}.html": hetang.listing(
                [(f"p{number}.html", f"教育局{number}年预算", "2024-01-25")] if number else ENTRIES,
                f"index_{number + 1}.html",
            )
            for number in range(30)
        },
        hetang.LISTS[2]: hetang.listing([("/zwgk/bmjs/t.html", "2023年部门决算公开", "2024-09-25")]),
        PAGE: hetang.article("<script>alert(1)</script>" * 40, "2024-01-25", anchors, "<b>" * 3000),
        LARGE_PAGE: Answer(b"<html>" + b"<p>x" * 100_000),
        **{
            path: Answer(status=302, headers=(("Location", location.encode()),), validators="none")
            for path, location in redirects.items()
        },
        **sizes,
        **named,
        "/secret": Answer(b"%PDF-1.4 secret", "application/pdf"),
    }
