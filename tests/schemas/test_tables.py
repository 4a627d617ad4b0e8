"""The contracts of the lake tables take what is right and refuse what is wrong, with the place."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.tables import TABLES, empty_frame, frame, key_columns, polars_schema, validate
from tests.schemas.right_rows import ID, RIGHT
from tests.shared import shared

WRONG: list[tuple[str, str, dict[str, Any]]] = [
    ("budget_line", "document_id", {"document_id": "A" * 64}),
    ("budget_line", "region_code", {"region_code": "43020", "unit_code": "43020-052001"}),
    ("budget_line", "unit_code", {"unit_code": "052001"}),
    ("budget_line", "year", {"year": 1999}),
    ("budget_line", "budget_phase", {"budget_phase": "draft"}),
    ("budget_line", "row_no", {"row_no": 0}),
    ("budget_line", "form_code", {"form_code": "other"}),
    ("budget_line", "row_kind", {"row_kind": None}),
    ("budget_line", "measure_code", {"measure_code": "money"}),
    ("budget_line", "function_code", {"function_code": "2010", "function_level": None}),
    ("budget_line", "function_level", {"function_level": 2}),
    ("budget_line", "function_level", {"function_level": None}),
    ("budget_line", "function_level", {"function_code": None}),
    ("budget_line", "econ_scheme", {"econ_scheme": "gov"}),
    ("budget_line", "econ_scheme", {"econ_scheme": None}),
    ("budget_line", "econ_code", {"econ_code": "40101"}),
    ("budget_line", "amount_yuan", {"amount_yuan": Decimal("5254100.01")}),
    ("budget_line", "amount_yuan", {"amount_yuan": Decimal("525.41")}),
    ("budget_line", "cell_state", {"cell_state": "zero"}),
    ("budget_line", "cell_state", {"cell_state": "blank"}),
    ("budget_line", "cell_state", {"amount_wan": None, "amount_yuan": None, "amount_scale": None}),
    ("budget_line", "cell_state", {"amount_wan": Decimal(0), "amount_yuan": Decimal(0)}),
    ("budget_line", "amount_scale", {"amount_scale": None}),
    ("budget_line", "text_raw", {"text_raw": None}),
    ("budget_line", "bbox_x0", {"bbox_x0": None}),
    ("budget_line", "bbox_x1", {"bbox_x1": 5.0}),
    ("budget_line", "page_no", {"page_no": None}),
    ("performance_indicator", "target_number", {"target_number": None}),
    ("performance_indicator", "target_kind", {"target_kind": "empty"}),
    ("performance_indicator", "target_date", {"target_date": date(2024, 12, 1)}),
    ("performance_indicator", "level1_inferred", {"level1_inferred": True}),
    ("performance_indicator", "scope", {"scope": "overall"}),
    ("performance_goal", "item_kind", {"item_kind": "task"}),
    ("performance_goal", "period_end", {"period_end": date(2023, 12, 31)}),
    ("performance_goal", "annual_budget_yuan", {"annual_budget_yuan": Decimal("265.82")}),
    ("statement", "table_no", {"table_no": None}),
    ("statement", "status", {"status": "missing_in_body"}),
    ("statement", "grid_json", {"form_code": "unrecognised", "status": "unrecognised"}),
    ("statement", "page_to", {"page_to": 2}),
    ("document", "budget_phase", {"budget_phase": "actual"}),
    ("document", "supersedes_document_id", {"supersedes_document_id": ID}),
    ("document", "byte_size", {"byte_size": 0}),
    ("document", "evidence", {"evidence": None}),
    ("document", "ingested_at", {"ingested_at": None}),
    ("finding", "cells", {"cells": None}),
    ("finding", "difference", {"difference": Decimal("0.01")}),
    ("finding", "waiver_reason", {"waived": True}),
    ("finding", "severity", {"severity": "fatal"}),
    ("quarantine", "reason", {"reason": "because"}),
    ("quarantine", "rows_json", {"row_count": 3}),
    ("object", "reason", {"state": "quarantined"}),
    ("object", "document_id", {"document_id": None}),
    ("crawl", "crawl_id", {"crawl_id": "20260105-430202"}),
    ("crawl", "outcome", {"outcome": "done"}),
    ("crawl", "object_uri", {"object_uri": None}),
    ("crawl", "reason", {"outcome": "failed"}),
    ("crawl", "vanished_at", {"outcome": "vanished", "reason": "not_linked"}),
    ("coverage", "phase", {"phase": "adjusted"}),
    ("coverage", "document_id", {"document_id": None}),
]


@pytest.mark.parametrize("table", TABLES)
def test_a_right_row_is_taken(table: str) -> None:
    assert validate(table, frame(table, [RIGHT[table]]))[1].is_empty()


@pytest.mark.parametrize(("table", "column", "change"), WRONG, ids=lambda v: v if isinstance(v, str) else "")
def test_a_wrong_value_is_refused_with_its_row_and_column(
    table: str, column: str, change: dict[str, Any]
) -> None:
    good, bad = RIGHT[table], {**RIGHT[table], **change}
    other = (
        {**good, key_columns(table)[-1]: _another(good[key_columns(table)[-1]])}
        if table != "object"
        else good
    )
    rows = [bad] if table == "object" else [other, bad]
    failures = validate(table, frame(table, rows))[1]
    assert any(column in row["column"].split(", ") for row in failures.iter_rows(named=True))
    assert set(failures["row_index"]) == {len(rows) - 1}


def _another(value: Any) -> Any:
    return value + 1 if isinstance(value, int) else value + "2"


@pytest.mark.parametrize("table", TABLES)
def test_two_rows_with_one_key_are_refused(table: str) -> None:
    failures = validate(table, frame(table, [RIGHT[table], RIGHT[table]]))[1]
    assert failures["row_index"].to_list() == [0, 1]
    assert failures["message"].str.contains("the key is not unique").all()


@pytest.mark.parametrize(
    ("unit", "scale", "wan", "yuan"),
    [
        ("元", 0, "3520.20", "35201982.00"),
        ("元", 2, "0.00", "0.01"),
        ("万元", 0, "50.00", "500000.00"),
        ("万元", 6, "12.35", "123456.78"),
        ("亿元", 4, "12345.00", "123450000.00"),
    ],
)
def test_amounts_of_every_printed_unit_agree(unit: str, scale: int, wan: str, yuan: str) -> None:
    row = {
        **RIGHT["budget_line"],
        "amount_unit": unit,
        "amount_scale": scale,
        "amount_wan": Decimal(wan),
        "amount_yuan": Decimal(yuan),
    }
    assert validate("budget_line", frame("budget_line", [row]))[1].is_empty()


@pytest.mark.parametrize("table", TABLES)
def test_a_frame_without_rows_is_taken(table: str) -> None:
    assert validate(table, empty_frame(table))[1].is_empty()


@pytest.mark.parametrize("table", TABLES)
def test_a_missing_column_is_refused(table: str) -> None:
    failures = validate(table, empty_frame(table).drop(key_columns(table)[0]))[1]
    assert key_columns(table)[0] in failures["value"].to_list()


def test_a_column_too_many_is_refused() -> None:
    extra = empty_frame("budget_line").with_columns(note=pl.lit("x"))
    assert "note" in validate("budget_line", extra)[1]["value"].to_list()


def test_a_column_of_another_type_is_refused() -> None:
    wider = empty_frame("budget_line").cast({"year": pl.Int64})
    assert validate("budget_line", wider)[1]["column"].to_list() == ["year"]


def test_columns_in_another_order_are_refused() -> None:
    columns = list(polars_schema("budget_line"))
    turned = empty_frame("budget_line").select([columns[1], columns[0], *columns[2:]])
    assert not validate("budget_line", turned)[1].is_empty()


def test_a_batch_in_which_everything_fails_is_told_row_by_row_and_soon() -> None:
    rows = [{**RIGHT["budget_line"], "row_no": n, "amount_wan": Decimal(1)} for n in range(1, 20_001)]
    data = frame("budget_line", rows)
    begun = time.process_time()
    failures = validate("budget_line", data)[1]
    assert time.process_time() - begun < 5
    assert failures["row_index"].to_list() == list(range(20_000))
    assert failures["message"][-1].startswith("budget_line row 20000: amount_wan, amount_yuan")


def test_a_key_that_the_table_does_not_have_is_an_error() -> None:
    with pytest.raises(KeyError, match="amount_yaun"):
        frame("budget_line", [{"amount_yaun": Decimal(1)}])


def test_an_empty_text_is_null() -> None:
    assert frame("budget_line", [{**RIGHT["budget_line"], "line_label": ""}])["line_label"].to_list() == [
        None
    ]


def test_a_float_never_becomes_money() -> None:
    with pytest.raises(TypeError):
        frame("budget_line", [{**RIGHT["budget_line"], "amount_yuan": 5254100.0}])


@pytest.mark.parametrize("amount", ["5254100.001", "1E+17", "NaN", "Infinity"])
def test_an_amount_that_the_column_cannot_hold_is_an_error_and_not_cut(amount: str) -> None:
    with pytest.raises(ValueError, match=r"budget_line\.amount_yuan does not hold"):
        frame("budget_line", [{**RIGHT["budget_line"], "amount_yuan": Decimal(amount)}])


@pytest.mark.parametrize("table", TABLES)
def test_no_column_of_money_is_a_float(table: str) -> None:
    floats = {name for name, dtype in polars_schema(table).items() if dtype in (pl.Float32, pl.Float64)}
    assert floats <= {
        "bbox_x0",
        "bbox_y0",
        "bbox_x1",
        "bbox_y1",
        "extraction_confidence",
        "recognition_score",
    }


# A frame costs the same whatever its rows, so an example has many.
@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(st.decimals(min_value="0.01", max_value="99999999999", places=2), st.integers(1, 10**6)),
        min_size=1,
        max_size=30,
    )
)
def test_an_amount_that_is_off_is_always_refused(amounts: list[tuple[Decimal, int]]) -> None:
    rows = [
        {
            **RIGHT["budget_line"],
            "row_no": number,
            "amount_wan": wan,
            "amount_yuan": wan * 10_000 + Decimal(off) / 100,
        }
        for number, (wan, off) in enumerate(amounts, 1)
    ]
    failures = validate("budget_line", frame("budget_line", rows))[1]
    assert failures["row_index"].unique().sort().to_list() == list(range(len(amounts)))
    assert all("amount_yuan" in column for column in failures["column"])


@pytest.mark.parametrize(
    ("table", "file"),
    [
        ("budget_line", "expected_budget_line.csv"),
        ("performance_indicator", "expected_performance_indicator.csv"),
    ],
)
def test_the_seed_disclosure_keeps_the_contract(table: str, file: str) -> None:
    schema = polars_schema(table)
    data = pl.read_csv(shared("seed", file), schema_overrides=dict(schema))
    assert list(schema)[: data.width] == data.columns
    data = data.with_columns(pl.lit(None).alias(name) for name in schema if name not in data.columns)
    data = data.select(list(schema)).cast(dict(schema))  # type: ignore[arg-type]
    if table == "performance_indicator":
        month = (pl.col("target_raw") + "1日").str.to_date("%Y年%m月%d日", strict=False)
        data = data.with_columns(target_date=pl.when(pl.col("target_kind") == "date").then(month))
    assert validate(table, data)[1].is_empty()
