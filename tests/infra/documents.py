"""Small documents of exact types for tests of the lake: forms chosen, figures told from the document."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from infra.lake.layout import FACTS
from schemas.tables import empty_frame, frame

MONDAY = datetime(2024, 3, 4, 9, 0, tzinfo=UTC)
SUMMARY, TARGETS = "revenue_expenditure_summary", "project_performance"


def document_id(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def document(
    name: str,
    forms: Sequence[str] = (SUMMARY, TARGETS),
    *,
    missing: Sequence[str] = (),
    day: int | None = 0,
    unit: str = "430202-052001",
    year: int = 2024,
    phase: str = "approved",
    level: str = "unit",
    pipeline: str = "1",
    figure: str = "525.41",
    uri: str | None = None,
) -> dict[str, pl.DataFrame]:
    """All frames of a document called ``name``, uploaded ``day`` days after Monday."""
    region, org = unit.split("-")
    whose = {
        "document_id": document_id(name),
        "region_code": region,
        "org_unit_code": org,
        "unit_code": unit,
        "org_unit_name": "株洲市荷塘区教育局",
        "year": year,
        "budget_phase": phase,
    }
    lines: list[dict[str, Any]] = []
    statements: list[dict[str, Any]] = []
    indicators: list[dict[str, Any]] = []
    goals: list[dict[str, Any]] = []
    for number, form in enumerate(forms, start=1):
        statements.append(
            {
                **whose,
                "form_code": form,
                "instance_no": 1,
                "table_no": number,
                "status": "unrecognised" if form == "unrecognised" else "present",
                "grid_json": "[]" if form == "unrecognised" else None,
                "recognition_score": 0.75,
                "column_paths": ["科目", f"合计/{name}"],
            }
        )
        if form == TARGETS:
            indicators.append(
                {
                    **whose,
                    "table_no": number,
                    "row_no": 1,
                    "kpi_no": 1,
                    "scope": "project",
                    "project_name": "校园安全",
                    "level1_name": "产出指标",
                    "level1_printed": "产出指标",
                    "level1_inferred": False,
                    "target_raw": "2024年12月",
                    "target_kind": "date",
                    "target_date": date(2024, 12, 1),
                }
            )
            goals.append(
                {
                    **whose,
                    "table_no": number,
                    "item_no": 1,
                    "scope": "project",
                    "item_kind": "project",
                    "project_name": "校园安全",
                    "goal_text": f"目标 {name}",
                }
            )
            continue
        lines.extend(
            {
                **whose,
                "table_no": number,
                "row_no": row,
                "col_no": 2,
                "form_code": form,
                "row_kind": "list_row",
                "column_path": "预算数",
                "direction": "revenue",
                "measure_code": "revenue_total",
                "function_code": "2010301" if row == 1 else None,
                "function_name": "行政运行" if row == 1 else None,
                "function_level": 3 if row == 1 else None,
                "department_code": "052",
                "cell_state": "value" if row == 1 else "blank",
                "text_raw": figure if row == 1 else None,
                "amount_unit": "万元",
                "amount_scale": 2 if row == 1 else None,
                "amount_wan": Decimal(figure) if row == 1 else None,
                "amount_yuan": Decimal(figure) * 10_000 if row == 1 else None,
            }
            for row in (1, 2)
        )
    statements.extend(
        {**whose, "form_code": form, "instance_no": 1, "toc_no": 9, "status": "missing_in_body"}
        for form in missing
    )
    findings = [
        {
            **whose,
            "check_code": "R01",
            "check_seq": 1,
            "rule_version": "1",
            "check_scope": "总计",
            "status": "exact",
            "severity": "info",
            "left_value": Decimal(figure),
            "right_value": Decimal(figure),
            "difference": Decimal(0),
            "tolerance": Decimal("0.005"),
            "message_zh": "相等",
            "message_en": "equal",
            "cells": [{"table_no": 1, "row_no": 1, "col_no": 2, "text": figure}],
            "waived": False,
        }
    ]
    uploaded = None if day is None else MONDAY + timedelta(days=day)
    register = [
        {
            **whose,
            "disclosure_level": level,
            "document_kind": "final_accounts" if phase == "actual" else "budget",
            "source_uri": uri or f"s3://budget-landing/{name}.pdf",
            "file_name": f"{name}.pdf",
            "media_type": "application/pdf",
            "byte_size": 1000,
            "page_count": 26,
            "statement_count": len(forms),
            "line_count": len(lines),
            "grade": "proven",
            "evidence": [{"field": "year", "value": str(year), "source": "cover", "place": "page 1"}],
            "retrieved_at": uploaded,
            "ingested_at": datetime.now(UTC),
            "text_layer": "native",
            "engine": "pdfium",
            "engine_version": "5.15",
            "pipeline_version": pipeline,
            "is_current": True,
        }
    ]
    return {
        "budget_line": frame("budget_line", lines),
        "performance_indicator": frame("performance_indicator", indicators),
        "performance_goal": frame("performance_goal", goals),
        "statement": frame("statement", statements),
        "finding": frame("finding", findings),
        "document": frame("document", register),
    }


def together(*documents: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """One batch of several documents."""
    return {name: pl.concat([each[name] for each in documents]) for name in FACTS}


def nothing() -> dict[str, pl.DataFrame]:
    """Partitions without rows."""
    return {name: empty_frame(name) for name in FACTS}


def contents(frames: Mapping[str, pl.DataFrame]) -> dict[str, list[str]]:
    """Rows as sorted texts by table, without the time of ingestion: what must be equal in equal lakes."""
    return {name: sorted(map(str, frames[name].drop("ingested_at", strict=False).rows())) for name in FACTS}
