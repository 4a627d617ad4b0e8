"""Grades, waivers, notices and the second reading."""

from __future__ import annotations

import polars as pl
import pytest

from schemas.errors import BudgetlakeError
from schemas.rules import doubts, evaluate, grade, notices, read_once, rules, settle, waive, with_verdicts
from schemas.rules.notice import CONFLICTS
from schemas.rules.waiver import parse_waivers, waivers
from schemas.tables import validate
from tests.schemas.rules.documents import Frames, oddity, seed_frames, with_amount

COMPARED = ("budget_line", "performance_indicator")
WRONG = {"reviewer": "test", "date": "2025-01-31", "reason": "the authority confirmed the figure"}


def wrong_seed() -> Frames:
    """The seed with 525.41 printed as 525.43 in its first cell."""
    return with_amount(seed_frames(), 0, 5_254_300)


def with_notices(*kinds: str) -> Frames:
    seed = seed_frames()
    document = seed["document"].row(0, named=True)
    box = (1.0, 2.0, 3.0, 4.0)
    return {
        **seed,
        "notice": notices(document, [oddity(kind, page=3, box=box, text="52 5.41") for kind in kinds]),
    }


def grade_of(findings: pl.DataFrame) -> str:
    return str(grade(findings)["grade"].item())


def test_a_wrong_figure_makes_a_document_doubtful() -> None:
    assert grade_of(evaluate(wrong_seed())) == "doubtful"


def test_a_document_with_an_unsupported_figure_is_consistent_and_not_proven() -> None:
    seed = seed_frames()
    alone = (
        seed["budget_line"]
        .head(1)
        .with_columns(
            form_code=pl.lit("government_procurement"),
            table_no=pl.lit(30, pl.Int16),
            measure_code=pl.lit("procurement"),
            line_label=pl.lit("孤数"),
        )
    )
    frames = {**seed, "budget_line": pl.concat([seed["budget_line"], alone])}
    assert grade_of(evaluate(frames)) == "consistent"


@pytest.mark.parametrize(
    "kind", ["extraction_doubt", "amount_unit_missing", "amount_unit_conflict", "phase_conflict"]
)
def test_a_document_that_cannot_be_used_is_quarantined(kind: str) -> None:
    assert grade_of(evaluate(with_notices(kind))) == "quarantined"


@pytest.mark.parametrize("kind", [rule.id for rule in rules().values() if rule.kind == "reading"])
def test_a_notice_becomes_a_finding_with_its_page_and_box(kind: str) -> None:
    seen = evaluate(with_notices(kind)).filter(check_code=kind)
    assert evaluate(seed_frames()).filter(check_code=kind).is_empty()
    row = seen.row(0, named=True)
    assert row["status"] == "violated"
    assert row["severity"] == rules()[kind].severity
    assert (row["cells"][0]["page_no"], row["cells"][0]["bbox_x1"], row["cells"][0]["text"]) == (
        3,
        3.0,
        "52 5.41",
    )
    assert validate("finding", seen)[1].is_empty()


def test_a_notice_of_an_unknown_kind_is_kept() -> None:
    assert evaluate(with_notices("something_new")).filter(check_code="reader_oddity").height == 1


@pytest.mark.parametrize(("field", "rule"), CONFLICTS.items())
def test_divided_evidence_becomes_a_finding(field: str, rule: str) -> None:
    seed = seed_frames()
    notice = notices(seed["document"].row(0, named=True), conflicts=[field])
    assert evaluate({**seed, "notice": notice}).filter(check_code=rule, status="violated").height == 1


def test_what_the_publishers_site_says_otherwise_is_one_warning_that_names_who_says_what() -> None:
    votes = [
        {"field": "year", "value": "2024", "source": "cover", "place": "page 1"},
        {"field": "year", "value": "2023", "source": "link text", "place": None},
        {"field": "unit_name", "value": "教育局", "source": "page title", "place": None},
    ]
    seed = {**seed_frames()["document"].row(0, named=True), "evidence": votes}
    (row,) = notices(seed, conflicts=["publisher.year", "publisher.unit_name"]).to_dicts()
    assert row["kind"] == "publisher_conflict"
    assert row["message"] == "year: 2024 (cover), 2023 (link text); unit_name: 教育局 (page title)"
    assert rules()["publisher_conflict"].severity == "warning"


def test_a_waived_finding_stays_and_does_not_count() -> None:
    findings = evaluate(wrong_seed())
    open_ = findings.filter(status="violated", severity="error")
    entries = [
        WRONG | {"document_id": row["document_id"], "rule": row["check_code"], "scope": row["check_scope"]}
        for row in open_.iter_rows(named=True)
    ]
    waived = waive(findings, parse_waivers(entries))
    assert waived.height == findings.height
    assert waived.filter("waived").height == open_.height
    assert set(waived.filter("waived")["waiver_reason"]) == {
        "the authority confirmed the figure (test, 2025-01-31)"
    }
    assert grade_of(waived) == "consistent"
    assert validate("finding", waived)[1].is_empty()


def test_a_waiver_of_another_document_changes_nothing() -> None:
    findings = evaluate(wrong_seed())
    entry = WRONG | {"document_id": "f" * 64, "rule": "C04a", "scope": None}
    assert waive(findings, parse_waivers([entry])).equals(findings)


@pytest.mark.parametrize("gap", ["reason", "reviewer", "date", "rule", "document_id"])
def test_a_waiver_that_is_not_whole_is_refused(gap: str) -> None:
    entry = WRONG | {"document_id": "f" * 64, "rule": "C04a", "scope": None}
    with pytest.raises(BudgetlakeError, match=r"waivers\.yaml"):
        parse_waivers([{name: value for name, value in entry.items() if name != gap}])


def test_the_reviewed_waivers_are_whole() -> None:
    assert isinstance(waivers(), tuple)


def test_only_tables_with_an_arithmetic_fault_are_read_again() -> None:
    assert doubts(evaluate(seed_frames())).is_empty()
    tables = doubts(evaluate(wrong_seed()))["table_no"].to_list()
    assert 1 in tables
    assert set(tables) < set(range(1, 22))


def test_a_table_whose_characters_are_not_conserved_is_read_again() -> None:
    assert doubts(evaluate(with_notices("conservation")))["page_no"].to_list() == [3]


def test_an_error_that_both_readings_print_is_the_publishers_own() -> None:
    frames = wrong_seed()
    findings = evaluate(frames)
    verdicts = settle(frames, frames, findings)
    assert set(verdicts["origin"]) == {"publisher"}
    told = with_verdicts(findings, verdicts).filter(status="violated", severity="error")
    assert all(text.endswith("; two readings agree: printed so") for text in told["message_en"])


def test_an_error_that_only_one_reading_has_is_an_extraction_doubt() -> None:
    frames = wrong_seed()
    findings = evaluate(frames)
    verdicts = settle(frames, seed_frames(), findings)
    assert set(verdicts["origin"]) == {"extraction_doubt"}
    assert "1/1/2: 5254300.00 / 5254100.00" in verdicts["differ"].explode().to_list()


def test_a_cell_that_the_second_reading_lacks_is_an_extraction_doubt() -> None:
    frames = wrong_seed()
    kept = frames["budget_line"].filter(pl.col("form_code") != "revenue_expenditure_summary")
    assert set(settle(frames, {**frames, "budget_line": kept}, evaluate(frames))["origin"]) == {
        "extraction_doubt"
    }


def test_readers_may_count_tables_differently() -> None:
    frames = wrong_seed()
    second = {name: frames[name].with_columns(pl.col("table_no") + 2) for name in COMPARED}
    assert set(settle(frames, second, evaluate(frames))["origin"]) == {"publisher"}


def test_readers_may_count_blank_rows_differently() -> None:
    frames = wrong_seed()
    second = {name: frames[name].with_columns(pl.col("row_no") + 1) for name in COMPARED}
    assert set(settle(frames, second, evaluate(frames))["origin"]) == {"publisher"}


def test_a_last_row_that_only_the_second_reading_has_is_an_extraction_doubt() -> None:
    seed = seed_frames()
    table = pl.col("form_code") == "general_budget_expenditure"
    last = seed["budget_line"].filter(table)["row_no"].max()
    kept = seed["budget_line"].filter(~(table & (pl.col("row_no") == last)))
    frames = {**seed, "budget_line": kept}
    verdicts = settle(frames, seed, evaluate(frames))
    assert set(verdicts["origin"]) == {"extraction_doubt"}


def test_a_target_that_the_readings_give_differently_is_an_extraction_doubt() -> None:
    seed = seed_frames()
    cost = pl.col("level2_name") == "经济成本指标"
    targets = seed["performance_indicator"].with_columns(
        target_raw=pl.when(cost).then(pl.lit("9.99万元")).otherwise("target_raw"),
        target_number=pl.when(cost).then(pl.lit("9.99", pl.Decimal(18, 4))).otherwise("target_number"),
    )
    frames = {**seed, "performance_indicator": targets}
    findings = evaluate(frames)
    assert "X14d" in set(findings.filter(status="violated")["check_code"])
    assert "extraction_doubt" in set(settle(frames, seed, findings)["origin"])
    assert set(settle(frames, frames, findings)["origin"]) == {"publisher"}


def test_a_table_in_doubt_is_read_again_on_all_its_pages() -> None:
    seed = wrong_seed()
    spread = seed["statement"].with_columns(
        page_from=pl.col("table_no"), page_to=pl.when(pl.col("table_no") == 1).then(3).otherwise("table_no")
    )
    pages = doubts(evaluate(seed), spread).filter(table_no=1)["page_no"].drop_nulls().to_list()
    assert pages == [1, 2, 3]


def test_lost_characters_are_settled_by_the_tables_of_their_page() -> None:
    frames = {name: with_notices("conservation")[name] for name in (*seed_frames(), "notice")}
    paged = {name: frames[name].with_columns(page_no=pl.lit(3, pl.Int16)) for name in COMPARED}
    other = {**paged, "budget_line": paged["budget_line"].head(100)}
    findings = evaluate(frames)
    assert settle(paged, paged, findings)["origin"].to_list() == ["publisher"]
    assert settle(paged, other, findings)["origin"].to_list() == ["extraction_doubt"]


def test_a_file_that_states_its_cells_is_taken_as_published() -> None:
    findings = evaluate(wrong_seed())
    document = findings["document_id"][0]
    told = with_verdicts(findings, read_once(findings, [document])).filter(
        status="violated", severity="error"
    )
    assert all(text.endswith("taken as published") for text in told["message_en"])
