"""What link texts say, and that they say nothing where they contradict themselves."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.link_evidence import LinkEvidence, read_date, read_link


@pytest.mark.parametrize(
    ("text", "unit", "year", "phase", "level"),
    [
        (
            "荷塘区行政审批服务局2024年部门预算公开表.pdf",
            "荷塘区行政审批服务局",
            2024,
            "approved",
            "department",
        ),
        ("2024年荷塘区教育局部门预算公开", "荷塘区教育局", 2024, "approved", "department"),
        ("2023年度株洲市荷塘区教育局部门决算", "株洲市荷塘区教育局", 2023, "actual", "department"),
        ("附件1：株洲市荷塘区样例中心2024年单位预算", "株洲市荷塘区样例中心", 2024, "approved", "unit"),
        ("关于荷塘区2022年决算和2024年预算的报告", None, None, None, None),
        ("附件下载", None, None, None, None),
        ("2013901 一般行政管理事务", None, None, None, None),
        ("", None, None, None, None),
    ],
)
def test_a_links_text_says(
    text: str, unit: str | None, year: int | None, phase: str | None, level: str | None
) -> None:
    assert read_link(text) == LinkEvidence(unit, year, phase, level)


def test_the_text_goes_before_the_title() -> None:
    text, title = read_link("2024年预算"), read_link("荷塘区教育局2023年部门决算")
    assert text.or_else(title) == LinkEvidence("荷塘区教育局", 2024, "approved", "department")


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("发布时间：2024-01-25 10:00", "numeric", date(2024, 1, 25)),
        ("[2024年1月5日]", "numeric", date(2024, 1, 5)),
        ("2024/01/05", "numeric", date(2024, 1, 5)),
        ("20240125", "numeric", date(2024, 1, 25)),
        ("2024-13-45", "numeric", None),
        ("13989-2024", "numeric", None),
        ("二〇二四年十二月三十一日", "chinese", date(2024, 12, 31)),
        ("二〇二四年二月十日", "chinese", date(2024, 2, 10)),
        ("2024-02-10", "chinese", date(2024, 2, 10)),
        ("1706112000000", "epoch", date(2024, 1, 25)),
        ("1706112000", "epoch", date(2024, 1, 25)),
        ("soon", "epoch", None),
    ],
)
def test_dates_of_every_kind_are_read(text: str, kind: str, expected: date | None) -> None:
    assert read_date(text, kind) == expected


@given(
    st.text(alphabet="年月日0123456789-./二〇十预决算部门局《》 ", max_size=40),
    st.sampled_from(["numeric", "chinese", "epoch"]),
)
def test_any_text_is_read_without_an_error(text: str, kind: str) -> None:
    read_link(text)
    read_date(text, kind)
