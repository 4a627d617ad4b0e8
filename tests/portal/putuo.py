"""The site of the example region 310107: a JSON interface in pages of three that lists the files themselves."""

from __future__ import annotations

import json
import random
from functools import cache

from tests.generator.families import shanghai
from tests.generator.pdf import draw_pdf
from tests.portal.server import Answer

PAGES = [f"/api/budget/list?page={page}&size=3" for page in (1, 2, 3)]
FILES = [f"/upload/{number:032x}.pdf" for number in range(1, 6)]


@cache
def documents() -> list[tuple[str, bytes]]:
    """Titles and files, drawn by the generator."""
    drawn = [shanghai(random.Random(seed)) for seed in range(5)]
    return [(f"{each.unit_name}{each.year}年部门预算", draw_pdf(each)) for each in drawn]


def putuo() -> dict[str, Answer]:
    """The answers of the site."""
    rows = [
        {"title": title, "fileUrl": path, "publishTime": 1_706_112_000_000 + number * 86_400_000}
        for number, ((title, _), path) in enumerate(zip(documents(), FILES, strict=True))
    ]
    odd = {"title": "预算公开说明", "fileUrl": None, "publishTime": None}
    chunks = [rows[:3], [*rows[3:], odd], []]
    lists = {
        page: Answer(
            json.dumps({"code": 0, "data": {"total": 6, "list": chunk}}, ensure_ascii=False).encode(),
            "application/json;charset=UTF-8",
            validators="none",
        )
        for page, chunk in zip(PAGES, chunks, strict=True)
    }
    files = {
        path: Answer(data, "application/octet-stream")
        for path, (_, data) in zip(FILES, documents(), strict=True)
    }
    return {**lists, **files}
