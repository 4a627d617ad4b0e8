"""The rule of what replaces what, as a pure function: examples first, then what must hold for all."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from itertools import permutations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.lake.layout import FACTS
from infra.lake.supersede import RESTATED, Frames, supersede
from schemas.tables import validate
from tests.infra.documents import (
    MONDAY,
    SUMMARY,
    TARGETS,
    contents,
    document,
    document_id,
    nothing,
    together,
)

OTHER, THIRD = "revenue_summary", "expenditure_summary"


def committed(*batches: Frames) -> Frames:
    return whole(*batches)[0]


def whole(*batches: Frames, replaced: Collection[tuple[str, str, int]] = ()) -> tuple[Frames, Frames]:
    """What stands and what is overtaken after the batches; the last one replaces documents."""
    state: tuple[Frames, Frames] = nothing(), {}
    for number, batch in enumerate(batches, start=1):
        state = supersede(rows(state), batch, replaced if number == len(batches) else ())
    return state


def rows(state: tuple[Frames, Frames]) -> Frames:
    return {name: pl.concat([kept[name] for kept in state if name in kept]) for name in FACTS}


def owners(state: Frames, table: str, form: str | None = None) -> set[str]:
    rows = state[table] if form is None else state[table].filter(pl.col("form_code") == form)
    names = {document_id(name): name for name in "abcd"}
    return {names[each] for each in rows["document_id"]}


def test_a_first_document_stands_as_it_is() -> None:
    a = document("a")
    assert contents(committed(a)) == contents(a)


def test_the_test_documents_keep_the_contracts() -> None:
    for name, rows in document("a", [SUMMARY, TARGETS, "unrecognised"], missing=[OTHER]).items():
        assert validate(name, rows)[1].is_empty()


def test_a_newer_document_replaces_the_forms_that_it_has_and_no_others() -> None:
    state = committed(document("a", [SUMMARY, OTHER, TARGETS]), document("b", [SUMMARY], day=1))
    assert owners(state, "budget_line", SUMMARY) == {"b"}
    assert owners(state, "budget_line", OTHER) == {"a"}
    assert owners(state, "performance_goal") == {"a"}


def test_target_forms_are_replaced_though_their_tables_have_no_form_code() -> None:
    state = committed(document("a", [SUMMARY, TARGETS]), document("b", [TARGETS], day=1))
    assert owners(state, "performance_indicator") == owners(state, "performance_goal") == {"b"}
    assert owners(state, "budget_line") == {"a"}


def test_a_form_promised_and_missing_replaces_nothing() -> None:
    state = committed(document("a", [SUMMARY, OTHER]), document("b", [SUMMARY], missing=[OTHER], day=1))
    assert owners(state, "budget_line", OTHER) == {"a"}


def test_both_documents_stay_in_the_register_and_exactly_one_is_current() -> None:
    register = committed(document("a"), document("b", day=1))["document"].sort("retrieved_at")
    assert register["is_current"].to_list() == [False, True]
    assert register["supersedes_document_id"].to_list() == [None, document_id("a")]


def test_an_older_document_never_wins() -> None:
    state = committed(document("b", [SUMMARY], day=1), document("a", [SUMMARY, OTHER]))
    assert owners(state, "budget_line", SUMMARY) == {"b"}
    assert owners(state, "budget_line", OTHER) == {"a"}


def test_findings_go_with_the_last_form_of_their_document() -> None:
    part = committed(document("a", [SUMMARY, OTHER]), document("b", [SUMMARY], day=1))
    whole = committed(document("a", [SUMMARY]), document("b", [SUMMARY], day=1))
    assert owners(part, "finding") == {"a", "b"}
    assert owners(whole, "finding") == {"b"}


def test_unrecognised_tables_do_not_replace_each_other() -> None:
    a = document("a", [SUMMARY, OTHER, "unrecognised"])
    state = committed(a, document("b", [SUMMARY, "unrecognised"], day=1))
    assert owners(state, "statement", "unrecognised") == {"a", "b"}


@pytest.mark.parametrize("other", [{"phase": "actual"}, {"level": "department"}])
def test_another_phase_or_level_is_another_disclosure(other: dict[str, str]) -> None:
    state = committed(document("a"), document("b", day=1, **other))  # type: ignore[arg-type]
    assert owners(state, "budget_line") == {"a", "b"}
    assert state["document"]["is_current"].all()


def test_a_document_read_again_gives_its_new_rows_only() -> None:
    state = committed(document("a", figure="1.00"), document("a", figure="2.00", pipeline="2"))
    assert state["budget_line"]["text_raw"].drop_nulls().to_list() == ["2.00"]
    assert state["document"]["pipeline_version"].to_list() == ["2"]


def test_the_same_bytes_under_another_name_add_nothing_and_keep_the_first_place() -> None:
    first, alias = document("a", uri="s3://b/one"), document("a", uri="s3://b/two", day=3)
    for order in permutations([first, alias]):
        register = committed(*order)["document"]
        assert register["source_uri"].to_list() == ["s3://b/one"]
        assert contents(committed(*order)) == contents(first)


def test_a_newer_version_of_an_object_takes_all_of_the_older_one_away() -> None:
    replaced = [(document_id("a"), "430202-052001", 2024)]
    state, aside = whole(document("a", [SUMMARY, OTHER]), document("b", [SUMMARY], day=1), replaced=replaced)
    assert all(rows.is_empty() for rows in aside.values())
    assert contents(state) == contents(document("b", [SUMMARY], day=1))


def test_what_a_document_overtook_stands_again_when_that_document_goes() -> None:
    a, b = document("a", [SUMMARY, TARGETS]), document("b", [SUMMARY, TARGETS], day=1)
    state, _ = whole(a, b, nothing(), replaced=[(document_id("b"), "430202-052001", 2024)])
    assert contents(state) == contents(a)


def test_a_document_stated_to_lie_elsewhere_since_later_is_ordered_by_that() -> None:
    a, b = document("a", [SUMMARY]), document("b", [SUMMARY], day=1)
    later = {
        "document_id": document_id("a"),
        "unit_code": "430202-052001",
        "year": 2024,
        "source_uri": "s3://b/two",
        "file_name": "two",
        "retrieved_at": MONDAY + timedelta(days=2),
        "withdrawn_at": None,
    }
    state, _ = supersede(rows(whole(a, b)), nothing(), restated=pl.DataFrame([later], schema=RESTATED))
    assert owners(state, "budget_line") == {"a"}
    register = state["document"].filter(pl.col("is_current"))
    assert register["source_uri"].to_list() == ["s3://b/two"]


def test_rows_of_a_table_without_a_statement_are_refused() -> None:
    with pytest.raises(
        ValueError, match="performance_indicator has rows of a table without a row in statement"
    ):
        supersede(nothing(), {**document("a"), "statement": nothing()["statement"]})


def test_rows_without_their_document_are_refused() -> None:
    with pytest.raises(ValueError, match="budget_line has rows of a document without a row in document"):
        supersede(nothing(), {**document("a"), "document": document("b")["document"]})


def test_a_document_twice_in_a_batch_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        supersede(nothing(), together(document("a"), document("a")))


FORMS = st.lists(st.sampled_from([SUMMARY, OTHER, THIRD, TARGETS]), unique=True, max_size=4)
DOCUMENTS = st.lists(
    st.tuples(
        FORMS,
        FORMS,
        st.integers(0, 2),
        st.sampled_from([2023, 2024]),
        st.sampled_from(["unit", "department"]),
    ),
    min_size=1,
    max_size=4,
)


def made(drawn: list[tuple[list[str], list[str], int, int, str]]) -> list[Frames]:
    return [
        document(
            name,
            forms,
            missing=[form for form in missing if form not in forms],
            day=day,
            year=year,
            level=level,
        )
        for name, (forms, missing, day, year, level) in zip("abcd", drawn, strict=False)
    ]


@settings(max_examples=25, deadline=None)
@given(DOCUMENTS, st.randoms(use_true_random=False), st.integers(1, 4))
def test_order_grouping_and_repetition_do_not_matter(drawn, random, size) -> None:  # type: ignore[no-untyped-def]
    documents = made(drawn)
    expected, aside = whole(*documents)
    random.shuffle(documents)
    groups = [documents[start : start + size] for start in range(0, len(documents), size)]
    shuffled = whole(*(together(*group) for group in groups))
    assert same(shuffled, (expected, aside))
    again = random.choice(documents)
    assert same(supersede(rows(shuffled), again), (expected, aside))


def same(one: tuple[Frames, Frames], other: tuple[Frames, Frames]) -> bool:
    return all(
        contents({**nothing(), **first}) == contents({**nothing(), **second})
        for first, second in zip(one, other, strict=True)
    )


@settings(max_examples=25, deadline=None)
@given(DOCUMENTS)
def test_of_each_form_exactly_one_document_stands(drawn) -> None:  # type: ignore[no-untyped-def]
    documents = made(drawn)
    state = committed(*documents)
    had = together(*documents)["statement"].filter(pl.col("status") == "present")
    standing = state["statement"].filter(pl.col("status") == "present")
    register = state["document"].select("document_id", "disclosure_level")
    key = ["year", "disclosure_level", "form_code"]
    per_form = standing.join(register, on="document_id").group_by(key).len()
    assert (per_form["len"] == 1).all()
    assert per_form.height == had.join(register, on="document_id").select(key).unique().height
    assert state["document"].height == len(documents)
    assert (
        state["document"].group_by("year", "disclosure_level").agg(pl.col("is_current").sum())["is_current"]
        == 1
    ).all()
    assert set(FACTS) == state.keys()
