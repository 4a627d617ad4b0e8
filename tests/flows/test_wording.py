"""How outcomes read in Prefect's table, whose cells are rendered as Markdown."""

from __future__ import annotations

import pytest

from flows.outcome import Outcome
from flows.report.address import page_of
from flows.wording import outcome_rows
from infra.objects import ObjectRef

REF = ObjectRef("s3://landing/预算.pdf", bucket="landing", key="预算.pdf", etag="e", size=1)
COMMITTED = Outcome(
    REF, "committed", "ab" * 32, unit_code="430202-052001", unit_name="局", year=2024, grade="proven"
)


def test_a_committed_document_links_to_its_page_and_tells_its_grade() -> None:
    (row,) = outcome_rows([COMMITTED], "https://pages.example/budget/")
    address = page_of("430202-052001", 2024, "ab" * 32)
    assert row["page"] == f"[2024](https://pages.example/budget/{address})"
    assert row["grade"] == "proven"


def test_a_refused_document_links_to_the_list_of_refusals() -> None:
    (row,) = outcome_rows([Outcome(REF, "quarantined", reason="empty_file")], "https://pages.example")
    assert row["page"] == "[quarantine](https://pages.example/quarantine.html)"


def test_without_an_address_there_is_no_link() -> None:
    assert [row["page"] for row in outcome_rows([COMMITTED])] == [""]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("[x](javascript:a)", r"\[x\]\(javascript\:a\)"),
        ("<img src=x>", r"&lt;img src=x>"),
        ("`a` *b* |c|", r"\`a\` \*b\* \|c\|"),
        ("![i](http://e)", r"\!\[i\]\(http\://e\)"),
        ("a&lt;b", "a&amp;lt;b"),
    ],
)
def test_markup_of_a_document_stays_text(said: str, shown: str) -> None:
    (row,) = outcome_rows([Outcome(REF, "quarantined", message=said)])
    assert row["what"] == shown
